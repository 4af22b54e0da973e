"""Words one slip away from a given word.

The folded vocabulary of Vietnamese is small, so every slip is tried against it: the
neighbours of a word are listed (P. Norvig, 2007), and the database keeps those that
were ever filed.
"""

from string import ascii_lowercase

from sqlalchemy import Connection, func, select

from pipeline.catalog.query import Clause, Form, Match, Way, Words
from pipeline.catalog.schema import vocabulary

_SHORTEST = 3
"""Letters; a shorter word has half the language one slip away."""

_LONGEST = 20
_MOST_WORDS = 8
"""Words in a query that is tried with a typo; a longer one has other troubles."""

_MOST_NEIGHBORS = 64
"""Of one word; sixty are more than any word of the language has."""


def with_one_typo(connection: Connection, words: Words) -> Match | None:
    """Let any one loose word be another word of the vocabulary; None where none can."""
    if len(words.loose) > _MOST_WORDS:
        return None
    plain = words.as_words()
    ways: list[Way] = []
    for index, word in enumerate(words.loose, start=len(words.quoted)):
        if clause := _clause(connection, word):
            ways.append((*plain[:index], clause, *plain[index + 1 :]))
    return Match(Form.FOLDED, tuple(ways)) if ways else None


def neighbors(word: str) -> frozenset[str]:
    """All strings one letter more, less, other or swapped away from *word*."""
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    removed = {left + right[1:] for left, right in cuts if right}
    swapped = {
        left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1
    }
    other = {
        left + letter + right[1:]
        for left, right in cuts
        if right
        for letter in ascii_lowercase
    }
    added = {
        left + letter + right for left, right in cuts for letter in ascii_lowercase
    }
    return frozenset((removed | swapped | other | added) - {word})


def is_vocabulary(word: str) -> bool:
    """Tell whether a folded word may be meant: letters, not too many."""
    return 2 <= len(word) <= _LONGEST and word.isascii() and word.isalpha()


def _clause(connection: Connection, word: str) -> Clause:
    if len(word) < _SHORTEST or not is_vocabulary(word):
        return ()
    known = connection.execute(
        select(vocabulary.c.word)
        .where(vocabulary.c.word.in_(sorted(neighbors(word))))
        .order_by(func.length(vocabulary.c.word), vocabulary.c.word)
        .limit(_MOST_NEIGHBORS)
    )
    return tuple((row.word,) for row in known)
