"""Who signed: the full name below the signature, bottom right."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.extract.layout import letter_height, segments
from pipeline.extract.values import FITS, parse
from pipeline.model.geometry import BoundingBox
from pipeline.model.template import Kind
from pipeline.model.text import OcrLine, OcrWord, ReadPage
from pipeline.model.unicode import comparable, fold

_ON_BEHALF = re.compile(r"^\W*(tm|kt|tl|tuq|q)\s?\.\s?\w")
_OFFICE = re.compile(
    r"^\W*(q\. ?|kt\. ?|tm\. ?|tl\. ?)?(pho |thu )?(bo truong|thu tuong|chu tich"
    r"|giam doc|truong phong|pho phong|chanh van phong|cuc truong|tong cuc truong"
    r"|chi cuc truong|truong ban|truong cong an|hieu truong|vien truong|chanh an"
    r"|tong giam doc|cong chung vien|thu truong|truong)\b"
)
_CITIZEN = re.compile(
    r"^\W*(nguoi (khai|lam don|viet don|nop|tiep nhan|yeu cau|de nghi|ky|huong dan"
    r"|uy quyen|thuc hien|dai dien|lap)|can bo|cong chuc)\b"
)
_RECIPIENTS = re.compile(r"^\W*noi nhan\b")
_HINT = re.compile(r"\bky\b.*\bho\b.*\bten|\bchu ky\b|\bdong dau\b|\bda ky\b")
_RANK = re.compile(
    r"^(dai|thuong|trung|thieu)\s(tuong|ta|uy)\s|^(gs|pgs|ts|ths|bs|ks|ong|ba)\b\.?\s?"
)

_FAMILIES = frozenset(
    """
    nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly dao
    doan vuong trinh truong dinh lam phung mai to ha ta cao chu chau luu thai tang
    la nong hua trieu lo vang sung giang hau thao luong vi hoa quach kieu nghiem
    doan tu tong luc khuat mac thach son kim danh be dam ma quan lau chang tan
    chao ban lu mua hang than giap vien bach ong ton cu diep dong khong lai
    thieu au an y nie ksor siu rcom ro kpa trang tieu hong tho lang phuong binh
    """.split()  # noqa: SIM905 - a page of quotation marks
)
"""Family names, folded: a signer without one is looked at by a person."""

_OFF_CENTRE = 1.2
"""Letter heights between the middles of office and name: a seal that hides the family
name moves what is left of it by more."""

_REACH = 0.34
"""Share of the page's height from the office down to the name."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed, or where a signature stands that nobody could read."""

    value: str | None
    raw: str
    words: tuple[OcrWord, ...]
    page: int
    box: BoundingBox
    known_family: bool
    centred: bool
    """The name stands under the middle of the office: nothing of it was lost."""


def find_signer(pages: Sequence[ReadPage]) -> Signer | None:
    """Find the signer, on the last page that has a signature block.

    Returns:
        None where no page has one, as in a file that was cut, or an unsigned form.
    """
    for read in reversed(pages):
        found = _on_page(read)
        if found:
            return found
    return None


def _on_page(read: ReadPage) -> Signer | None:
    pieces = [p for line in read.text.lines for p in segments(line)]
    middle = read.page.width / 2
    right = sorted(
        (p for p in pieces if p.box.middle[0] > middle and p.box.width < middle),
        key=lambda piece: piece.box.middle[1],
    )
    anchors = [p for p in right if _is_office(p)]
    official = bool(anchors)
    if not anchors:
        anchors = [p for p in pieces if _RECIPIENTS.match(fold(p.text))][-1:]
        official = bool(anchors)
    if not anchors:
        anchors = [p for p in right if _CITIZEN.match(comparable(p.text))][-1:]
    if not anchors:
        return None
    anchor = _first_of_last_block(anchors, read.page.height)
    limit = anchor.box.top + _REACH * read.page.height
    below = [p for p in right if anchor.box.bottom <= p.box.middle[1] < limit]
    middle_of_block = anchor.box.middle[0] if anchor in right else None
    return _best_name(below, middle_of_block, read.page.number) or _unread(
        below, anchor, read.page.number, official
    )


def _is_office(piece: OcrLine) -> bool:
    text = comparable(piece.text)
    short = len(piece.words) <= 9
    capitals = sum(map(str.isupper, piece.text)) > sum(map(str.islower, piece.text))
    return short and capitals and bool(_ON_BEHALF.match(text) or _OFFICE.match(text))


def _first_of_last_block(anchors: Sequence[OcrLine], height: int) -> OcrLine:
    """The office that begins the lowest signature block."""
    block = anchors[-1]
    for anchor in reversed(anchors):
        if block.box.top - anchor.box.bottom < 0.05 * height:
            block = anchor
    return block


def _best_name(
    below: Sequence[OcrLine], middle: float | None, page: int
) -> Signer | None:
    """The name of a known family, else the lowest: signatures are read above it."""
    names = [found for piece in below if (found := _name(piece, middle, page))]
    return next((name for name in names if name.known_family), None) or next(
        reversed(names), None
    )


def _name(piece: OcrLine, middle: float | None, page: int) -> Signer | None:
    """The name on a line, behind what a signature or a rank has left before it."""
    folded = fold(piece.text)
    if _is_office(piece) or _HINT.search(folded) or _CITIZEN.match(folded):
        return None
    tails = [OcrLine(piece.words[first:]) for first in range(len(piece.words))]
    named = [(tail, name) for tail in tails if (name := _full_name(tail.text))]
    if not named:
        return None
    tail, name = next((each for each in named if _has_family(each[1])), named[0])
    off = 0.0 if middle is None else abs(tail.box.middle[0] - middle)
    centred = off <= _OFF_CENTRE * letter_height((tail,))
    family = _has_family(name)
    return Signer(name, piece.text, tail.words, page, tail.box, family, centred)


def _full_name(text: str) -> str | None:
    bare = text.strip(" .,_—–-'\"|:;/“”‘’„")
    rank = _RANK.match(fold(bare))
    parsed = parse(Kind.PERSON_NAME, bare[rank.end() :] if rank else bare)
    return parsed.value if parsed.certainty >= FITS else None


def _has_family(name: str) -> bool:
    family = comparable(name.split(maxsplit=1)[0])
    return family in _FAMILIES or family.startswith("h'")


def _unread(
    below: Sequence[OcrLine], anchor: OcrLine, page: int, official: bool
) -> Signer | None:
    """An official paper is signed, so a name stands there; a form may be empty."""
    rest = [p for p in below if not _HINT.search(fold(p.text)) and not _is_office(p)]
    written = [p for p in rest if sum(map(str.isalpha, p.text)) >= 4]
    if not official and not written:
        return None
    best = written[-1] if written else anchor
    raw = best.text if written else ""
    return Signer(None, raw, best.words, page, best.box, False, False)
