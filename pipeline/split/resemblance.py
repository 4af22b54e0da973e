"""Tell whoever writes a template how near a page comes to each document type."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from pipeline.model.geometry import BoundingBox, enclosing
from pipeline.model.template import DocType
from pipeline.split.doctypes import (
    ALIKE,
    MORE,
    MOST_ROWS,
    Heading,
    is_cited,
    is_in_capitals,
    is_placed,
    likeness_of,
    row_below,
)
from pipeline.split.rows import Row, fold_phrase

TAKEN = "taken"
"""Verdict on the type that the page was recognised as."""


@dataclass(frozen=True, slots=True)
class Resemblance:
    """The rows of a page that come nearest to a heading of one type."""

    doctype: str
    heading: str
    """As configured; empty for a type that is known by markers alone."""

    likeness: float
    """0-1: share of letters that agree, marks and spaces aside."""

    text: str
    """The rows, as read."""

    box: BoundingBox | None
    verdict: str
    """`TAKEN`, or the rule that speaks against it, in English."""


def rank_types(
    rows: Sequence[Row], doctypes: Sequence[DocType], taken: Heading | None
) -> tuple[Resemblance, ...]:
    """Compare the rows of a page with every heading, the nearest type first.

    Args:
        rows: the page, without its national heading, as `find_heading` takes them.
        doctypes: the types to compare with.
        taken: what `find_heading` found there.
    """
    found = [_nearest(rows, doctype, taken) for doctype in doctypes]
    return tuple(
        sorted(found, key=lambda each: (each.verdict != TAKEN, -each.likeness))
    )


def _nearest(
    rows: Sequence[Row], doctype: DocType, taken: Heading | None
) -> Resemblance:
    if taken is not None and taken.doctype.code == doctype.code:
        text = " ".join(row.text for row in rows if row.box.overlap(taken.box))
        score = taken.confidence
        return Resemblance(doctype.code, taken.text, score, text, taken.box, TAKEN)
    best = Resemblance(doctype.code, "", 0.0, "", None, "has no heading")
    for block in _blocks(rows):
        lines = [rows[index] for index in block]
        words = " ".join(line.folded for line in lines).split()
        for heading in doctype.headings:
            wanted = fold_phrase(heading).split()
            read = words[: len(wanted)] if heading.endswith(MORE) else words
            likeness = Levenshtein.normalized_similarity(
                "".join(read), "".join(wanted), score_cutoff=best.likeness
            )
            if likeness > best.likeness:
                best = Resemblance(
                    doctype.code,
                    heading,
                    round(likeness, 3),
                    " ".join(line.text for line in lines),
                    enclosing(line.box for line in lines),
                    _verdict(rows, block, words, heading, doctype),
                )
    return best


def _blocks(rows: Sequence[Row]) -> Iterator[tuple[int, ...]]:
    for index in range(len(rows)):
        block = [index]
        yield (index,)
        while len(block) < MOST_ROWS:
            below = row_below(rows, block[-1])
            if below is None:
                break
            block.append(below)
            yield tuple(block)


def _verdict(
    rows: Sequence[Row],
    block: Sequence[int],
    words: Sequence[str],
    heading: str,
    doctype: DocType,
) -> str:
    """Name the first rule by which these rows are not the heading."""
    if likeness_of(words, heading) is None:
        return f"less than {ALIKE:.0%} alike, or another word"
    if not all(is_in_capitals(rows[index]) for index in block):
        return "not in capitals"
    if is_cited(rows, block[0]):
        return "only mentioned: căn cứ, theo, kèm theo …"
    if not is_placed(rows[block[0]], doctype):
        return "not in the middle of the top third"
    return "another heading stands above, or is longer"
