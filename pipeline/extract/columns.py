"""Look at a part of a page alone: a half of it, a column of a table, a row of boxes."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from pipeline.extract.labels import Label, find_anchor_words
from pipeline.model.geometry import BoundingBox, enclosing
from pipeline.model.template import Half
from pipeline.model.text import OcrLine, OcrWord

_MIDDLE = (0.35, 0.65)
"""Shares of the text's width between which two columns meet."""

_STEPS = 60
_BELOW = 1.2
"""Line heights of white between two lines of one cell, at most."""

_ABOVE = 0.4
"""Line heights that a cell's line may stand above its label's."""

_SPACE = 0.9
"""Letter heights; a wider gap is more than the space between two words."""

_COLUMN_GAP = 0.5
"""Heights of a word, from which white is more than the space between two words."""

_APART = 1.7
"""Boxes of a grid from which an empty one lies between two letters."""


_GOES_ON = 1.0
"""Heights of a word, up to which white is the space between two words, also of a
typewriter."""


class Cell(NamedTuple):
    """A cell of a table."""

    words: list[OcrWord]
    parted: bool
    """Whether white stands between it and its neighbors: else a word may be on the
    wrong side."""


def rejoin(lines: Iterable[OcrLine]) -> list[OcrLine]:
    """Put lines together that the engine broke inside a row.

    Between the wide spaces of a typewriter it may see the end of a column, and then
    gives the last words of a value to the line of the column beside it.

    Returns:
        The lines by their left ends.
    """
    joined: list[OcrLine] = []
    for line in sorted(lines, key=lambda each: each.box.left):
        for at, before in enumerate(joined):
            if _goes_on(before.words[-1].box, line.words[0].box):
                joined[at] = OcrLine((*before.words, *line.words))
                break
        else:
            joined.append(line)
    return joined


def _goes_on(last: BoundingBox, first: BoundingBox) -> bool:
    """Tell whether one word follows the other in a row, with one space between."""
    lower, higher = sorted((last.height, first.height))
    level = min(last.bottom, first.bottom) - max(last.top, first.top)
    return 0 < first.left - last.right <= _GOES_ON * higher and 2 * level >= lower


def clip(
    lines: Sequence[OcrLine],
    half: Half,
    labels: Sequence[Label],
    whole: Collection[int],
) -> list[OcrLine]:
    """Cut *lines* where the two columns of a page meet, and keep one side.

    They meet where the fewest lines between the *labels* have a word; of equals nearest
    to the middle of the text. Lines that run over both columns are left out.

    Args:
        lines: of the page, top to bottom.
        half: the side to keep.
        labels: those of fields that stand in a half.
        whole: numbers of lines known to run over both columns.
    """
    if not lines:
        return []
    edge = _gutter(lines, labels)
    kept = []
    for number, line in enumerate(lines):
        left = tuple(word for word in line.words if word.box.middle[0] < edge)
        right = tuple(word for word in line.words if word.box.middle[0] >= edge)
        if number in whole or (left and right and not _parted(left, right)):
            continue
        words = left if half is Half.LEFT else right
        if words:
            kept.append(OcrLine(words))
    return kept


def _parted(left: Sequence[OcrWord], right: Sequence[OcrWord]) -> bool:
    """Tell whether more than a space lies between the two sides of a line."""
    gap = min(w.box.left for w in right) - max(w.box.right for w in left)
    return gap > _SPACE * median(word.box.height for word in (*left, *right))


def _gutter(lines: Sequence[OcrLine], labels: Sequence[Label]) -> float:
    text = enclosing(line.box for line in lines)
    numbers = [label.line for label in labels] or [0, len(lines) - 1]
    between = lines[min(numbers) : max(numbers) + 1]
    words = [word.box for line in between for word in line.words]
    first, last = (text.left + share * text.width for share in _MIDDLE)
    middle = text.left + text.width / 2
    places = [first + (last - first) * step / _STEPS for step in range(_STEPS + 1)]
    return min(
        places,
        key=lambda x: (
            _crossing(words, x),
            abs(x - middle),
        ),
    )


def cell(
    lines: Sequence[OcrLine],
    label: Label,
    column: str,
    others: Sequence[str],
    labels: Sequence[Label],
) -> Cell | None:
    """Find the words in the row of *label* below the head *column*.

    Args:
        lines: of the page, top to bottom.
        label: names the row, left of the cells.
        column: the words that head the column.
        others: the heads of all columns.
        labels: all labels of the page; the next one begins another row.

    Returns:
        None where the heads do not stand in one row above it.
    """
    above = lines[: label.line]
    heads = {name: find_anchor_words(above, name) for name in {column, *others}}
    mine = heads[column]
    if mine is None or not _in_one_row(heads.values()):
        return None
    named = enclosing(w.box for w in lines[label.line].words[label.first : label.last])
    boxes = [enclosing(w.box for w in words) for words in heads.values() if words]
    boxes.sort(key=lambda box: box.left)
    place = boxes.index(enclosing(word.box for word in mine))
    rows = [each.line for each in labels if lines[each.line].box.top > boxes[0].top]
    body = lines[min(rows) : _end_of_table(lines, max(rows))] if rows else lines
    edges = [
        float(named.right),
        *(_edge(body, one, other) for one, other in pairwise(boxes)),
        None,
    ]
    left, right = edges[place] or 0.0, edges[place + 1]
    words = list(_in_band(lines, label, labels, left, right))
    row = list(_in_band(lines, label, labels, float(named.right), None))
    parted = all(_is_parted(row, edge) for edge in (left, right) if edge is not None)
    return Cell(words, parted)


def _end_of_table(lines: Sequence[OcrLine], last: int) -> int:
    """Behind the last row and the lines that its cells go on in."""
    end = last + 1
    while end < len(lines):
        before = lines[end - 1].box
        if lines[end].box.top - before.bottom > _BELOW * before.height:
            break
        end += 1
    return end


def _is_parted(row: Sequence[OcrWord], edge: float) -> bool:
    """Whether more than the space between two words lies at *edge*, line by line."""
    for word in row:
        before = [
            other.box
            for other in row
            if other.box.right <= word.box.left + 1
            and other.box.middle[0] < edge
            and abs(other.box.middle[1] - word.box.middle[1]) < 0.5 * word.box.height
        ]
        if word.box.middle[0] > edge and before:
            gap = word.box.left - max(box.right for box in before)
            if gap < _COLUMN_GAP * word.box.height:
                return False
    return True


def _edge(body: Sequence[OcrLine], head: BoundingBox, following: BoundingBox) -> float:
    """Where the columns of two heads meet: the fewest words cross it."""
    words = [word.box for line in body for word in line.words]
    span = following.left - head.right
    places = [head.right + span * step / _STEPS for step in range(_STEPS + 1)]
    return min(places, key=lambda x: (_crossing(words, x), following.left - x))


def _crossing(boxes: Sequence[BoundingBox], x: float) -> int:
    return sum(box.left <= x < box.right for box in boxes)


def _in_band(
    lines: Sequence[OcrLine],
    label: Label,
    labels: Sequence[Label],
    left: float,
    right: float | None,
) -> Iterator[OcrWord]:
    """The words of a table's row between two edges, line by line.

    The row ends where the next label's begins, or where white follows.
    """
    own = lines[label.line].box
    top, bottom = own.top - _ABOVE * own.height, own.bottom
    rows = [lines[other.line].box.top for other in labels if other.line != label.line]
    end = min((y - _ABOVE * own.height for y in rows if y > own.bottom), default=None)
    for line in lines:
        middle = line.box.middle[1]
        if middle < top or (end is not None and middle > end):
            continue
        words = [
            word
            for word in line.words
            if word.box.middle[0] > left
            and (right is None or word.box.middle[0] < right)
        ]
        if not words:
            continue
        if line.box.top - bottom > _BELOW * own.height:
            return
        bottom = max(bottom, line.box.bottom)
        yield from words


def _in_one_row(heads: Iterable[Sequence[OcrWord] | None]) -> bool:
    boxes = [enclosing(word.box for word in words) for words in heads if words]
    top = max(box.top for box in boxes)
    return len(boxes) > 1 and top < min(box.bottom for box in boxes)


def spell(words: Sequence[OcrWord]) -> list[OcrWord]:
    """Join the letters of a row of boxes to words; an empty box parts two words.

    The lines between the boxes are read as ``|`` and brackets, and left out.
    """
    letters = [letter for word in words for letter in _letters_of(word)]
    letters.sort(key=lambda each: each.box.middle[0])
    if len(letters) < 2:
        return letters
    steps = [
        after.box.middle[0] - before.box.middle[0]
        for before, after in pairwise(letters)
    ]
    pitch = median(steps)
    groups = [[letters[0]]]
    for step, letter in zip(steps, letters[1:], strict=True):
        if step > _APART * pitch:
            groups.append([])
        groups[-1].append(letter)
    return [_joined(group) for group in groups]


def _letters_of(word: OcrWord) -> list[OcrWord]:
    count = len(word.text)
    width = word.box.width / count
    letters = []
    for index, letter in enumerate(word.text):
        if not letter.isalnum() and letter not in "'-":
            continue
        left = word.box.left + int(index * width)
        right = max(left + 1, word.box.left + int((index + 1) * width))
        box = BoundingBox(left, word.box.top, right, word.box.bottom)
        letters.append(OcrWord(letter, box, word.confidence))
    return letters


def _joined(letters: Sequence[OcrWord]) -> OcrWord:
    return OcrWord(
        "".join(letter.text for letter in letters),
        enclosing(letter.box for letter in letters),
        min(letter.confidence for letter in letters),
    )
