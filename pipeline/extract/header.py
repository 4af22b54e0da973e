"""Number and date of a paper, from the places Decree 30/2020 gives them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.extract.dates import ReadDate, find_dates
from pipeline.extract.layout import (
    Header,
    is_in_left_column,
    is_in_right_column,
    letter_height,
    segments,
)
from pipeline.extract.symbols import Symbol, find_symbol
from pipeline.extract.votes import (
    DATE_READERS,
    EXACT,
    NUMBER_READERS,
    Candidate,
    Verdict,
    decide,
)
from pipeline.model.geometry import BoundingBox
from pipeline.model.text import OcrLine, Reading, ReadPage
from pipeline.model.unicode import fold, normalize

_LABEL = re.compile(
    r"^\W{0,4}(?:(?:bo )?luat |phap lenh |nghi quyet )?"
    r"s[o0](?:\s?[:.;,]+\s*|\s*(?=[\d/⁄])|\s*$)"
)
"""``Số:`` on folded text. ``SỞ TƯ PHÁP`` folds alike, so something must follow."""

_LOOSE_LABEL = re.compile(r"^\W{0,4}(?:[s5§][^\W\d]?|o)\s?[:.;]+\s*")
"""The label when its second letter is misread or its first one lost beside a seal
(``Ô: 12/UB``), with the colon it then must have."""

_INCOMING = re.compile(r"^\W*(\w+\W+){0,2}den\b|cong van den|cong thong tin")
"""How an incoming stamp begins above its own number and date."""

_LONGEST_WAY = 6.0
"""Letter heights from the agency down to the number: one rule line stands between."""

_UPPER_PART = 0.40
"""Share of the page's height in which a number that is not in its place may stand."""

_PART_OF_NUMBER = re.compile(r"/\s*[A-ZĐ]{2,}|\d\s*/")
"""What is left of a number that was filled in by hand, or misread."""

_NAMES_A_DAY = re.compile(r"\bn[gq][a-z0-9]{1,2}y\b")
"""*ngày*: a bare ``12/09/2024`` is the value of some field."""

_NO_PLACE = re.compile(
    r"\b(đến|số|căn cứ|luật|nghị định|thông tư|theo|của|ngày|từ|ký|giờ)\b|ĐẾN|Đến|"
    r"Số\b|Căn cứ|Theo\b|Từ ngày"
)
"""Words of sentences and stamps. With their marks: *Kỳ Anh* and *Từ Sơn* are places."""


@dataclass(frozen=True, slots=True)
class Found:
    """A value of the header with its place."""

    verdict: Verdict
    box: BoundingBox
    symbol: Symbol | None = None
    page: int | None = None
    """Where it is not the first page."""

    place: str = "header"


@dataclass(frozen=True, slots=True)
class Unread:
    """A place where something stands that no reading makes out."""

    raw: str
    box: BoundingBox


def find_number(
    read: ReadPage, header: Header, agency_bottom: int | None
) -> Found | Unread | None:
    """Find the số ký hiệu below the agency, left of the date.

    The first ``Số:`` below the agency is the only one looked at: where it cannot be
    read, no other (of a stamp, of a cited decree) takes its place.

    Args:
        read: the first page.
        header: its header.
        agency_bottom: lower edge of the agency's name, where that was found.

    Returns:
        None where there is no ``Số:`` line, or an empty one.
    """
    top = agency_bottom or header.motto.bottom - header.motto.height
    place = next(
        (
            (box, readings)
            for box, readings in _places(read, header.left)
            if is_in_left_column(box, header)
            and box.middle[1] > top
            and any(_after_label(reading.text) is not None for reading in readings)
            and not _is_stamp(box, header.left)
        ),
        None,
    )
    if place is None:
        return None
    box, readings = place
    verdict = _verdict(read, readings, understand_number, NUMBER_READERS)
    if verdict is None:
        rest = _after_label(readings[0].text) or ""
        filled = _PART_OF_NUMBER.search(rest) and not re.search(r"[.…_]{3}", rest)
        return Unread(readings[0].text, box) if filled else None
    if box.top - top > _LONGEST_WAY * letter_height(header.left):
        verdict = doubted(verdict, "stands far below the agency")
    return Found(verdict, box, find_symbol(verdict.candidate.value, bare=True))


def find_number_elsewhere(read: ReadPage) -> Found | None:
    """Find a ``Số:`` line in the upper part of a page without Decree 30/2020's layout.

    Certificates print theirs above the heading, right. On any other paper it may be
    the number of a stamp.
    """
    pieces = [p for line in read.text.lines for p in segments(line)]
    for box, readings in _places(read, pieces):
        if box.top > _UPPER_PART * read.page.height or _is_stamp(box, pieces):
            continue
        verdict = _verdict(read, readings, understand_number, NUMBER_READERS)
        if verdict:
            symbol = find_symbol(verdict.candidate.value, bare=True)
            return Found(verdict, box, symbol, place="above the heading")
    return None


def find_header_date(read: ReadPage, header: Header) -> Found | Unread | None:
    """Find place and date below the motto; None where the line is missing or empty."""
    places = [
        (box, readings)
        for box, readings in _places(read, header.right)
        if is_in_right_column(box, header) and box.top < header.bottom
    ]
    found: list[Found] = []
    unread: list[Unread] = []
    for box, readings in places:
        verdict = _verdict(read, readings, understand_place_and_date, DATE_READERS)
        if verdict:
            found.append(Found(verdict, box))
        elif _looks_like_date_line(readings[0].text):
            unread.append(Unread(readings[0].text, box))
    if not found:
        return unread[0] if unread else None
    others = {each.verdict.candidate.value for each in found[1:]}
    first = found[0]
    if others - {first.verdict.candidate.value}:
        return Found(doubted(first.verdict, "two dates in the header"), first.box)
    return first


def find_closing_date(pages: Sequence[ReadPage]) -> Found | None:
    """Find place and date above the signature, as forms and certificates have them.

    Only the last page with words on it is looked at, and only lines that hold nothing
    else; where a form has two, a person decides which one counts.
    """
    read = next((page for page in reversed(pages) if page.text.lines), pages[-1])
    middle = read.page.width / 2
    pieces = [p for line in read.text.lines for p in segments(line)]
    found = []
    for box, readings in _places(read, pieces):
        if box.middle[0] < middle or box.top < 0.25 * read.page.height:
            continue
        if not _NAMES_A_DAY.search(fold(readings[0].text)):
            continue
        verdict = _verdict(read, readings, understand_place_and_date, DATE_READERS)
        if verdict:
            found.append(Found(verdict, box, None, read.page.number, "closing"))
    if not found:
        return None
    last = found[-1]
    if len({each.verdict.candidate.value for each in found}) > 1:
        verdict = doubted(last.verdict, "two dates above signatures")
        return Found(verdict, last.box, None, last.page, last.place)
    return last


def understand_number(text: str) -> Candidate | None:
    """Understand ``Số: 154/2024/NĐ-CP``: the number must follow its label at once."""
    rest = _after_label(text)
    if rest is None:
        return None
    head, slash, tail = rest.partition("/")
    joined = re.sub(r"\s", "", head) + slash + tail
    symbol = find_symbol(joined, bare=True)
    if symbol is None or symbol.start > 0:
        return None
    return Candidate(
        symbol.value,
        text.strip(),
        symbol.repairs,
        symbol.suspicious,
        f"{symbol.number}/{symbol.year}",
        symbol.known,
    )


def understand_place_and_date(text: str) -> Candidate | None:
    """Understand ``Hà Nội, ngày 26 tháng 11 năm 2024``, and nothing longer."""
    dates = find_dates(text)
    if len(dates) != 1:
        return None
    found = dates[0]
    place, rest = text[: found.start], text[found.end :]
    if not _is_place(place) or re.search(r"\w{2,}", rest):
        return None
    return to_candidate(found, text.strip())


def to_candidate(found: ReadDate, raw: str) -> Candidate:
    """Make a vote of a date."""
    notes = ("look-alikes folded to digits",) if found.repaired else ()
    return Candidate(found.value, raw, notes, found.short_slot)


def doubted(verdict: Verdict, why: str) -> Verdict:
    """The same candidate, for a person to look at."""
    return Verdict(verdict.candidate, False, min(verdict.confidence, 0.6), why)


def _places(
    read: ReadPage, pieces: Sequence[OcrLine]
) -> list[tuple[BoundingBox, list[Reading]]]:
    """Every place to read from, top down: second looks, and segments without one.

    A look at the value behind a label is no place of the paper's own.
    """
    looks = [
        (look.box, list(look.readings))
        for look in read.second_looks
        if not any(_is_inside(look.box, piece.box) for piece in pieces)
    ]
    places = list(looks)
    for piece in pieces:
        own = piece.box
        if not any(_same_place(own, box) for box, _ in looks):
            places.append((own, [Reading("page", piece.text, piece.confidence)]))
    return sorted(places, key=lambda place: place[0].middle[1])


def _is_inside(look: BoundingBox, piece: BoundingBox) -> bool:
    """Whether *piece* begins with something else on the row of *look*."""
    begins = look.left - piece.left > look.height
    return begins and 2 * look.overlap(piece) > look.width * look.height


def _same_place(one: BoundingBox, other: BoundingBox) -> bool:
    smaller = min(one.width * one.height, other.width * other.height)
    return 2 * one.overlap(other) > smaller


def _verdict(
    read: ReadPage,
    readings: Sequence[Reading],
    understand: Callable[[str], Candidate | None],
    readers: Sequence[str],
) -> Verdict | None:
    if read.page.source == "text-layer":
        candidate = understand(readings[0].text)
        return Verdict(candidate, True, EXACT, "text layer") if candidate else None
    return decide(readings, understand, readers)


def _after_label(text: str) -> str | None:
    normal = normalize(text)
    match = _LABEL.match(fold(normal)) or _LOOSE_LABEL.match(fold(normal))
    return normal[match.end() :] if match else None


def _is_stamp(box: BoundingBox, pieces: Sequence[OcrLine]) -> bool:
    """Tell whether the words around *box* are those of an incoming stamp."""
    reach = 2.0 * box.height
    for piece in pieces:
        near = (
            piece.box.top < box.bottom + reach
            and piece.box.bottom > box.top - reach
            and min(piece.box.right, box.right) > max(piece.box.left, box.left)
        )
        if near and piece.box.top <= box.top and _INCOMING.search(fold(piece.text)):
            return True
    return False


def _is_place(text: str) -> bool:
    """``Hà Nội,`` or ``Thành phố Hồ Chí Minh,`` or nothing; no clause of a sentence."""
    words = re.findall(r"\w+", text)
    if not words:
        return True
    letters = not any(sign.isdigit() or sign == ":" for sign in text)
    short = len(words) <= 7 and words[0][0].isupper()
    return letters and short and not _NO_PLACE.search(text)


def _looks_like_date_line(text: str) -> bool:
    """``…, ngày 2? tháng ?? năm 2024``: filled in, but not understood."""
    folded = fold(text)
    words = re.search(r"\bth.ng\b.*\bn.m\b\s*\w", folded)
    short = len(text.split()) <= 14 and ":" not in text
    return words is not None and short and any(map(str.isdigit, folded))
