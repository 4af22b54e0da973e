"""Read letters in boxes: closed up to a line of words, as the model knows them.

A model of lines reads single letters that stand far apart badly, and marks of the
boxes as more letters. So the inside of each box is cut out, the letters are put side
by side, and an empty box becomes a space. A reading counts only where it has a letter
for each box that is filled: it says which letter stands in which box.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from statistics import median
from typing import NamedTuple

import numpy as np

from pipeline.imaging.arrays import WHITE, GrayImage, resize_to_dpi, to_gray
from pipeline.imaging.boxes import BoxRow, find_letter
from pipeline.model.geometry import BoundingBox, enclosing
from pipeline.model.text import LetterBoxes, OcrLine, OcrPage, OcrWord, Reading
from pipeline.model.unicode import normalize
from pipeline.ocr.engine import OcrEngine
from pipeline.ocr.layout import Layout

MOST_ROWS = 24
"""Rows of boxes a page; each costs three readings of a line."""

_LETTER_HEIGHT = 0.5
"""Of a box that a capital letter takes."""

_LETTER_GAP = 0.13
"""Letter heights between two letters of a word, as in print."""

_SPACE = 0.7
"""Letter heights between two words."""

_MARGIN = 0.6
"""Letter heights of paper around the line."""

_OTHER_SIZE = 0.75
"""At which the letters are read a second time, set wider: another picture to the same
model."""

_WIDER = 1.8
_OTHER_MODEL = "second-model"

_AGREED, _ONCE = 0.97, 0.5
"""Confidence of a word that two models read alike, and of any other."""


def read_boxes(
    reading: GrayImage,
    rows: Sequence[BoxRow],
    *,
    dpi: int,
    engine: OcrEngine,
    second: OcrEngine | None,
) -> tuple[LetterBoxes, ...]:
    """Read rows of boxes, each by itself.

    Args:
        reading: the page, the rules of the boxes wiped. Not changed.
        rows: their cells, in pixels of *reading*.
        dpi: resolution of *reading*.
        engine: reads each row at two sizes.
        second: another model; None leaves its reading out.

    Returns:
        Rows with something in them, top to bottom.
    """
    found = (_read_row(reading, row, dpi, engine, second) for row in rows[:MOST_ROWS])
    return tuple(each for each in found if each is not None)


def without_letters(reading: GrayImage, boxes: Sequence[LetterBoxes]) -> GrayImage:
    """Empty the boxes that were read: *reading* itself where there are none.

    Letters that stand apart make the reader join the words of the label beside them.
    What no reading fits stays: it may be no row of single letters.
    """
    bare = reading
    for row in boxes:
        if not row.readings:
            continue
        bare = bare.copy() if bare is reading else bare
        for cell in row.cells:
            part = bare[cell.top : cell.bottom, cell.left : cell.right]
            part[:] = int(np.percentile(part, 80))
    return bare


def put_in_place(page: OcrPage, boxes: Sequence[LetterBoxes]) -> OcrPage:
    """Put the words of *boxes* where the page's reading has their single letters."""
    lines = list(page.lines)
    for row in boxes:
        words = _words_of(row)
        if not words:
            continue
        lines = _without(lines, enclosing(row.cells))
        middle = row.cells[0].middle[1]
        beside = [
            at
            for at, line in enumerate(lines)
            if line.box.top <= middle < line.box.bottom
        ]
        if beside:
            at = beside[0]
            both = (*lines[at].words, *words)
            lines[at] = OcrLine(tuple(sorted(both, key=lambda word: word.box.left)))
            continue
        lower = (at for at, each in enumerate(lines) if each.box.top > middle)
        lines.insert(next(lower, len(lines)), OcrLine(tuple(words)))
    return OcrPage(tuple(lines))


class _Cell(NamedTuple):
    box: BoundingBox
    ink: GrayImage | None
    """The columns of the cell that have ink; None: it is empty."""


def _read_row(
    reading: GrayImage,
    row: BoxRow,
    dpi: int,
    engine: OcrEngine,
    second: OcrEngine | None,
) -> LetterBoxes | None:
    cells = [_cut_out(reading, box, dpi) for box in row]
    filled = [cell.ink is not None for cell in cells]
    if not any(filled):
        return None
    height = _LETTER_HEIGHT * median(cell.box.height for cell in cells)
    normal = _close_up(cells, height, _LETTER_GAP)
    wide = _close_up(cells, height, _LETTER_GAP * _WIDER)
    smaller = to_gray(resize_to_dpi(wide, dpi, round(_OTHER_SIZE * dpi)))
    readers = [("page", engine, normal, dpi)]
    readers.append(("line", engine, smaller, round(_OTHER_SIZE * dpi)))
    if second is not None:
        readers.append((_OTHER_MODEL, second, normal, dpi))
    readings = tuple(
        _to_reading(name, reader.read(strip, dpi=at, layout=Layout.LINE), filled)
        for name, reader, strip, at in readers
    )
    boxes = tuple(cell.box for cell in cells)
    return LetterBoxes(boxes, tuple(filled), tuple(filter(None, readings)))


def _cut_out(reading: GrayImage, box: BoundingBox, dpi: int) -> _Cell:
    part = reading[box.top : box.bottom, box.left : box.right]
    columns = find_letter(part, dpi / 25.4)
    if columns is None:
        return _Cell(box, None)
    left, right = max(0, columns[0] - 1), columns[1] + 1
    return _Cell(box, part[:, left:right])


def _close_up(cells: Sequence[_Cell], height: float, gap: float) -> GrayImage:
    """Set the letters of *cells* side by side on one line."""
    between, space = max(2, round(gap * height)), round(_SPACE * height)
    margin = round(_MARGIN * height)
    tall = max(cell.box.height for cell in cells)
    parts: list[GrayImage] = [_paper(tall, margin)]
    for cell in cells:
        if cell.ink is None:
            parts.append(_paper(tall, space))
            continue
        lifted = cell.ink.astype(np.int16) + WHITE - int(np.percentile(cell.ink, 90))
        letter = _paper(tall, cell.ink.shape[1])
        letter[: cell.ink.shape[0]] = lifted.clip(0, WHITE)
        parts += [letter, _paper(tall, between)]
    parts.append(_paper(tall, margin))
    line = np.concatenate(parts, axis=1)
    edge = np.full((margin // 2, line.shape[1]), WHITE, np.uint8)
    return np.concatenate([edge, line, edge])


def _paper(height: int, width: int) -> GrayImage:
    return np.full((height, width), WHITE, np.uint8)


def _to_reading(name: str, read: OcrPage, filled: Sequence[bool]) -> Reading | None:
    """One character a box, a space for an empty one; None where they do not match."""
    letters = [letter for word in read.words for letter in normalize(word.text)]
    if len(letters) != sum(filled):
        return None
    left = iter(letters)
    text = "".join(next(left) if full else " " for full in filled)
    confidence = min(word.confidence for word in read.words)
    return Reading(name, text, round(confidence, 4))


def _words_of(row: LetterBoxes) -> list[OcrWord]:
    """Words of the first reading, or of another where that one does not match."""
    if not row.readings:
        return []
    first = row.readings[0]
    others = [each.text for each in row.readings if each.reader == _OTHER_MODEL]
    words = []
    for full, run in groupby(range(len(row.cells)), key=lambda at: row.filled[at]):
        if not full:
            continue
        places = list(run)
        span = slice(places[0], places[-1] + 1)
        text = first.text[span]
        agreed = any(other[span] == text for other in others)
        confidence = min(_AGREED, first.confidence) if agreed else _ONCE
        box = enclosing(row.cells[span])
        words.append(OcrWord(text, box, confidence, doubtful=not agreed))
    return words


def _without(lines: Sequence[OcrLine], box: BoundingBox) -> list[OcrLine]:
    """Leave out the words that stand in *box*."""
    return list(_kept(lines, box))


def _kept(lines: Sequence[OcrLine], box: BoundingBox) -> Iterator[OcrLine]:
    for line in lines:
        words = tuple(word for word in line.words if not _is_in(word, box))
        if words:
            yield replace(line, words=words)


def _is_in(word: OcrWord, box: BoundingBox) -> bool:
    x, y = word.box.middle
    return box.left <= x < box.right and box.top <= y < box.bottom
