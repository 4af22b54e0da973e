"""Put the two columns of a paper's head into the order a person reads them.

Tesseract reads straight across: agency, motto, number, date in one breath, whatever
its layout mode. The boxes are right, so the words are put in order by them.
"""

from statistics import median

from pipeline.model.geometry import BoundingBox
from pipeline.model.text import OcrLine, OcrPage
from pipeline.ocr.landmarks import Motto, find_motto, is_date, is_number

_DEEPEST = 9.0
"""Heights of the motto's line from its top to the end of the head: the agency's name
takes up to three lines, then comes the number."""

_ABOVE = 0.75
"""Heights of the motto's line that the agency may stand higher: a tilted sheet."""

_NEAR = 0.3
"""Widths of the motto to either side of its beginning: where the columns part. A long
date line starts left of the motto, a short one right of it."""

_COLUMN_GAP = 1.0
"""Word heights between two words that stand in different columns, at least."""

_SAME_ROW = 0.5
"""Share of the lower piece's height that two pieces of one row share."""


def order_header(page: OcrPage) -> OcrPage:
    """Order the head of *page*: the left column, then the right one, then the rest.

    The head is found by the national motto and reaches down to the number or date
    line. Lines across both columns are cut at the widest gap near the motto's
    beginning. No word is lost, doubled or changed; a page without the motto stays
    as it is.
    """
    motto = find_motto(page)
    if motto is None:
        return page
    bottom = _find_bottom(page, motto)
    top = motto.box.top - _ABOVE * motto.box.height
    inside = [
        index == motto.line or top <= _middle(line) <= bottom
        for index, line in enumerate(page.lines)
    ]
    first = inside.index(True)

    left: list[OcrLine] = []
    right: list[OcrLine] = []
    before: list[OcrLine] = []
    after: list[OcrLine] = []
    for index, line in enumerate(page.lines):
        if inside[index]:
            for piece in _cut(line, motto.box):
                (left if _is_left(piece, motto.box) else right).append(piece)
        elif index < first and _middle(line) < top:
            before.append(line)
        else:
            after.append(line)
    return OcrPage((*before, *_rows(left), *_rows(right), *after))


def _middle(line: OcrLine) -> float:
    """Find the height of *line* on the page; a tall stamp in it does not move it."""
    return median(word.box.middle[1] for word in line.words)


def _find_bottom(page: OcrPage, motto: Motto) -> float:
    """Find where the head ends: at its number or date line, else at the motto."""
    limit = motto.box.top + _DEEPEST * motto.box.height
    bottom = float(motto.box.bottom)
    for line in page.lines:
        if not motto.box.top < _middle(line) < limit:
            continue
        for piece in _cut(line, motto.box):
            # A date in the text below begins at the left margin.
            in_column = piece.box.left > motto.box.left - _NEAR * motto.box.width
            if is_number(piece.text) or (in_column and is_date(piece.text)):
                bottom = max(bottom, median(word.box.bottom for word in piece.words))
    return bottom


def _cut(line: OcrLine, motto: BoundingBox) -> tuple[OcrLine, ...]:
    """Cut *line* into its parts in the left and the right column.

    The motto's own line is cut before the motto, however close a long agency comes.
    """
    starts = [word.box.left for word in line.words]
    if motto.left in starts and motto.overlap(line.box):
        index = starts.index(motto.left)
        return _split(line, index)
    reach = _NEAR * motto.width
    gaps = [
        (after.box.left - word.box.right, index)
        for index, (word, after) in enumerate(
            zip(line.words, line.words[1:], strict=False), start=1
        )
        if word.box.right < motto.left + reach and after.box.left > motto.left - reach
    ]
    widest, index = max(gaps, default=(0, 0))
    starts_left = starts[0] < motto.left - reach
    tall = median(word.box.height for word in line.words)
    if not starts_left or widest < _COLUMN_GAP * tall:
        return (line,)
    return _split(line, index)


def _split(line: OcrLine, index: int) -> tuple[OcrLine, ...]:
    parts = line.words[:index], line.words[index:]
    return tuple(OcrLine(words) for words in parts if words)


def _is_left(piece: OcrLine, motto: BoundingBox) -> bool:
    return piece.box.middle[0] < motto.left


def _rows(column: list[OcrLine]) -> list[OcrLine]:
    """Order the pieces of one column from top to bottom, joining those of one row."""
    rows: list[OcrLine] = []
    for piece in sorted(column, key=_middle):
        if rows and _stand_in_one_row(rows[-1].box, piece.box):
            words = sorted(
                (*rows[-1].words, *piece.words), key=lambda word: word.box.left
            )
            rows[-1] = OcrLine(tuple(words))
        else:
            rows.append(piece)
    return rows


def _stand_in_one_row(one: BoundingBox, other: BoundingBox) -> bool:
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    beside = one.right <= other.left or other.right <= one.left
    return beside and shared > _SAME_ROW * min(one.height, other.height)
