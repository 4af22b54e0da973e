"""Recognise a paper by the heading on its first page."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Levenshtein

from pipeline.model.geometry import BoundingBox, enclosing
from pipeline.model.template import DocType, Within
from pipeline.split.rows import Row, fold_phrase, fold_words

_TOP = 1 / 3
"""Share of the page's height in which headings stand: living systems use 30 %, receipts
with a QR code above the heading need a little more."""

ALIKE = 0.80
"""Share of letters that must agree; marks are folded away before."""

_ALIKE_JOINED = 0.90
"""The same where words were joined or torn, and cannot be compared one by one."""

_WORD_ALIKE = 0.5
"""Share of letters that must agree in every word: KHAI TỬ is no misread KHAI SINH."""

_CAPITALS = 0.8
MOST_ROWS = 4
"""Rows of the longest heading (giấy chứng nhận quyền sử dụng đất)."""

_OFF_CENTRE = 0.17
"""Share of the width by which a heading may miss the middle of its page."""

_LEADING = 1.5
"""Heights of a row that may lie between two rows of one heading."""

_SHORT = 4
"""Words up to which a heading that may stand anywhere must come early on the page."""

_EARLY = 10
"""Rows that count as early: a card has its country's name above, in two languages."""

_CLOSE = 0.05
"""Likeness by which the second best type must stay behind, or a person looks."""

_CITED = re.compile(r"(?:^| )(?:can cu|theo|kem theo|ve viec|dinh kem)$")
"""What stands before the name of a paper that is only mentioned."""

_ASIDE = re.compile(r"\s*\([^()]*\)?\s*$")
MORE = "…"


@dataclass(frozen=True, slots=True)
class Heading:
    """A configured heading found on a page."""

    doctype: DocType
    text: str
    """As configured, without the dots of an open end."""

    box: BoundingBox
    confidence: float
    words: int
    resembles: str = ""
    """Code of another type whose heading is nearly as like."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """Rows that may be a heading, with or without the dirt beside them."""

    lines: tuple[Row, ...]
    words: tuple[str, ...]
    first_row: int
    last_row: int


@dataclass(frozen=True, slots=True)
class _Candidate:
    heading: Heading
    first_row: int
    last_row: int
    likeness: float


def find_heading(rows: Sequence[Row], doctypes: Sequence[DocType]) -> Heading | None:
    """Find the heading that names the paper.

    A heading stands in capitals, alone on up to four rows, in the top third and the
    middle of the page, or anywhere for types configured so. The topmost wins, and of
    those in the same rows the longest: ĐƠN ĐỀ NGHỊ CẤP GIẤY PHÉP XÂY DỰNG is more than
    ĐƠN ĐỀ NGHỊ. Papers that are only mentioned are not found.

    Args:
        rows: the page, without its national heading.
        doctypes: the types to look for.
    """
    found = [
        candidate
        for block in _blocks(rows)
        for reading in _readings(rows, block)
        for doctype in doctypes
        if (candidate := _match(reading, doctype)) is not None
    ]
    return _choose(found) if found else None


def _choose(found: Sequence[_Candidate]) -> Heading:
    first = min(found, key=lambda candidate: candidate.first_row)
    rivals = [c for c in found if c.first_row <= first.last_row]
    rivals = [c for c in rivals if c.last_row >= first.first_row]
    best = max(rivals, key=lambda c: (len(c.heading.text), c.likeness))
    near = [
        c.heading.doctype.code
        for c in rivals
        if c.heading.doctype.code != best.heading.doctype.code
        and (c.first_row, c.last_row) == (best.first_row, best.last_row)
        and c.likeness >= best.likeness - _CLOSE
        and not best.heading.text.startswith(c.heading.text)
    ]
    if not near:
        return best.heading
    unsure = min(best.heading.confidence, 0.5)
    return replace(best.heading, confidence=unsure, resembles=near[0])


def _blocks(rows: Sequence[Row]) -> Iterator[tuple[int, ...]]:
    """List every run of one to four rows in capitals that stand under one another."""
    for index, row in enumerate(rows):
        if not is_in_capitals(row) or is_cited(rows, index):
            continue
        block = [index]
        yield (index,)
        while len(block) < MOST_ROWS:
            below = row_below(rows, block[-1])
            if below is None or not is_in_capitals(rows[below]):
                break
            block.append(below)
            yield tuple(block)


def is_in_capitals(row: Row) -> bool:
    """Tell whether *row*, or what is left of it without specks, is in capitals."""
    return max(row.capitals, row.without_specks().capitals) >= _CAPITALS


def row_below(rows: Sequence[Row], index: int) -> int | None:
    """Find the next row close under row *index* and in line with it."""
    row = rows[index]
    for below in range(index + 1, len(rows)):
        gap = rows[below].box.top - row.box.bottom
        if gap > _LEADING * row.box.height:
            return None
        apart = abs(rows[below].middle - row.middle)
        if gap > -row.box.height / 2 and apart <= _OFF_CENTRE:
            return below
    return None


def is_cited(rows: Sequence[Row], index: int) -> bool:
    """Tell whether the words above say that the paper is only mentioned."""
    row = rows[index]
    above = [
        other
        for other in rows[:index]
        if other.box.bottom <= row.box.middle[1]
        and row.box.top - other.box.bottom <= _LEADING * row.box.height
    ]
    return any(_CITED.search(other.folded) for other in above)


def _readings(rows: Sequence[Row], block: tuple[int, ...]) -> Iterator[_Reading]:
    lines = tuple(rows[index] for index in block)
    clean = tuple(line.without_specks() for line in lines)
    for variant in dict.fromkeys((lines, clean)):
        printed = _ASIDE.sub("", " ".join(line.text for line in variant))
        if not printed.rstrip().endswith(":"):  # "QUYẾT ĐỊNH:" opens the body
            words = tuple(fold_words(printed).split())
            yield _Reading(variant, words, block[0], block[-1])


def _match(reading: _Reading, doctype: DocType) -> _Candidate | None:
    lines = reading.lines
    if not is_placed(lines[0], doctype):
        return None
    scored = [
        (likeness, heading)
        for heading in doctype.headings
        if (likeness := likeness_of(reading.words, heading)) is not None
    ]
    if not scored:
        return None
    likeness, text = max(scored, key=lambda score: (score[0], len(score[1])))
    length = len(fold_phrase(text).split())
    late = length <= _SHORT and reading.first_row >= _EARLY
    if late and doctype.within is Within.ANYWHERE:
        return None
    read = sum(line.confidence for line in lines) / len(lines)
    heading = Heading(
        doctype,
        text.rstrip(f"{MORE} "),
        enclosing(line.box for line in lines),
        # Squared: one wrong letter of nine may be another word, so a person looks.
        round(likeness**2 * (0.7 + 0.3 * read), 3),
        length,
    )
    return _Candidate(heading, reading.first_row, reading.last_row, likeness)


def is_placed(row: Row, doctype: DocType) -> bool:
    """Tell whether *row* stands where headings of *doctype* do."""
    if doctype.within is Within.ANYWHERE:
        return True
    centres = [0.5] if row.page_width <= row.page_height else [0.25, 0.5, 0.75]
    return row.top <= _TOP and any(
        abs(row.middle - centre) <= _OFF_CENTRE for centre in centres
    )


def likeness_of(words: Sequence[str], heading: str) -> float | None:
    """Compare *words* with *heading*; None where they differ too much."""
    wanted = fold_phrase(heading).split()
    if heading.endswith(MORE):
        words = words[: len(wanted)]
    likeness = Levenshtein.normalized_similarity("".join(words), "".join(wanted))
    if len(words) != len(wanted):
        return likeness if likeness >= _ALIKE_JOINED else None
    if likeness < ALIKE:
        return None
    pairs = zip(words, wanted, strict=True)
    alike = all(
        Levenshtein.normalized_similarity(read, word) >= _WORD_ALIKE
        for read, word in pairs
    )
    return likeness if alike else None
