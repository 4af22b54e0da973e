"""What kind of paper it is and what it is about: heading and trích yếu."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from rapidfuzz import fuzz

from pipeline.extract.agency import to_name
from pipeline.extract.layout import Header, is_upper, letter_height, segments
from pipeline.extract.phrases import respell
from pipeline.extract.values import SPECKS
from pipeline.model.geometry import BoundingBox, enclosing
from pipeline.model.text import OcrLine, OcrPage, OcrWord
from pipeline.model.unicode import collapse, comparable, fold

KINDS = (
    "Hiến pháp", "Bộ luật", "Luật", "Pháp lệnh", "Lệnh", "Nghị quyết", "Nghị định",
    "Nghị quyết liên tịch", "Quyết định", "Thông tư", "Thông tư liên tịch", "Chỉ thị",
    "Quy chế", "Quy định", "Thông cáo", "Thông báo", "Hướng dẫn", "Chương trình",
    "Kế hoạch", "Phương án", "Đề án", "Dự án", "Báo cáo", "Biên bản", "Tờ trình",
    "Hợp đồng", "Công điện", "Bản ghi nhớ", "Bản thỏa thuận", "Giấy ủy quyền",
    "Giấy mời", "Giấy giới thiệu", "Giấy nghỉ phép", "Phiếu gửi", "Phiếu chuyển",
    "Phiếu báo", "Thư công", "Giấy phép", "Giấy xác nhận", "Giấy chứng nhận",
    "Giấy phép xây dựng",
)  # fmt: skip
"""Kinds of papers: Decree 30/2020, article 7, and the Law on normative documents."""

LETTER = "Công văn"
"""The kind that has no heading: its subject stands behind ``V/v`` below the number."""

_NAMED_BY_SUBJECT = ("Bộ luật", "Luật", "Pháp lệnh")
"""Their subject is their name: ``Luật Giao dịch điện tử``."""

_END = re.compile(
    r"^\W*(can cu|kinh gui|dieu \d|chuong [ivx\d]|theo de nghi|xet|thuc hien|hom nay"
    r"|bo truong|chu tich|uy ban nhan dan|thu tuong|chinh phu ban hanh|giam doc"
    r"|quoc hoi|hoi dong|phan|muc|i\.|1\.|\(|ho[, ]|ma ho so|bo phan)"
)
"""How the line after a subject begins, folded."""

_FIRST_STEP, _NEXT_STEP = 2.5, 1.9
"""Letter heights down from the heading, and from line to line of a subject, at most:
lines of a subject are 1.2-1.6 apart, the body begins at 2.2 and more."""

_CLEAR = 1.5
"""Letter heights of paper below a whole ``V/v`` block."""

_REGARDING = re.compile(r"^\W*v\s?[/⁄.|\\ı]\s?[vyw]\b\s*[:.]?\s*", re.IGNORECASE)

_STAMP = re.compile(r"\bden\b|\bngay\s?:|\bchuyen\s?:|^\W*so\s?:")
"""What the incoming stamp below a letter's subject says, folded."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A kind of paper where it stands."""

    kind: str
    box: BoundingBox
    confidence: float


@dataclass(frozen=True, slots=True)
class Subject:
    """What a paper is about."""

    value: str
    raw: str
    box: BoundingBox
    words: tuple[OcrWord, ...]
    notes: tuple[str, ...] = ()
    cut: bool = False
    """Something else begins so close below that lines may be hidden."""


def find_heading(page: OcrPage, header: Header, bottom: float) -> Heading | None:
    """Find a known kind in capitals below the motto, even with a stamp beside it."""
    best: tuple[float, Heading] | None = None
    for line in page.lines:
        if not header.slogan_bottom < line.box.middle[1] < bottom:
            continue
        for piece in segments(line):
            for words, kind, score in _kinds_in(piece):
                heading = Heading(
                    kind,
                    enclosing(word.box for word in words),
                    min(word.confidence for word in words),
                )
                if best is None or (score, len(kind)) > (best[0], len(best[1].kind)):
                    best = score, heading
        if best and best[0] > 95:
            break
    return best[1] if best else None


def find_subject(
    page: OcrPage, heading: BoundingBox, *, kind: str = ""
) -> Subject | None:
    """Find the lines centred below a heading, down to where the body begins.

    Args:
        page: the first page.
        heading: where the heading stands.
        kind: the kind of paper, put before a subject that is a law's name.
    """
    lines: list[OcrLine] = []
    base = float(heading.bottom)
    room = _FIRST_STEP * heading.height
    below = [piece for line in page.lines for piece in segments(line)]
    for piece in sorted(below, key=_base_of):
        if _base_of(piece) <= heading.bottom:
            continue
        line = _without_noise(piece)
        if line is None or not _is_centred(line.box, heading):
            continue
        if _END.match(comparable(line.text)) and not _is_named(line, kind):
            break
        if _base_of(line) - base > room:
            break
        room = _NEXT_STEP * letter_height([line])
        lines.append(line)
        base = _base_of(line)
    return _subject(lines, kind) if lines else None


def find_regarding(header: Header) -> Subject | None:
    """Find ``V/v …`` below the number and the lines it goes on in.

    The incoming stamp belongs right below (Decree 30/2020, annex VI) and covers the
    last lines where they are many: then the subject is marked as cut.
    """
    lines: list[OcrLine] = []
    cut = False
    for piece in header.left:
        if not lines and not _REGARDING.match(piece.text):
            continue
        if lines:
            gap = piece.box.top - lines[-1].box.bottom
            stamp = _STAMP.search(fold(piece.text))
            if stamp or gap > letter_height([piece]):
                cut = gap < _CLEAR * letter_height(lines)
                break
        lines.append(piece)
    subject = _subject(lines, "") if lines else None
    if subject is None:
        return None
    return replace(subject, value=_REGARDING.sub("", subject.value), cut=cut)


def _kinds_in(piece: OcrLine) -> list[tuple[tuple[OcrWord, ...], str, float]]:
    found = []
    for kind in KINDS:
        size = len(kind.split())
        for first in range(len(piece.words) - size + 1):
            words = piece.words[first : first + size]
            text = " ".join(word.text for word in words)
            score = fuzz.ratio(comparable(text), comparable(kind))
            alone = len(piece.words) - size <= 3
            if score >= 80 and is_upper(text) and alone:
                found.append((words, kind, score))
    return found


def _subject(lines: Sequence[OcrLine], kind: str) -> Subject | None:
    words = tuple(word for line in lines for word in line.words)
    raw = " ".join(line.text for line in lines)
    text = _without_specks(raw)
    if not any(map(str.isalpha, text)):
        return None
    spelt = respell(text)
    notes = ("marks of a common phrase",) if spelt != text else ()
    value = spelt
    if is_upper(spelt):
        value = to_name(spelt)
    if kind in _NAMED_BY_SUBJECT:
        value = f"{kind} {value}"
    return Subject(value, raw, enclosing(w.box for w in words), words, notes)


def _without_specks(text: str) -> str:
    """Remove the points and dashes that specks and rules leave between words."""
    divided = re.sub(r"(?<=[^\W\d_])\.(?=[^\W\d_])", " ", text)
    bare = re.sub(r"(?<!\S)[._—–|'\"]+(?=\w)", "", SPECKS.sub(" ", divided))
    return re.sub(r"^[^\w(“]+|[^\w)”]+$", "", collapse(bare))


def _without_noise(piece: OcrLine) -> OcrLine | None:
    """The piece without leading marks that hold no letter or digit."""
    words = list(piece.words)
    while words and not any(map(str.isalnum, words[0].text)):
        words.pop(0)
    return OcrLine(tuple(words)) if words else None


def _is_centred(box: BoundingBox, heading: BoundingBox) -> bool:
    """Whether a line stands under the heading, not in a stamp beside it."""
    return box.left < heading.right and box.right > heading.left


def _is_named(line: OcrLine, kind: str) -> bool:
    return kind in _NAMED_BY_SUBJECT and is_upper(line.text)


def _base_of(line: OcrLine) -> float:
    """Lower edge of most words: a tilt or a stain makes the line's own box taller."""
    return median(word.box.bottom for word in line.words)
