"""The issuing agency, top left, in the spelling a record wants."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz

from pipeline.extract.layout import Header, is_in_left_column, is_upper, letter_height
from pipeline.extract.symbols import ISSUERS
from pipeline.model.geometry import BoundingBox, enclosing
from pipeline.model.text import OcrLine, OcrWord
from pipeline.model.unicode import comparable, fold, normalize, place_tones

_HEADS = (
    "bo", "so", "uy ban nhan dan", "ubnd", "hoi dong", "hdnd", "phong", "cuc",
    "chi cuc", "tong cuc", "van phong", "cong an", "trung tam", "ban", "chinh phu",
    "thu tuong", "chu tich nuoc", "quoc hoi", "toa an", "vien", "truong", "benh vien",
    "bao hiem", "ngan hang", "kho bac", "dang uy", "cong ty", "thanh tra", "kiem toan",
    "hai quan", "thue", "buu dien", "bo phan", "chi nhanh", "doi", "tram", "quy", "hoi",
    "lien doan", "lien hop tac xa", "uy ban", "tinh uy", "huyen uy", "thanh uy",
    "mat tran",
)  # fmt: skip
"""How the name of an agency begins: a line that begins so is a name of its own; any
other goes on with the name above it."""

NAMES = (
    "Trung tâm Phục vụ hành chính công", "Bộ phận Tiếp nhận và Trả kết quả",
    "Văn phòng Chính phủ", "Văn phòng Đăng ký đất đai", "Văn phòng Quốc hội",
    "Ủy ban nhân dân", "Hội đồng nhân dân", "Văn phòng Ủy ban nhân dân",
    "Nông nghiệp và Phát triển nông thôn", "Nông nghiệp và Môi trường",
    "Tài nguyên và Môi trường", "Giáo dục và Đào tạo", "Khoa học và Công nghệ",
    "Thông tin và Truyền thông", "Lao động - Thương binh và Xã hội",
    "Dân tộc và Tôn giáo", "Văn hóa, Thể thao và Du lịch", "Văn hóa và Thể thao",
    "Văn hóa - Xã hội", "Kế hoạch và Đầu tư", "Kinh tế, Hạ tầng và Đô thị",
    "Giao thông vận tải", "Nội vụ", "Tư pháp", "Tài chính", "Công Thương", "Xây dựng",
    "Y tế", "Ngoại vụ", "Du lịch", "Kinh tế", "Công an", "Quốc phòng",
    "Tòa án nhân dân", "Viện kiểm sát nhân dân", "Bảo hiểm xã hội", "Chi cục Thuế",
    "Kho bạc Nhà nước", "Đăng ký kinh doanh", "Việt Nam", "Hành chính công", "Cảnh sát",
    *filter(None, ISSUERS.values()),
)  # fmt: skip
"""Names whose capitals do not follow from a rule."""

_UNITS = {
    "xa", "phuong", "thi tran", "huyen", "quan", "thi xa", "thanh pho", "tinh",
    "dac khu", "khu vuc",
}  # fmt: skip
"""Kinds of administrative unit: written small; what follows is a proper name."""

_SHORT = {"UBND": "ỦY BAN NHÂN DÂN", "HĐND": "HỘI ĐỒNG NHÂN DÂN"}
_ROMAN = re.compile(r"[IVX]{1,5}")

_NOT_AGENCY = re.compile(r"^\W*(so\s?[:.]|v/v\b|mau (so )?\w)")

_BARS = re.compile(r"([^\W\d])\1{3}", re.IGNORECASE)

_SAME_NAME = 88
"""Ratio, without spaces and marks, from which a misread name is a known one."""


@dataclass(frozen=True, slots=True)
class Agency:
    """The agency that issued a paper."""

    value: str
    raw: str
    parent: str
    """The agency above it, sentence case; empty where none is printed."""

    box: BoundingBox
    words: tuple[OcrWord, ...]
    known: bool
    """The whole name stands in our list."""

    corroborated: bool
    """The letters of the number say the same, as far as they say."""

    contradicted: bool
    """The letters of the number name somebody else."""


def find_agency(
    header: Header, number_top: int | None, *, issuer: str | None = None
) -> Agency | None:
    """Find the agency: capitals above the number, left of the motto.

    Names over several lines are joined; of two names the lower one issues, the upper
    one is the parent.

    Args:
        header: the first page's header.
        number_top: upper edge of the ``Số:`` line, where there is one.
        issuer: what the letters of the number say; raises or lowers confidence.
    """
    lines = _block(header, number_top)
    if not lines:
        return None
    names: list[list[OcrLine]] = []
    for line in lines:
        if names and not _begins_name(line, names[-1]):
            names[-1].append(line)
        else:
            names.append([line])
    own = names[-1]
    raw = _joined(own)
    value, known = to_name(raw), False
    for name in filter(None, (issuer, *_whole_names())):
        if _is_same(raw, name):
            value, known = name, True
            break
    agrees = issuer is not None and comparable(issuer) in comparable(value)
    return Agency(
        value,
        raw,
        to_name(_joined(names[-2])) if len(names) > 1 else "",
        enclosing(line.box for line in own),
        tuple(word for line in own for word in line.words),
        known,
        agrees,
        issuer is not None and not agrees,
    )


def is_spelt_otherwise(agency: Agency, header: Header) -> bool:
    """Tell whether the date line spells the agency's own place with other marks.

    ``XÃ QUẢN BẠ`` over ``Quản Bạ, ngày 15 tháng 9``: capitals hide a mark more easily.
    """
    own = [_spelling(word) for word in agency.value.split()]
    for line in header.right:
        words = [_spelling(word) for word in line.text.split()]
        folded = [fold(word) for word in words]
        if "ngay" not in folded:
            continue
        place = words[: folded.index("ngay")]
        tail = own[-len(place) :] if place else []
        if [fold(word) for word in tail] == [fold(word) for word in place]:
            return tail != place
    return False


def _spelling(word: str) -> str:
    return place_tones(normalize(word)).lower().strip(",.;:")


def to_name(upper: str) -> str:
    """Write an agency's name as texts do: ``Ủy ban nhân dân xã Hướng Phùng``.

    >>> to_name("BỘ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI")
    'Bộ Lao động - Thương binh và Xã hội'
    """
    if not is_upper(upper):
        return upper
    spelt = place_tones(normalize(upper))
    for short, full in _SHORT.items():
        spelt = re.sub(rf"\b{short}\b", full, spelt)
    words = [w if _ROMAN.fullmatch(w) else w.lower() for w in spelt.split()]
    folded = [fold(word) for word in words]
    cased = list(words)
    index = 0
    while index < len(words):
        length, spelling = _known_at(folded, index)
        if spelling:
            cased[index : index + length] = spelling.split()
            index += length
            continue
        unit = _unit_at(folded, index)
        if unit:
            start = index + unit
            stop = _next_known(folded, start)
            cased[start:stop] = [_capital(word) for word in words[start:stop]]
            index = max(stop, start)
            continue
        index += 1
    text = " ".join(cased)
    return text[:1].upper() + text[1:]


def _block(header: Header, number_top: int | None) -> list[OcrLine]:
    """The lines of capitals from the motto's row to the number, without a jump."""
    lines: list[OcrLine] = []
    for piece in header.left:
        words = tuple(w for w in piece.words if _counts(w.text) or w.text in "-–")
        if not any(_counts(word.text) for word in words):
            continue
        line = OcrLine(words)
        if number_top is not None and line.box.middle[1] >= number_top:
            break
        if not is_in_left_column(line.box, header):
            continue
        if line.box.bottom < header.motto.top - header.motto.height:
            continue
        low = line.box.middle[1] > header.slogan_bottom
        if not lines and low and not _has_head(comparable(line.text)):
            continue
        if not is_upper(line.text) or _NOT_AGENCY.match(fold(line.text)):
            break
        if lines and line.box.top - lines[-1].box.bottom > 1.5 * letter_height([line]):
            break
        lines.append(line)
    return lines


def _begins_name(line: OcrLine, above: Sequence[OcrLine]) -> bool:
    """Tell whether *line* is a new agency, not the rest of the name above it."""
    folded = comparable(line.text)
    before = comparable(_joined(above)).split()
    if _joined(above).endswith(",") or _goes_on(before, folded.split()):
        return False
    return _has_head(folded)


def _has_head(folded: str) -> bool:
    starts = any(f"{folded} ".startswith(f"{head} ") for head in _HEADS)
    return starts or folded.replace(" ", "") in _joined_issuers()


@cache
def _joined_issuers() -> frozenset[str]:
    names = filter(None, ISSUERS.values())
    return frozenset(comparable(name).replace(" ", "") for name in names)


def _goes_on(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether a known name runs over the end of the line: ``… VÀ MÔI / TRƯỜNG``."""
    words = [*before, *after]
    return any(
        first + _known_at(words, first)[0] > len(before) for first in range(len(before))
    )


def _joined(lines: Sequence[OcrLine]) -> str:
    text = " ".join(line.text for line in lines)
    words = (word.strip("._—–'\"|:;„“”ˆ`‘’*()[]{}") for word in text.split())
    return " ".join(filter(None, words)).strip(" -,")


def _whole_names() -> tuple[str, ...]:
    return tuple(name for name in ISSUERS.values() if name and " nhân dân" not in name)


def _is_same(raw: str, name: str) -> bool:
    mine, known = (re.sub(r"\W", "", comparable(text)) for text in (raw, name))
    return fuzz.ratio(mine, known) >= _SAME_NAME and abs(len(mine) - len(known)) <= 2


def _counts(text: str) -> bool:
    """Whether a word is one, not a rule, a speck or the bars of a code."""
    return any(map(str.isalnum, text)) and not _BARS.search(text)


def _known_at(folded: Sequence[str], index: int) -> tuple[int, str]:
    """The longest known name that begins at a word."""
    best = (0, "")
    longest = max(len(parts) for parts, _ in _bare_names())
    words = _bare(folded[index : index + longest])
    for parts, name in _bare_names():
        if len(parts) > best[0] and words[: len(parts)] == parts:
            best = (len(parts), name)
    return best


@cache
def _bare_names() -> tuple[tuple[list[str], str], ...]:
    return tuple((_bare(comparable(name).split()), name) for name in NAMES)


def _bare(words: Sequence[str]) -> list[str]:
    return [comparable(word).strip(",.") or word for word in words]


def _unit_at(folded: Sequence[str], index: int) -> int:
    for length in (2, 1):
        if " ".join(folded[index : index + length]) in _UNITS:
            return length
    return 0


def _next_known(folded: Sequence[str], index: int) -> int:
    for at in range(index, len(folded)):
        if at > index and (_known_at(folded, at)[1] or _unit_at(folded, at)):
            return at
    return len(folded)


def _capital(word: str) -> str:
    return "-".join(part[:1].upper() + part[1:] for part in word.split("-"))
