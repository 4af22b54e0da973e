"""The grammar of số ký hiệu: a paper's number, its year, its kind and its issuer."""

import re
from dataclasses import dataclass

from pipeline.extract.digits import DIGIT_CLASS, to_digits
from pipeline.model.unicode import fold, normalize

KINDS = (
    "NĐ", "TT", "TTLT", "QĐ", "NQ", "CT", "PL", "L", "LCT", "QC", "QyĐ", "TC", "TB",
    "HD", "CTr", "KH", "PA", "ĐA", "DA", "BC", "BB", "TTr", "HĐ", "CV", "CĐ", "BGN",
    "BTT", "GUQ", "GM", "GGT", "GNP", "PG", "PC", "PB", "GXN", "GCN", "GP", "GPXD",
    "GPHĐ", "TLKS", "TLKH", "TLKT", "HDHS", "VBHN", "CNKH", "XNTTHN",
)  # fmt: skip
"""Abbreviations of kinds of papers (Decree 30/2020, annex III), and counter papers."""

ISSUERS = {
    "CP": "Chính phủ",
    "TTg": "Thủ tướng Chính phủ",
    "CTN": "Chủ tịch nước",
    "QH": "Quốc hội",
    "UBTVQH": "Ủy ban Thường vụ Quốc hội",
    "VPCP": "Văn phòng Chính phủ",
    "BCA": "Bộ Công an",
    "BQP": "Bộ Quốc phòng",
    "BNG": "Bộ Ngoại giao",
    "BNV": "Bộ Nội vụ",
    "BTP": "Bộ Tư pháp",
    "BTC": "Bộ Tài chính",
    "BKHĐT": "Bộ Kế hoạch và Đầu tư",
    "BCT": "Bộ Công Thương",
    "BNNPTNT": "Bộ Nông nghiệp và Phát triển nông thôn",
    "BNNMT": "Bộ Nông nghiệp và Môi trường",
    "BTNMT": "Bộ Tài nguyên và Môi trường",
    "BGTVT": "Bộ Giao thông vận tải",
    "BXD": "Bộ Xây dựng",
    "BTTTT": "Bộ Thông tin và Truyền thông",
    "BKHCN": "Bộ Khoa học và Công nghệ",
    "BLĐTBXH": "Bộ Lao động - Thương binh và Xã hội",
    "BVHTTDL": "Bộ Văn hóa, Thể thao và Du lịch",
    "BGDĐT": "Bộ Giáo dục và Đào tạo",
    "BYT": "Bộ Y tế",
    "BDTTG": "Bộ Dân tộc và Tôn giáo",
    "UBDT": "Ủy ban Dân tộc",
    "NHNN": "Ngân hàng Nhà nước Việt Nam",
    "TTCP": "Thanh tra Chính phủ",
    "KTNN": "Kiểm toán nhà nước",
    "TANDTC": "Tòa án nhân dân tối cao",
    "VKSNDTC": "Viện kiểm sát nhân dân tối cao",
    "BHXH": "Bảo hiểm xã hội",
    "UBND": "Ủy ban nhân dân",
    "HĐND": "Hội đồng nhân dân",
    "CTUBND": "",
    "VP": "",
    "STP": "Sở Tư pháp",
    "SNV": "Sở Nội vụ",
    "STC": "Sở Tài chính",
    "SXD": "Sở Xây dựng",
    "SYT": "Sở Y tế",
    "SCT": "Sở Công Thương",
    "SGDĐT": "Sở Giáo dục và Đào tạo",
    "SKHCN": "Sở Khoa học và Công nghệ",
    "SNNMT": "Sở Nông nghiệp và Môi trường",
    "SVHTTDL": "Sở Văn hóa, Thể thao và Du lịch",
    "TTPVHCC": "Trung tâm Phục vụ hành chính công",
    "BS": "",
}
"""Abbreviations of issuers; empty where the name does not follow from them."""

_ALWAYS_DATED = frozenset({"NĐ", "TT", "TTLT"})
"""Normative kinds that only exist with a year."""

_NEVER_ALONE = frozenset({*_ALWAYS_DATED, "QĐ", "NQ", "CT", "TB", "KH", "BC", "TTr"})
"""Kinds that name their issuer behind a hyphen."""

_SLASHES = str.maketrans({"⁄": "/", "∕": "/", "\\": "/", "–": "-", "—": "-", "−": "-"})
_YEAR = rf"[{DIGIT_CLASS}]{{4}}"
_NUMBER = rf"[{DIGIT_CLASS}]{{1,5}}"
_PART = r"[A-ZĐ][A-Za-zĐđÀ-ỹ0-9&]{0,12}"
_GRAMMAR = re.compile(
    rf"(?<![\w/])({_NUMBER})/(?:({_YEAR})/)?({_PART}(?:-{_PART}){{0,4}})(?![\w/])"
)
_BARE = re.compile(rf"(?<![\w/])({_NUMBER})/({_YEAR})(?![\w/])")
_TERM = re.compile(r"(QH|UBTVQH|HĐND|HDND)(\d{1,2})")

_BY_FOLD = {fold(part): part for part in (*KINDS, *ISSUERS)}


@dataclass(frozen=True, slots=True)
class Symbol:
    """A paper's number, as its grammar divides it."""

    value: str
    """Canonical: ``154/2024/NĐ-CP``."""

    raw: str
    number: str
    year: int | None
    parts: tuple[str, ...]
    """``NĐ``, ``CP``."""

    repairs: tuple[str, ...] = ()
    """What was changed from the reading, in English, without values."""

    start: int = 0
    """Where in the text it began, spaces around its separators removed."""

    @property
    def suspicious(self) -> bool:
        """Whether a part may have been lost though the rest fits the grammar.

        One digit where Decree 30/2020 wants ``05``; a year in the place of the number;
        a kind that always carries its year without one; a kind without its issuer.
        """
        alone = self.year is None
        return (
            len(self.number) == 1
            or (alone and len(self.number) == 4 and self.number[:2] in {"19", "20"})
            or (alone and bool(_ALWAYS_DATED & set(self.parts)))
            or (len(self.parts) == 1 and self.parts[0] in _NEVER_ALONE)
        )

    @property
    def known(self) -> bool:
        """Whether all its letters stand in the lists."""
        return bool(self.parts) and all(
            part in KINDS or part in ISSUERS or _TERM.fullmatch(part)
            for part in self.parts
        )

    @property
    def issuer(self) -> str | None:
        """Who issues papers with these letters; None where they do not tell."""
        for part in reversed(self.parts):
            term = _TERM.fullmatch(part)
            name = ISSUERS.get(term[1] if term else part)
            if name:
                return name
        return None


def find_symbol(text: str, *, bare: bool = False) -> Symbol | None:
    """Find the first số ký hiệu in *text*, repairing what OCR confuses.

    Digit slots are folded from look-alikes, ``⁄`` becomes ``/``, and abbreviations of
    a closed list get their Đ and their hyphen back. Dates are not taken for numbers.

    Args:
        text: what was read.
        bare: also accept ``12/2024`` without letters, as registers print it.
    """
    closed = re.sub(r"\s*([/-])\s*", r"\1", normalize(text).translate(_SLASHES))
    single = re.sub(r"/{2,}", "/", closed)
    match = _GRAMMAR.search(single)
    if match:
        return _symbol(match, match[3])
    match = _BARE.search(single) if bare else None
    return _symbol(match, "") if match else None


def _symbol(match: re.Match[str], letters: str) -> Symbol | None:
    number, year = match[1], match[2]
    digits, year_digits = to_digits(number), to_digits(year) if year else ""
    if not digits or not int(digits) or year_digits is None:
        return None
    if not any(map(str.isdigit, number)):
        return None
    if year_digits and not 1945 <= int(year_digits) <= 2100:
        return None
    parts = tuple(_canonical(part) for part in letters.split("-")) if letters else ()
    parts = tuple(piece for part in parts for piece in part.split("-"))
    printed = [number, year or "", letters]
    meant = [digits, year_digits, "-".join(parts)]
    repairs = []
    if printed[:2] != meant[:2]:
        repairs.append("look-alikes folded to digits")
    if printed[2] != meant[2]:
        repairs.append("letters from the list of abbreviations")
    return Symbol(
        "/".join(piece for piece in meant if piece),
        match[0],
        digits,
        int(year_digits) if year_digits else None,
        parts,
        tuple(repairs),
        match.start(),
    )


def _canonical(part: str) -> str:
    """Spell a known abbreviation as the list does; divide two that were joined."""
    folded = fold(part)
    if part in KINDS or part in ISSUERS:
        return part
    if folded in _BY_FOLD:
        return _BY_FOLD[folded]
    term = re.fullmatch(r"(qh|ubtvqh|hdnd)([\dilo]{1,2})", folded)
    if term:
        return _BY_FOLD[term[1]] + (to_digits(term[2]) or term[2])
    for kind in KINDS:
        head, tail = folded[: len(kind)], folded[len(kind) :]
        if head == fold(kind) and len(tail) > 1 and tail in _BY_FOLD:
            return f"{kind}-{_BY_FOLD[tail]}"
    return part
