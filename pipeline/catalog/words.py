"""The three forms of a text: shown, marked and folded, all of one length.

A place found in the marked or folded form is the same place in the shown text.
"""

import re

from pipeline.model.unicode import fold, normalize, place_tones

_GAP = re.compile(r"[\W_]")
"""What is neither letter nor digit divides words, for both databases alike."""

_OPEN_Y = re.compile(r"(?<![^ ])(qu|[hklmstv])y(?![^ ])")
"""Quý and Quí, Lý and Lí, Mỹ and Mĩ are one word to who searches (domain.md 8)."""


def to_shown(text: str) -> str:
    """Bring *text* to the form that is stored and shown: NFC, without NUL."""
    storable = text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
    return normalize(storable)


def to_marked(shown: str) -> str:
    """Lower-case words with their diacritics, divided by spaces."""
    return _GAP.sub(" ", _lower(place_tones(shown)))


def to_folded(shown: str) -> str:
    """Lower-case words without diacritics, i for y where both are written."""
    folded = _GAP.sub(" ", fold(place_tones(shown)))
    return _OPEN_Y.sub(r"\1i", folded)


def _lower(text: str) -> str:
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    # A few letters, such as the Turkish dotted İ, become two; they stay as they are.
    return "".join(
        small if len(small := letter.lower()) == 1 else letter for letter in text
    )
