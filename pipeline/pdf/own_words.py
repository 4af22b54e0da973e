"""Keep the words a born-digital page brings along, where its text layer is real."""

from collections.abc import Iterable, Iterator, Sequence
from ctypes import c_double, c_int
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium_c
from pypdfium2 import PdfPage

from pipeline.imaging.arrays import Image
from pipeline.model.geometry import BoundingBox
from pipeline.model.text import OcrLine, OcrPage, OcrWord
from pipeline.model.unicode import normalize
from pipeline.pdf.survey import Survey, address_of, is_drawn
from pipeline.pdf.text_evidence import is_written_text

_MAX_CHARACTERS = 60_000
"""Of one page; a printed one has some 4,000. A page with more is read as a picture."""

_MIN_SEEN = 0.9
"""Share of characters that must leave ink. Less is the layer of an earlier OCR."""

_MIN_EXPLAINED = 0.5
"""Share of the page's ink that must stand in boxes of words. 30 pages of
law have 0.93-0.98; four scans with a signature's text have 0.02-0.08."""

_INK = 128
"""Gray level below which a pixel is ink."""

_MARGIN = 2
"""Pixels by which antialiasing and rounding let ink stand out of a glyph's box."""

_HYPHENS = {0x02: "-", 0xAD: "-", 0xFFFE: "-"}
"""What PDFium gives for a hyphen at the end of a line."""

_FINE = 64
"""Steps of a pixel: PDFium's mapping to the page answers in whole numbers."""


@dataclass(frozen=True, slots=True)
class _Glyph:
    """A character with its place in pixels of the page image."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    seen: bool
    known: bool
    """The font says which character it is."""

    annotation: bool


def count_characters(page: PdfPage) -> int:
    """Count the characters PDFium finds in the text layer of *page*."""
    text = page.get_textpage()
    try:
        return int(text.count_chars())
    finally:
        text.close()


def find_own_words(
    page: PdfPage, image: Image, survey: Survey, own_characters: int | None = None
) -> OcrPage | None:
    """Take over the text layer of *page* if it says what the page shows.

    It does where the characters leave the page's ink, are seen, and make up written
    text. A layer of an earlier OCR (invisible, or under the scan), the text of a
    signature on a scan, letters of a font without a proper encoding, a page seen on
    its side: all these are better read again.

    Args:
        page: with annotations flattened into it.
        image: the page as drawn; boxes are in its pixels.
        survey: of the same page.
        own_characters: how many of its characters are not from annotations; None
            where all are its own.

    Returns:
        The words, confidence 1, annotations in their places; None where the page has
        no text layer or no real one.
    """
    height, width = image.shape[:2]
    found = list(_read_glyphs(page, width, height, survey.buried, own_characters))
    printed = [glyph for glyph in found if glyph is not None and glyph.text.strip()]
    seen = sum(glyph.seen and glyph.known for glyph in printed)
    if not printed or seen < _MIN_SEEN * len(printed) or not _is_upright(found):
        return None
    lines = tuple(_to_lines(found, width, height, annotation=False))
    added = tuple(_to_lines(found, width, height, annotation=True))
    words = [word for line in lines for word in line.words]
    if not words or not is_written_text([word.text for word in words]):
        return None
    boxes = [word.box for line in lines + added for word in line.words]
    if _explained(image, boxes) < _MIN_EXPLAINED:
        return None
    return OcrPage(_merged(lines, added))


def _read_glyphs(
    page: PdfPage,
    width: int,
    height: int,
    buried: frozenset[int],
    own_characters: int | None,
) -> Iterator[_Glyph | None]:
    """Yield the characters of *page* in the order it paints them; None ends a line."""
    text = page.get_textpage()
    try:
        count = text.count_chars()
        if count > _MAX_CHARACTERS:
            return
        own = count if own_characters is None else own_characters
        place = _Placement(page, width, height)
        drawn: dict[int, bool] = {}
        for index in range(count):
            code = pdfium_c.FPDFText_GetUnicode(text, index)
            if code in {0x0A, 0x0D}:
                yield None
                continue
            owner = pdfium_c.FPDFText_GetTextObject(text, index)
            key = address_of(owner) if owner else 0
            if key not in drawn:
                drawn[key] = not key or (key not in buried and is_drawn(owner))
            yield _Glyph(
                _HYPHENS.get(code) or _character(code),
                *place.box(text, index),
                seen=drawn[key],
                known=pdfium_c.FPDFText_HasUnicodeMapError(text, index) != 1,
                annotation=index >= own,
            )
    finally:
        text.close()


class _Placement:
    """Maps user space of a page, whatever its rotation and crop, to image pixels."""

    def __init__(self, page: PdfPage, width: int, height: int) -> None:
        def device(x: float, y: float) -> tuple[float, float]:
            across, down = c_int(), c_int()
            pdfium_c.FPDF_PageToDevice(
                page, 0, 0, width * _FINE, height * _FINE, 0, x, y, across, down
            )
            return across.value / _FINE, down.value / _FINE

        self._origin = device(0, 0)
        (ax, ay), (bx, by) = device(100, 0), device(0, 100)
        x, y = self._origin
        self._right = ((ax - x) / 100, (ay - y) / 100)
        self._up = ((bx - x) / 100, (by - y) / 100)

    def box(self, text: Any, index: int) -> tuple[float, float, float, float]:
        """Find left, top, right and bottom of a character."""
        left, right, bottom, top = (c_double() for _ in range(4))
        pdfium_c.FPDFText_GetCharBox(text, index, left, right, bottom, top)
        x0, y0 = self._device(left.value, bottom.value)
        x1, y1 = self._device(right.value, top.value)
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)

    def _device(self, x: float, y: float) -> tuple[float, float]:
        return (
            self._origin[0] + x * self._right[0] + y * self._up[0],
            self._origin[1] + x * self._right[1] + y * self._up[1],
        )


def _character(code: int) -> str:
    if code > 0x10FFFF or code == 0:
        return "\ufffd"
    return chr(code)


def _is_upright(glyphs: Sequence[_Glyph | None]) -> bool:
    """Tell whether most characters stand to the right of the one before them."""
    steps = forward = 0
    for before, after in pairwise(glyphs):
        if before and after and before.text.strip() and after.text.strip():
            across, down = after.left - before.left, after.top - before.top
            steps += 1
            forward += across > abs(down) / 2
    return forward * 2 >= steps


def _to_lines(
    glyphs: Iterable[_Glyph | None], width: int, height: int, *, annotation: bool
) -> Iterator[OcrLine]:
    """Gather glyphs into words at white space, and words into lines."""
    line: list[OcrWord] = []
    word: list[_Glyph] = []

    def end_word() -> None:
        made = _to_word(word, width, height)
        if made is not None:
            line.append(made)
        word.clear()

    for glyph in glyphs:
        if glyph is not None and glyph.annotation != annotation:
            continue
        new_line = glyph is None or (word and _is_carried_over(word[-1], glyph))
        if new_line or glyph is None or not glyph.text.strip():
            end_word()
        if new_line and line:
            yield OcrLine(tuple(line))
            line = []
        if glyph is not None and glyph.text.strip():
            word.append(glyph)
    end_word()
    if line:
        yield OcrLine(tuple(line))


def _is_carried_over(last: _Glyph, glyph: _Glyph) -> bool:
    """Tell whether a hyphenated word goes on in the next line, without a break."""
    return last.text == "-" and glyph.top > last.bottom and glyph.right < last.left


def _to_word(glyphs: Sequence[_Glyph], width: int, height: int) -> OcrWord | None:
    if not glyphs:
        return None
    text = "".join(glyph.text for glyph in glyphs)
    # A character beyond U+FFFF arrives as two surrogates.
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = "".join(normalize(text).split())
    left = max(0, int(min(glyph.left for glyph in glyphs)))
    top = max(0, int(min(glyph.top for glyph in glyphs)))
    right = min(width, int(max(glyph.right for glyph in glyphs)) + 1)
    bottom = min(height, int(max(glyph.bottom for glyph in glyphs)) + 1)
    if not text or left >= right or top >= bottom:
        return None
    return OcrWord(text, BoundingBox(left, top, right, bottom), 1.0)


def _explained(image: Image, boxes: Sequence[BoundingBox]) -> float:
    """Find what share of the ink on the page stands in the boxes of words.

    Ink in a bright colour is left out of the account where there is other: a red seal
    takes nothing from the words it was put on.
    """
    ink = (image if image.ndim == 2 else image.max(axis=2)) < _INK
    if not ink.any() and image.ndim == 3:
        ink = image.min(axis=2) < _INK
    total = int(ink.sum())
    if not total:
        return 0.0
    inside = np.zeros(ink.shape, bool)
    for box in boxes:
        inside[
            max(0, box.top - _MARGIN) : box.bottom + _MARGIN,
            max(0, box.left - _MARGIN) : box.right + _MARGIN,
        ] = True
    return int((ink & inside).sum()) / total


def _merged(
    lines: tuple[OcrLine, ...], added: tuple[OcrLine, ...]
) -> tuple[OcrLine, ...]:
    """Put what annotations say (values in a form) where it stands on the page."""
    merged = list(lines)
    for line in added:
        at = next((i for i, own in enumerate(merged) if _fits(own, line)), None)
        if at is not None:
            words = (*merged[at].words, *line.words)
            merged[at] = OcrLine(tuple(sorted(words, key=lambda word: word.box.left)))
            continue
        middle = line.box.middle[1]
        below = (i for i, own in enumerate(merged) if own.box.top > middle)
        merged.insert(next(below, len(merged)), line)
    return tuple(merged)


def _fits(own: OcrLine, added: OcrLine) -> bool:
    """Tell whether two lines are one: level with each other, words side by side."""
    shared = min(own.box.bottom, added.box.bottom) - max(own.box.top, added.box.top)
    if shared * 2 < min(own.box.height, added.box.height):
        return False
    return not any(a.box.overlap(b.box) for a in own.words for b in added.words)
