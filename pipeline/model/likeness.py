"""Tell whether two readings may be of the same sheet of paper.

Two forms of one kind share most of their words, so words alone tell little; what
differs between any two citizens are dates and numbers. The same paper scanned again
reads the same there, and nearly the same elsewhere.
"""

import re

from pipeline.model.unicode import comparable

_DATES = (
    re.compile(
        r"\b\w{4} (?P<day>\d{1,2}) \w{5} (?P<month>\d{1,2}) \w{3} (?P<year>\d{4})\b"
    ),
    re.compile(r"\b(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})\b"),
    re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b"),
)
"""As papers print them, in words that may be misread, and as values of fields have
them."""

_NO_LETTER = re.compile(r"[\W_]+")

_SHORTEST = 5
"""Letters and digits that a token has at least: shorter ones repeat on any paper."""

_FEWEST = 2
"""Tokens without which a paper cannot be told from others of its kind."""

_MANY = 8
"""Tokens from which on one may be read differently."""

_LEAST_IN_COMMON = 0.5
"""Share of runs of three words: two readings share 0.57 or more where one has 5 % wrong
words. Forms of one kind share up to 0.67, so that it is the numbers that decide."""

_RUN = 3


def telling(text: str) -> frozenset[str]:
    """Gather what is printed on no other paper: dates, codes and numbers of a text."""
    words = comparable(text)
    for written in _DATES:
        words = written.sub(_in_digits, words)
    bare = (_NO_LETTER.sub("", word) for word in words.split())
    return frozenset(filter(_is_telling, bare))


def are_alike(one: str, other: str) -> bool:
    """Tell whether two texts may have been read from the same paper.

    Texts without at least two dates, codes or numbers are like nothing.
    """
    ours, theirs = telling(one), telling(other)
    if min(len(ours), len(theirs)) < _FEWEST:
        return False
    allowed = 1 if max(len(ours), len(theirs)) >= _MANY else 0
    if max(len(ours - theirs), len(theirs - ours)) > allowed:
        return False
    return _in_common(_runs(one), _runs(other)) >= _LEAST_IN_COMMON


def _in_digits(found: re.Match[str]) -> str:
    return f" {int(found['day']):02}{int(found['month']):02}{found['year']} "


def _is_telling(word: str) -> bool:
    return len(word) >= _SHORTEST and any(letter.isdigit() for letter in word)


def _runs(text: str) -> frozenset[tuple[str, ...]]:
    words = [_NO_LETTER.sub("", word) for word in comparable(text).split()]
    words = [word for word in words if word]
    return frozenset(
        tuple(words[start : start + _RUN]) for start in range(len(words) - _RUN + 1)
    )


def _in_common(
    ours: frozenset[tuple[str, ...]], theirs: frozenset[tuple[str, ...]]
) -> float:
    return len(ours & theirs) / max(len(ours | theirs), 1)
