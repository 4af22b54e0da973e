"""Read what the reader's layout analysis left out of a page."""

from pipeline.imaging.arrays import GrayImage
from pipeline.imaging.unread import darkest, find_unread, level
from pipeline.model.geometry import BoundingBox
from pipeline.model.text import OcrLine, OcrPage
from pipeline.ocr.engine import OcrEngine
from pipeline.ocr.layout import Layout
from pipeline.ocr.recognize import shift

_MOST_BLOCKS = 6
"""Blocks a page: a head has two columns; what has more is a drawing."""

_SURE = 0.75
"""Mean confidence of a line that is print; scribble and seals read below."""

_FEWEST_LETTERS = 2


def add_leftovers(
    page: OcrPage, reading: GrayImage, *, dpi: int, engine: OcrEngine
) -> OcrPage:
    """Add the lines that were left out, each where it stands from top to bottom.

    Lines that are read with little confidence, or that lie on words of *page*, are no
    print and are not taken. A page without leftovers comes back as it is.
    """
    boxes = [word.box for word in page.words]
    blocks = find_unread(reading, boxes, dpi)
    if not blocks:
        return page
    flat = level(reading)
    if not boxes:
        # Light from one side: the reader took the darker half of the sheet for ink.
        return engine.read(flat, dpi=dpi)
    lines = list(page.lines)
    for block in blocks[:_MOST_BLOCKS]:
        part = flat[block.top : block.bottom, block.left : block.right]
        found = _read(part, dpi, engine) or _read(darkest(part), dpi, engine)
        for line in shift(OcrPage(found), across=block.left, down=block.top).lines:
            if not _lies_on(line, boxes):
                lines.insert(_place_of(line, lines), line)
    return OcrPage(tuple(lines))


def _read(part: GrayImage, dpi: int, engine: OcrEngine) -> tuple[OcrLine, ...]:
    found = engine.read(part, dpi=dpi, layout=Layout.BLOCK)
    return tuple(line for line in found.lines if _is_print(line))


def _is_print(line: OcrLine) -> bool:
    letters = sum(map(str.isalnum, line.text))
    return line.confidence >= _SURE and letters >= _FEWEST_LETTERS


def _lies_on(line: OcrLine, boxes: list[BoundingBox]) -> bool:
    return any(word.box.overlap(box) for word in line.words for box in boxes)


def _place_of(line: OcrLine, lines: list[OcrLine]) -> int:
    """The index of the first line that stands lower."""
    middle = line.box.middle[1]
    lower = (at for at, each in enumerate(lines) if each.box.middle[1] > middle)
    return next(lower, len(lines))
