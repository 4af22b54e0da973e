"""Find the rows of boxes that a form prints for single letters, and their cells."""

from itertools import pairwise
from statistics import median

import cv2
import numpy as np

from pipeline.imaging.arrays import GrayImage
from pipeline.model.geometry import BoundingBox

BoxRow = tuple[BoundingBox, ...]
"""The cells of one row, left to right, the rules around them left out."""

_FEWEST_CELLS = 3
"""Cells of a row; two could be a box to tick and its frame."""

_CELL_WIDTH = (2.5, 12.0)
"""Millimetres across a cell for one letter."""

_ONE_RULE = 0.8
"""Millimetres within which two uprights are one rule."""

_INK_BELOW_PAPER = 60
"""Levels below the paper from which a pixel is ink."""

_SMALLEST_SIGN, _SPECK = 0.12, 0.06
"""Square millimetres of connected ink from which a cell is not empty, where a hyphen
has 0.3, and below which ink belongs to no letter."""

_UNEVEN = 0.2
"""Part of the usual width by which a cell may differ: a gap or a column of a table
differs by more."""


def find_box_rows(
    levels: GrayImage, uprights: GrayImage, per_mm: float
) -> tuple[BoxRow, ...]:
    """Make rows of cells of the rules of boxes.

    Args:
        levels: marks the level rules of boxes, not 0 where they are.
        uprights: marks the uprights of boxes.
        per_mm: pixels per millimetre.

    Returns:
        Rows from top to bottom, in pixels of both.
    """
    if not uprights.any():
        return ()
    joint = np.ones((3, 3), np.uint8)
    _, rows = cv2.connectedComponents(cv2.dilate(levels | uprights, joint))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(uprights)
    by_row: dict[int, list[BoundingBox]] = {}
    for place, (left, top, width, height, _) in enumerate(stats[1:], 1):
        part = labels[top : top + height, left : left + width] == place
        y, x = (int(each[0]) for each in np.nonzero(part))
        box = BoundingBox(int(left), int(top), int(left + width), int(top + height))
        by_row.setdefault(int(rows[top + y, left + x]), []).append(box)
    found = [row for rules in by_row.values() for row in _rows_of(rules, per_mm)]
    return tuple(sorted(found, key=lambda row: (row[0].top, row[0].left)))


def find_letter(cell: GrayImage, per_mm: float) -> tuple[int, int] | None:
    """Find the columns of a cell that its letter takes; None for an empty cell.

    Args:
        cell: the inside of a box, without its rules.
        per_mm: pixels per millimetre.

    Returns:
        First column, and the one behind the last; specks are left out.
    """
    paper = int(np.percentile(cell, 80))
    ink = (cell < max(paper - _INK_BELOW_PAPER, 1)).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink)
    areas = stats[1:, cv2.CC_STAT_AREA] / per_mm**2
    if not (areas >= _SMALLEST_SIGN).any():
        return None
    parts = stats[1:][areas >= _SPECK]
    left = parts[:, cv2.CC_STAT_LEFT]
    return int(left.min()), int((left + parts[:, cv2.CC_STAT_WIDTH]).max())


def _rows_of(rules: list[BoundingBox], per_mm: float) -> list[BoxRow]:
    """Cut the cells between *rules* into rows of cells of one width."""
    rules = sorted(rules, key=lambda box: box.left)
    merged = rules[:1]
    for rule in rules[1:]:
        if rule.left - merged[-1].right > _ONE_RULE * per_mm:
            merged.append(rule)
    cells = [
        cell
        for one, other in pairwise(merged)
        if (cell := _between(one, other)) is not None
        and _CELL_WIDTH[0] <= cell.width / per_mm <= _CELL_WIDTH[1]
    ]
    if len(cells) < _FEWEST_CELLS:
        return []
    usual = median(cell.width for cell in cells)
    rows: list[list[BoundingBox]] = [[]]
    for cell in cells:
        if abs(cell.width - usual) > max(2.0, _UNEVEN * usual):
            rows.append([])
            continue
        if rows[-1] and cell.left - rows[-1][-1].right > _ONE_RULE * per_mm:
            rows.append([])
        rows[-1].append(cell)
    return [tuple(row) for row in rows if len(row) >= _FEWEST_CELLS]


def _between(one: BoundingBox, other: BoundingBox) -> BoundingBox | None:
    top, bottom = max(one.top, other.top), min(one.bottom, other.bottom)
    if bottom <= top or other.left <= one.right:
        return None
    return BoundingBox(one.right, top, other.left, bottom)
