"""Where things stand on a page: segments of lines, and the zones of a header."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from rapidfuzz import fuzz

from pipeline.model.geometry import BoundingBox, enclosing
from pipeline.model.text import OcrLine, OcrWord, ReadPage
from pipeline.model.unicode import comparable, fold

MOTTO = "cong hoa xa hoi chu nghia viet nam"
"""Component 1 of Decree 30/2020: the anchor of every header, top right."""

SLOGAN = "doc lap - tu do - hanh phuc"

NEAR_ENOUGH = 78
"""Ratio of rapidfuzz from which a misread motto is still the motto."""

HEADER_HEIGHT = 0.30
"""Share of the page's height below the motto that a header can take at most."""

_COLUMN_GAP = 1.6
"""Letter heights between two words that stand in different columns."""

_BODY = ("can cu", "kinh gui", "dieu 1", "chuong i", "theo de nghi", "xet de nghi")
"""How the first line below a header begins."""


@dataclass(frozen=True, slots=True)
class Header:
    """The zones of a header: left of the motto the agency, right the date."""

    motto: BoundingBox
    slogan_bottom: int
    bottom: int
    """Row where the header surely has ended: the heading or the body begins."""

    left: tuple[OcrLine, ...]
    """Segments that begin left of the motto, from above the motto to ``bottom``."""

    right: tuple[OcrLine, ...]
    """Segments whose middle lies right of the motto's left edge, below the motto."""


def segments(line: OcrLine, *, gap: float = _COLUMN_GAP) -> tuple[OcrLine, ...]:
    """Cut a line where two words stand more than *gap* letter heights apart."""
    height = letter_height((line,))
    pieces: list[list[OcrWord]] = [[line.words[0]]]
    for before, word in zip(line.words, line.words[1:], strict=False):
        if word.box.left - before.box.right > gap * height:
            pieces.append([word])
        else:
            pieces[-1].append(word)
    return tuple(OcrLine(tuple(piece)) for piece in pieces)


def letter_height(lines: Sequence[OcrLine]) -> float:
    """Median height of the words in pixels; 1 where there are none."""
    return median([w.box.height for line in lines for w in line.words] or [1])


def is_upper(text: str) -> bool:
    """Tell whether nearly all letters are capitals, as agencies and headings are."""
    letters = [character for character in text if character.isalpha()]
    capitals = sum(character.isupper() for character in letters)
    return len(letters) >= 2 and capitals >= 0.85 * len(letters)


def find_header(read: ReadPage, heading_top: int | None = None) -> Header | None:
    """Find the header of a first page by its motto; None where there is no motto.

    Args:
        read: the page.
        heading_top: row where the document's heading begins, where that is known.
    """
    lines = read.text.lines
    motto = _find_phrase(lines, MOTTO, bottom=0.5 * read.page.height)
    slogan = _find_phrase(lines, SLOGAN, bottom=0.5 * read.page.height)
    anchor = motto or slogan
    if anchor is None:
        return None
    limit = anchor.bottom + HEADER_HEIGHT * read.page.height
    below = [line for line in lines if line.box.top > anchor.bottom]
    ends = [line.box.top for line in below if comparable(line.text).startswith(_BODY)]
    if heading_top is not None and heading_top > anchor.bottom:
        ends.append(heading_top)
    bottom = int(min([limit, *ends]))
    pieces = _pieces(lines, anchor, motto is not None, bottom)
    return Header(
        anchor,
        slogan.bottom if slogan else anchor.bottom,
        bottom,
        tuple(piece for piece in pieces if _is_left(piece.box, anchor)),
        tuple(piece for piece in pieces if _is_right(piece.box, anchor)),
    )


def is_in_left_column(box: BoundingBox, header: Header) -> bool:
    """Tell whether *box* stands where an agency or a number does."""
    return _is_left(box, header.motto) and box.middle[1] < header.bottom


def is_in_right_column(box: BoundingBox, header: Header) -> bool:
    """Tell whether *box* stands where the date does."""
    return _is_right(box, header.motto) and box.middle[1] < header.bottom


def _is_left(box: BoundingBox, motto: BoundingBox) -> bool:
    return box.left < motto.left and box.middle[0] < motto.middle[0]


def _is_right(box: BoundingBox, motto: BoundingBox) -> bool:
    return box.middle[0] > motto.left and box.middle[1] > motto.bottom


def _pieces(
    lines: Sequence[OcrLine], motto: BoundingBox, cut: bool, bottom: int
) -> list[OcrLine]:
    top = motto.top - 2 * motto.height
    pieces: list[OcrLine] = []
    for line in lines:
        if not top <= line.box.middle[1] < bottom:
            continue
        beside = cut and line.box.overlap(motto) > 0
        pieces += _cut_before(line, motto.left) if beside else segments(line)
    return sorted(pieces, key=lambda piece: piece.box.middle[1])


def _cut_before(line: OcrLine, left: int) -> list[OcrLine]:
    """Cut the motto's own line where the motto begins, however narrow the gap."""
    before = tuple(w for w in line.words if w.box.middle[0] < left)
    after = tuple(w for w in line.words if w.box.middle[0] >= left)
    return [OcrLine(words) for words in (before, after) if words]


def _find_phrase(
    lines: Sequence[OcrLine], phrase: str, *, bottom: float
) -> BoundingBox | None:
    best: tuple[float, BoundingBox] | None = None
    for line in lines:
        if line.box.top > bottom:
            continue
        for first in range(len(line.words)):
            found = _match_from(line.words[first:], phrase)
            if found and (best is None or found[0] > best[0]):
                best = found
    return best[1] if best else None


def _match_from(
    words: Sequence[OcrWord], phrase: str
) -> tuple[float, BoundingBox] | None:
    """Match the words from the first on; as many as come nearest to *phrase*."""
    best: tuple[float, BoundingBox] | None = None
    text = ""
    for count, word in enumerate(words, 1):
        text = f"{text} {fold(word.text)}".strip()
        if len(text) > 1.3 * len(phrase):
            break
        score = fuzz.ratio(text, phrase)
        if score >= NEAR_ENOUGH and (best is None or score > best[0]):
            best = score, enclosing(w.box for w in words[:count])
    return best
