from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.imaging.fidelity import Fidelity, measure_fidelity
from pipeline.imaging.layers import Ink, find_layers
from tests.drawing import (
    Pixels,
    draw_birth_declaration,
    gray,
    make_family,
    page_of_text,
)
from tests.imaging.spoilt import SPOILT, draw_letter, scanned

DPI = 200


def fidelity(page: Pixels, dpi: float = DPI) -> Fidelity:
    return measure_fidelity(page, find_layers(page, dpi), dpi)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: scanned(draw_letter(0)),
        lambda: gray(scanned(draw_letter(1, seal=False))),
        lambda: scanned(draw_birth_declaration(make_family(2))[0].image),
        lambda: page_of_text(size=11).image,
        lambda: np.full((2339, 1654), 240, np.uint8),
    ],
    ids=["letter", "gray letter", "form", "small print", "blank"],
)
def test_a_page_of_ink_and_paper_is_the_same(draw: Callable[[], Pixels]) -> None:
    assert fidelity(draw()).holds


@pytest.mark.parametrize("name", SPOILT)
def test_what_layers_would_spoil_is_found(name: str) -> None:
    assert not fidelity(SPOILT[name]()).holds


def test_tinted_paper_is_paper() -> None:
    page = scanned(draw_letter(0)) * np.array((0.95, 0.92, 0.8))
    assert fidelity(page.astype(np.uint8)).holds


def test_ink_in_a_wrong_color_is_found() -> None:
    page = scanned(draw_letter(0))
    layers = find_layers(page, DPI)
    black = tuple(Ink(ink.mask, (0, 0, 0)) for ink in layers.inks)

    assert measure_fidelity(page, replace(layers, inks=black), DPI).recolored > 20


def test_ink_that_is_missing_is_found() -> None:
    page = scanned(draw_letter(0))
    layers = find_layers(page, DPI)

    found = measure_fidelity(page, replace(layers, inks=layers.inks[1:]), DPI)

    assert found.changed > 100
    assert found.worst > 50


@settings(max_examples=25, deadline=None)
@given(
    height=st.integers(1, 60),
    width=st.integers(1, 60),
    color=st.booleans(),
    dpi=st.sampled_from([20, 72, 200, 600]),
)
def test_pages_of_any_size_can_be_compared(
    height: int, width: int, color: bool, dpi: int
) -> None:
    shape = (height, width, 3) if color else (height, width)
    page = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    assert fidelity(page, dpi).worst >= 0
