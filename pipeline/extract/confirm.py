"""Let the second look at a text confirm its words, or speak against them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from pipeline.extract.agency import NAMES
from pipeline.extract.places import known_words
from pipeline.model.template import Kind
from pipeline.model.text import OcrWord, ReadPage, SecondLook
from pipeline.model.unicode import normalize, place_tones

CONFIRMED = 0.997
"""Confidence of a word that two models read alike, or that a closed list holds."""

_READERS = ("line", "second-model")
_PLACES = frozenset({Kind.ADDRESS, Kind.AGENCY})


def confirm(
    words: Sequence[OcrWord], kind: Kind, read: ReadPage
) -> tuple[tuple[OcrWord, ...], bool]:
    """Raise the confidence of words that other readings or a closed list confirm.

    Where both others read a word alike without the point or comma that the page's
    reading has, or with another one, it is a speck, and theirs counts.

    Returns:
        The words, and whether the other model reads one of them otherwise.
    """
    known = [False] * len(words)
    if kind in _PLACES:
        known = known_words([word.text for word in words], NAMES)
    confirmed = {place for place, is_known in enumerate(known) if is_known}
    contradicted: set[int] = set()
    texts = [word.text for word in words]
    for look in read.second_looks:
        inside = [place for place, word in enumerate(words) if _holds(look, word)]
        alike = _compare(look, [words[place].text for place in inside])
        for place, seen in zip(inside, alike, strict=False):
            if seen:
                confirmed.add(place)
                texts[place] = seen
            elif seen is False:
                contradicted.add(place)
    sure = tuple(
        replace(word, text=text, confidence=max(word.confidence, CONFIRMED))
        if place in confirmed
        else word
        for place, (word, text) in enumerate(zip(words, texts, strict=True))
    )
    return sure, bool(contradicted - confirmed)


def read_otherwise(words: Sequence[OcrWord], read: ReadPage) -> str | None:
    """Find what both other readers see in place of *words*, if that is one thing.

    Only where they looked at these words, saw as many words as the page's reading, and
    not the same.
    """
    wanted = [_letters(word.text) for word in words]
    for look in read.second_looks:
        page, *others = look.readings
        whole = [_letters(word) for word in page.text.split()]
        start = _find(whole, wanted)
        if start is None or not all(_holds(look, word) for word in words):
            continue
        seen = [r.text.split() for r in others if r.reader in _READERS]
        if len(wanted) == len(whole):
            parts = [" ".join(each) for each in seen]
        else:
            same = [each for each in seen if len(each) == len(whole)]
            parts = [" ".join(each[start : start + len(wanted)]) for each in same]
        alike = len(parts) == len(_READERS) and len(set(map(_letters, parts))) == 1
        if alike and [_letters(word) for word in parts[0].split()] != wanted:
            return parts[0]
    return None


def _holds(look: SecondLook, word: OcrWord) -> bool:
    x, y = word.box.middle
    box = look.box
    return box.left <= x < box.right and box.top <= y < box.bottom


def _compare(
    look: SecondLook, texts: Sequence[str]
) -> list[str | Literal[False] | None]:
    """Compare the *texts* of neighboring words with the other readings of *look*.

    The word: both readers see it; False: the other model sees another one; None:
    nothing can be said.
    """
    page, *others = look.readings
    printed = [_letters(word) for word in page.text.split()]
    wanted = [_letters(text) for text in texts]
    start = _find(printed, wanted)
    if start is None:
        return []
    seen = {
        reading.reader: words
        for reading in others
        if reading.reader in _READERS
        and len(words := reading.text.split()) == len(printed)
    }
    told: list[str | Literal[False] | None] = []
    for place, (word, text) in enumerate(zip(wanted, texts, strict=True), start):
        votes = {reader: _letters(words[place]) for reader, words in seen.items()}
        if len(votes) == len(_READERS) and all(vote == word for vote in votes.values()):
            whole = {words[place] for words in seen.values()}
            told.append(whole.pop() if len(whole) == 1 else text)
        else:
            against = votes.get("second-model", word) != word
            told.append(False if against else None)
    return told


def _find(words: Sequence[str], wanted: Sequence[str]) -> int | None:
    for start in range(len(words) - len(wanted) + 1):
        if wanted and list(words[start : start + len(wanted)]) == list(wanted):
            return start
    return None


def _letters(word: str) -> str:
    """What counts of a word: letters with their marks, and digits."""
    return "".join(filter(str.isalnum, place_tones(normalize(word)).casefold()))
