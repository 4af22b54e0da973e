"""Spell what addresses and agencies consist of, where a closed list knows it.

``, tính Thái Nguyên`` can only be a province. Names of communes stand in no list here
and stay as they were read: an old paper's names stay old.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from pipeline.model.unicode import fold, normalize, place_tones

PROVINCES = (
    "Hà Nội", "Hà Giang", "Cao Bằng", "Bắc Kạn", "Tuyên Quang", "Lào Cai", "Điện Biên",
    "Lai Châu", "Sơn La", "Yên Bái", "Hòa Bình", "Thái Nguyên", "Lạng Sơn",
    "Quảng Ninh", "Bắc Giang", "Phú Thọ", "Vĩnh Phúc", "Bắc Ninh", "Hải Dương",
    "Hải Phòng", "Hưng Yên", "Thái Bình", "Hà Nam", "Nam Định", "Ninh Bình",
    "Thanh Hóa", "Nghệ An", "Hà Tĩnh", "Quảng Bình", "Quảng Trị", "Thừa Thiên Huế",
    "Huế", "Đà Nẵng", "Quảng Nam", "Quảng Ngãi", "Bình Định", "Phú Yên", "Khánh Hòa",
    "Ninh Thuận", "Bình Thuận", "Kon Tum", "Gia Lai", "Đắk Lắk", "Đắk Nông", "Lâm Đồng",
    "Bình Phước", "Tây Ninh", "Bình Dương", "Đồng Nai", "Bà Rịa - Vũng Tàu",
    "Hồ Chí Minh", "Long An", "Tiền Giang", "Bến Tre", "Trà Vinh", "Vĩnh Long",
    "Đồng Tháp", "An Giang", "Kiên Giang", "Cần Thơ", "Hậu Giang", "Sóc Trăng",
    "Bạc Liêu", "Cà Mau",
)  # fmt: skip
"""The 63 until 30/06/2025; the names of the 34 since are among them."""

_UNITS = ("tỉnh", "thành phố", "thị xã", "thị trấn", "huyện", "quận", "phường", "xã",
          "thôn")  # fmt: skip
"""As they are written inside an address, before a name."""

_BY_FOLD = {fold(name): name for name in (*PROVINCES, *_UNITS)}
_PROVINCE = "|".join(sorted(map(fold, PROVINCES), key=len, reverse=True))
_UNIT = re.compile(rf"(?:^|[,.]\s)({'|'.join(map(fold, _UNITS))})\s(?=\w)")
_NAMED = re.compile(rf"\b(?:tinh|thanh pho|tp\.?)\s({_PROVINCE})(?=\s*(?:$|[,.;]))")
_SPECKED = re.compile(
    r"\b(?:uy[.,]? ban[.,]? nhan[.,]? dan|hoi[.,]? dong[.,]? nhan[.,]? dan)\b"
)
_POINT = re.compile(r"[.,]")
_LAST = re.compile(rf",\s({_PROVINCE})\s*\.?$")


def respell_places(text: str) -> str:
    """Give units and provinces of an address their marks; all else stays.

    A comma or point inside *Ủy ban nhân dân* is a speck, and goes.
    """
    normal = normalize(text)
    for inside in reversed(list(_SPECKED.finditer(fold(normal)))):
        start, end = inside.span()
        normal = normal[:start] + _POINT.sub("", normal[start:end]) + normal[end:]
    folded = fold(normal)
    pieces = list(normal)
    for pattern in (_UNIT, _NAMED, _LAST):
        for match in pattern.finditer(folded):
            start, end = match.span(1)
            if pattern is _UNIT and not normal[start].islower():
                continue
            if pattern is _UNIT and not normal[end:].lstrip()[:1].isupper():
                continue
            known = _BY_FOLD[match[1]]
            upper = normal[start:end].isupper()
            pieces[start:end] = known.upper() if upper else known
            if pattern is _UNIT and start and pieces[start - 2] == ".":
                pieces[start - 2] = ","
    return "".join(pieces)


def respell_names(text: str, names: Sequence[str]) -> str:
    """Give *names* of several words their marks; capitals stay as they stand."""
    normal = normalize(text)
    folded = fold(normal)
    pieces = list(normal)
    for match in _named(tuple(names)).finditer(folded):
        known = _names_by_fold(tuple(names))[match[0]]
        for at, letter in enumerate(known, match.start()):
            same = pieces[at].isupper()
            pieces[at] = letter.upper() if same else letter.lower()
    return "".join(pieces)


def known_words(words: Sequence[str], names: Sequence[str] = ()) -> list[bool]:
    """Tell of each word whether it stands in a unit, province or one of *names*.

    Every mark counts: a word that was misread is not known.
    """
    spelt = [_spelt(word) for word in words]
    known = [False] * len(words)
    for phrase in _phrases(tuple(names)):
        for first in range(len(spelt) - len(phrase) + 1):
            if tuple(spelt[first : first + len(phrase)]) == phrase:
                known[first : first + len(phrase)] = [True] * len(phrase)
    return known


def _spelt(word: str) -> str:
    return place_tones(normalize(word)).casefold().strip(".,;")


@lru_cache(maxsize=8)
def _names_by_fold(names: tuple[str, ...]) -> dict[str, str]:
    return {fold(name): normalize(name) for name in names if " " in name}


@lru_cache(maxsize=8)
def _named(names: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(map(re.escape, _names_by_fold(names)), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(longest_first)})\b")


@lru_cache(maxsize=8)
def _phrases(names: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    every = (*_UNITS, *PROVINCES, *names)
    return tuple(tuple(map(_spelt, phrase.split())) for phrase in every)
