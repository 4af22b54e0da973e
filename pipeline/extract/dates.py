"""Dates in every form that Vietnamese papers print, with the precision they have."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pipeline.extract.digits import DIGIT_CLASS, FILLERS, strip_fillers, to_digits
from pipeline.model.unicode import fold

EARLIEST_YEAR = 1900
LATEST_YEAR = 2100
"""Papers at a counter speak of living people and their parents, and of expiry."""

_DAY = r"\bn[gq][a-z0-9]{1,2}y"
_MONTH = r"t[a-z0-9]{1,2}ng"
_YEAR = r"n[a-z0-9]m"
_GAP = rf"((?:(?!{_DAY})[^\n]){{0,40}}?)"
_WRITTEN = re.compile(rf"{_DAY}{_GAP}{_MONTH}{_GAP}{_YEAR}([^\n]*)")
"""ngày … tháng … năm …, on folded text: the words themselves are misread, too."""

_SEPARATOR = r"\s?[/.\-–⁄∕]\s?"
_NUMERIC = re.compile(
    rf"(?<![\w/])([{DIGIT_CLASS}]{{1,2}}){_SEPARATOR}([{DIGIT_CLASS}]{{1,2}})"
    rf"{_SEPARATOR}([{DIGIT_CLASS}]{{4}})(?![\w/])"
)
_ISO = re.compile(r"(?<![\w/-])(\d{4})-(\d{2})-(\d{2})(?![\w/-])")
_MONTH_AND_YEAR = re.compile(r"(?<![\w/.])(\d{1,2})\s?[/\-]\s?(\d{4})(?![\w/])")
_YEAR_ONLY = re.compile(r"(?<![\w/.])(\d{4})(?![\w/])")
_YEAR_SLOT = re.compile(
    rf"^[{re.escape(FILLERS)}]*([{DIGIT_CLASS}](?:\s?[^\s,;.]){{3}})"
)

_UNITS = {
    "khong": 0, "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5,
    "nham": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9,
}  # fmt: skip
_PADDING = {"linh", "le", "mong", "mung", "va"}


@dataclass(frozen=True, slots=True)
class ReadDate:
    """A date found in a text."""

    value: str
    """ISO 8601: ``2024-11-26``, ``1969-05`` or ``1969``, as precise as printed."""

    raw: str
    repaired: bool
    """Look-alikes stood in digit slots."""

    short_slot: bool
    """Day, or month 1 or 2, has one digit where Decree 30/2020 wants two: another
    digit may have been lost."""

    start: int
    end: int
    """Half-open range in the text."""


def find_dates(text: str) -> tuple[ReadDate, ...]:
    """Find all complete calendar dates in *text*, in the order printed.

    *text* must be normalized. What is not a real day, or lies outside 1900-2100, is
    left out.
    """
    found = sorted((*_written(text), *_numeric(text)), key=lambda each: each.start)
    return tuple(found)


def find_date(text: str) -> ReadDate | None:
    """Find the first date in *text*, also one that has only a month or a year.

    Less than a whole date is taken only where no other digits stand beside it.
    """
    complete = find_dates(text)
    if complete:
        return complete[0]
    for pattern in (_MONTH_AND_YEAR, _YEAR_ONLY):
        for match in pattern.finditer(text):
            rest = text[: match.start()] + text[match.end() :]
            partial = _partial(match)
            if partial and not any(map(str.isdigit, rest)):
                return partial
    return None


def is_unfilled(text: str) -> bool:
    """Tell whether *text* is an empty form line: leaders, or ngày tháng năm alone."""
    words = re.sub(rf"{_DAY}|{_MONTH}|{_YEAR}", " ", fold(text))
    return not words.strip(FILLERS + "/")


def to_date(value: str) -> date | None:
    """Convert an ISO value to a date; None where it has no day."""
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def words_to_number(text: str) -> int | None:
    """Read a number up to 9999 written in Vietnamese words; None for anything else.

    >>> words_to_number("một nghìn chín trăm tám mươi bảy")
    1987
    """
    thousands = hundreds = tens = pending = 0
    spoken = False
    for word in fold(text).replace(",", " ").split():
        if word in _UNITS:
            pending = _UNITS[word]
        elif word == "muoi":
            tens, pending = 10 * (pending or 1), 0
        elif word == "tram":
            hundreds, pending = 100 * pending, 0
        elif word in {"nghin", "ngan"}:
            thousands = 1000 * (hundreds + tens + pending)
            hundreds = tens = pending = 0
        elif word not in _PADDING:
            return None
        spoken = True
    return thousands + hundreds + tens + pending if spoken else None


def _written(text: str) -> Iterator[ReadDate]:
    for match in _WRITTEN.finditer(fold(text)):
        parts = [text[match.start(group) : match.end(group)] for group in (1, 2, 3)]
        in_digits = _written_in_digits(text, match, parts)
        found = in_digits or _written_in_words(text, match)
        if found:
            yield found


def _written_in_digits(
    text: str, match: re.Match[str], parts: list[str]
) -> ReadDate | None:
    year_slot = _YEAR_SLOT.match(parts[2])
    if not year_slot:
        return None
    end = match.start(3) + year_slot.end()
    slots = [strip_fillers(part) for part in (parts[0], parts[1], year_slot[1])]
    return _dated([slot.replace(" ", "") for slot in slots], text, match.start(), end)


def _written_in_words(text: str, match: re.Match[str]) -> ReadDate | None:
    """Read a date in words; ``năm`` is both *year* and *five*, so try every one."""
    day = words_to_number(text[match.start(1) : match.end(1)].strip(FILLERS))
    rest_start = match.start(2)
    rest = re.split(r"[.;)(\n]", text[rest_start:], maxsplit=1)[0].rstrip(FILLERS)
    for year_word in re.finditer(rf"\b{_YEAR}\b", fold(rest)):
        month = words_to_number(rest[: year_word.start()])
        year = words_to_number(rest[year_word.end() :])
        value = _iso(day, month, year)
        if value:
            end = rest_start + len(rest)
            return ReadDate(
                value, text[match.start() : end], False, False, match.start(), end
            )
    return None


def _numeric(text: str) -> Iterator[ReadDate]:
    for match in _NUMERIC.finditer(text):
        found = _dated(list(match.groups()), text, match.start(), match.end())
        if found:
            yield found
    for match in _ISO.finditer(text):
        found = _dated(list(match.groups()[::-1]), text, match.start(), match.end())
        if found:
            yield found


def _dated(slots: list[str], text: str, start: int, end: int) -> ReadDate | None:
    digits = [to_digits(slot) for slot in slots]
    if None in digits:
        return None
    day, month, year = (digit or "" for digit in digits)
    if len(day) > 2 or len(month) > 2 or len(year) != 4:
        return None
    value = _iso(int(day), int(month), int(year))
    if value is None:
        return None
    return ReadDate(
        value,
        text[start:end],
        repaired=slots != digits,
        short_slot=len(day) == 1 or month in {"1", "2"},
        start=start,
        end=end,
    )


def _partial(match: re.Match[str]) -> ReadDate | None:
    *month, year = match.groups()
    if not EARLIEST_YEAR <= int(year) <= LATEST_YEAR:
        return None
    if month and not 1 <= int(month[0]) <= 12:
        return None
    value = f"{year}-{int(month[0]):02}" if month else year
    return ReadDate(value, match[0], False, False, match.start(), match.end())


def _iso(day: int | None, month: int | None, year: int | None) -> str | None:
    if day is None or month is None or year is None:
        return None
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
