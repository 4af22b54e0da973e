"""Find the labels of a form in its lines, through small misreadings."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from pipeline.model.geometry import BoundingBox
from pipeline.model.template import FieldRule
from pipeline.model.text import OcrLine, OcrWord
from pipeline.model.unicode import comparable

NEAR_ENOUGH = 86
"""Ratio of rapidfuzz, marks and colons aside, from which a label is the label."""

_SAME_WORD = 50
"""Ratio of one word: of two letters one may be misread."""

_LONGEST = 20
"""Words of a label, at most."""

_JOINED = 96
"""Ratio for a label whose words were joined or divided."""

_WHOLE_EDITS = 2
"""Letters that may differ where all that stands before a line's colon is compared, and
its words were joined or torn: ``Nơi cưưú:``. One may differ in a short label whose
words were not: ``Mã bồ sơ:``."""

_WHOLE_SCORE = 0.79
"""Score of such a label: a person looks at its value."""


@dataclass(frozen=True, slots=True)
class Label:
    """A label where it stands: words ``first`` to before ``last`` of a line."""

    label: str
    line: int
    first: int
    last: int
    score: float
    """0-1."""


def find_labels(
    lines: Sequence[OcrLine], rules: Sequence[FieldRule]
) -> tuple[Label, ...]:
    """Find the labels of all *rules*, line by line, left to right.

    Of two labels that begin in one place the longer one wins: ``Họ, chữ đệm, tên
    người mẹ`` is not ``Họ, chữ đệm, tên``.
    """
    known = {label: _words_of(label) for rule in rules for label in rule.labels}
    return tuple(
        label
        for number, line in enumerate(lines)
        for label in _labels_in(line, number, known)
    )


def find_anchor(lines: Sequence[OcrLine], anchor: str) -> int | None:
    """Find the line in which *anchor* stands best, word for word.

    ``Họ, chữ đệm, tên người cha`` is not found in the line of the mother.
    """
    found = _best_match(lines, anchor)
    return found[0] if found else None


def find_anchor_words(lines: Sequence[OcrLine], anchor: str) -> list[OcrWord] | None:
    """Find the words that are *anchor*, as `find_anchor` does."""
    found = _best_match(lines, anchor)
    if found is None:
        return None
    number, first, last = found
    return list(lines[number].words[first:last])


def _best_match(lines: Sequence[OcrLine], anchor: str) -> tuple[int, int, int] | None:
    words = _words_of(anchor)
    best: tuple[float, tuple[int, int, int]] | None = None
    for number, line in enumerate(lines):
        squeezed = [_squeezed(word.text) for word in line.words]
        for first in range(len(squeezed)):
            for size in (len(words), len(words) + 1, len(words) - 1):
                if not 0 < size <= len(squeezed) - first:
                    continue
                score = _score(words, squeezed[first : first + size])
                if score and (best is None or score > best[0]):
                    best = score, (number, first, first + size)
    return best[1] if best else None


def divide(line: OcrLine) -> OcrLine:
    """The line with ``tên:NGUYỄN`` as two words; a time like ``08:30`` stays one."""
    words: list[OcrWord] = []
    for word in line.words:
        head, colon, tail = word.text.partition(":")
        if not (colon and tail and head) or head[-1:].isdigit():
            words.append(word)
            continue
        box = word.box
        cut = box.left + max(1, round(box.width * (len(head) + 1) / len(word.text)))
        cut = min(cut, box.right - 1)
        if cut <= box.left:
            words.append(word)
            continue
        left = BoundingBox(box.left, box.top, cut, box.bottom)
        right = BoundingBox(cut, box.top, box.right, box.bottom)
        words.append(OcrWord(head + ":", left, word.confidence))
        words.append(OcrWord(tail, right, word.confidence))
    return OcrLine(tuple(words))


def _labels_in(
    line: OcrLine, number: int, known: dict[str, tuple[str, ...]]
) -> list[Label]:
    """All labels of a line, left to right."""
    squeezed = [_squeezed(word.text) for word in line.words]
    found: list[Label] = []
    index = 0
    while index < len(line.words):
        best = None
        if _may_begin(line, index):
            best = _label_at(line, squeezed, number, index, known)
        if best:
            found.append(best)
        index = best.last if best else index + 1
    if not found and (whole := _whole_label(line, squeezed, number, known)):
        return [whole]
    return found


def _whole_label(
    line: OcrLine,
    squeezed: Sequence[str],
    number: int,
    known: dict[str, tuple[str, ...]],
) -> Label | None:
    """The only label that is near all words up to the line's first colon."""
    end = _before_colon(line, 0)
    if not line.words[end - 1].text.endswith(":"):
        return None
    read = "".join(squeezed[:end])
    if len(read) <= 2 * _WHOLE_EDITS:
        return None
    near = [
        label
        for label, words in known.items()
        if Levenshtein.distance(read, "".join(words)) <= _edits(words, read, end)
    ]
    return Label(near[0], number, 0, end, _WHOLE_SCORE) if len(near) == 1 else None


def _edits(words: Sequence[str], read: str, count: int) -> int:
    """How many letters may differ: one, two where words were joined or torn."""
    torn = len(words) != count and len(read) > 3 * _WHOLE_EDITS
    return _WHOLE_EDITS if torn else 1


def _label_at(
    line: OcrLine,
    squeezed: Sequence[str],
    number: int,
    first: int,
    known: dict[str, tuple[str, ...]],
) -> Label | None:
    """The longest label that begins at a word."""
    best: tuple[int, float] = (0, 0.0)
    found: Label | None = None
    end = _before_colon(line, first)
    for label, words in known.items():
        for size in (len(words), len(words) + 1, len(words) - 1):
            last = first + size
            if size < 1 or last > end or len(words) < best[0]:
                continue
            score = _score(words, squeezed[first:last])
            if score and (len(words), score) > best:
                best = len(words), score
                found = Label(label, number, first, last, min(1.0, score / 97))
    return found


def _before_colon(line: OcrLine, first: int) -> int:
    """Behind the first word that ends in a colon: no label goes over it."""
    for index in range(first, min(first + _LONGEST, len(line.words))):
        if line.words[index].text.endswith(":"):
            return index + 1
    return min(first + _LONGEST, len(line.words))


def _score(label: Sequence[str], read: Sequence[str]) -> float:
    """How well the words read are the label's, 0-100; 0 where they are not.

    Word for word, because ``người mẹ`` and ``người cha`` are near one another as a
    whole; two words that were joined or one that was divided must then fit exactly.
    """
    if len(read) == len(label):
        for one, other in zip(read, label, strict=True):
            if fuzz.ratio(one, other) < _SAME_WORD:
                return 0.0
        return fuzz.ratio("".join(read), "".join(label), score_cutoff=NEAR_ENOUGH)
    return fuzz.ratio("".join(read), "".join(label), score_cutoff=_JOINED)


@lru_cache(maxsize=2048)
def _words_of(label: str) -> tuple[str, ...]:
    return tuple(_squeezed(word) for word in label.split())


def _squeezed(text: str) -> str:
    """The letters and digits of *text* without marks: what a label is compared by."""
    return "".join(filter(str.isalnum, comparable(text)))


def _may_begin(line: OcrLine, index: int) -> bool:
    """A label begins with a capital, or at the line's start, or behind a ``;``."""
    text = line.words[index].text.lstrip("([*-–+•·.")
    return text[:1].isupper() or index == 0 or line.words[index - 1].text[-1] in ";,"
