"""Our own separator and leader sheets: what they say, printed and in their QR code."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Separates(StrEnum):
    """What begins behind a separator sheet."""

    DOSSIER = "dossier"
    PAPER = "paper"


class SheetKind(StrEnum):
    """A kind of sheet; the value stands in its QR code."""

    DOSSIER = "D"
    """Another dossier begins behind it."""

    PAPER = "P"
    """Another paper of the same dossier begins behind it."""

    LEADER = "L"
    """The dossier of the mã hồ sơ on it begins behind it."""


SHEET_TITLES = {
    SheetKind.DOSSIER: "TỜ PHÂN CÁCH HỒ SƠ",
    SheetKind.PAPER: "TỜ PHÂN CÁCH GIẤY TỜ",
    SheetKind.LEADER: "TỜ DẪN ĐẦU HỒ SƠ",
}
"""As printed on the sheet, and looked for where its code cannot be read."""

NONCE_LENGTH = 16
"""Letters and digits of base 32, 80 bits: no two printed sheets have the same."""


@dataclass(frozen=True, slots=True)
class SheetToken:
    """What the QR code of a sheet says.

    It names no person: nothing but the mã hồ sơ, which stands on the receipt as well.

    Raises:
        ValueError: a leader without a mã hồ sơ, or another sheet with one.
    """

    kind: SheetKind
    counter_id: str
    printed_on: date
    nonce: str
    """Different on every sheet, so that a copy can be told from its original."""

    code: str | None = None
    """Mã hồ sơ of a leader sheet."""

    def __post_init__(self) -> None:
        if (self.kind is SheetKind.LEADER) != (self.code is not None):
            raise ValueError("a leader sheet, and no other, carries a dossier code")
