"""Find the values of a paper that one doubtful reading is not enough for.

On forms they stand behind the colon of a label, or alone: a number below its label, a
name below a signature. At the head of a paper they stand beside the margins: agency
and subject. What stands in sentences and tables is left alone.
"""

import re
from collections.abc import Collection, Iterator
from statistics import median
from typing import NamedTuple

from pipeline.model.geometry import BoundingBox, enclosing
from pipeline.model.text import OcrLine, OcrPage, OcrWord
from pipeline.ocr.landmarks import pieces

SURE = 0.965
"""Confidence from which 99.7 % of words are right: such a number or name is not read
again."""

DOUBTED = 0.90
"""Confidence below which a third of the words is wrong: any text is read again there,
because otherwise a person would have to."""

_LONG = 6
"""Digits from which a number counts wherever it stands behind a label, or alone on its
line as on identity cards. Page numbers and years are shorter."""

_GAP = 1.6
"""Word heights between two groups of one number, at most: ``034 187 000 123``."""

_MOST_GROUPS = 6
_MOST_WORDS = 16
_NAME_WORDS = range(2, 6)
_SIGNED_BELOW = 0.4
"""Share of the text's height from which names stand alone below signatures."""

_HEAD = 0.45
"""Share of the text's height in which agency and subject stand."""

_NARROW = 0.8
"""Share of the text's width that a line of agency or subject fills at most."""

_COLUMN_GAP = 1.6
"""Word heights that part the two columns of a head."""

_ZONE_MARK = "<<"
"""Stands in every line of a machine readable zone, and nowhere else."""

_NAME_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_ASIDE = re.compile(r"\(.*")


class Run(NamedTuple):
    """Neighboring words of a line, ``first`` to before ``last``, that are a value."""

    line: OcrLine
    first: int
    last: int
    doubtful: bool = False
    """What is known of its words beside the engine's confidence speaks against one."""

    @property
    def words(self) -> tuple[OcrWord, ...]:
        """The words of the value."""
        return self.line.words[self.first : self.last]

    @property
    def box(self) -> BoundingBox:
        """The smallest box around the value."""
        return enclosing(word.box for word in self.words)

    @property
    def confidence(self) -> float:
        """Of its worst word."""
        return min(word.confidence for word in self.words)


def find_form_values(
    page: OcrPage, doubtful: Collection[BoundingBox] = ()
) -> list[Run]:
    """Find the values that are worth another look, those that need it most first.

    Args:
        page: its words with the engine's confidences.
        doubtful: where words stand that are doubted for other reasons, see
            `pipeline.ocr.doubt`: a text or name with one of them is looked at.
    """
    if not page.lines:
        return []
    finder = _Finder(frozenset(doubtful))
    text = enclosing(line.box for line in page.lines)
    signed_below = text.top + _SIGNED_BELOW * text.height
    head_above = text.top + _HEAD * text.height
    found: list[Run] = []
    for line in page.lines:
        found += _numbers(line)
        found += finder.texts(line)
        if line.box.top > signed_below:
            found += finder.lone_names(line)
        if line.box.bottom < head_above:
            found += finder.head_pieces(line, _NARROW * text.width)
    return sorted(found, key=_certainty)


def _certainty(run: Run) -> tuple[bool, float]:
    """Confidence, with what a number needs more of it than a text taken off."""
    least = run.confidence - (SURE - DOUBTED) * _is_number(run)
    return not (run.doubtful or run.confidence < DOUBTED), least


def _numbers(line: OcrLine) -> Iterator[Run]:
    words = line.words
    if any(_ZONE_MARK in word.text for word in words):
        yield Run(line, 0, len(words))
        return
    label_end = None
    first = 0
    while first < len(words):
        last = _end_of_number(words, first)
        if last > first:
            run = Run(line, first, last)
            if _is_worth_it(run, label_end):
                yield run
        else:
            last = first + 1
            label_end = last if words[first].text.endswith(":") else label_end
        first = last


def _end_of_number(words: tuple[OcrWord, ...], first: int) -> int:
    """The end of the run of number-like words that begins at *first*."""
    last = first
    while last < len(words) and _is_number_like(words[last].text):
        before = words[last - 1].box if last > first else None
        box = words[last].box
        if before and box.left - before.right > _GAP * box.height:
            break
        last += 1
    return last


def _is_worth_it(run: Run, label_end: int | None) -> bool:
    digits = sum(map(str.isdigit, "".join(word.text for word in run.words)))
    alone = len(run.words) == len(run.line.words)
    placed = digits >= _LONG and (alone or label_end is not None)
    return (
        (placed or run.first == label_end)
        and len(run.words) <= _MOST_GROUPS
        and run.confidence < SURE
    )


def _is_number_like(text: str) -> bool:
    """Half digits at least, as in ``G09.01-250103-2877``; a few may be misread."""
    counted = sum(map(str.isalnum, text))
    digits = sum(map(str.isdigit, text))
    return digits > 0 and 2 * digits >= counted


class _Finder(NamedTuple):
    """Finds texts that are doubted."""

    doubtful: frozenset[BoundingBox]

    def texts(self, line: OcrLine) -> Iterator[Run]:
        """The text behind the only colon of a line, where it is doubtful."""
        labels = [at for at, word in enumerate(line.words) if ":" in word.text]
        if len(labels) != 1 or not line.words[labels[0]].text.endswith(":"):
            return
        first, last = labels[0] + 1, len(line.words)
        while first < last and not _is_written(line.words[first]):
            first += 1
        while first < last and not _is_written(line.words[last - 1]):
            last -= 1
        run = self._run(line, first, last)
        if not 0 < len(run.words) <= _MOST_WORDS or _is_number(run):
            return
        if run.doubtful or run.confidence < (SURE if _is_name(run) else DOUBTED):
            yield run

    def lone_names(self, line: OcrLine) -> Iterator[Run]:
        """A line that is a name and no more, where it is doubtful."""
        run = self._run(line, 0, len(line.words))
        small = any(word.text != word.text.upper() for word in line.words)
        if _is_name(run) and small and (run.doubtful or run.confidence < SURE):
            yield run

    def head_pieces(self, line: OcrLine, widest: float) -> Iterator[Run]:
        """The doubtful parts of a line of the head, without labels."""
        tall = median(word.box.height for word in line.words)
        first = 0
        for piece in pieces(line, gap=_COLUMN_GAP * tall):
            run = self._run(line, first, first + len(piece.words))
            first = run.last
            plain = not any(":" in word.text for word in run.words)
            doubted = run.doubtful or run.confidence < DOUBTED
            if plain and len(run.words) > 1 and run.box.width < widest and doubted:
                yield run

    def _run(self, line: OcrLine, first: int, last: int) -> Run:
        words = line.words[first:last]
        return Run(line, first, last, any(word.box in self.doubtful for word in words))


def _is_written(word: OcrWord) -> bool:
    return any(map(str.isalnum, word.text))


def _is_number(run: Run) -> bool:
    return all(_is_number_like(word.text) for word in run.words)


def _is_name(run: Run) -> bool:
    text = _ASIDE.sub("", " ".join(word.text for word in run.words))
    words = text.split()
    return len(words) in _NAME_WORDS and all(
        _NAME_WORD.fullmatch(word) and word[0].isupper() for word in words
    )
