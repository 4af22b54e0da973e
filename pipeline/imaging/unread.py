"""Find print on a page that lies outside the words a reader found there.

The reader's layout analysis takes a column of a head for a picture, or sees nothing
on a sheet that a lamp lights from one side. What it left out still looks like print.
"""

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.arrays import WHITE, GrayImage, paper_around
from pipeline.model.geometry import BoundingBox

_INK_BELOW_PAPER = 70
"""Grey levels below the paper around it; print from the back stays above."""

_CELLS = 25
"""Cells an inch, in which ink is counted: five make the height of a line."""

_CELL_INK = 0.1
"""Share of a cell that a stroke covers, and a speck does not."""

_MARGIN = 0.03
"""Inches around a word that was read: accents and commas stand outside of its box."""

_LOWEST, _SHORTEST = 2, 15
"""Cells: a line of print is as high, and 0.6 inches long like ``Số: 12``; stamps' rims
and marks are less."""

_FILLED = 0.2, 0.95
"""Share of a block's cells that have ink: leaders and scribble have less, bars more."""

_EDGES = 0.8
"""Edges between ink and paper a cell's width, on the block's busiest row: print crosses
a stroke there, a rule or a border none."""


_SURELY_INK = 1
"""Percent of a part's pixels, of the darkest, that are print."""

_PALER = 60
"""Grey levels above print's from which another ink is bare: red scans at 86 where black
scans at 25."""


def level(reading: GrayImage) -> GrayImage:
    """Take uneven light off a page: paper becomes white everywhere."""
    return np.asarray(WHITE - _darkness(reading), np.uint8)


def darkest(part: GrayImage) -> GrayImage:
    """Keep the darkest ink of a part alone: a seal scanned grey is paler than print."""
    ink = int(np.percentile(part, _SURELY_INK))
    bare = (part.astype(np.int16) - ink) * (WHITE / _PALER)
    return np.asarray(bare.clip(0, WHITE), np.uint8)


def find_unread(
    reading: GrayImage, read: Iterable[BoundingBox], dpi: int
) -> tuple[BoundingBox, ...]:
    """Find blocks of lines that look like print, away from the words that were *read*.

    Args:
        reading: the page, ink dark, rows level within a few degrees. Not changed.
        read: boxes of the words found on it.
        dpi: its resolution.

    Returns:
        Blocks of one line or several, from top to bottom, with some paper around them;
        empty for a page that was read whole.
    """
    ink = _darkness(reading) > _INK_BELOW_PAPER
    margin = max(1, round(_MARGIN * dpi))
    for box in read:
        top, left = max(0, box.top - margin), max(0, box.left - margin)
        ink[top : box.bottom + margin, left : box.right + margin] = False
    cell = max(2, round(dpi / _CELLS))
    cells = _count(ink, cell)
    joined = cv2.morphologyEx(cells, cv2.MORPH_CLOSE, np.ones((1, 7), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=4)
    height, width = reading.shape
    blocks = []
    for left, top, wide, high, _ in stats[1:].tolist():
        box = BoundingBox(
            left * cell, top * cell, (left + wide) * cell, (top + high) * cell
        )
        filled = cells[top : top + high, left : left + wide].mean()
        if (
            high >= _LOWEST
            and wide >= _SHORTEST
            and _FILLED[0] <= filled <= _FILLED[1]
            and _crosses_strokes(ink, box, cell)
        ):
            blocks.append(box.padded(2 * margin, width=width, height=height))
    return tuple(sorted(blocks, key=lambda box: box.top))


def _darkness(reading: GrayImage) -> NDArray[np.uint8]:
    return np.asarray(cv2.subtract(paper_around(reading), reading), np.uint8)


def _count(ink: NDArray[np.bool_], cell: int) -> NDArray[np.uint8]:
    rows, columns = (side // cell for side in ink.shape)
    squares = ink[: rows * cell, : columns * cell].reshape(rows, cell, columns, cell)
    inked = squares.sum(axis=(1, 3)) >= max(2, _CELL_INK * cell * cell)
    return np.asarray(inked, np.uint8)


def _crosses_strokes(ink: NDArray[np.bool_], box: BoundingBox, cell: int) -> bool:
    part = ink[box.top : box.bottom, box.left : box.right]
    edges = (part[:, 1:] != part[:, :-1]).sum(axis=1)
    return bool(edges.max() >= _EDGES * box.width / cell)
