"""Find the numbers of a form that one doubtful reading is not enough for.

Personal numbers, phones, dates and codes stand behind the colon of a label, or alone
below it. Numbers in sentences and tables are left alone.
"""

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.model.text import OcrLine, OcrPage, OcrWord

SURE = 0.965
"""Confidence from which 99.7 % of words are right (findings: calibration by table):
such a number is not read again."""

_LONG = 6
"""Digits from which a number may stand alone on its line: below its label, as on
identity cards. Page numbers and years are shorter."""

_GAP = 1.6
"""Word heights between two groups of one number, at most: ``034 187 000 123``."""

_MOST_WORDS = 6
_ZONE_MARK = "<<"
"""Stands in every line of a machine readable zone, and nowhere else."""


class Run(NamedTuple):
    """Neighboring words of a line, ``first`` to before ``last``, that are a number."""

    line: OcrLine
    first: int
    last: int

    @property
    def words(self) -> tuple[OcrWord, ...]:
        """The words of the number."""
        return self.line.words[self.first : self.last]

    @property
    def confidence(self) -> float:
        """Of its worst word."""
        return min(word.confidence for word in self.words)


def find_form_numbers(page: OcrPage) -> list[Run]:
    """Find the numbers that are worth another look, the most doubtful first."""
    found = [run for line in page.lines for run in _runs(line)]
    return sorted(found, key=lambda run: run.confidence)


def _runs(line: OcrLine) -> Iterator[Run]:
    words = line.words
    if any(_ZONE_MARK in word.text for word in words):
        yield Run(line, 0, len(words))
        return
    labelled = False
    first = 0
    while first < len(words):
        last = _end_of_number(words, first)
        if last > first:
            run = Run(line, first, last)
            if _is_worth_it(run, labelled):
                yield run
        else:
            last = first + 1
            labelled = labelled or words[first].text.endswith(":")
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


def _is_worth_it(run: Run, labelled: bool) -> bool:
    digits = sum(map(str.isdigit, "".join(word.text for word in run.words)))
    alone = len(run.words) == len(run.line.words) and digits >= _LONG
    return (
        (labelled or alone) and len(run.words) <= _MOST_WORDS and run.confidence < SURE
    )


def _is_number_like(text: str) -> bool:
    """Half digits at least, as in ``G09.01-250103-2877``; a few may be misread."""
    counted = sum(map(str.isalnum, text))
    digits = sum(map(str.isdigit, text))
    return digits > 0 and 2 * digits >= counted
