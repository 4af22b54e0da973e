"""Know the fixed places of an administrative paper's head by how they read.

The national motto, the number line and the date line stand where Decree 30/2020
(annex I) puts them; everything here works on misread words, too.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz import fuzz

from pipeline.model.geometry import BoundingBox, enclosing
from pipeline.model.text import OcrLine, OcrPage, OcrWord
from pipeline.model.unicode import fold

_MOTTO = "cong hoa xa hoi chu nghia viet nam"
_MOTTO_RATIO = 70.0
"""0-100: a motto with every third letter misread passes, half of one does not."""

_CAPITALS = 0.7
"""Share of capitals: in running text the country's name is printed in small letters."""

_HEAD = 0.45
"""Share of the text's height in which a head begins."""

_DATE_WORDS = (r"\bn[gq][a-z0-9]{1,2}y\b", r"\bt[a-z0-9]{1,2}ng\b", r"\bn[a-z0-9]m\b")
"""Folded *ngày*, *tháng* and *năm*, each with the letters it is misread with."""

_REST_OF_DATE = re.compile(rf"[\W\diloz]{{0,8}}(?:$|{_DATE_WORDS[1]}|{_DATE_WORDS[2]})")
"""What follows a gap in a date: digits, some misread, and the words between them."""

_NUMBER = re.compile(
    r"^\W{0,3}(?:(?:bo )?luat |phap lenh |nghi quyet )?"
    r"s[o06](?:\W*$|\W+[^\W\d]{0,2}[\d/⁄]|\d)"
)
"""*Số* at the beginning, then a number or none: ``Số: 12/UB``, ``Sô 51``, ``S6: /UB``,
``Luật số: 20/2023/QH15``; not ``Số điện thoại``."""


class Motto(NamedTuple):
    """Where the national motto stands."""

    line: int
    """Index of its line on the page."""

    box: BoundingBox


def find_motto(page: OcrPage) -> Motto | None:
    """Find CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM at the head of *page*."""
    if not page.lines:
        return None
    text_box = enclosing(line.box for line in page.lines)
    floor = text_box.top + _HEAD * text_box.height
    best, best_ratio = None, _MOTTO_RATIO
    for index, line in enumerate(page.lines):
        if line.box.top > floor:
            continue
        text = line.text
        place = fuzz.partial_ratio_alignment(_MOTTO, fold(text))
        if place is None:
            continue
        found = text[place.dest_start : place.dest_end]
        ratio = fuzz.ratio(_MOTTO, fold(found))
        if ratio > best_ratio and _is_in_capitals(found):
            words = _words_between(line, place.dest_start, place.dest_end)
            box = enclosing(word.box for word in words)
            best, best_ratio = Motto(index, box), ratio
    return best


def is_number(text: str) -> bool:
    """Tell whether *text* looks like the number of a paper: ``Số: 12/QĐ-UBND``."""
    return _NUMBER.match(fold(text)) is not None


def is_date(text: str) -> bool:
    """Tell whether *text* has at least two of *ngày*, *tháng* and *năm*, in order."""
    folded = fold(text)
    places = [
        match.start() for word in _DATE_WORDS if (match := re.search(word, folded))
    ]
    return len(places) >= 2 and places == sorted(places)


def starts_date(text: str) -> bool:
    """Tell whether *ngày* stands in *text*, which begins a date."""
    return re.search(_DATE_WORDS[0], fold(text)) is not None


def goes_on_with_date(text: str) -> bool:
    """Tell whether *text* is digits alone, or begins with them, *tháng* or *năm*."""
    return _REST_OF_DATE.match(fold(text)) is not None


def pieces(line: OcrLine, *, gap: float) -> Iterator[OcrLine]:
    """Cut *line* wherever its words stand more than *gap* pixels apart."""
    start = 0
    for index, (word, after) in enumerate(pairwise(line.words), start=1):
        if after.box.left - word.box.right > gap:
            yield OcrLine(line.words[start:index])
            start = index
    yield OcrLine(line.words[start:])


def _is_in_capitals(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return sum(map(str.isupper, letters)) >= _CAPITALS * len(letters)


def _words_between(line: OcrLine, start: int, end: int) -> list[OcrWord]:
    """Find the words of which most lies between two characters of the line's text."""
    found, place = [], 0
    for word in line.words:
        inside = min(end, place + len(word.text)) - max(start, place)
        if 2 * inside > len(word.text):
            found.append(word)
        place += len(word.text) + 1
    return found
