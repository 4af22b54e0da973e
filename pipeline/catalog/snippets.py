"""The piece of a document's text that shows why it was found."""

import re
from collections.abc import Sequence

from pipeline.catalog.query import Phrase
from pipeline.model.search import Snippet

_LENGTH = 200
"""Characters of the piece, about."""

_LEAD = 40
"""Characters before the first found word."""

_MOST_PLACES = 500
"""Found words that are weighed; in a long text the first ones do."""

_CUT = "…"


def make_snippet(shown: str, searched: str, phrases: Sequence[Phrase]) -> Snippet:
    """Cut out the piece with most of the different phrases, and mark them.

    Args:
        shown: the text as printed.
        searched: its marked or folded form, character for character.
        phrases: what was found, in the form of *searched*.
    """
    places = _places(searched, phrases)
    start, end = _cut(shown, _best_start(places))
    lead = _CUT if start else ""
    tail = _CUT if end < len(shown) else ""
    shift = len(lead) - start
    piece = re.sub(r"\s", " ", shown[start:end])
    return Snippet(
        text=f"{lead}{piece}{tail}",
        marks=tuple(
            (first + shift, last + shift)
            for first, last, _ in places
            if start <= first and last <= end
        ),
    )


def _places(searched: str, phrases: Sequence[Phrase]) -> list[tuple[int, int, str]]:
    """Where phrases stand: (first, after last, what stands there), without overlaps."""
    if not phrases:
        return []
    longest_first = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    choice = "|".join(" +".join(map(re.escape, phrase)) for phrase in longest_first)
    pattern = re.compile(rf"(?<![^ ])(?:{choice})(?![^ ])")
    places = []
    for found in pattern.finditer(searched):
        places.append((found.start(), found.end(), found[0]))
        if len(places) == _MOST_PLACES:
            break
    return places


def _best_start(places: list[tuple[int, int, str]]) -> int:
    """The place from which most different phrases are near; the first such."""
    best, most = 0, 0
    for index, (first, _, _) in enumerate(places):
        near = {
            what
            for _, last, what in places[index : index + _LENGTH // 2]
            if last <= first + _LENGTH - _LEAD
        }
        if len(near) > most:
            best, most = first, len(near)
    return best


def _cut(shown: str, around: int) -> tuple[int, int]:
    """Choose where the piece begins and ends, not inside a word if it can be helped."""
    start = max(0, around - _LEAD)
    end = min(len(shown), start + _LENGTH)
    if start and (space := shown.find(" ", start, around)) >= 0:
        start = space + 1
    if end < len(shown) and (space := shown.rfind(" ", around + _LENGTH // 2, end)) > 0:
        end = space
    return start, end
