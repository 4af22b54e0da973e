"""Document numbers, dossier codes and personal ids, as filed and as asked for.

A number is compared by its digits (``96 2016``) and its letters (``ndcp``), so that
what stands between them, and what the reader made of it, does not matter.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.catalog.words import to_shown
from pipeline.model.unicode import collapse, comparable

_ABBREVIATIONS = {
    "nghi dinh": "nd",
    "nghi quyet": "nq",
    "quyet dinh": "qd",
    "thong tu lien tich": "ttlt",
    "thong tu": "tt",
    "thong bao": "tb",
    "thong cao": "tc",
    "chi thi": "ct",
    "cong dien": "cd",
    "cong van": "",
    "to trinh": "ttr",
    "bao cao": "bc",
    "bien ban": "bb",
    "ke hoach": "kh",
    "huong dan": "hd",
    "giay moi": "gm",
    "giay uy quyen": "guq",
    "quy che": "qc",
    "quy dinh": "qyd",
    "luat": "",
    "bo luat": "",
}
"""Document types by name and as their numbers abbreviate them (Decree 30/2020, annex
III); a letter (công văn) and a law carry none."""

_ABBREVIATED = re.compile(
    r"\b(" + "|".join(sorted(_ABBREVIATIONS, key=len, reverse=True)) + r")\b"
)

_NOISE = re.compile(
    r"\b(?:so|ky hieu|van ban|ma ho so|ho so|mhs|cccd|cmnd|can cuoc|cong dan"
    r"|dinh danh|ca nhan)\b|(?<=\d )nam(?= \d)"
)
"""Words people put before a number: số, số ký hiệu, mã hồ sơ, số căn cước ..."""

_JOINT = re.compile(r"\s*([/.–-])\s*")
_PART = re.compile(r"[^\W_]+")
_ISO_DATE = re.compile(r"\d{4}-\d\d(-\d\d)?")

_PRINTED_NUMBER = re.compile(
    r"\d{1,5}(?:/\d{4})?/[a-z]{1,8}[\w/.–-]*"  # 96/2016/nđ-cp, 468/qđ-ttg
    r"|\d{1,5}/\d{4}"  # 12/2024
    r"|[\w.]*\d[\w.]*-\d{6}-\d{4,7}"  # h15.50.05.13-261008-0975
    r"|[a-z]{0,2}\d{6,}"  # 034187000123
)
"""What is a number whatever stands beside it. Matched against comparable text."""

_LONGEST = 64
"""Characters of the longest number that is worth a key."""

_FEWEST_DIGITS = 3
"""Of a field's value to be a number that somebody searches for."""


@dataclass(frozen=True, slots=True)
class NumberKey:
    """A filed number."""

    key: str
    """All letters and digits."""

    digits: str
    """Groups of digits without leading zeros, divided by spaces."""

    letters: str
    """All that is not a group of digits, joined."""


@dataclass(frozen=True, slots=True)
class NumberQuestion:
    """A number that is asked for, in one of two ways."""

    keys: tuple[str, ...]
    """Filed keys that answer by being equal."""

    digits: str
    """Filed digits that answer begin with these groups; empty: no such question."""

    letters: str
    """Filed letters that answer begin with these."""


def to_key(text: str) -> str:
    """Reduce a number to its letters and digits, folded; empty where it has none."""
    return "".join(_PART.findall(comparable(to_shown(text))))[:_LONGEST]


def to_number_key(text: str) -> NumberKey | None:
    """Read a filed number; None where it has no digits."""
    digits, letters = _take_apart(comparable(to_shown(text)))
    key = to_key(text)
    if not any(sign.isdigit() for sign in key):
        return None
    return NumberKey(key, digits[:_LONGEST], letters[:_LONGEST])


def is_number(value: str) -> bool:
    """Tell whether a field's value is a number and not a date, name or address."""
    if len(value) > _LONGEST or _ISO_DATE.fullmatch(value):
        return False
    digits = sum(sign.isdigit() for sign in value)
    return digits >= _FEWEST_DIGITS and len(_JOINT.sub(r"\1", value).split()) <= 2


def ask_number(text: str) -> NumberQuestion | None:
    """Read a query as a number; None where it holds no digits.

    ``96/2016/NĐ-CP``, ``nd 96/2016`` and ``nghi dinh 96 2016`` ask for the same. A
    number as printed counts among other words; loose digits only where all other
    words belong to the number too: words that do not are no beginning of any number's
    letters, so nothing answers.
    """
    plain = _JOINT.sub(r"\1", comparable(to_shown(text)))
    named = _ABBREVIATED.sub(lambda match: _ABBREVIATIONS[match[1]], plain)
    printed = _printed(named)
    if printed:
        digits, letters = _take_apart(printed[0])
        letters = letters or _abbreviation_before(printed[0], named)
    else:
        digits, letters = _take_apart(_without_noise(named))
    keys = [*printed, plain, _without_noise(plain)]
    if not digits and not any(sign.isdigit() for sign in plain):
        return None
    return NumberQuestion(_keys(keys), digits, letters)


def _printed(text: str) -> list[str]:
    pieces = (piece.strip(".,;:()\"'“”") for piece in text.split())
    return [piece for piece in pieces if _PRINTED_NUMBER.fullmatch(piece)]


def _take_apart(text: str) -> tuple[str, str]:
    parts = _PART.findall(text)
    digits = " ".join(_without_zeros(part) for part in parts if part.isdecimal())
    return digits, "".join(part for part in parts if not part.isdecimal())


def _without_zeros(group: str) -> str:
    return group.lstrip("0") or "0"


def _abbreviation_before(printed: str, text: str) -> str:
    """The document type that stands nearest before a printed number."""
    known = set(_ABBREVIATIONS.values()) - {""}
    before = text.partition(printed)[0].split()
    return next((word for word in reversed(before) if word in known), "")


def _without_noise(text: str) -> str:
    return collapse(_NOISE.sub(" ", text))


def _keys(pieces: Iterable[str]) -> tuple[str, ...]:
    keys = (to_key(piece) for piece in pieces if len(piece) <= 2 * _LONGEST)
    return tuple(
        dict.fromkeys(key for key in keys if any(sign.isdigit() for sign in key))
    )
