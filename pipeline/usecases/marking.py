"""Decide what is printed on a paper that was converted, and what is recorded of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.model.mark import Conversion, Margin, MarkProfile, fill, write_time
from pipeline.model.scan import Counter, ScanBatch
from pipeline.model.template import Procedure
from pipeline.pdf.stamp import Mark


@dataclass(frozen=True, slots=True)
class Marker:
    """The marks of one installation."""

    profiles: Mapping[str, MarkProfile]
    usual: str
    """Code of the profile where neither procedure nor counter names one; empty: no
    mark."""

    counters: tuple[Counter, ...]
    procedures: tuple[Procedure, ...]
    font: Path

    def profile(self, counter_id: str, procedure: str | None) -> MarkProfile | None:
        """Choose the profile: the procedure's, else the counter's, else the usual."""
        ordered = [each.mark for each in self.procedures if each.code == procedure]
        ordered += [each.mark for each in self.counters if each.id == counter_id]
        code = next((code for code in ordered if code is not None), self.usual)
        return self.profiles.get(code)

    def convert(self, batch: ScanBatch, procedure: str | None) -> Conversion | None:
        """Describe the conversion of a paper of *batch*; None where none is marked.

        The time is that of receiving: every try writes the same.
        """
        profile = self.profile(batch.counter_id, procedure)
        if profile is None:
            return None
        counter = next((c for c in self.counters if c.id == batch.counter_id), None)
        agency = counter.office if counter else batch.counter_id
        converter = counter.converter if counter else ""
        values = {
            "agency": agency,
            "converter": converter,
            "counter": counter.name if counter else batch.counter_id,
            "time": write_time(batch.received_at, profile.time),
        }
        return Conversion(
            profile=profile.code,
            agency=agency,
            converter=converter,
            at=batch.received_at,
            text="\n".join(fill(profile, profile.mark, values)),
        )

    def mark(self, conversion: Conversion) -> Mark | None:
        """Tell how a conversion is printed; None where its profile prints nothing."""
        profile = self.profiles[conversion.profile]
        if not conversion.text:
            return None
        return Mark(
            lines=tuple(conversion.text.split("\n")),
            font=self.font,
            size=profile.size,
            at_top=profile.margin is Margin.TOP,
            every_page=profile.every_page,
        )
