"""Compare what was read with what is printed."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from pipeline.model.unicode import collapse, fold, normalize

_CLUSTER = re.compile(r".[\u0300-\u036f]*")
"""A letter with the marks that NFC has no single character for."""

_LEADER = re.compile(r"(?:[.…]\s?){3,}|[_…]+")
"""Dots and lines to write on: nobody searches for them."""


class Score(NamedTuple):
    """Errors of a reading, and the sizes they are errors of."""

    letters: int = 0
    letter_errors: int = 0
    plain_errors: int = 0
    """Letters wrong when case and diacritics do not count."""

    words: int = 0
    word_errors: int = 0
    found: int = 0
    """Words of the page that the reading has too, wherever they stand."""

    read: int = 0
    """Words that were read."""

    def plus(self, other: "Score") -> "Score":
        return Score(*(a + b for a, b in zip(self, other, strict=True)))


def score(read: str, orders: Sequence[str]) -> Score:
    """Count the errors of *read* against the order of the page that fits it best.

    Columns may be read one after the other or row by row: *orders* holds the same
    words in each order that a person might follow.
    """
    return min((_score(read, order) for order in orders), key=lambda s: s.letter_errors)


def total(scores: Iterable[Score]) -> Score:
    whole = Score()
    for each in scores:
        whole = whole.plus(each)
    return whole


def _score(read: str, printed: str) -> Score:
    left, right = comparable(read), comparable(printed)
    letters = _CLUSTER.findall(right)
    common = Counter(left.split()) & Counter(right.split())
    return Score(
        letters=len(letters),
        letter_errors=Levenshtein.distance(_CLUSTER.findall(left), letters),
        plain_errors=Levenshtein.distance(fold(left), fold(right)),
        words=len(right.split()),
        word_errors=Levenshtein.distance(left.split(), right.split()),
        found=common.total(),
        read=len(left.split()),
    )


def comparable(text: str) -> str:
    return collapse(_LEADER.sub(" ", normalize(text)))
