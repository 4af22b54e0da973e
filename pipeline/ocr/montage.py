"""Read single words of a page again, cut out and put side by side.

A call of the reader costs as much as five words, and a line has ten: words are gathered
into few long rows instead. Brought to one height and freed from their neighbors they
come to the same model as other pictures, so that it seldom errs in them the same way.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from pipeline.imaging.arrays import WHITE, GrayImage, resize_to_dpi, to_gray
from pipeline.model.text import OcrLine, OcrPage
from pipeline.ocr.engine import OcrEngine
from pipeline.ocr.layout import Layout

_HEIGHT = 40
"""Pixels of a row: near what the model scales each line to."""

_GAP = 26
"""Pixels of paper between two words."""

_ROW = 2_400
"""Pixels: length of a row, some 25 words."""

_DPI = 200
_MARGIN = 0.012
"""Inches of paper above and below a word's stretch of line."""

_BESIDE = 0.03
"""Inches of paper left and right, where no neighbor stands."""

_NEIGHBORS = 2
"""Words to either side whose boxes tell how high the line is here: a word without tall
letters would be blown up, and on a tilted page the whole line is too high."""


class _Crop(NamedTuple):
    word: int
    picture: GrayImage


def look_at_words(
    reading: GrayImage,
    page: OcrPage,
    chosen: Sequence[int],
    *,
    dpi: int,
    engine: OcrEngine,
) -> dict[int, str]:
    """Read some words of a page again.

    Args:
        reading: the image *page* was read from. Not changed.
        page: its words.
        chosen: indices among all words of *page*.
        dpi: resolution of *reading*.
        engine: what looks again.

    Returns:
        What is seen in the place of each chosen word; empty where nothing is.
    """
    wanted = set(chosen)
    seen: dict[int, str] = {}
    row: list[_Crop] = []
    width = _GAP
    for crop in _crops(reading, page, wanted, dpi):
        if row and width + crop.picture.shape[1] + _GAP > _ROW:
            seen |= _read_row(row, engine)
            row, width = [], _GAP
        row.append(crop)
        width += crop.picture.shape[1] + _GAP
    return seen | _read_row(row, engine) if row else seen


def _crops(
    reading: GrayImage, page: OcrPage, wanted: set[int], dpi: int
) -> Iterator[_Crop]:
    index = 0
    for line in page.lines:
        for at in range(len(line.words)):
            if index in wanted:
                cut = _cut_out(reading, line, at, dpi)
                scaled = to_gray(resize_to_dpi(cut, cut.shape[0], _HEIGHT))
                yield _Crop(index, scaled)
            index += 1


def _cut_out(reading: GrayImage, line: OcrLine, at: int, dpi: int) -> GrayImage:
    words, box = line.words, line.words[at].box
    near = [word.box for word in words[max(0, at - _NEIGHBORS) : at + _NEIGHBORS + 1]]
    near = [each for each in near if each.height <= 2 * box.height]
    above, beside = max(1, round(_MARGIN * dpi)), max(1, round(_BESIDE * dpi))
    top = max(0, min(each.top for each in near) - above)
    bottom = max(each.bottom for each in near) + above
    before = box.left - words[at - 1].box.right if at else 2 * beside
    after = words[at + 1].box.left - box.right if at + 1 < len(words) else 2 * beside
    left = box.left - min(beside, max(0, before // 2))
    right = box.right + min(beside, max(0, after // 2))
    return reading[top:bottom, max(0, left) : right]


def _read_row(row: list[_Crop], engine: OcrEngine) -> dict[int, str]:
    paper = [int(np.percentile(crop.picture, 90)) for crop in row]
    length = _GAP + sum(crop.picture.shape[1] + _GAP for crop in row)
    strip = np.full((_HEIGHT, length), WHITE, np.uint8)
    starts: list[int] = []
    left = _GAP
    for crop, level in zip(row, paper, strict=True):
        width = crop.picture.shape[1]
        lifted = crop.picture.astype(np.int16) + (WHITE - level)
        strip[: crop.picture.shape[0], left : left + width] = lifted.clip(0, WHITE)[
            :_HEIGHT
        ]
        starts.append(left)
        left += width + _GAP
    found = engine.read(strip, dpi=_DPI, layout=Layout.RAW_LINE)
    seen: dict[int, list[str]] = {crop.word: [] for crop in row}
    edges = np.array(starts) - _GAP // 2
    for word in found.words:
        at = int(np.searchsorted(edges, word.box.middle[0], side="right")) - 1
        seen[row[max(at, 0)].word].append(word.text)
    return {index: " ".join(texts) for index, texts in seen.items()}
