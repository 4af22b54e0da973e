from collections.abc import Callable

import numpy as np
import pytest

from pipeline.imaging.arrays import GrayImage
from pipeline.imaging.defects import DefectLimits, find_defects
from pipeline.imaging.quality import measure_quality, see_ink
from pipeline.model.quality import Defect
from tests.benchmarks.spoilt import dimmed, draw_odd, faded, moved, shifted
from tests.drawing import (
    bilevel,
    blank_back,
    blurred,
    draw_id_card,
    gray,
    make_person,
    page_of_text,
    speckled,
    tilted,
    with_staple,
)

LIMITS = DefectLimits()
PAGE = page_of_text(seed=1).image


def judge(
    page: GrayImage, dpi: float = 200, limits: DefectLimits = LIMITS
) -> tuple[Defect, ...]:
    ink = see_ink(page)
    return find_defects(ink, dpi, measure_quality(ink, dpi), limits)


@pytest.mark.parametrize(
    ("page", "defect"),
    [
        pytest.param(blurred(PAGE, 2.5), Defect.BLURRED, id="out of focus"),
        pytest.param(blurred(PAGE, 5), Defect.BLURRED, id="far out of focus"),
        pytest.param(moved(PAGE, 9), Defect.BLURRED, id="moved across"),
        pytest.param(moved(PAGE, 9, down=True), Defect.BLURRED, id="moved down"),
        pytest.param(faded(PAGE, 0.25), Defect.FAINT, id="faint"),
        pytest.param(faded(PAGE, 0.12), Defect.FAINT, id="hardly visible"),
        pytest.param(dimmed(PAGE, 0.3, seed=1), Defect.DARK, id="little light"),
        pytest.param(shifted(PAGE, -40, 0), Defect.CUT_OFF, id="cut at the left"),
        pytest.param(shifted(PAGE, 30, 0), Defect.CUT_OFF, id="cut at the right"),
    ],
)
def test_what_is_wrong_with_a_page_is_named(page: GrayImage, defect: Defect) -> None:
    assert judge(page) == (defect,)


@pytest.mark.parametrize("dpi", [75, 150])
def test_too_few_pixels_are_seen_whatever_else_is(dpi: int) -> None:
    assert Defect.COARSE in judge(page_of_text(dpi=dpi).image, dpi)


@pytest.mark.parametrize(
    "wear",
    [
        lambda page: page,
        lambda page: blurred(page, 1.6),
        lambda page: speckled(page, 0.02),
        lambda page: tilted(page, 4),
        bilevel,
        with_staple,
    ],
    ids=["as it is", "a little soft", "specks", "tilted", "bilevel", "staple"],
)
def test_a_page_that_can_be_read_is_good(
    wear: Callable[[GrayImage], GrayImage],
) -> None:
    assert judge(wear(PAGE)) == ()


def test_pages_that_only_look_odd_are_good() -> None:
    found = {grade: judge(page) for grade, page, _ in draw_odd(1, seed=2)}
    assert {grade: defects for grade, defects in found.items() if defects} == {}


@pytest.mark.parametrize(
    "page",
    [
        blank_back(bleed=0.3).image,
        gray(draw_id_card(make_person(1)).image),
        np.full((2339, 1654), 250, np.uint8),
    ],
    ids=["a back", "a card", "nothing"],
)
def test_pages_with_little_on_them_are_good(page: GrayImage) -> None:
    assert judge(page) == ()


def test_limits_are_those_that_were_set() -> None:
    assert judge(PAGE, limits=DefectLimits(dpi=290)) == (Defect.COARSE,)
