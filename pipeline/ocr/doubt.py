"""Look again at a page's riskiest words, and say of each how sure it is."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.imaging.arrays import GrayImage
from pipeline.model.text import OcrLine, OcrPage
from pipeline.ocr.calibration import Calibration, judge
from pipeline.ocr.engine import OcrEngine
from pipeline.ocr.montage import look_at_words
from pipeline.ocr.risk import find_risks

_MOST = 0.25
"""Share of a page's words that are looked at again at most: a page that is all stains
would cost as much again, and a person has to look at it anyway."""


def make_sure(
    reading: GrayImage,
    page: OcrPage,
    *,
    dpi: int,
    engine: OcrEngine,
    learnt: Calibration,
    again: bool = True,
) -> OcrPage:
    """Calibrate the confidence of all words, and mark the doubtful ones.

    No word is changed. Those that two readings of the whole page were joined to are
    not looked at again.

    Args:
        reading: the image *page* was read from. Not changed.
        page: its words with the engine's confidences.
        dpi: resolution of *reading*.
        engine: reads the riskiest words again.
        learnt: for the engine's model.
        again: False: nothing is read again.
    """
    risks = find_risks(page, learnt.weights)
    voted = any(word.second is not None for word in page.words)
    if again and not voted:
        chosen = _find_riskiest(risks, learnt.look_from)
        seen = look_at_words(reading, page, chosen, dpi=dpi, engine=engine)
        page = _with_second(page, seen)
    return judge(page, risks, learnt, voted=voted)


def _find_riskiest(risks: Sequence[float], least: float) -> list[int]:
    risky = [index for index, risk in enumerate(risks) if risk >= least]
    risky.sort(key=lambda index: -risks[index])
    return risky[: max(1, int(_MOST * len(risks)))]


def _with_second(page: OcrPage, seen: Mapping[int, str]) -> OcrPage:
    words = iter(
        replace(word, second=seen.get(index)) for index, word in enumerate(page.words)
    )
    return OcrPage(
        tuple(OcrLine(tuple(next(words) for _ in line.words)) for line in page.lines)
    )
