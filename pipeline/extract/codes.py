"""Values that stand in barcodes and QR codes, which are preferred to print."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.extract.dates import find_date
from pipeline.extract.identifiers import (
    code_of_url,
    find_dossier_code,
    find_personal_id,
)
from pipeline.extract.zone import find_zone
from pipeline.model.geometry import BoundingBox
from pipeline.model.template import Kind
from pipeline.model.text import ReadPage
from pipeline.model.unicode import collapse, normalize

_CARD_PLACES = {
    "personal_id": 0,
    "full_name": 2,
    "date_of_birth": 3,
    "sex": 4,
    "residence": 5,
    "issued_on": 6,
}
"""Places in the QR code of an identity card (domain.md 3.3), by name of field."""

_FEWEST, _MOST = 6, 11
"""Parts between ``|``; cards since 2024 add names of parents."""


@dataclass(frozen=True, slots=True)
class CodedValue:
    """A value out of a code, or out of a zone with check digits."""

    value: str
    raw: str
    """Only the part of the code that the value comes from."""

    page: int
    box: BoundingBox
    source: str = "code"


def dossier_codes(pages: Sequence[ReadPage]) -> tuple[CodedValue, ...]:
    """List the different mã hồ sơ in the codes of *pages*, in reading order."""
    found: dict[str, CodedValue] = {}
    for read in pages:
        for code in read.codes:
            value = code_of_url(code.text) or _bare_code(code.text)
            if value:
                found.setdefault(
                    value, CodedValue(value, value, read.page.number, code.box)
                )
    return tuple(found.values())


def card_values(pages: Sequence[ReadPage]) -> dict[str, CodedValue]:
    """Read the QR code of an identity card: name of field to value.

    Empty where no code has the parts of one, or its number and dates are impossible.
    """
    for read in pages:
        for code in read.codes:
            parts = [collapse(normalize(part)) for part in code.text.split("|")]
            if not _FEWEST <= len(parts) <= _MOST or not _is_card(parts):
                continue
            return {
                name: CodedValue(value, parts[place], read.page.number, code.box)
                for name, place, value in _named(parts)
            }
    return {}


def zone_values(pages: Sequence[ReadPage]) -> dict[str, CodedValue]:
    """Read the machine readable zone of an identity card: name of field to value."""
    zone = find_zone(pages)
    if zone is None:
        return {}
    values = {"personal_id": (zone.personal_id, zone.box)}
    if zone.dates_box is not None:
        for name, value in (
            ("date_of_birth", zone.date_of_birth),
            ("sex", zone.sex),
            ("expires_on", zone.expires_on),
        ):
            if value:
                values[name] = value, zone.dates_box
    return {
        name: CodedValue(value, value, zone.page, box, "machine readable zone")
        for name, (value, box) in values.items()
    }


def plain_values(pages: Sequence[ReadPage], kind: Kind) -> tuple[CodedValue, ...]:
    """List what codes hold for a field that is taken from a code alone."""
    if kind is Kind.DOSSIER_CODE:
        return dossier_codes(pages)
    if kind is Kind.PERSONAL_ID:
        card = card_values(pages).get("personal_id")
        return (card,) if card else ()
    return tuple(
        CodedValue(
            collapse(normalize(code.text)), code.text, read.page.number, code.box
        )
        for read in pages
        for code in read.codes
        if code.text.strip()
    )


def _bare_code(text: str) -> str | None:
    found = find_dossier_code(text)
    alone = found and not found.repaired and found.value == text.strip()
    return found.value if found and alone else None


def _is_card(parts: Sequence[str]) -> bool:
    found = find_personal_id(parts[0])
    return (
        found is not None
        and found.value == parts[0]
        and len(parts[0]) == 12
        and _iso(parts[3]) is not None
    )


def _named(parts: Sequence[str]) -> Iterator[tuple[str, int, str]]:
    for name, place in _CARD_PLACES.items():
        if place >= len(parts) or not parts[place]:
            continue
        dated = name in {"date_of_birth", "issued_on"}
        value = _iso(parts[place]) if dated else parts[place]
        if value:
            yield name, place, value


def _iso(text: str) -> str | None:
    """``02121987`` as ISO 8601."""
    match = re.fullmatch(r"(\d{2})(\d{2})(\d{4})", text)
    if not match:
        return None
    day, month, year = match.groups()
    found = find_date(f"{day}/{month}/{year}")
    return found.value if found else None
