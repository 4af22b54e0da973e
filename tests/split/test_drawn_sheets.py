"""Sheets and stickers as scanners see them; `tests.benchmarks.separators` has more."""

from functools import cache

import pytest

from pipeline.imaging.arrays import to_gray
from pipeline.split.separators import find_codes
from tests.benchmarks.separators import (
    DRAWN,
    GRADES,
    KINDS,
    SCANNED,
    mistakes,
    scanned,
)
from tests.drawing import Pixels, draw_birth_declaration, make_family

pytestmark = pytest.mark.slow


@cache
def sheet(kind: str) -> Pixels:
    draw, _ = KINDS[kind]
    return scanned(draw(1).image, DRAWN, SCANNED)


WHOLE = [grade for grade in GRADES if grade != "pen strokes"]
"""A stroke along a bar code's bars makes it another code, and its check fails."""


@pytest.mark.parametrize("grade", WHOLE)
@pytest.mark.parametrize("kind", KINDS)
def test_a_separator_is_found_however_it_was_scanned(kind: str, grade: str) -> None:
    _, is_right = KINDS[kind]
    worn = GRADES[grade](sheet(kind), 1)
    dpi = 150 if grade == "150 dpi" else SCANNED
    assert is_right(find_codes(to_gray(worn), dpi))


@pytest.mark.parametrize("kind", ["our separator sheet", "our leader sheet"])
def test_our_sheets_are_read_with_strokes_of_a_pen_across(kind: str) -> None:
    _, is_right = KINDS[kind]
    worn = GRADES["pen strokes"](sheet(kind), 1)
    assert is_right(find_codes(to_gray(worn), SCANNED))


@pytest.mark.parametrize("grade", GRADES)
def test_a_form_is_no_separator(grade: str) -> None:
    page, *_ = draw_birth_declaration(make_family(3))
    worn = GRADES[grade](page.image, 1)
    dpi = 150 if grade == "150 dpi" else page.dpi
    assert mistakes(find_codes(to_gray(worn), dpi)) == []
