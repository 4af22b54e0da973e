"""What a searcher typed, as tiers of matches, the most exact first."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from pipeline.catalog.numbers import NumberQuestion, ask_number
from pipeline.catalog.words import to_folded, to_marked, to_shown
from pipeline.model.unicode import fold

_LONGEST_QUERY = 1_000
"""Characters that are looked at; nobody types more, only machines do."""

_MOST_WORDS = 32
_QUOTED = re.compile(r'["“”„«»]([^"“”„«»]*)["“”„«»]')


class Form(StrEnum):
    """Which form of the texts a match looks at: a column of ``document_texts``."""

    MARKED = "marked"
    FOLDED = "folded"


class Tier(StrEnum):
    """How well a hit answers, best first."""

    NUMBER = "number"
    PHRASE = "phrase"
    FOLDED_PHRASE = "folded-phrase"
    WORDS = "words"
    ONE_TYPO = "one-typo"


Phrase = tuple[str, ...]
"""Words that stand side by side."""

Clause = tuple[Phrase, ...]
"""Phrases of which one must be there."""

Way = tuple[Clause, ...]
"""Clauses that must all be there."""


@dataclass(frozen=True, slots=True)
class Match:
    """A condition on one form of a text: one of several ways must hold."""

    form: Form
    ways: tuple[Way, ...]

    def phrases_in(self, text: str) -> tuple[Phrase, ...]:
        """The phrases that made *text* match: what its snippet highlights.

        Args:
            text: of a document that was found, in this form.
        """
        words = set(text.split())
        ways = (way for way in self.ways if _holds(way, words))
        way = next(ways, self.ways[0])
        return tuple(dict.fromkeys(phrase for clause in way for phrase in clause))


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a query in one form."""

    quoted: tuple[Phrase, ...]
    loose: tuple[str, ...]
    """Words outside quotes."""

    def as_phrases(self) -> Way:
        """Side by side as typed; where there are quotes, only what is inside them."""
        if self.quoted or not self.loose:
            return self.as_words()
        return ((self.loose,),)

    def as_words(self) -> Way:
        """All of them, wherever they stand; quoted phrases stay phrases."""
        return tuple((phrase,) for phrase in (*self.quoted, *zip(self.loose)))


@dataclass(frozen=True, slots=True)
class Question:
    """A query, understood."""

    blank: bool
    """Nothing was typed: all documents answer."""

    number: NumberQuestion | None
    folded: Words
    matches: tuple[tuple[Tier, Match], ...]
    """Empty where nothing searchable was typed: punctuation, emoji."""


def understand(text: str) -> Question:
    """Read a query; no text is an error."""
    shown = to_shown(text[:_LONGEST_QUERY])
    marked = _words_of(shown, to_marked)
    folded = _words_of(shown, to_folded)
    matches: list[tuple[Tier, Match]] = []
    if marked != _words_of(fold(shown), to_marked):  # somebody typed diacritics
        matches.append((Tier.PHRASE, Match(Form.MARKED, (marked.as_phrases(),))))
    if folded.as_phrases() != folded.as_words() or folded.quoted:
        tier = Tier.FOLDED_PHRASE
        matches.append((tier, Match(Form.FOLDED, (folded.as_phrases(),))))
    if folded.loose and not folded.quoted:
        matches.append((Tier.WORDS, Match(Form.FOLDED, (folded.as_words(),))))
    number = ask_number(shown)
    return Question(not text.strip(), number, folded, tuple(matches))


def _holds(way: Way, words: set[str]) -> bool:
    return all(any(words.issuperset(each) for each in clause) for clause in way)


def _words_of(shown: str, to_form: Callable[[str], str]) -> Words:
    quoted = (tuple(to_form(piece).split()) for piece in _QUOTED.findall(shown))
    loose = tuple(to_form(_QUOTED.sub(" ", shown)).split())
    return Words(
        quoted=tuple(phrase[:_MOST_WORDS] for phrase in quoted if phrase),
        loose=loose[:_MOST_WORDS],
    )
