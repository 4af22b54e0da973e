"""Read the receipt's table of papers: what a dossier should hold, row by row.

The table of form 01 (Circular 01/2018/TT-VPCP and 03/2025/TT-VPCP) has a number, a name
and three columns of counts. Its rules are seldom read; rows are told by their numbers,
by their counts and by the space between them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from rapidfuzz import fuzz

from pipeline.extract.layout import letter_height
from pipeline.model.geometry import BoundingBox, enclosing
from pipeline.model.text import OcrLine, OcrWord, ReadPage
from pipeline.model.unicode import comparable, fold


class Column(Enum):
    """What a column counts; the value are the ways it is headed, folded."""

    ORIGINALS = ("ban chinh",)
    CERTIFIED = ("ban chung thuc", "ban sao chung thuc", "ban sao")
    COPIES = ("ban photo", "ban chup")
    PAGES = ("so trang", "so to")
    PAPER_COPIES = ("so ban giay", "so ban")
    SIGNED_COPIES = ("ky ban dien tu",)


PAPERS = (Column.ORIGINALS, Column.CERTIFIED, Column.COPIES)
"""Columns whose counts are papers that lie in the dossier."""

_HEAD = "thanh phan ho so"
_SENTENCE = ("so luong", "so luong moi loai")
"""What follows the head's words where they are the sentence above the table."""

_END = ("so luong ho so", "thoi gian giai quyet", "thoi gian nhan ho so")
"""How the lines below the table begin."""

_ALIKE = 85
_HEAD_ROWS = 5
"""Letter heights below the head in which the columns' heads stand."""

_ROW_GAP = 2.0
"""Letter heights from one line to the next above which another row begins: lines of one
cell are 1.5 apart, rows 2.2 and more."""

_NUMBER = re.compile(r"[(]?(\d{1,3})[.,)]?")
_LOOKALIKES = str.maketrans("OoQDlI|ıZS", "0000111125")


@dataclass(frozen=True, slots=True)
class ListedPaper:
    """A row of the table."""

    number: int | None
    """As printed; None where it was not read."""

    name: str
    counts: tuple[tuple[Column, int], ...]
    """Columns with something in them."""

    page: int
    box: BoundingBox

    def count(self, *columns: Column) -> int | None:
        """Sum what stands in *columns*; None where nothing does."""
        found = [count for column, count in self.counts if column in columns]
        return sum(found) if found else None


@dataclass(frozen=True, slots=True)
class PaperTable:
    """The table as far as it was read."""

    columns: tuple[Column, ...]
    rows: tuple[ListedPaper, ...]

    @property
    def whole(self) -> bool:
        """Whether the rows' numbers are their places, and half of them were read.

        A lone digit is easily missed; a row that was missed moves all numbers below.
        """
        numbers = [row.number for row in self.rows]
        places = [None if n is None else place for place, n in enumerate(numbers, 1)]
        return numbers == places and 2 * numbers.count(None) <= len(numbers) > 0


def read_paper_table(pages: Sequence[ReadPage]) -> PaperTable | None:
    """Read the table of a receipt's *pages*; None where none has one."""
    for page in pages:
        lines = [line for line in page.text.lines if _plain(line.text)]
        head = next(filter(None, map(_find_head, lines)), None)
        if head is not None:
            return _read_table(page, lines, head)
    return None


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where the columns are; pixels."""

    names_from: int
    counts_from: int
    columns: tuple[tuple[Column, float], ...]
    """Each with the middle of its head, left to right."""

    height: float
    """Of a letter."""

    def column_at(self, x: float) -> Column:
        return min(self.columns, key=lambda column: abs(column[1] - x))[0]


@dataclass(slots=True)
class _Row:
    """What is known of a row while its words are gathered."""

    top: float
    lines: list[tuple[OcrWord, ...]]
    number: int | None = None


def _read_table(
    page: ReadPage, lines: Sequence[OcrLine], head: BoundingBox
) -> PaperTable:
    height = letter_height(lines)
    under = head.bottom + _HEAD_ROWS * height
    heads = sorted(
        (
            (box.middle[0], column, box)
            for line in lines
            if line.box.bottom > head.top - height and line.box.top < under
            for column, box in _columns_in(line)
            if box.left > head.right  # a name in the first row begins with Bản sao
        ),
        key=lambda each: each[0],
    )
    columns = tuple((column, middle) for middle, column, _ in heads)
    top = max([head.bottom, *(box.bottom for *_, box in heads)])
    below = sorted(
        (line for line in lines if line.box.middle[1] > top),
        key=lambda line: line.box.middle[1],
    )
    inside = list(_until_end(below))
    if not columns or not inside:
        return PaperTable(tuple(column for column, _ in columns), ())
    names_from = _names_from(lines, inside, head)
    grid = _Grid(names_from, _counts_from(columns), columns, height)
    rows = _gather(inside, grid)
    return PaperTable(
        tuple(column for column, _ in columns),
        tuple(_finish(row, inside, grid, page.page.number) for row in rows),
    )


def _find_head(line: OcrLine) -> BoundingBox | None:
    """Find ``Thành phần hồ sơ`` as a column's head, not as a sentence's beginning."""
    words = line.words
    wanted = len(_HEAD.split())
    for first in range(len(words) - wanted + 1):
        some = words[first : first + wanted]
        text = fold(" ".join(word.text for word in some))
        if fuzz.ratio(text, _HEAD) < _ALIKE:
            continue
        near = [
            word.text
            for before, word in pairwise(words[first + wanted - 1 :])
            if word.box.left - before.box.right < 2 * word.box.height
        ]
        if not _plain(" ".join(near)).startswith(_SENTENCE):
            return enclosing(word.box for word in some)
    return None


def _columns_in(line: OcrLine) -> Iterator[tuple[Column, BoundingBox]]:
    """Find heads of columns; the longest at each place."""
    place = 0
    while place < len(line.words):
        best: tuple[int, Column] | None = None
        for column in Column:
            for phrase in column.value:
                length = len(phrase.split())
                some = line.words[place : place + length]
                text = fold(" ".join(word.text for word in some))
                near = fuzz.ratio(text, phrase) >= _ALIKE and len(some) == length
                if near and (best is None or length > best[0]):
                    best = length, column
        if best is None:
            place += 1
            continue
        words = line.words[place : place + best[0]]
        yield best[1], enclosing(word.box for word in words)
        place += best[0]


def _until_end(lines: Sequence[OcrLine]) -> Iterator[OcrLine]:
    for line in lines:
        text = _plain(line.text).lstrip("0123456789 ")
        if any(fuzz.ratio(text[: len(end)], end) >= _ALIKE for end in _END):
            return
        yield line


def _names_from(
    lines: Sequence[OcrLine], inside: Sequence[OcrLine], head: BoundingBox
) -> int:
    """Find the left edge of the names: right of ``TT``, or of the first letters."""
    beside = [
        word.box.right
        for line in lines
        for word in line.words
        if word.box.right < head.left and head.top < word.box.middle[1] < head.bottom
    ]
    lefts = [
        word.box.left
        for line in inside
        for word in line.words
        if word.box.left < head.right
        and (
            word.box.left > max(beside) and any(map(str.isalnum, word.text))
            if beside
            else any(map(str.isalpha, word.text))
        )
    ]
    return min(lefts, default=head.left)


def _counts_from(columns: Sequence[tuple[Column, float]]) -> int:
    """Find where the first column of counts begins, by the distance to the second."""
    middles = [middle for _, middle in columns]
    gap = middles[1] - middles[0] if len(middles) > 1 else middles[0] / 4
    return int(middles[0] - gap / 2)


def _gather(lines: Sequence[OcrLine], grid: _Grid) -> list[_Row]:
    """Divide the names into rows: at their numbers, and where the space is wide."""
    numbers = sorted(_row_numbers(lines, grid))
    rows: list[_Row] = []
    bottom = float("-inf")
    counted = False
    for line in lines:
        words = tuple(word for word in line.words if _is_name(word, grid))
        if not words:
            continue
        middle = enclosing(word.box for word in words).middle[1]
        number = _number_at(numbers, middle, grid.height)
        counts = any(_is_in_counts(word, grid) for word in line.words)
        begins = number is not None or middle - bottom > _ROW_GAP * grid.height
        if not rows or begins or (counted and counts):
            rows.append(_Row(middle, [], number))
            counted = False
        counted = counted or counts
        rows[-1].lines.append(words)
        bottom = middle
    for at, number in numbers:  # those that stand in the middle of a row of lines
        for row in rows:
            last = enclosing(word.box for word in row.lines[-1]).bottom
            if row.number is None and row.top - grid.height <= at <= last:
                row.number = number
    return rows


def _row_numbers(lines: Sequence[OcrLine], grid: _Grid) -> Iterator[tuple[float, int]]:
    for line in lines:
        for word in line.words:
            if word.box.right <= grid.names_from:
                found = _to_number(word.text)
                if found is not None:
                    yield word.box.middle[1], found


def _number_at(
    numbers: Sequence[tuple[float, int]], middle: float, height: float
) -> int | None:
    near = [number for at, number in numbers if abs(at - middle) < 0.7 * height]
    return near[0] if near else None


def _is_name(word: OcrWord, grid: _Grid) -> bool:
    inside = grid.names_from - grid.height <= word.box.left
    is_text = any(map(str.isalnum, word.text))
    return inside and is_text and not _is_in_counts(word, grid)


def _is_in_counts(word: OcrWord, grid: _Grid) -> bool:
    in_columns = word.box.middle[0] >= grid.counts_from
    return in_columns and _to_number(word.text) is not None


def _finish(row: _Row, lines: Sequence[OcrLine], grid: _Grid, page: int) -> ListedPaper:
    words = [word for some in row.lines for word in some]
    box = enclosing(word.box for word in words)
    counts: dict[Column, int] = {}
    for line in lines:
        for word in line.words:
            beside = box.top - grid.height / 2 <= word.box.middle[1]
            if not beside or word.box.middle[1] > box.bottom + grid.height / 2:
                continue
            if word.box.middle[0] < grid.counts_from:
                continue
            count = _to_number(word.text)
            if count:  # nobody types 0: it is a 01 that was not read whole
                counts[grid.column_at(word.box.middle[0])] = count
    name = " ".join(word.text for word in words).strip(" |[]")
    return ListedPaper(row.number, name, tuple(counts.items()), page, box)


def _to_number(text: str) -> int | None:
    match = _NUMBER.fullmatch(text.strip("|[]_ ").translate(_LOOKALIKES))
    return int(match[1]) if match else None


def _plain(text: str) -> str:
    return re.sub(r"[^0-9a-z]+", " ", comparable(text)).strip()
