"""Find Patch T, the separator of document scanners: four bars, no text.

Two narrow and two wide bars of one length stand 0.08 inch apart, parallel to an edge of
the sheet. From that edge inwards Patch T is narrow, wide, narrow, wide; the other five
orders mean something else (Kodak A-61599, *Scanner Patch Code Information*).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_WORKING_DPI = 100
"""A narrow bar is eight pixels wide there."""

_BAND = 0.1
"""Inches of bar that are averaged before looking: print and paper noise cancel, and a
tilt of 7 degrees smears an edge by one pixel."""

_BARS = np.array([1, 1, 2.5, 1, 1, 1, 2.5])
"""Widths from the edge inwards, bar and gap in turn, in units of 0.08 inch."""

_TOLERANCE = 0.45
"""Units by which a width may differ: photocopies fatten bars. Narrow (1) and wide (2.5)
stay apart."""

_WIDTHS = (0.4, 1.6)
"""Inches that the four bars may take, 0.8 when printed to scale: sheets get shrunk to
fit, and the resolution of a file is sometimes a guess."""

_SHORTEST = 1.5
"""Inches of bar that must be seen; the standard asks for 2."""

_DRIFT = 0.06
"""Inches that a bar may wander from one band to the next."""

_INK = 0.55
"""Where ink begins, between the darkest of the page and its paper: bars are as dark as
anything on their sheet, however pale the scan."""

_DARKEST = 1.0
"""Percent of the page that is darker; four bars are two percent of it or more."""

_LEAST_CONTRAST = 30
"""Levels between ink and paper under which there are no bars, but grain."""


@dataclass(slots=True)
class _Track:
    """Bars that were seen in neighbouring bands."""

    start: int
    end: int
    first: int
    last: int
    left: int
    right: int


def find_patches(
    gray: NDArray[np.uint8], dpi: float
) -> list[tuple[int, int, int, int]]:
    """Find Patch T bars along any edge.

    Returns:
        Left, top, right, bottom of each, in pixels of *gray*.
    """
    step = max(1, round(dpi / _WORKING_DPI))
    small = gray[::step, ::step]
    if min(small.shape) < _SHORTEST * dpi / step:
        return []
    dark, paper = np.percentile(small[::4, ::4], (_DARKEST, 75))
    if paper - dark < _LEAST_CONTRAST:
        return []
    ink_below = float(dark + _INK * (paper - dark))
    upright = list(_find_upright(small, dpi / step, ink_below))
    lying = _find_upright(small.T, dpi / step, ink_below)
    turned = [(top, left, bottom, right) for left, top, right, bottom in lying]
    return [
        (left * step, top * step, right * step, bottom * step)
        for left, top, right, bottom in upright + turned
    ]


def _find_upright(
    image: NDArray[np.uint8], dpi: float, ink_below: float
) -> Iterator[tuple[int, int, int, int]]:
    """Find bars that run down the image."""
    height = max(1, round(_BAND * dpi))
    count, width = image.shape[0] // height, image.shape[1]
    whole = np.ascontiguousarray(image[: count * height])
    sums = whole.reshape(count, height, width).sum(axis=1, dtype=np.uint32)
    bands: NDArray[np.bool_] = sums < ink_below * height
    open_tracks: list[_Track] = []
    for index, bars in enumerate(_find_bars(bands, dpi)):
        for start, end in bars:
            _follow(open_tracks, start, end, index, _DRIFT * dpi)
        if index + 1 < count:
            ended = [track for track in open_tracks if track.last < index]
        else:
            ended = list(open_tracks)
        open_tracks = [track for track in open_tracks if track.last == index]
        for track in ended:
            if (track.last - track.first + 1) * height >= _SHORTEST * dpi:
                yield (
                    track.left,
                    track.first * height,
                    track.right,
                    (track.last + 1) * height,
                )


def _follow(
    tracks: list[_Track], start: int, end: int, index: int, drift: float
) -> None:
    for track in tracks:
        if abs(track.start - start) <= drift and abs(track.end - end) <= drift:
            track.start, track.end, track.last = start, end, index
            track.left, track.right = min(track.left, start), max(track.right, end)
            return
    tracks.append(_Track(start, end, index, index, start, end))


def _find_bars(bands: NDArray[np.bool_], dpi: float) -> list[list[tuple[int, int]]]:
    """Find where narrow, wide, narrow, wide stand in each band, seen from the edge."""
    found: list[list[tuple[int, int]]] = [[] for _ in bands]
    rows, edges = np.nonzero(np.diff(bands, axis=1, prepend=False, append=False))
    size = len(_BARS)
    place = np.arange(len(rows)) - np.searchsorted(rows, rows)  # in its band
    starts = (place[:-size] % 2 == 0) & (rows[:-size] == rows[size:])
    begin = np.flatnonzero(starts)  # from a bar on
    totals = edges[begin + size] - edges[begin]
    fits = (totals >= _WIDTHS[0] * dpi) & (totals <= _WIDTHS[1] * dpi)
    begin, totals = begin[fits], totals[fits]
    runs = np.diff(edges[begin[:, None] + np.arange(size + 1)], axis=1)
    units = runs / (totals / _BARS.sum())[:, None]
    near_left = edges[begin] + totals / 2 < bands.shape[1] / 2
    for mask, order in ((near_left, _BARS), (~near_left, _BARS[::-1])):
        close = np.abs(units - order).max(axis=1, initial=0) <= _TOLERANCE
        for index in np.flatnonzero(close & mask):
            left = int(edges[begin[index]])
            found[rows[begin[index]]].append((left, left + int(totals[index])))
    return found
