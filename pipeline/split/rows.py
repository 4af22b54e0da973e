"""Lay out a page's words in rows, so that a heading can stand alone in one.

Two columns that were read as one line, or a heading beside a stamp, become rows of
their own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property

from pipeline.model.geometry import BoundingBox, enclosing
from pipeline.model.scan import Page
from pipeline.model.text import OcrLine, OcrPage, OcrWord
from pipeline.model.unicode import comparable

_COLUMN_GAP = 0.035
"""Share of the page's width that divides columns: twice the widest gap that justified
text has, a quarter of the one in the header."""

_SPECK = 0.35
"""Confidence below which a word at a row's end may be dirt: stamps are read at 0-0.3,
but so are headings on worn paper."""

_NOT_LETTERS = re.compile(r"[^0-9a-z]+")


@dataclass(frozen=True)
class Row:
    """Words that stand side by side."""

    words: tuple[OcrWord, ...]
    page_width: int
    page_height: int

    @cached_property
    def text(self) -> str:
        """The words as read."""
        return " ".join(word.text for word in self.words)

    @cached_property
    def folded(self) -> str:
        """The words without marks, capitals and punctuation."""
        return fold_words(self.text)

    @cached_property
    def box(self) -> BoundingBox:
        """The smallest box around the words."""
        return enclosing(word.box for word in self.words)

    def without_specks(self) -> "Row":
        """Leave out what may be dirt at both ends; all stays where all may be."""
        words = list(self.words)
        while words and words[0].confidence < _SPECK:
            del words[0]
        while words and words[-1].confidence < _SPECK:
            del words[-1]
        return replace(self, words=tuple(words)) if words else self

    @property
    def confidence(self) -> float:
        """Mean confidence of the words."""
        return sum(word.confidence for word in self.words) / len(self.words)

    @property
    def top(self) -> float:
        """Upper edge as a share of the page's height."""
        return self.box.top / self.page_height

    @property
    def bottom(self) -> float:
        """Lower edge as a share of the page's height."""
        return self.box.bottom / self.page_height

    @property
    def middle(self) -> float:
        """Centre as a share of the page's width."""
        return self.box.middle[0] / self.page_width

    @cached_property
    def capitals(self) -> float:
        """Share of capitals among the letters; 0 without letters."""
        letters = [character for character in self.text if character.isalpha()]
        return sum(map(str.isupper, letters)) / len(letters) if letters else 0.0


def lay_out(page: Page, text: OcrPage) -> tuple[Row, ...]:
    """Divide the lines of *text* into rows, top to bottom."""
    rows = [
        Row(words, page.width, page.height)
        for line in text.lines
        for words in _columns(line, page.width)
    ]
    return tuple(sorted(rows, key=lambda row: (row.box.top, row.box.left)))


def fold_words(text: str) -> str:
    """Reduce *text* to unmarked small letters and digits between single spaces."""
    return _NOT_LETTERS.sub(" ", comparable(text)).strip()


@cache
def fold_phrase(phrase: str) -> str:
    """Fold a configured *phrase*; there are few, and they come with every page."""
    return fold_words(phrase)


def _columns(line: OcrLine, page_width: int) -> Iterator[tuple[OcrWord, ...]]:
    column: list[OcrWord] = []
    words = [word for word in line.words if fold_words(word.text)]
    for word in sorted(words, key=lambda word: word.box.left):
        if column and word.box.left - column[-1].box.right > _COLUMN_GAP * page_width:
            yield tuple(column)
            column = []
        column.append(word)
    if column:
        yield tuple(column)
