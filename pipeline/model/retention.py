"""How long a dossier must be kept, by its procedure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pipeline.model.dossier import Manifest


@dataclass(frozen=True, slots=True)
class Retention:
    """Maintenance codes of TT 05/2025/TT-BNV, as years."""

    years: Mapping[str, int]
    """By code: 01 is for good, 07 is other."""

    default: str
    """Code of a dossier whose procedure names none."""

    codes: Mapping[str, str]
    """Code of a procedure, by the procedure's own code."""

    def code(self, procedure: str | None) -> str:
        """Find the maintenance code of a procedure's dossiers."""
        return self.codes.get(procedure or "", self.default)

    def until(self, manifest: Manifest) -> datetime:
        """Tell until when a dossier must be kept."""
        filed = manifest.filed_at
        year = filed.year + self.years[self.code(manifest.procedure)]
        try:
            return filed.replace(year=year)
        except ValueError:  # the 29th of February
            return filed.replace(year=year, month=3, day=1)
