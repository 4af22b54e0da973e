"""Turn the engine's confidence into the share of such words that are right.

What was learnt for a model lies beside this module in one file named by the model's
bytes (``python -m tests.benchmarks.calibrate`` writes it, and says from what). For a
model that nothing was learnt for, confidence stays the engine's and nothing is marked.
"""

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from pipeline.model.text import OcrLine, OcrPage, OcrWord
from pipeline.model.unicode import normalize, place_tones

Table = tuple[tuple[float, float], ...]
"""(least risk, share of such words that are right): risks rise, shares fall."""

_LEARNT = Path(__file__).parent / "calibration"

_UNKNOWN_BELOW = 0.5
"""Engine's confidence below which too few words were seen to learn from: stains and
stamps. There it is never raised."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was learnt for one model."""

    weights: Mapping[str, float]
    """Of the signs of `pipeline.ocr.risk`."""

    look_from: float
    """Risk from which a word is looked at again."""

    doubt_below: float
    """Share of right words below which one is marked for a person."""

    tables: Mapping[str, Table]
    """By what a second reading saw, see `evidence_of`."""

    def share_right(self, risk: float, evidence: str) -> float:
        """Tell how often words of such a risk are right."""
        table = self.tables[evidence]
        at = bisect_right([least for least, _ in table], risk) - 1
        return table[max(at, 0)][1]


@cache
def find_calibration(model_digest: str) -> Calibration | None:
    """Find what was learnt for a model; None where nothing was.

    Args:
        model_digest: see `pipeline.ocr.engine.model_digest`.
    """
    path = _LEARNT / f"{model_digest}.json"
    if not path.is_file():
        return None
    learnt = json.loads(path.read_text(encoding="utf-8"))
    tables = {
        name: tuple((float(least), float(share)) for least, share in rows)
        for name, rows in learnt["tables"].items()
    }
    return Calibration(
        learnt["weights"], learnt["look_from"], learnt["doubt_below"], tables
    )


def evidence_of(word: OcrWord, *, voted: bool) -> str:
    """Name what a second reading says of a word: the table that counts for it.

    Args:
        word: with what was seen in its place.
        voted: two readings of the whole page were joined.
    """
    if word.second is None:
        return "once"
    how = "alike" if is_alike(word.text, word.second) else "otherwise"
    return f"voted {how}" if voted else how


def is_alike(one: str, other: str) -> bool:
    """Whether two readings of a word have the same letters, digits and marks.

    A comma more or less at the edge of a crop says nothing about the word.
    """
    letters = [
        "".join(filter(str.isalnum, place_tones(normalize(text))))
        for text in (one, other)
    ]
    return letters[0] == letters[1] if any(letters) else one == other


def judge(
    page: OcrPage, risks: Sequence[float], learnt: Calibration, *, voted: bool
) -> OcrPage:
    """Give each word its calibrated confidence, and mark those that are doubtful.

    Args:
        page: as read, with the engine's confidences.
        risks: of its words, see `pipeline.ocr.risk.find_risks`.
        learnt: for the model that read it.
        voted: two readings of the whole page were joined.
    """
    left = iter(risks)
    return OcrPage(
        tuple(
            OcrLine(
                tuple(_judged(word, next(left), learnt, voted) for word in line.words)
            )
            for line in page.lines
        )
    )


def _judged(word: OcrWord, risk: float, learnt: Calibration, voted: bool) -> OcrWord:
    share = learnt.share_right(risk, evidence_of(word, voted=voted))
    if word.confidence < _UNKNOWN_BELOW:
        share = min(share, word.confidence)
    return replace(word, confidence=share, doubtful=share < learnt.doubt_below)
