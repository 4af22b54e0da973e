import json
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.model.geometry import BoundingBox
from pipeline.model.text import OcrLine, OcrPage, OcrWord
from pipeline.ocr import calibration
from pipeline.ocr.calibration import (
    Calibration,
    evidence_of,
    find_calibration,
    is_alike,
    judge,
)

LEARNT = Calibration(
    weights={"always": 1.0},
    look_from=0.0,
    doubt_below=0.9,
    tables={
        "once": ((-5.0, 0.998), (0.0, 0.8)),
        "alike": ((-5.0, 0.99),),
        "otherwise": ((-5.0, 0.6),),
        "voted alike": ((-5.0, 0.999),),
        "voted otherwise": ((-5.0, 0.7),),
    },
)


def word(sure: float = 0.96, second: str | None = None) -> OcrWord:
    return OcrWord("cầm", BoundingBox(0, 0, 9, 9), sure, second)


@pytest.mark.parametrize(
    ("risk", "second", "voted", "share", "doubtful"),
    [
        (-9.0, None, False, 0.998, False),
        (-0.1, None, False, 0.998, False),
        (0.0, None, False, 0.8, True),
        (3.0, "cầm", False, 0.99, False),
        (3.0, "câm", False, 0.6, True),
        (3.0, "", False, 0.6, True),
        (0.0, "cầm,", True, 0.999, False),
        (0.0, "cằm", True, 0.7, True),
    ],
)
def test_a_word_is_as_sure_as_words_of_its_kind_are_right(
    risk: float, second: str | None, voted: bool, share: float, doubtful: bool
) -> None:
    page = OcrPage((OcrLine((word(second=second),)),))

    (judged,) = judge(page, [risk], LEARNT, voted=voted).words

    assert (judged.confidence, judged.doubtful) == (share, doubtful)
    assert (judged.text, judged.second) == ("cầm", second)


def test_what_the_engine_hardly_believes_is_never_raised() -> None:
    page = OcrPage((OcrLine((word(0.2),)),))

    assert judge(page, [-9.0], LEARNT, voted=False).words[0].confidence == 0.2


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("hoà,", "hòa", True),
        ("cầm", "cằm", False),
        ("01/2024", "012024", True),
        ("-", "–", False),
        ("CẤP", "cấp", False),
    ],
)
def test_readings_are_compared_by_letters(one: str, other: str, alike: bool) -> None:
    assert is_alike(one, other) is alike


def test_a_word_nobody_looked_at_again_was_read_once() -> None:
    assert evidence_of(word(), voted=True) == "once"


def test_nothing_is_known_of_a_model_that_nothing_was_learnt_for() -> None:
    assert find_calibration("0" * 16) is None


def test_what_is_shipped_falls_with_the_risk_and_says_what_it_was_learnt_from() -> None:
    folder = Path(calibration.__file__).parent / "calibration"
    paths = sorted(folder.glob("*.json"))
    assert paths
    for path in paths:
        learnt = find_calibration(path.stem)
        assert learnt is not None
        assert json.loads(path.read_text(encoding="utf-8"))["learnt_from"]
        assert set(learnt.tables) == set(LEARNT.tables)
        for table in learnt.tables.values():
            assert all(low < high for (low, _), (high, _) in pairwise(table))
            assert all(one >= two for (_, one), (_, two) in pairwise(table))
            assert all(0 < share < 1 for _, share in table)
