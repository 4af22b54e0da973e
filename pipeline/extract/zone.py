"""Read the machine readable zone of an identity card, proved by its check digits.

Three lines of 30 signs (ICAO 9303-5, TD1) on the back. Everything taken from it is
covered by a check digit or follows from the personal number; the name is not, and has
no marks.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.extract.dates import to_date
from pipeline.extract.digits import to_digits
from pipeline.extract.identifiers import birth_year, find_personal_id, sex_of
from pipeline.model.geometry import BoundingBox
from pipeline.model.text import ReadPage
from pipeline.model.unicode import normalize

_WEIGHTS = (7, 3, 1)
_VALUES = {"<": 0} | {str(digit): digit for digit in range(10)}
_VALUES |= {chr(ord("A") + n): 10 + n for n in range(26)}

_FILLERS = str.maketrans(
    {"«": "<<", "‹": "<", "≤": "<", "⟨": "<", "〈": "<", " ": None}
)
_NUMBER_LINE = re.compile(r"VNM(.{9})(.)(.{12})<{1,3}(.)")
_DATES_LINE = re.compile(r"(.{6})(.)([MF])(.{6})(.)(?=VNM|.?[VU]N[MN]<)")
_SEXES = {"M": "Nam", "F": "Nữ"}


@dataclass(frozen=True, slots=True)
class Zone:
    """What the zone of one card says, as far as its check digits hold."""

    personal_id: str
    page: int
    box: BoundingBox
    """Of the line with the number."""

    date_of_birth: str | None = None
    sex: str | None = None
    expires_on: str | None = None
    dates_box: BoundingBox | None = None


def find_zone(pages: Sequence[ReadPage]) -> Zone | None:
    """Find the zone on *pages*; None where its number cannot be proved."""
    for read in pages:
        lines = list(_lines(read))
        for box, text in lines:
            number = _number(text)
            if number is not None:
                zone = Zone(number, read.page.number, box)
                return _with_dates(zone, lines)
    return None


def check_digit(text: str) -> str:
    """Compute the check digit of *text* (ICAO 9303-3, 4.9)."""
    total = sum(_VALUES[sign] * _WEIGHTS[place % 3] for place, sign in enumerate(text))
    return str(total % 10)


def _lines(read: ReadPage) -> Iterator[tuple[BoundingBox, str]]:
    """Every reading of every line, in the signs of a zone."""
    for look in read.second_looks:
        for reading in look.readings:
            yield look.box, _signs(reading.text)
    for line in read.text.lines:
        yield line.box, _signs(line.text)


def _signs(text: str) -> str:
    return normalize(text).translate(_FILLERS).upper()


def _number(text: str) -> str | None:
    """The 12 digits, where both check digits and the repeated nine agree."""
    for match in _NUMBER_LINE.finditer(text):
        nine, first, twelve, second = (to_digits(part) for part in match.groups())
        if not (nine and first and twelve and second) or not twelve.endswith(nine):
            continue
        found = find_personal_id(twelve)
        proved = check_digit(nine) == first and check_digit(twelve + "<<") == second
        if proved and found and found.value == twelve and not found.doubt:
            return twelve
    return None


def _with_dates(zone: Zone, lines: Sequence[tuple[BoundingBox, str]]) -> Zone:
    for box, text in lines:
        for match in _DATES_LINE.finditer(text):
            born, first, sex, until, second = match.groups()
            birth = _proved(born, first, zone.personal_id)
            if birth is None or _SEXES[sex] != sex_of(zone.personal_id):
                continue
            expiry = _proved(until, second, None)
            return Zone(
                zone.personal_id, zone.page, zone.box, birth, _SEXES[sex], expiry, box
            )
    return zone


def _proved(part: str, check: str, personal_id: str | None) -> str | None:
    """``870215`` as ISO 8601; the century of a birth is that of the number."""
    digits, proof = to_digits(part), to_digits(check)
    if not digits or not proof or check_digit(digits) != proof:
        return None
    year = 2000 + int(digits[:2])
    if personal_id is not None:
        known = birth_year(personal_id)
        if known is None or known % 100 != int(digits[:2]):
            return None
        year = known
    value = f"{year}-{digits[2:4]}-{digits[4:]}"
    return value if to_date(value) else None
