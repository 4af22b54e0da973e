import pytest

from pipeline.model.geometry import BoundingBox
from pipeline.model.text import OcrLine, OcrPage, OcrWord
from pipeline.ocr.risk import find_risks, signs_of


def line(*words: tuple[str, float]) -> OcrLine:
    return OcrLine(
        tuple(OcrWord(text, BoundingBox(0, 0, 9, 9), sure) for text, sure in words)
    )


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("câm", "circumflex alone"),
        ("cầm", "shape and tone"),
        ("cũng", "tilde"),
        ("cũng", "always"),
        ("nhượg", "not spelt"),
        ("nổ.", "ends in a mark"),
        ("nổ.", "hook"),
        ("12", "digits"),
        ("–", "no letters"),
    ],
)
def test_a_word_shows_its_signs(text: str, sign: str) -> None:
    (signs,) = signs_of(line((text, 0.97)), 0.96)

    assert signs[sign] == 1.0
    assert signs["circumflex alone"] == float(sign == "circumflex alone")


def test_doubt_spreads_to_the_neighbors_and_the_line() -> None:
    signs = list(signs_of(line(("một", 0.97), ("hai", 0.97), ("ba", 0.7)), 0.9))

    assert [each["neighbor below 0.8"] for each in signs] == [0, 1, 0]
    assert {each["line below 0.8"] for each in signs} == {1.0}
    assert [each["below 0.8"] for each in signs] == [0, 0, 1]


def test_weights_add_up_to_a_risk_for_each_word() -> None:
    page = OcrPage((line(("câm", 0.97)), line(("12", 0.7))))

    risks = find_risks(page, {"circumflex alone": 1.5, "digits": 0.5, "below 0.8": 2})

    assert risks == [1.5, 2.5]
