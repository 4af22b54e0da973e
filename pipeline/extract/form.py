"""Find the words that stand in the places of a form's labels."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.extract.boxed import boxes_of, end_label
from pipeline.extract.columns import cell, clip, rejoin, spell
from pipeline.extract.labels import Label, divide, find_anchor, find_labels
from pipeline.extract.layout import letter_height, segments
from pipeline.extract.values import parse
from pipeline.model.geometry import BoundingBox, enclosing
from pipeline.model.template import FieldRule, Half, Kind, Take
from pipeline.model.text import LetterBoxes, OcrWord, ReadPage
from pipeline.model.unicode import comparable

CONTINUES = frozenset({Kind.ADDRESS, Kind.TEXT, Kind.AGENCY})
"""Kinds whose values may run over several lines."""

_CLOSED = frozenset({Kind.NATIONALITY, Kind.ETHNICITY})
"""Kinds whose values stand in a closed list."""

_MOST_LINES = 4
_WIDE = 6.0
"""Letter heights of white after which a short value has surely ended."""

_FULL = 0.8
"""Share of the text's width that a line fills before its value goes on below."""

_CLOSE = 1.25
"""Letter heights of white between two lines of one value, at most."""

_BESIDE = 1.2
"""Letter heights that the middle of a writing may lie off its label's."""

_CLOSING = ("toi xin cam doan", "toi cam doan", "chung toi cam doan", "kinh mong")
"""How the sentence below the last field of a form begins, folded."""

_LONGEST_LABEL = 8
"""Words of a label that no rule names, walking back from its colon."""


@dataclass(frozen=True, slots=True)
class Value:
    """The words in the place of a value."""

    words: tuple[OcrWord, ...]
    page: int
    label_score: float
    """0-1; halved where the label stands twice on its line, as in two columns, and
    where a cell runs into its neighbor."""

    unread: BoundingBox | None = None
    """Where something is written instead that was not read."""

    boxes: tuple[LetterBoxes, ...] = ()
    """The rows of boxes that the value stands in, letter by letter."""

    @property
    def text(self) -> str:
        """The words, divided by single spaces."""
        return " ".join(word.text for word in self.words)


class Form:
    """The lines of one page, with all labels of a document type found in them."""

    def __init__(
        self, read: ReadPage, rules: Sequence[FieldRule], half: Half | None = None
    ) -> None:
        self.read = read
        self._rules = rules
        boxes = read.letter_boxes
        lines = (end_label(divide(line), boxes) for line in rejoin(read.text.lines))
        self.lines = sorted(lines, key=lambda line: line.box.middle[1])
        self.labels = find_labels(self.lines, rules)
        if half is not None:
            mine = self._of_halves()
            whole = {label.line for label in self.labels if label not in mine}
            self.lines = clip(self.lines, half, mine, whole)
            self.labels = find_labels(self.lines, rules)
        self._right = max((line.box.right for line in self.lines), default=0)
        self._halves: dict[Half, Form] = {}

    def find(self, rule: FieldRule) -> Value | None:
        """Find the value of *rule*; None where its label does not stand here."""
        if rule.take is Take.ALONE:
            return self._alone(rule.kind)
        if rule.half is not None:
            return self._half(rule.half).find(replace(rule, half=None))
        start = 0
        if rule.after is not None:
            above = find_anchor(self.lines, rule.after)
            if above is None:
                return None
            start = above + 1
        mine = [
            label
            for label in self.labels
            if label.label in rule.labels and label.line >= start
        ]
        empty = None
        for label in sorted(mine, key=lambda each: (each.line, each.first)):
            value = self._value(label, rule)
            if value is not None and (
                value.boxes or any(_filled(word) for word in value.words)
            ):
                return value
            # The heading may have the words of a label: GIẤY … TÌNH TRẠNG HÔN NHÂN.
            empty = empty or value
        return empty

    def _half(self, half: Half) -> "Form":
        if half not in self._halves:
            self._halves[half] = Form(self.read, self._rules, half)
        return self._halves[half]

    def _of_halves(self) -> list[Label]:
        """Labels of fields that stand in a half of the page."""
        mine = {label for rule in self._rules if rule.half for label in rule.labels}
        return [label for label in self.labels if label.label in mine]

    def _alone(self, kind: Kind) -> Value | None:
        """The first line, or piece of one, that is a value of *kind* and no more."""
        for line in self.lines:
            for piece in segments(line):
                parsed = parse(kind, piece.text)
                same = _letters(parsed.value or "") == _letters(piece.text)
                if parsed.understood and parsed.value and same:
                    return Value(piece.words, self.read.page.number, 1.0)
        return None

    def _cell(self, label: Label, rule: FieldRule) -> Value | None:
        """The cell of a table, or what stands right where the heads are no table's."""
        column = rule.column or ""
        heads = [other.column for other in self._rules if other.column]
        found = cell(self.lines, label, column, heads, self.labels)
        if found is not None:
            score = label.score if found.parted else label.score / 2
            return Value(tuple(found.words), self.read.page.number, score)
        above = find_anchor(self.lines, column)
        if above is None or label.line <= above:
            return None
        return self._value(label, replace(rule, take=Take.RIGHT_OF_LABEL))

    def _value(self, label: Label, rule: FieldRule) -> Value | None:
        if rule.take is Take.TABLE_COLUMN:
            return self._cell(label, rule)
        if rule.take in {Take.LETTER_GRID, Take.RIGHT_OF_LABEL}:
            rows = self._boxes(label)
            if rows:
                page = self.read.page.number
                return Value((), page, label.score, boxes=rows)
        if rule.take is Take.LETTER_GRID:
            boxes = self.lines[label.line].words[label.last :]
            spelt = tuple(spell(boxes))
            return Value(spelt, self.read.page.number, label.score)
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
        twice = sum(
            other.label == label.label and other.line == label.line
            for other in self.labels
        )
        unread = None
        if not any(_filled(word) for word in words):
            unread = self._unread_beside(label)
        return Value(tuple(words), self.read.page.number, label.score / twice, unread)

    def _boxes(self, label: Label) -> tuple[LetterBoxes, ...]:
        """The rows of boxes of a label."""
        if not self.read.letter_boxes:
            return ()
        own = self.lines[label.line].words[label.first : label.last]
        others = [self._place(other) for other in self.labels if other != label]
        stops = [
            self._place(other).left
            for other in self.labels
            if other.line == label.line and other.first >= label.last
        ]
        place = enclosing(word.box for word in own)
        stop = min(stops, default=None)
        return boxes_of(self.read.letter_boxes, place, stop, others)

    def _place(self, label: Label) -> BoundingBox:
        words = self.lines[label.line].words[label.first : label.last]
        return enclosing(word.box for word in words)

    def _unread_beside(self, label: Label) -> BoundingBox | None:
        """Ink right of a label, before the next one, that no word was read of."""
        line = self.lines[label.line]
        start = line.words[label.last - 1].box.right
        height = letter_height((line,))
        stops = [
            line.words[other.first].box.left
            for other in self.labels
            if other.line == label.line and other.first >= label.last
        ]
        beside = [
            box
            for box in self.read.unread
            if box.left >= start - height
            and box.left < min(stops, default=self.read.page.width)
            and abs(box.middle[1] - line.box.middle[1]) <= _BESIDE * height
        ]
        return enclosing(beside) if beside else None

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
            for label in self.labels
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
                or following.box.top - line.box.bottom > _CLOSE * height
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
            or any(label.line == number for label in self.labels)
        )


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


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
        if index == 0 and kind in _CLOSED:
            continue  # a speck behind it: no label is one word of a list
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


def _is_enumerator(text: str) -> bool:
    return len(text) <= 4 and text[-1:] in {".", ")", "]"} and text[:-1].isalnum()


def _filled(word: OcrWord) -> bool:
    return any(map(str.isalnum, word.text))
