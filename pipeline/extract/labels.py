"""Find the printed labels of a form, and the words that stand in their places."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from pipeline.extract.layout import letter_height
from pipeline.model.geometry import BoundingBox
from pipeline.model.template import FieldRule, Kind, Take
from pipeline.model.text import OcrLine, OcrWord, ReadPage
from pipeline.model.unicode import comparable

NEAR_ENOUGH = 86
"""Ratio of rapidfuzz, marks and colons aside, from which a label is the label."""

_SAME_WORD = 50
"""Ratio of one word: of two letters one may be misread."""

_JOINED = 96
"""Ratio for a label whose words were joined or divided."""

CONTINUES = frozenset({Kind.ADDRESS, Kind.TEXT, Kind.AGENCY})
"""Kinds whose values may run over several lines."""

_MOST_LINES = 4
_WIDE = 6.0
"""Letter heights of white after which a short value has surely ended."""

_FULL = 0.8
"""Share of the text's width that a line fills before its value goes on below."""

_CLOSING = ("toi xin cam doan", "toi cam doan", "chung toi cam doan", "kinh mong")
"""How the sentence below the last field of a form begins, folded."""

_LONGEST_LABEL = 8
"""Words of a label that no rule names, walking back from its colon."""


@dataclass(frozen=True, slots=True)
class Label:
    """A label where it stands: words ``first`` to before ``last`` of a line."""

    label: str
    line: int
    first: int
    last: int
    score: float
    """0-1."""


@dataclass(frozen=True, slots=True)
class Value:
    """The words in the place of a value."""

    words: tuple[OcrWord, ...]
    page: int
    label_score: float
    label_box: BoundingBox

    @property
    def text(self) -> str:
        """The words, divided by single spaces."""
        return " ".join(word.text for word in self.words)


class Form:
    """The lines of one page, with all labels of a document type found in them."""

    def __init__(self, read: ReadPage, rules: Sequence[FieldRule]) -> None:
        self.read = read
        lines = (_divided(line) for line in read.text.lines)
        self.lines = sorted(lines, key=lambda line: line.box.middle[1])
        known = {label: _words_of(label) for rule in rules for label in rule.labels}
        self._labels = [
            label
            for number, line in enumerate(self.lines)
            for label in _labels_in(line, number, known)
        ]
        self._right = max((line.box.right for line in self.lines), default=0)

    def find(self, rule: FieldRule) -> Value | None:
        """Find the value of *rule*; None where its label does not stand here."""
        start = 0
        if rule.after is not None:
            above = self._line_with(rule.after)
            if above is None:
                return None
            start = above + 1
        mine = [
            label
            for label in self._labels
            if label.label in rule.labels and label.line >= start
        ]
        for label in sorted(mine, key=lambda each: (each.line, each.first)):
            value = self._value(label, rule)
            if value is not None:
                return value
        return None

    def _value(self, label: Label, rule: FieldRule) -> Value | None:
        line = self.lines[label.line]
        words = self._right_of(label, rule.kind)
        if words is None:
            return None
        last = label.line
        if rule.take is Take.BELOW_LABEL or not any(_filled(word) for word in words):
            below = self._below(label)
            if below is not None:
                last, words = below, list(self._until_label(below, 0, rule.kind))
        if rule.kind in CONTINUES and any(_filled(word) for word in words):
            words += self._continued(label, last)
        box = line.words[label.first].box
        return Value(tuple(words), self.read.page.number, label.score, box)

    def _right_of(self, label: Label, kind: Kind) -> list[OcrWord] | None:
        """The words right of a label; None where it is but the head of a longer one."""
        words = self.lines[label.line].words
        start = label.last
        closed = words[start - 1].text.endswith(":")
        if not closed:
            colon = _own_colon(words, start)
            if colon is None:
                return None
            start = colon
        return list(self._until_label(label.line, start, kind))

    def _until_label(self, number: int, start: int, kind: Kind) -> Sequence[OcrWord]:
        line = self.lines[number]
        stops = [
            label.first
            for label in self._labels
            if label.line == number and label.first >= start
        ]
        stop = min(stops, default=len(line.words))
        words = line.words[start:stop]
        return words[: _end_of_value(words, kind, letter_height((line,)))]

    def _below(self, label: Label) -> int | None:
        """The next line, where it stands close below and is no label itself."""
        line = self.lines[label.line]
        for number in range(label.line + 1, len(self.lines)):
            candidate = self.lines[number]
            if candidate.box.top < line.box.middle[1]:
                continue
            far = candidate.box.top - line.box.bottom > 1.5 * letter_height((line,))
            return None if far or self._has_label(number) else number
        return None

    def _continued(self, label: Label, last: int) -> list[OcrWord]:
        """The lines a long value goes on in: close, full above, and without label."""
        words: list[OcrWord] = []
        line = self.lines[last]
        left = self.lines[label.line].box.left
        for number in range(last + 1, min(last + _MOST_LINES, len(self.lines))):
            following = self.lines[number]
            height = letter_height((line,))
            if (
                line.box.right < _FULL * self._right
                or following.box.top - line.box.bottom > height
                or following.box.left > left + 0.5 * (self._right - left)
                or self._has_label(number)
                or comparable(following.text).startswith(_CLOSING)
            ):
                break
            words += following.words
            line = following
        return words

    def _has_label(self, number: int) -> bool:
        line = self.lines[number]
        early = any(word.text.endswith(":") for word in line.words[:_LONGEST_LABEL])
        return (
            early
            or _is_enumerator(line.words[0].text)
            or any(label.line == number for label in self._labels)
        )

    def _line_with(self, anchor: str) -> int | None:
        wanted = comparable(anchor)
        for number, line in enumerate(self.lines):
            text = comparable(line.text)
            if len(text) >= len(wanted) - 2 and (
                fuzz.partial_ratio(wanted, text) >= NEAR_ENOUGH
            ):
                return number
        return None


def _labels_in(
    line: OcrLine, number: int, known: dict[str, tuple[str, ...]]
) -> list[Label]:
    """All labels of a line, left to right; of two that begin alike the longer one."""
    found: list[Label] = []
    index = 0
    while index < len(line.words):
        best = (
            _label_at(line, number, index, known) if _may_begin(line, index) else None
        )
        if best:
            found.append(best)
            index = best.last
        else:
            index += 1
    return found


def _label_at(
    line: OcrLine, number: int, first: int, known: dict[str, tuple[str, ...]]
) -> Label | None:
    best: tuple[int, float] = (0, 0.0)
    found: Label | None = None
    for label, words in known.items():
        for size in (len(words), len(words) + 1, len(words) - 1):
            last = first + size
            if size < 1 or last > len(line.words):
                continue
            score = _score(words, [word.text for word in line.words[first:last]])
            if score and (len(words), score) > best:
                best = len(words), score
                found = Label(label, number, first, last, min(1.0, score / 97))
    return found


def _score(label: Sequence[str], read: Sequence[str]) -> float:
    """How well the words read are the label's, 0-100; 0 where they are not.

    Word for word, because ``người mẹ`` and ``người cha`` are near one another as a
    whole; two words that were joined or one that was divided must then fit exactly.
    """
    if any(text.endswith(":") for text in read[:-1]):
        return 0.0
    mine = [_squeezed(text) for text in read]
    whole = fuzz.ratio("".join(mine), "".join(label))
    if len(mine) != len(label):
        return whole if whole >= _JOINED else 0.0
    alike = all(
        fuzz.ratio(one, other) >= _SAME_WORD
        for one, other in zip(mine, label, strict=True)
    )
    return whole if alike and whole >= NEAR_ENOUGH else 0.0


def _own_colon(words: Sequence[OcrWord], start: int) -> int | None:
    """Where the value begins behind a label that does not end in a colon itself.

    A bracket or an alternative belongs to the label: ``Nơi sinh (ghi rõ …):``. Words
    in small letters up to a colon make another, longer label: None.
    """
    for index in range(start, min(start + _LONGEST_LABEL + 6, len(words))):
        text = words[index].text
        if text.endswith(":"):
            between = " ".join(word.text for word in words[start : index + 1])
            belongs = between.startswith(("(", "/", ":")) or between.rstrip(": ") == ""
            return index + 1 if belongs else None
        in_bracket = words[start].text.startswith("(")
        if not in_bracket and (text[:1].isupper() or text[:1].isdigit()):
            break
    return start


def _end_of_value(words: Sequence[OcrWord], kind: Kind, height: float) -> int:
    """Before the first label that no rule names, or a wide gap behind a short value."""
    for index, word in enumerate(words):
        if word.text.endswith(":") and any(map(str.isalpha, word.text)):
            for start in range(index, max(-1, index - _LONGEST_LABEL), -1):
                if words[start].text[:1].isupper():
                    return start
            return max(0, index - _LONGEST_LABEL)
        gap = word.box.left - words[index - 1].box.right if index else 0
        short = kind not in CONTINUES and kind is not Kind.DATE
        if short and gap > _WIDE * height and any(_filled(w) for w in words[:index]):
            return index
    return len(words)


def _may_begin(line: OcrLine, index: int) -> bool:
    """A label begins with a capital, at the line's start or behind a value."""
    text = line.words[index].text.lstrip("([*-–+•·.")
    return text[:1].isupper() or index == 0


def _is_enumerator(text: str) -> bool:
    return len(text) <= 4 and text[-1:] in {".", ")", "]"} and text[:-1].isalnum()


def _filled(word: OcrWord) -> bool:
    return any(map(str.isalnum, word.text))


@lru_cache(maxsize=2048)
def _words_of(label: str) -> tuple[str, ...]:
    return tuple(_squeezed(word) for word in label.split())


def _squeezed(text: str) -> str:
    """The letters and digits of *text* without marks: what a label is compared by."""
    return "".join(filter(str.isalnum, comparable(text)))


def _divided(line: OcrLine) -> OcrLine:
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
