"""What both adapters share: checks before, Tesseract's table to words after.

Both libraries hand out the same tab-separated table, so that a page is the same page
whichever of them read it.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

import numpy as np

from pipeline.errors import OversizedScan
from pipeline.imaging.arrays import GrayImage
from pipeline.model.geometry import BoundingBox
from pipeline.model.text import OcrLine, OcrPage, OcrWord
from pipeline.model.unicode import normalize
from pipeline.ocr.layout import Layout

Recognizer = Callable[[GrayImage, int, Layout], str]
"""Image, dpi and layout to Tesseract's table."""

FIXED_VARIABLES = {"debug_file": "/dev/null"}
"""Tesseract's complaints about single lines would flood the log and name no page."""

_LONGEST_SIDE = 32_767
"""Pixels: Tesseract keeps coordinates in 16 bits."""

_SHORTEST_SIDE = 8
"""Pixels: smaller than any letter, and Tesseract refuses less than 3."""

_DPI_RANGE = 70, 2_400
"""Tesseract distrusts a resolution outside and guesses one."""

_FAINTEST_PRINT = 24
"""Grey levels between the lightest and the darkest pixel; with less, the line modes
make up letters."""

_INK_BELOW_PAPER = 70
"""Grey levels under the paper's: bleed-through stays above, pencil is below."""

_CELL = 8
"""Pixels: side of the squares in which ink is counted; a speck fills none."""

_CELL_INK = 6
"""Dark pixels in a square that a stroke leaves there; a speck leaves fewer."""

_LONE_INK_HEIGHT = 0.12
"""Share of the page's height that a lone word or line may take; more is a picture."""

_LONE_CONFIDENCE = 0.5
"""What the block mode reads from dirt is below."""

_MARK_CONFIDENCE = 0.6
"""A printed dash reads at 0.9; what is read from dirt and rules is mostly below."""

_WORD_LEVEL = "5"
_COLUMNS = 12


def recognize(
    recognizer: Recognizer, image: GrayImage, *, dpi: int, layout: Layout
) -> OcrPage:
    """Read *image* as `OcrEngine.read` promises, through one library's *recognizer*.

    Raises:
        ValueError: *image* is not a two-dimensional array of bytes.
        OversizedScan: a side is longer than Tesseract's coordinates reach.
    """
    if image.ndim != 2 or image.dtype != np.uint8:
        raise ValueError(f"not a grey image: {image.dtype} of shape {image.shape}")
    height, width = image.shape
    if max(height, width) > _LONGEST_SIDE:
        raise OversizedScan(f"{width} × {height} pixels is more than Tesseract reads")
    if min(height, width) < _SHORTEST_SIDE or np.ptp(image) < _FAINTEST_PRINT:
        return OcrPage()
    believed = min(max(dpi, _DPI_RANGE[0]), _DPI_RANGE[1])
    page = to_page(recognizer(image, believed, layout), width=width, height=height)
    if page.lines or layout is not Layout.PAGE:
        return page
    return _read_lone_words(recognizer, image, believed)


def to_page(table: str, *, width: int, height: int) -> OcrPage:
    """Turn Tesseract's table into words.

    Boxes are cut to the *width* × *height* image. Left out are words without text or
    extent, and marks without a letter or digit that Tesseract itself doubts.
    """
    rows = [row for row in map(_parse, table.splitlines()) if row is not None]
    lines = []
    for _, members in groupby(rows, key=lambda row: row.line):
        words = tuple(
            word
            for row in members
            if (word := _to_word(row, width=width, height=height)) is not None
        )
        if words:
            lines.append(OcrLine(words))
    return OcrPage(tuple(lines))


class _Row(NamedTuple):
    line: tuple[str, ...]
    """Block, paragraph and line number: what tells one line from the next."""

    box: tuple[int, int, int, int]
    """Left, top, width, height."""

    confidence: float
    text: str


def _parse(row: str) -> _Row | None:
    cells = row.split("\t", _COLUMNS - 1)
    if len(cells) < _COLUMNS or cells[0] != _WORD_LEVEL:
        return None
    left, top, width, height = (int(cell) for cell in cells[6:10])
    return _Row(
        line=tuple(cells[1:5]),
        box=(left, top, width, height),
        confidence=min(max(float(cells[10]) / 100, 0.0), 1.0),
        text="".join(normalize(cells[11]).split()),
    )


def _to_word(row: _Row, *, width: int, height: int) -> OcrWord | None:
    left, top = max(row.box[0], 0), max(row.box[1], 0)
    right = min(row.box[0] + row.box[2], width)
    bottom = min(row.box[1] + row.box[3], height)
    if not row.text or right <= left or bottom <= top:
        return None
    is_mark = not any(character.isalnum() for character in row.text)
    if is_mark and row.confidence < _MARK_CONFIDENCE:
        return None
    return OcrWord(row.text, BoundingBox(left, top, right, bottom), row.confidence)


def _read_lone_words(recognizer: Recognizer, image: GrayImage, dpi: int) -> OcrPage:
    """Read a page on which the page mode found nothing.

    It takes a single word for a picture. Cut to the ink and read as a block, the word
    is found; what has no letters in it gives nothing or words of low confidence.
    """
    ink = find_lone_ink(image)
    if ink is None:
        return OcrPage()
    margin = dpi // 20
    box = ink.padded(margin, width=image.shape[1], height=image.shape[0])
    part = image[box.top : box.bottom, box.left : box.right]
    page = to_page(
        recognizer(part, dpi, Layout.BLOCK), width=box.width, height=box.height
    )
    if page.confidence < _LONE_CONFIDENCE:
        return OcrPage()
    return shift(page, across=box.left, down=box.top)


def find_lone_ink(image: GrayImage) -> BoundingBox | None:
    """Find the box around all ink; None for a blank page and for one full of ink."""
    paper = int(np.percentile(image[::4, ::4], 75))
    dark = image < max(paper - _INK_BELOW_PAPER, 1)
    rows, columns = (side // _CELL for side in image.shape)
    cells = dark[: rows * _CELL, : columns * _CELL]
    counts = cells.reshape(rows, _CELL, columns, _CELL).sum(axis=(1, 3))
    inked = counts >= _CELL_INK
    if not inked.any():
        return None
    down, across = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    if (down[-1] + 1 - down[0]) > rows * _LONE_INK_HEIGHT:
        return None
    return BoundingBox(
        int(across[0]) * _CELL,
        int(down[0]) * _CELL,
        int(across[-1] + 1) * _CELL,
        int(down[-1] + 1) * _CELL,
    )


def shift(page: OcrPage, *, across: int, down: int) -> OcrPage:
    """Move the boxes of words read from a part to where the part was cut out."""
    return OcrPage(
        tuple(
            OcrLine(
                tuple(
                    replace(
                        word,
                        box=BoundingBox(
                            word.box.left + across,
                            word.box.top + down,
                            word.box.right + across,
                            word.box.bottom + down,
                        ),
                    )
                    for word in line.words
                )
            )
            for line in page.lines
        )
    )
