"""Read numbers, dates and doubtful values again, from crops that hold nothing else.

An italic 1 is read as Ï, I or ], and a wrong date can carry a confidence of 0.8 and
more, so one reading is no evidence. Of the page's reading, the crop's and a second
model's crop two must agree; that decision is the extraction's. What each reader saw is
kept here, unchanged. A whitelist of digits would delete what it may not print: 31
would become 3, a valid wrong date.
"""

from collections.abc import Collection, Iterator, Sequence
from statistics import median
from typing import NamedTuple

from pipeline.imaging.arrays import GrayImage, resize_to_dpi, to_gray
from pipeline.model.geometry import BoundingBox
from pipeline.model.text import OcrLine, OcrPage, Reading, SecondLook
from pipeline.model.unicode import fold
from pipeline.ocr.engine import OcrEngine
from pipeline.ocr.form_values import find_form_values
from pipeline.ocr.landmarks import (
    goes_on_with_date,
    is_date,
    is_number,
    pieces,
    starts_date,
)
from pipeline.ocr.layout import Layout

MOST_PLACES = 6
"""Places a page; a head has two, and each costs two readings of some 0.04 s."""

MOST_VALUES = 12
"""Values of a form that are read again, the most doubtful."""

_HEAD = 0.45
"""Share of the page's height in which a paper's own number stands."""

_PIECE_GAP = 1.6
"""Word heights that part a number from the date printed beside it."""

_SLOT_GAP = 8.0
"""Word heights left free after *Số:* for a number written by hand, at most."""

_MOST_WORDS = 8
"""In a number line: the name of a type and a hand-written number fall apart."""

_WORDS_BEFORE_DATE = 6
"""In a date line: ``TP. Hồ Chí Minh, ngày``."""

_PLAIN_WORDS_IN_DATE = 1
"""Words of letters alone from *ngày* on, other than *tháng* and *năm*: a date line
ends with its year, a sentence goes on."""

_PROSE = ("can cu", "theo", "ban hanh", "kem theo", "tu ngay", "den ngay")
"""Folded beginnings of lines that name the date of another paper."""

_SMALLER = 0.75
"""Share of the resolution at which the second model looks again where it differs: it
trips over single shapes, and over others at another size."""

_MARGIN = 0.04
"""Inches around a crop: what Tesseract needs of paper, and less than the next row."""


class _Place(NamedTuple):
    line: OcrLine
    limits: tuple[int, int]
    """Pixels left and right that belong to the neighbors on the same line."""

    is_date: bool


def look_again(
    reading: GrayImage,
    page: OcrPage,
    *,
    dpi: int,
    engine: OcrEngine,
    second: OcrEngine | None,
    doubtful: Collection[BoundingBox] = (),
) -> tuple[SecondLook, ...]:
    """Read the number and date lines of a page again, and doubtful values of a form.

    Args:
        reading: the image that *page* was read from. Not changed.
        page: its words, whether the columns of its head are in order or not.
        dpi: resolution of *reading*.
        engine: reads number crops as a line and date crops as a raw line, which
            measured best for each.
        second: an engine with another model; None leaves its readings out.
        doubtful: where words of *page* stand that are doubted for other reasons than
            the engine's confidence.

    Returns:
        Places from top to bottom, boxes in pixels of *reading*: at most `MOST_PLACES`
        of the paper's own and `MOST_VALUES` of a form. Each has the reading
        ``page`` first; readers that saw nothing are left out.
    """
    own = sorted(_find_places(page, reading.shape[0]), key=_top)
    values = _find_values(page, own, doubtful)
    places = sorted((*own[:MOST_PLACES], *values), key=_top)
    return tuple(
        SecondLook(
            place.line.box,
            tuple(_read(reading, place, dpi, engine=engine, second=second)),
        )
        for place in places
    )


def _top(place: _Place) -> int:
    return place.line.box.top


def _read(
    reading: GrayImage,
    place: _Place,
    dpi: int,
    *,
    engine: OcrEngine,
    second: OcrEngine | None,
) -> Iterator[Reading]:
    yield Reading("page", place.line.text, place.line.confidence)
    crop = _crop(reading, place, dpi)
    layout = Layout.RAW_LINE if place.is_date else Layout.LINE
    readers = [("raw-line" if place.is_date else "line", engine, layout)]
    if second is not None:
        readers.append(("second-model", second, Layout.LINE))
    for name, reader, mode in readers:
        found = _to_reading(name, reader.read(crop, dpi=dpi, layout=mode))
        if found is None:
            continue
        yield found
        if reader is second and _differ(found.text, place.line.text):
            smaller = round(_SMALLER * dpi)
            small = to_gray(resize_to_dpi(crop, dpi, smaller))
            again = reader.read(small, dpi=smaller, layout=mode)
            found = _to_reading(f"{name}-again", again)
            if found is not None:
                yield found


def _to_reading(name: str, read: OcrPage) -> Reading | None:
    text = " ".join(line.text for line in read.lines)
    return Reading(name, text, read.confidence) if text else None


def _differ(one: str, other: str) -> bool:
    """Whether two readings of a place with digits have other letters or digits."""
    seen = ["".join(filter(str.isalnum, text)) for text in (one, other)]
    return any(map(str.isdigit, seen[1])) and seen[0] != seen[1]


def _find_places(page: OcrPage, height: int) -> Iterator[_Place]:
    for line in page.lines:
        tall = median(word.box.height for word in line.words)
        parts = list(pieces(line, gap=_PIECE_GAP * tall))
        if line.box.middle[1] < _HEAD * height:
            yield from _numbers(parts, tall)
        yield from _dates(parts)


def _find_values(
    page: OcrPage, own: Sequence[_Place], doubtful: Collection[BoundingBox]
) -> list[_Place]:
    """Find the values of a form, but for those in places of the paper's own."""
    places: list[_Place] = []
    for run in find_form_values(page, doubtful):
        words = [OcrLine((word,)) for word in run.line.words]
        place = _place(words, run.first, run.last, is_date=False)
        if not any(run.box.overlap(each.line.box) for each in (*own, *places)):
            places.append(place)
    return places[:MOST_VALUES]


def _numbers(parts: list[OcrLine], tall: float) -> Iterator[_Place]:
    for index, part in enumerate(parts):
        if not is_number(part.text):
            continue
        end = index + 1
        # After "Số:" alone the number itself follows at some distance, if any does.
        if len(part.words) == 1 and end < len(parts):
            gap = parts[end].box.left - part.box.right
            end += gap < _SLOT_GAP * tall and not is_date(parts[end].text)
        place = _place(parts, index, end, is_date=False)
        if len(place.line.words) <= _MOST_WORDS:
            yield place


def _dates(parts: list[OcrLine]) -> Iterator[_Place]:
    """Find a date line; one to be filled in by hand may lie in several pieces."""
    starts = (at for at, part in enumerate(parts) if starts_date(part.text))
    start = next(starts, None)
    if start is None:
        return
    end = start + 1
    while end < len(parts) and goes_on_with_date(parts[end].text):
        end += 1
    place = _place(parts, start, end, is_date=True)
    if _is_date_line(place.line):
        yield place


def _is_date_line(line: OcrLine) -> bool:
    """Tell a paper's own date line from a date in a sentence, by its shape."""
    if not is_date(line.text) or fold(line.text).lstrip("( -").startswith(_PROSE):
        return False
    starts = [starts_date(word.text) for word in line.words]
    if True not in starts:
        return False
    before = line.words[: starts.index(True)]
    after = line.words[starts.index(True) + 1 :]
    letters = [letter for word in before for letter in word.text if letter.isalpha()]
    plain = sum(word.text.isalpha() and len(word.text) > 1 for word in after)
    return (
        len(before) <= _WORDS_BEFORE_DATE
        and (not letters or letters[0].isupper())
        and plain <= _PLAIN_WORDS_IN_DATE + len(("tháng", "năm"))
    )


def _place(parts: list[OcrLine], start: int, end: int, *, is_date: bool) -> _Place:
    words = tuple(word for part in parts[start:end] for word in part.words)
    left = parts[start - 1].box.right if start else 0
    right = parts[end].box.left if end < len(parts) else 1 << 30
    return _Place(OcrLine(words), (left, right), is_date)


def _crop(reading: GrayImage, place: _Place, dpi: int) -> GrayImage:
    height, width = reading.shape
    margin = max(1, round(_MARGIN * dpi))
    padded = place.line.box.padded(margin, width=width, height=height)
    box = BoundingBox(
        max(padded.left, min(place.limits[0], place.line.box.left)),
        padded.top,
        min(padded.right, max(place.limits[1], place.line.box.right)),
        padded.bottom,
    )
    return reading[box.top : box.bottom, box.left : box.right]
