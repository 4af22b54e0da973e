"""Tell from a page's words alone how likely each of them is wrong.

The engine's confidence says most, but not all: a circumflex without a tone is what is
left of a syllable that lost its hook or accent, errors come in clusters, and what no
Vietnamese word is spelt like is seldom printed. A logistic sum over such signs, with
weights learnt from pages whose text is known, ranks words better than confidence does.
"""

import math
import unicodedata
from collections.abc import Iterator, Mapping

from pipeline.model.syllables import is_spelt
from pipeline.model.text import OcrLine, OcrPage, OcrWord

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_CIRCUMFLEX, _BREVE, _HOOK, _TILDE = "\u0302", "\u0306", "\u0309", "\u0303"

_NEARLY_SURE = 0.01
"""Doubt below this is the same: the engine's confidence ends at 0.97."""

_STEPS = (0.96, 0.95, 0.93, 0.90, 0.80)
"""Confidences between which the share of right words changes most."""

_WORSE = (0.90, 0.80)
"""Confidences that neighbors and the worst word of a line fall below."""


def find_risks(page: OcrPage, weights: Mapping[str, float]) -> list[float]:
    """Sum up for each word of *page* what speaks for an error: log odds."""
    mean = page.confidence
    return [
        sum(weights.get(name, 0.0) * value for name, value in signs.items())
        for line in page.lines
        for signs in signs_of(line, mean)
    ]


def signs_of(line: OcrLine, page_mean: float) -> Iterator[dict[str, float]]:
    """Give what is known of each word of a line, by name.

    Args:
        line: as the engine read it, with the engine's confidences.
        page_mean: mean confidence of the page's words.
    """
    sure = [word.confidence for word in line.words]
    padded = [1.0, *sure, 1.0]
    worst = min(sure)
    for at, word in enumerate(line.words):
        neighbor = min(padded[at], padded[at + 2])
        signs = {"always": 1.0, "page": page_mean}
        signs |= _of_confidence(word.confidence)
        for limit in _WORSE:
            signs[f"line below {limit:g}"] = float(worst < limit)
            signs[f"neighbor below {limit:g}"] = float(neighbor < limit)
        yield signs | _of_letters(word)


def _of_confidence(confidence: float) -> dict[str, float]:
    signs = {"sure": -math.log(max(1 - confidence, _NEARLY_SURE))}
    return signs | {f"below {step:g}": float(confidence < step) for step in _STEPS}


def _of_letters(word: OcrWord) -> dict[str, float]:
    marks = set(unicodedata.normalize("NFD", word.text.lower()))
    tone = bool(marks & _TONES)
    signs = {
        "not spelt": not is_spelt(word.text),
        "short": len(word.text) <= 2,
        "digits": any(map(str.isdigit, word.text)),
        "circumflex alone": _CIRCUMFLEX in marks and not tone,
        "breve alone": _BREVE in marks and not tone,
        "shape and tone": bool(marks & {_CIRCUMFLEX, _BREVE}) and tone,
        "hook": _HOOK in marks,
        "tilde": _TILDE in marks,
        "no letters": not any(map(str.isalnum, word.text)),
        "ends in a mark": word.text[-1:] in ".,;:",
    }
    return {name: float(value) for name, value in signs.items()}
