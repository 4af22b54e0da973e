"""Accept a number or a date only where independent readings of its place agree."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pipeline.model.text import Reading

NUMBER_READERS = ("page", "line", "second-model")
"""For ``Số:`` lines (findings/reading.md 2: 132 right, 0 wrong of 132)."""

DATE_READERS = ("page", "raw-line", "second-model")
"""For date lines (130 right, 0 wrong of 132)."""

_FIRST = "page"
_OTHER_MODEL = "second-model"
_OTHER_MODEL_AGAIN = "second-model-again"

SURE_ENOUGH = 0.80
"""Confidence that one of two readings by the *same* model needs: handwriting is read
the same wrong way twice, and then at low confidence."""

_SURER = 0.05
"""Confidence by which two models in crops must be surer than the page's reading that
they outweigh."""

AGREED_BY_ALL = 0.99
AGREED_BY_TWO = 0.95
EXACT = 0.99
"""A born-digital page: its words are not read but known."""

NOT_AGREED = 0.50


@dataclass(frozen=True, slots=True)
class Candidate:
    """What one reading was understood as."""

    value: str
    raw: str
    notes: tuple[str, ...] = ()
    """What was repaired, in English, without values."""

    suspicious: bool = False
    """A part may have been lost though the value fits the grammar."""

    digits: str = ""
    """The part of a number where one wrong sign is another valid value."""

    known: bool = False
    """The rest of it stands in a closed list."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the readings of one place say together."""

    candidate: Candidate
    agreed: bool
    """Whether the value may be accepted without a person."""

    confidence: float
    why: str
    """Who agreed, or what is missing, in English, without values."""


def decide(
    readings: Sequence[Reading],
    understand: Callable[[str], Candidate | None],
    readers: Sequence[str],
) -> Verdict | None:
    """Let the *readers* vote; None where no reading is understood at all.

    Agreed means: two of the three understood the same value and the third does not
    plainly contradict. A value that may have lost a part needs all three. What other
    readers say only helps to choose the candidate that a person is shown.
    """
    votes: dict[str, list[tuple[Reading, Candidate]]] = defaultdict(list)
    for reading in _settled(readings, understand, readers):
        candidate = understand(reading.text)
        if candidate:
            votes[candidate.value].append((reading, candidate))
    if not votes:
        return None

    def weight(value: str) -> tuple[int, int, float]:
        mine = votes[value]
        counted = len({r.reader for r, _ in mine} & set(readers))
        return counted, len(mine), max(r.confidence for r, _ in mine)

    best = max(votes, key=weight)
    chosen = min((c for _, c in votes[best]), key=lambda each: len(each.notes))
    against = [
        candidate
        for value, others in votes.items()
        for reading, candidate in others
        if value != best and reading.reader in readers
    ]
    agreed_on = [reading for reading, _ in votes[best]]
    outweighed = _outweighs(agreed_on, readings)
    doubt = _doubt(agreed_on, chosen, against, readers, outweighed=outweighed)
    agreeing = weight(best)[0]
    if doubt:
        return Verdict(chosen, False, NOT_AGREED, doubt)
    hesitant = any(reading.reader == _OTHER_MODEL_AGAIN for reading in readings)
    by_all = agreeing == len(readers) and not hesitant
    confidence = AGREED_BY_ALL if by_all else AGREED_BY_TWO
    return Verdict(chosen, True, confidence, f"{agreeing} of {len(readers)} agree")


def _settled(
    readings: Sequence[Reading],
    understand: Callable[[str], Candidate | None],
    readers: Sequence[str],
) -> list[Reading]:
    """Let the other model contradict only where it stays with what it read.

    Where page and crop agree and the other model reads something else, it is asked
    again at another size; its second answer counts if that is what the others read.
    """
    again = next((r for r in readings if r.reader == _OTHER_MODEL_AGAIN), None)
    others = [r for r in readings if r.reader != _OTHER_MODEL_AGAIN]
    first = [r for r in others if r.reader in readers and r.reader != _OTHER_MODEL]
    seen = {_value(understand(reading.text)) for reading in first}
    if again is None or len(first) < 2 or seen != {_value(understand(again.text))}:
        return others
    settled = replace(again, reader=_OTHER_MODEL)
    return [settled if r.reader == _OTHER_MODEL else r for r in others]


def _value(candidate: Candidate | None) -> str | None:
    return candidate.value if candidate else None


def _doubt(
    readings: Sequence[Reading],
    chosen: Candidate,
    against: Sequence[Candidate],
    readers: Sequence[str],
    *,
    outweighed: bool,
) -> str:
    """Say why the best candidate may not be accepted; empty where it may."""
    agreeing = [reading for reading in readings if reading.reader in readers]
    names = {reading.reader for reading in agreeing}
    if len(names) < 2:
        return "readings do not agree"
    if len(names) == len(readers):
        return ""
    if chosen.suspicious:
        return "a part may be missing"
    crops_alone = _OTHER_MODEL in names and _FIRST not in names
    if not (crops_alone and outweighed) and any(
        _contradicts(other, chosen, names) for other in against
    ):
        return "another reading contradicts"
    if _OTHER_MODEL not in names and max(r.confidence for r in agreeing) < SURE_ENOUGH:
        return "read with little confidence"
    return ""


def _outweighs(agreed: Sequence[Reading], readings: Sequence[Reading]) -> bool:
    """Whether both models, in crops, are surer than the page's reading was.

    Of 14 numbers of drawn forms where they agreed against it, it was wrong 14 times.
    """
    page = [reading.confidence for reading in readings if reading.reader == _FIRST]
    surest = max(reading.confidence for reading in agreed)
    return bool(page) and page[0] < surest - _SURER and surest >= SURE_ENOUGH


def _contradicts(other: Candidate, chosen: Candidate, names: set[str]) -> bool:
    """Whether one reading is evidence against what two others agree on.

    Two readings by one model were seen to agree on a wrong digit (``00`` for ``09``)
    while the other model was right. Where all three agree on the digits, letters may
    differ if only the other's are unknown (``QĐĐ``), or both models agree on them and
    nothing says that the other's are the known ones: both were seen to double a letter.
    """
    letters_only = bool(chosen.digits) and other.digits == chosen.digits
    agreed = _OTHER_MODEL in names and (chosen.known or not other.known)
    believed = agreed or (chosen.known and not other.known)
    return not other.notes and not (letters_only and believed)
