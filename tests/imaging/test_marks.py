import numpy as np
import pytest

from pipeline.imaging.arrays import GrayImage
from pipeline.imaging.marks import wipe_leaders
from tests.drawing import (
    Face,
    Sheet,
    bilevel,
    draw_birth_declaration,
    gray,
    make_family,
    page_of_text,
    tilted,
)

MARKED = "Phạm Thị Hạnh, ngụ tại tổ dự bị, chị ấy kể lại ở cửa hiệu sửa chữa"


def line_of_marks(*, dotted: bool, size: float = 13, dpi: int = 200) -> GrayImage:
    """A value full of dots below and hooks above, with or without a leader."""
    sheet = Sheet(dpi)
    for row in range(4):
        sheet.filled("", f"{MARKED} {row}", 40 + 11 * row, size, dotted=False)
        if dotted:
            sheet.dots(30, 195, 41.5 + 11 * row, size)
    return gray(sheet.finish().image)


def ruled(text: str) -> tuple[GrayImage, GrayImage]:
    """A line of print without and with a rule under it."""
    pages = []
    for mm in (0.0, 0.25):
        sheet = Sheet()
        sheet.print(text, 40, 50, 13, Face.BOLD)
        if mm:
            sheet.rule(40, 51.8, 120, 51.8, mm)
        pages.append(gray(sheet.finish().image))
    return pages[0], pages[1]


def ink(page: GrayImage) -> int:
    return int((page < 150).sum())


@pytest.mark.parametrize("tilt", [-0.9, 0.5])
@pytest.mark.parametrize("size", [11, 14])
@pytest.mark.parametrize("make", [np.asarray, bilevel], ids=["gray", "bilevel"])
def test_leaders_go_and_the_marks_above_them_stay(
    make: type[np.ndarray], size: float, tilt: float
) -> None:
    bare = make(tilted(line_of_marks(dotted=False, size=size), tilt))
    dotted = make(tilted(line_of_marks(dotted=True, size=size), tilt))
    wiped = wipe_leaders(dotted, 200).page
    left_over = ink(wiped) - ink(bare)
    assert left_over < 0.1 * (ink(dotted) - ink(bare))
    lost = (bare < 150) & (wiped >= 150)
    assert lost.sum() < 0.01 * ink(bare)


@pytest.mark.parametrize("dpi", [150, 300])
def test_leaders_go_at_other_resolutions(dpi: int) -> None:
    bare, dotted = (line_of_marks(dotted=on, dpi=dpi) for on in (False, True))
    left_over = ink(wipe_leaders(dotted, dpi).page) - ink(bare)
    assert abs(left_over) < 0.1 * (ink(dotted) - ink(bare))


def test_a_filled_form_loses_its_leaders_only() -> None:
    family = make_family(3)
    bare, dotted = (
        gray(draw_birth_declaration(family, dotted=on)[0].image) for on in (False, True)
    )
    assert ink(wipe_leaders(dotted, 200).page) == pytest.approx(ink(bare), rel=0.02)


def test_prose_passes_as_it_is() -> None:
    for page in (page_of_text().image, line_of_marks(dotted=False)):
        assert wipe_leaders(page, 200).page is page


def test_a_rule_goes_and_what_crosses_it_stays() -> None:
    bare, with_rule = ruled("ngày gặp gỡ giữa quý, gậy gộc")
    wiped = wipe_leaders(with_rule, 200).page
    assert ink(wiped) == pytest.approx(ink(bare), rel=0.05)
    assert ((bare < 150) & (wiped >= 150)).sum() < 0.01 * ink(bare)


def test_boxes_for_letters_go_and_the_letters_stay() -> None:
    pages = []
    for drawn in (False, True):
        sheet = Sheet()
        for place, letter in enumerate("0661990008230"):
            x = 40 + 5 * place
            sheet.print(letter, x + 2.5, 50, 12, align="middle")
            if drawn:
                sheet.box(x, 45, x + 5, 51.5, 0.2)
        pages.append(gray(sheet.finish().image))
    bare, boxed = pages
    assert ink(wipe_leaders(boxed, 200).page) == pytest.approx(ink(bare), rel=0.05)


def test_of_a_table_the_uprights_go_and_the_level_rules_stay() -> None:
    pages = []
    for uprights in (False, True):
        sheet = Sheet()
        for row in range(4):
            sheet.rule(40, 50 + 10 * row, 160, 50 + 10 * row)
            sheet.print("Nguyễn Thị Mẫu", 44, 57 + 10 * row, 12)
        for x in (40, 100, 160) if uprights else ():
            sheet.rule(x, 50, x, 80)
        pages.append(gray(sheet.finish().image))
    levels, table = pages
    assert ink(wipe_leaders(levels, 200).page) < 0.8 * ink(levels)
    assert ink(wipe_leaders(table, 200).page) == pytest.approx(ink(levels), rel=0.02)


def test_a_bar_thicker_than_a_rule_stays() -> None:
    page = np.full((400, 800), 250, np.uint8)
    page[100:110, 100:700] = 20
    assert wipe_leaders(page, 200).page is page


@pytest.mark.parametrize("shape", [(1, 1), (2, 300), (300, 2)])
def test_slivers_pass_as_they_are(shape: tuple[int, int]) -> None:
    page = np.full(shape, 255, np.uint8)
    assert wipe_leaders(page, 200).page is page
