"""The invisible words over a page's picture, laid so that they select and copy right.

What was tried against poppler, PDFium and Chromium: one text matrix a line and never a
rotated one, each word stretched to its box, each space a text object of its own that
fills the gap exactly, none behind the last word, and gaps poppler does not overlook.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from pipeline.model.text import OcrLine, OcrPage, OcrWord
from pipeline.pdf.glyphless import ADVANCE, ASCENT, DESCENT, GlyphlessFont

FONT_RESOURCE = "F0"
"""Name of the font in every page's resources."""

_MIN_GAP = 0.16
"""Em between words: below it, poppler's raw mode glues them together."""

_MIN_ADVANCE = 0.05
"""Em each character keeps, however narrow the box of its word."""

_TALL = 0.6
"""Words of at least this part of the tallest show where their line runs; a dash or a
full stop does not."""

_COVERED = 0.8
"""Share of a line's words that the height of its selection covers; not all, lest one
misread box blow it up."""

_HEIGHT = ASCENT - DESCENT

_NEIGHBORS = 40
"""Lines looked at above each: more do not stand at one height, except in an attack."""

_SMALLEST = 2.0
"""Points: lines closer than that are one line, read twice."""


def write_text_layer(
    text: OcrPage, font: GlyphlessFont, *, scale: float, height: float
) -> bytes:
    """Write the words of a page as content of an invisible text object.

    Args:
        text: lines in reading order, boxes in pixels.
        font: takes up the characters used.
        scale: points per pixel.
        height: of the page, points.

    Returns:
        Operators from ``BT`` to ``ET``; nothing for a page without words.
    """
    runs = [
        run
        for number, line in enumerate(text.lines)
        for run in _to_runs(number, line, font, scale, height)
    ]
    if not runs:
        return b""
    space = font.encode(" ")
    lines = [
        run.write(space, size) for run, size in zip(runs, _apart(runs), strict=True)
    ]
    return b"\n".join([b"BT", b"3 Tr", *lines, b"ET"])


@dataclass(frozen=True, slots=True)
class _Run:
    """Words of a line that go to the right, in points."""

    line: int
    codes: tuple[bytes, ...]
    spans: tuple[tuple[float, float], ...]
    """Left and right edge of each word."""

    middle: float
    """Height above the foot of the page at which the words stand."""

    size: float

    @property
    def right(self) -> float:
        return max(right for _, right in self.spans)

    def is_beside(self, other: "_Run") -> bool:
        """Tell whether one is to the right of the other."""
        return self.right <= other.spans[0][0] or other.right <= self.spans[0][0]

    def write(self, space: bytes, size: float) -> bytes:
        counts = [len(codes) // 2 for codes in self.codes]
        spans = _with_gaps(list(self.spans), counts, size)
        baseline = self.middle - (ASCENT + DESCENT) / 2 * size
        return _write_run(list(self.codes), spans, space, size, baseline)


def _apart(runs: list[_Run]) -> list[float]:
    """Find sizes at which lines do not reach into one another.

    A stain that was read for a letter makes its line twice as high, and the small print
    of signatures is set close: PDFium and pdf.js then take two lines for one, and mix
    their words.
    """
    sizes = [run.size for run in runs]
    order = sorted(range(len(runs)), key=lambda index: runs[index].middle)
    for place, index in enumerate(order):
        for other in order[place + 1 : place + 1 + _NEIGHBORS]:
            first, second = runs[index], runs[other]
            room = second.middle - first.middle
            if first.line == second.line or first.is_beside(second):
                continue
            for each in (index, other):
                sizes[each] = min(sizes[each], max(room, _SMALLEST))
    return sizes


def _to_runs(
    number: int, line: OcrLine, font: GlyphlessFont, scale: float, height: float
) -> Iterator[_Run]:
    """Make runs of a line; usually there is one."""
    for words in _forward_runs(line.words):
        coded = [(font.encode(word.text), word) for word in words]
        coded = [(codes, word) for codes, word in coded if codes]
        if not coded:
            continue
        tall = max(word.box.height for _, word in coded) * _TALL
        level = [word.box for _, word in coded if word.box.height >= tall]
        heights = sorted(box.height for box in level)
        yield _Run(
            number,
            tuple(codes for codes, _ in coded),
            tuple((word.box.left * scale, word.box.right * scale) for _, word in coded),
            height - median(box.middle[1] for box in level) * scale,
            heights[int(len(heights) * _COVERED)] * scale / _HEIGHT,
        )


def _forward_runs(words: Sequence[OcrWord]) -> Iterator[list[OcrWord]]:
    run: list[OcrWord] = []
    for word in words:
        if run and word.box.left <= run[-1].box.left:
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _with_gaps(
    spans: list[tuple[float, float]], counts: list[int], size: float
) -> list[tuple[float, float]]:
    """Trim words, at the right if possible, so that a gap is left between them."""
    gap = _MIN_GAP * size
    trimmed: list[tuple[float, float]] = []
    earliest = float("-inf")
    for index, (left, right) in enumerate(spans):
        least = _MIN_ADVANCE * size * counts[index]
        start = max(left, earliest)
        latest = spans[index + 1][0] - gap if index + 1 < len(spans) else right
        end = max(min(right, latest), start + least)
        trimmed.append((start, end))
        earliest = end + gap
    return trimmed


def _write_run(
    codes: list[bytes],
    spans: list[tuple[float, float]],
    space: bytes,
    size: float,
    baseline: float,
) -> bytes:
    """Write one line: each word and each space stretched to exactly its place.

    The place reached is followed as the reader computes it from the rounded numbers,
    and the next space makes good what rounding lost.
    """
    em = float(_number(size))
    at = float(_number(spans[0][0]))
    parts = [
        f"/{FONT_RESOURCE} {_number(size)} Tf",
        f"1 0 0 1 {_number(at)} {_number(baseline)} Tm",
    ]

    def show(text: bytes, end: float) -> None:
        nonlocal at
        natural = len(text) // 2 * ADVANCE * em
        stretch = _number(max(0.01, (end - at) / natural * 100))
        parts.append(f"{stretch} Tz <{text.hex()}> Tj")
        at += natural * float(stretch) / 100

    for index, (text, (start, end)) in enumerate(zip(codes, spans, strict=True)):
        if index:
            show(space, start)
        show(text, end)
    return " ".join(parts).encode("ascii")


def _number(value: float) -> str:
    """Write a number for a content stream: plain, three decimals at most."""
    return f"{value:.3f}".rstrip("0").rstrip(".")
