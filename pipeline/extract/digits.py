"""Read digits where only digits can stand: fold what OCR prints in their place."""

import re
import unicodedata

_LOOK_ALIKES = {
    "0": "OoQ°ØôÔ",
    "1": "IlJ|!][ÍÌÏỈĨỊíìïỉĩị¡i",
    "2": "Zz",
    "5": "Ss§",
    "6": "ÓóổỔb",
    "8": "B",
}
"""Italic 1 comes as ``Ï ] Ì I``, 6 as ``Ó`` (findings/reading.md 2); the rest is the
usual company of these shapes. A 4, 7 or 9 has no look-alike that is safe."""

_TO_DIGIT = {like: digit for digit, likes in _LOOK_ALIKES.items() for like in likes}

DIGIT_CLASS = "0-9" + re.escape("".join(_TO_DIGIT))
"""Inside of a regular expression's brackets: digits and what is read for them."""

FILLERS = ".…_·•‥,;:~-–— \t"
"""What dotted leaders are read as."""


def to_digits(text: str) -> str | None:
    """Fold *text* to ASCII digits; None where a character cannot be one."""
    folded = [_fold(character) for character in text]
    return "".join(folded) if folded and all(folded) else None


def is_repaired(text: str, digits: str) -> bool:
    """Tell whether *digits* are not simply what *text* says."""
    return text != digits


def strip_fillers(text: str) -> str:
    """Remove dotted leaders and stray punctuation around a value."""
    return text.strip(FILLERS)


def _fold(character: str) -> str:
    if character.isascii() and character.isdigit():
        return character
    if character in _TO_DIGIT:
        return _TO_DIGIT[character]
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return ""
