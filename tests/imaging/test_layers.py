import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.imaging.arrays import to_gray
from pipeline.imaging.layers import BACKGROUND_DPI, Layers, find_layers
from tests.drawing import Pixels, gray
from tests.imaging.spoilt import draw_letter, scanned

DPI = 200


@pytest.fixture(scope="module")
def letter() -> Pixels:
    """A decision with seal and signature and the stamp of who received it."""
    return scanned(draw_letter(0))


@pytest.fixture(scope="module")
def layers(letter: Pixels) -> Layers:
    return find_layers(letter, DPI)


def covered(layers: Layers) -> np.ndarray:
    return np.sum([ink.mask for ink in layers.inks], axis=0)


def test_seal_and_signature_keep_their_colors(layers: Layers) -> None:
    black, red, blue = (np.array(ink.color) for ink in layers.inks[:3])

    assert black.max() < 50
    assert red[0] > 150
    assert red[1:].max() < 80
    assert blue[2] > blue[0] + 50


def test_no_pixel_is_in_two_inks(layers: Layers) -> None:
    assert covered(layers).max() == 1


def test_all_dark_pixels_are_ink(letter: Pixels, layers: Layers) -> None:
    dark = to_gray(letter) < 90
    assert covered(layers)[dark].mean() > 0.999


def test_bare_paper_has_no_ink(letter: Pixels, layers: Layers) -> None:
    paper = to_gray(letter) > 225
    assert covered(layers)[paper].mean() < 0.001


def test_the_background_shows_no_trace_of_ink(layers: Layers) -> None:
    assert layers.background.shape == (877, 620, 3)
    assert layers.background.min() > 190
    assert np.percentile(layers.background, 0.1) > 225


def test_print_under_a_seal_stays_black_and_the_seal_red() -> None:
    bare, sealed = draw_letter(0, seal=False), draw_letter(0)
    crossing = (bare.max(axis=2) < 60) & (bare != sealed).any(axis=2)
    seal = (bare.min(axis=2) > 240) & (sealed[..., 0].astype(int) - sealed[..., 1] > 90)

    black, red, *_ = find_layers(scanned(sealed), DPI).inks

    assert np.count_nonzero(crossing) > 100
    assert black.mask[crossing].mean() > 0.9
    assert red.mask[seal].mean() > 0.95


def test_two_pens_of_one_color_are_two_inks() -> None:
    page = np.full((1000, 800, 3), 245, np.uint8)
    for row in range(100, 900, 100):
        light = row > 500
        page[row : row + 4, 100:700] = (90, 130, 220) if light else (20, 30, 110)

    found = find_layers(page, DPI)

    assert {ink.color for ink in found.inks} == {(90, 130, 220), (20, 30, 110)}


def test_a_gray_page_has_gray_layers(letter: Pixels) -> None:
    found = find_layers(gray(letter), DPI)
    assert found.background.ndim == 2
    assert all(len(ink.color) == 1 for ink in found.inks)


def test_a_hair_line_beside_bold_print_is_kept_whole() -> None:
    page = np.full((400, 600), 245, np.uint8)
    page[100:300, 50:70] = 20
    page[150, 75:500] = 160

    found = find_layers(page, DPI)

    assert covered(found)[150, 80:495].all()


def test_a_blank_page_has_an_empty_ink_of_its_size() -> None:
    found = find_layers(np.full((300, 200, 3), 240, np.uint8), DPI)
    (ink,) = found.inks
    assert (ink.mask.shape, ink.mask.any(), ink.color) == ((300, 200), False, (0, 0, 0))


@settings(max_examples=40, deadline=None)
@given(
    height=st.integers(1, 90),
    width=st.integers(1, 90),
    color=st.booleans(),
    dpi=st.sampled_from([20, 72, 200, 600]),
    seed=st.integers(0, 5),
)
def test_pages_of_any_size_can_be_taken_apart(
    height: int, width: int, color: bool, dpi: int, seed: int
) -> None:
    shape = (height, width, 3) if color else (height, width)
    page = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)

    found = find_layers(page, dpi)

    assert found.background.ndim == page.ndim
    assert max(found.background.shape) <= max(1, 90 * BACKGROUND_DPI / dpi + 1, 90)
    assert covered(found).shape == (height, width)
