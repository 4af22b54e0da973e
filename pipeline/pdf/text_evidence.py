"""Tell written text from the letters of a broken or legacy font."""

import re
import unicodedata
from collections.abc import Sequence

from pipeline.model.unicode import fold

_MAX_STRANGE = 0.03
"""Share of characters no Vietnamese or English page prints. Text in TCVN3 or VNI, read
as Latin-1, has 11-20 %; pages of law have none."""

_MIN_WORDLIKE = 0.7
"""Share of words that are words or numbers by their build."""

_MIN_FOR_VOWELS, _MAX_VOWELLESS = 10, 0.4
"""Words of letters from which so large a share without a vowel is no language: each of
a shifted alphabet's words may be short enough for an abbreviation."""

_MIN_FOR_MARKS = 30
"""Words from which a Vietnamese text without any diacritic is a broken one."""

_MAX_BARE_SYLLABLES = 0.8
"""Share of words built like Vietnamese syllables, in a text without diacritics, above
which it is Vietnamese that lost them. Vietnamese prose has 0.98, English 0.24."""

_VIETNAMESE = frozenset(
    unicodedata.normalize("NFC", letter + shape + tone)
    for letter, shapes in (
        ("a", ("", "\u0306", "\u0302")), ("e", ("", "\u0302")), ("i", ("",)),
        ("o", ("", "\u0302", "\u031b")), ("u", ("", "\u031b")), ("y", ("",)),
    )
    for shape in shapes
    for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
) | {"đ"}  # fmt: skip

_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnpqrstvx])?"
    r"(?:uye|uoi|uou|ieu|yeu|oai|oay|uay|[aeiouy]{1,2})"
    r"(?:ch|ng|nh|[cmnpt])?"
)
_NUMBER = re.compile(r"[\d.,:;/+%()-]*\d[\d.,:;/+%()-]*")
_EDGE = "\"'“”‘’«»()[]{}<>.,:;!?…-–—*/|•·"


def is_written_text(words: Sequence[str]) -> bool:
    """Tell whether *words* could have been written in Vietnamese or English.

    Args:
        words: normalized, in any order.
    """
    characters = "".join(words)
    if not characters:
        return False
    strange = sum(not _is_usual(character) for character in characters)
    if strange > _MAX_STRANGE * len(characters):
        return False
    bare = [fold(word.strip(_EDGE)) for word in words]
    bare = [word for word in bare if word]
    if not bare or sum(map(_is_wordlike, bare)) < _MIN_WORDLIKE * len(bare):
        return False
    return not (_lost_its_vowels(bare) or _lost_its_marks(characters, bare))


def _is_usual(character: str) -> bool:
    if character.isascii():
        return character.isprintable()
    if character.isalpha():
        return character.lower() in _VIETNAMESE
    # Quotes, dashes, bullets, degree and currency signs, boxes to tick.
    return unicodedata.category(character) in {
        "Pd", "Pi", "Pf", "Po", "Sm", "Sc", "So", "No",
    }  # fmt: skip


def _is_wordlike(word: str) -> bool:
    """Tell whether a folded word is a number, an abbreviation or has a vowel."""
    if _NUMBER.fullmatch(word):
        return True
    letters = [character for character in word if character.isalpha()]
    if len(letters) < len(word) * 0.5:
        return False
    return len(letters) <= 4 or any(letter in "aeiouy" for letter in letters)


def _lost_its_vowels(bare: list[str]) -> bool:
    plain = [word for word in bare if word.isalpha()]
    without = sum(not set(word) & set("aeiouy") for word in plain)
    return len(plain) >= _MIN_FOR_VOWELS and without > _MAX_VOWELLESS * len(plain)


def _lost_its_marks(characters: str, bare: list[str]) -> bool:
    if not characters.isascii():
        return False
    plain = [word for word in bare if word.isalpha()]
    if len(plain) < _MIN_FOR_MARKS:
        return False
    syllables = sum(_SYLLABLE.fullmatch(word) is not None for word in plain)
    return syllables > _MAX_BARE_SYLLABLES * len(plain)
