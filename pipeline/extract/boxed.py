"""Take a value out of boxes for single letters, where independent readings agree."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from pipeline.extract.names import is_rare_spelling
from pipeline.extract.values import DOUBTFUL, parse
from pipeline.extract.votes import NUMBER_READERS, Candidate, Verdict, decide
from pipeline.model.geometry import BoundingBox, enclosing
from pipeline.model.template import Kind
from pipeline.model.text import LetterBoxes, OcrLine, Reading

NOT_SURE = 0.5
"""Confidence of a value that no other model confirms, or that is spelt rarely."""

_LEAST = 0.5
"""Confidence that two of the readings need: of ten wrong names that the readings agreed
on, among 322 in drawn boxes, four had less. (All ten are spelt rarely as well.)"""

_BESIDE = 0.6
"""Heights of a box that its middle may lie off its label's."""

_BELOW = 1.6
"""Heights of a box from the middle of one row to the next of the same value, at most,
or from a label to boxes below it."""


def boxes_of(
    rows: Sequence[LetterBoxes],
    label: BoundingBox,
    stop: float | None,
    others: Sequence[BoundingBox],
) -> tuple[LetterBoxes, ...]:
    """Find the boxes of a label: right of it or below, and the rows they go on in.

    Args:
        rows: all of the page, top to bottom.
        label: the words of the label.
        stop: where the next label of the line begins, pixels.
        others: all other labels and lines of words, which boxes may belong to.
    """
    beside = [
        row
        for row in rows
        if abs(_first(row).middle[1] - label.middle[1]) <= _BESIDE * _first(row).height
        and _first(row).left >= label.right - _first(row).height
        and (stop is None or _first(row).left < stop)
    ]
    found = sorted(beside, key=lambda row: _first(row).left)
    above = _first(found[-1]) if found else label
    for row in rows:
        cell = _first(row)
        step = cell.middle[1] - above.middle[1]
        goes_on = cell.left < above.left if found else cell.left < label.right
        if 0.5 * cell.height < step <= _BELOW * cell.height and goes_on:
            if any(_is_beside(cell, other) for other in others):
                break
            found.append(row)
            above = cell
    return tuple(found)


def end_label(line: OcrLine, rows: Sequence[LetterBoxes]) -> OcrLine:
    """The line with a colon where its label ends at boxes: none need be printed."""
    words = list(line.words)
    for row in rows:
        cell = _first(row)
        if abs(cell.middle[1] - line.box.middle[1]) > _BESIDE * cell.height:
            continue
        before = [at for at, word in enumerate(words) if word.box.right <= cell.left]
        if before and not words[before[-1]].text.endswith(":"):
            last = words[before[-1]]
            words[before[-1]] = replace(last, text=f"{last.text}:")
    return OcrLine(tuple(words))


def judge_boxes(
    rows: Sequence[LetterBoxes], kind: Kind, today: date | None
) -> Verdict | None:
    """Let the readings of a value's boxes vote; None where none can be understood.

    Agreed means: both models see the same, letter by letter, and no third reading
    that fits the boxes sees anything else.
    """
    verdict = decide(tuple(_whole(rows)), _understand(kind), NUMBER_READERS)
    if verdict is None:
        return None
    sure = sorted(reading.confidence for reading in _whole(rows))[-2:]
    if not _reads(rows, "second-model") and verdict.agreed:
        why = "no other model confirms what is in the boxes"
        return Verdict(verdict.candidate, False, NOT_SURE, why)
    if min(sure) < _LEAST:
        why = "read with little confidence"
        return Verdict(verdict.candidate, False, NOT_SURE, why)
    parsed = parse(kind, verdict.candidate.value, today=today)
    if kind is Kind.PERSON_NAME and is_rare_spelling(verdict.candidate.value):
        why = "rare spelling of a name"
        return Verdict(verdict.candidate, False, NOT_SURE, why)
    if parsed.certainty <= DOUBTFUL:
        return Verdict(verdict.candidate, False, NOT_SURE, parsed.note)
    return verdict


def raw_text(rows: Sequence[LetterBoxes]) -> str:
    """What the first reading that fits the boxes says; empty where there is none."""
    return next((_words(reading.text) for reading in _whole(rows)), "")


def place_of(rows: Sequence[LetterBoxes]) -> BoundingBox:
    """The smallest box around the boxes with a letter."""
    return enclosing(
        cell
        for row in rows
        for cell, full in zip(row.cells, row.filled, strict=True)
        if full
    )


def _first(row: LetterBoxes) -> BoundingBox:
    return row.cells[0]


def _is_beside(cell: BoundingBox, other: BoundingBox) -> bool:
    return (
        other.right <= cell.left + cell.width
        and abs(other.middle[1] - cell.middle[1]) <= _BESIDE * cell.height
    )


def _whole(rows: Sequence[LetterBoxes]) -> list[Reading]:
    """Readings of all rows together, by those who read every one of them."""
    found = []
    for reader in NUMBER_READERS:
        parts = [r for row in rows for r in row.readings if r.reader == reader]
        if parts and len(parts) == len(rows):
            text = "".join(part.text for part in parts)
            found.append(Reading(reader, text, min(p.confidence for p in parts)))
    return found


def _reads(rows: Sequence[LetterBoxes], reader: str) -> bool:
    return any(reading.reader == reader for reading in _whole(rows))


def _understand(kind: Kind) -> Callable[[str], Candidate | None]:
    def understand(text: str) -> Candidate | None:
        parsed = parse(kind, _words(text))
        if parsed.value is None or not parsed.understood:
            return None
        return Candidate(parsed.value, _words(text))

    return understand


def _words(text: str) -> str:
    return " ".join(text.split())
