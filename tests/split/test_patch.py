from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
from numpy.typing import NDArray
from PIL import Image

from pipeline.split.patch import find_patches
from pipeline.split.separators import find_codes, is_separator, serials

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "separators"

N, W = 0.08, 0.20
PATCH_T = (N, W, N, W)


def sheet(
    bars: tuple[float, ...] = PATCH_T,
    *,
    dpi: int = 200,
    inches: float = 2.5,
    gap: float = 0.08,
) -> NDArray[np.uint8]:
    """A sheet with upright *bars*, half an inch from its left edge."""
    paper = np.full((round(11.7 * dpi), round(8.27 * dpi)), 245, np.uint8)
    left = 0.5
    for bar in bars:
        paper[
            2 * dpi : round((2 + inches) * dpi),
            round(left * dpi) : round((left + bar) * dpi),
        ] = 20
        left += bar + gap
    return paper


def tilted(image: NDArray[np.uint8], degrees: float) -> NDArray[np.uint8]:
    turned = Image.fromarray(image).rotate(degrees, Image.Resampling.BICUBIC)
    return np.where(np.array(turned) == 0, 245, turned).astype(np.uint8)


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("dpi", [100, 200, 300])
def test_patch_t_is_found_along_every_edge(dpi: int, turns: int) -> None:
    (box,) = find_patches(np.rot90(sheet(dpi=dpi), turns), dpi)
    across = min(box[2] - box[0], box[3] - box[1]) / dpi
    along = max(box[2] - box[0], box[3] - box[1]) / dpi
    assert across == pytest.approx(0.8, abs=0.05)
    assert along == pytest.approx(2.5, abs=0.3)


@pytest.mark.parametrize(
    "bars",
    [
        (W, N, W, N),
        (W, W, N, N),
        (N, N, W, W),
        (W, N, N, W),
        (N, W, W, N),
        (N, N, N, N),
    ],
)
@pytest.mark.parametrize("turns", [0, 1, 2])
def test_the_other_patches_are_no_patch_t(bars: tuple[float, ...], turns: int) -> None:
    assert find_patches(np.rot90(sheet(bars), turns), 200) == []


@pytest.mark.parametrize("degrees", [-4, -1.5, 2, 4])
def test_a_tilted_sheet_is_a_separator(degrees: float) -> None:
    assert is_separator(find_codes(tilted(sheet(), degrees), 200))


def test_bars_fattened_by_a_photocopier_are_found() -> None:
    fat = tuple(bar + 0.02 for bar in PATCH_T)
    assert find_patches(sheet(fat, gap=0.06), 200)


def test_speckles_do_not_hide_the_bars() -> None:
    image = sheet()
    noise = np.random.default_rng(1).random(image.shape)
    image[noise < 0.02] = 0
    image[noise > 0.98] = 255
    assert find_patches(image, 200)


def test_a_wrong_resolution_does_not_hide_the_bars() -> None:
    assert find_patches(sheet(dpi=200), 150)


def test_bars_that_are_too_short_are_none() -> None:
    assert find_patches(sheet(inches=1.0), 200) == []


@pytest.mark.parametrize("shape", [(1, 1), (100, 2000), (2339, 1654)])
@pytest.mark.parametrize("level", [0, 255])
def test_an_even_page_has_none(shape: tuple[int, int], level: int) -> None:
    assert find_patches(np.full(shape, level, np.uint8), 200) == []


def test_a_page_of_dots_has_none() -> None:
    dots = np.random.default_rng(2).integers(0, 2, (2339, 1654), np.uint8) * 255
    assert find_patches(dots, 200) == []


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the real samples are not here")
@pytest.mark.parametrize(
    ("name", "separators"),
    [("patch-code-t-middle", [2]), ("several-patcht-codes", [3, 6])],
)
def test_the_separators_of_real_batches_are_found(
    name: str, separators: list[int]
) -> None:
    found = [
        number
        for number, image in enumerate(pages(SAMPLES / f"{name}.pdf"), 1)
        if is_separator(find_codes(image, 150)) and find_patches(image, 150)
    ]
    assert found == separators


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the real samples are not here")
def test_the_serial_number_of_a_real_page_is_found() -> None:
    (image,) = pages(SAMPLES / "barcode-39-asn-123.pdf")
    assert serials(find_codes(image, 150))


def pages(path: Path) -> list[NDArray[np.uint8]]:
    with pdfium.PdfDocument(path) as pdf:
        return [
            np.array(page.render(scale=150 / 72, grayscale=True).to_pil().convert("L"))
            for page in pdf
        ]
