"""Bring Vietnamese text to one form, and fold it for comparison without diacritics."""

import re
import unicodedata

_TONES = "\u0300\u0301\u0303\u0309\u0323"
"""Grave, acute, tilde, hook above, dot below: the five written tones."""

_SHAPES = "\u0302\u0306\u031b"
"""Circumflex, breve, horn: marks that make another vowel."""

_ETH = str.maketrans({"\u00d0": "Đ", "\u0189": "Đ", "\u00f0": "đ", "\u0256": "đ"})
"""Icelandic Eth and African D stand for Đ in files of the wild (domain.md 3.6)."""

_MARK_RUN = re.compile(rf"[{_TONES}{_SHAPES}]{{2,}}")
_ONE_TO_ONE = str.maketrans("đĐ", "dD")

_OLD_STYLE = {
    "oà": "òa", "oá": "óa", "oả": "ỏa", "oã": "õa", "oạ": "ọa",
    "oè": "òe", "oé": "óe", "oẻ": "ỏe", "oẽ": "õe", "oẹ": "ọe",
    "uỳ": "ùy", "uý": "úy", "uỷ": "ủy", "uỹ": "ũy", "uỵ": "ụy",
}  # fmt: skip
"""Tone on the second vowel, as dictionaries have it, to where legal texts print it."""
_NEW_PLACED = re.compile(
    r"(?<![qQ])(" + "|".join(_OLD_STYLE) + r")(?![^\W\d_])", re.IGNORECASE
)


def normalize(text: str) -> str:
    """Bring *text* to NFC with its marks in canonical order and Đ as U+0110.

    NFC alone does not repair a tone typed before its vowel's shape: ``e`` + acute +
    circumflex stays ``é`` + circumflex. Shapes are put before tones first.
    """
    decomposed = unicodedata.normalize("NFD", text.translate(_ETH))
    ordered = _MARK_RUN.sub(_shapes_first, decomposed)
    return unicodedata.normalize("NFC", ordered)


def fold(text: str) -> str:
    """Reduce *text* to lower-case letters without diacritics, character for character.

    The result has as many characters as *text*, so that a place in the folded text
    is the same place in the original. *text* should be normalized.
    """
    return text.translate(_FOLDED)


def place_tones(text: str) -> str:
    """Put tones where legal texts print them: ``HOÀ`` becomes ``HÒA``, ``uỷ`` ``ủy``.

    Only open syllables differ between the two spellings. The length is kept.
    *text* must be normalized.
    """
    return _NEW_PLACED.sub(lambda match: _match_case(match[1]), text)


def collapse(text: str) -> str:
    """Replace every run of white space by one space and trim the ends."""
    return " ".join(text.split())


def comparable(text: str) -> str:
    """Reduce *text* to what two printings of the same words share."""
    return collapse(fold(place_tones(normalize(text))))


def _shapes_first(run: re.Match[str]) -> str:
    marks = run[0]
    shapes = [mark for mark in marks if mark in _SHAPES]
    tones = [mark for mark in marks if mark in _TONES]
    return "".join(shapes + tones)


def _match_case(pair: str) -> str:
    placed = _OLD_STYLE[pair.lower()]
    return "".join(
        new.upper() if old.isupper() else new
        for old, new in zip(pair, placed, strict=True)
    )


class _Folded(dict[int, int]):
    """Folded characters by code, worked out when first met.

    Translating a text with it is many times as fast as going character by character.
    """

    def __missing__(self, code: int) -> int:
        self[code] = ord(_fold_character(chr(code)))
        return self[code]


_FOLDED = _Folded()


def _fold_character(character: str) -> str:
    if character.isascii():
        return character.lower()
    base = unicodedata.normalize("NFD", character.translate(_ONE_TO_ONE))[0]
    lowered = base.lower()
    return lowered if len(lowered) == 1 else character
