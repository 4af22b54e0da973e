from collections.abc import Callable

import numpy as np
import pytest

from demo.drawing import (
    Pixels,
    bilevel,
    bled_through,
    blurred,
    draw_application,
    gray,
    jpeg,
    make_person,
    speckled,
    tilted,
    turned,
    uneven_light,
    with_seal,
    with_stamp,
    with_staple,
)

PAGE = draw_application(make_person(1), dpi=100).image
CHANGES: list[Callable[[Pixels], Pixels]] = [
    lambda page: tilted(page, 2.0),
    lambda page: speckled(page, 0.02, seed=3),
    blurred,
    lambda page: jpeg(page, 30),
    lambda page: uneven_light(page, 0.4, seed=3),
    lambda page: with_seal(page, (150, 200), dpi=100),
    lambda page: with_stamp(page, "456", "08/12/2025", dpi=100),
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("page", [PAGE, gray(PAGE)], ids=["color", "gray"])
def test_wear_changes_a_copy_and_always_the_same_way(
    change: Callable[[Pixels], Pixels], page: Pixels
) -> None:
    before = page.copy()
    once, twice = change(page), change(page)
    assert (page == before).all()
    assert (once == twice).all()
    assert once.shape == page.shape
    assert (once != page).any()


def test_a_bilevel_page_has_two_levels() -> None:
    assert np.unique(bilevel(PAGE)).tolist() == [0, 255]


def test_four_quarter_turns_are_none() -> None:
    assert (turned(turned(PAGE, 1), 3) == PAGE).all()


@pytest.mark.parametrize(
    "change",
    [lambda page: bled_through(page, page[::-1]), with_staple],
    ids=["bled through", "staple"],
)
def test_wear_of_grey_pages_only_makes_them_darker(
    change: Callable[[Pixels], Pixels],
) -> None:
    before = gray(PAGE)
    worn = change(before)
    assert (worn <= before).all()
    assert (worn < before).any()
    assert (gray(PAGE) == before).all()


def test_print_from_the_back_is_mirrored_and_fainter() -> None:
    front, back = gray(PAGE), np.full_like(gray(PAGE), 252)
    shown = bled_through(back, front, 0.2, dpi=100)
    left, right = shown[:, :400].mean(), shown[:, -400:].mean()
    assert (left < right) == (front[:, -400:].mean() < front[:, :400].mean())
    assert shown.min() > 252 - 0.21 * 252
