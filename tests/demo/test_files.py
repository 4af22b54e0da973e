import io

import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image

from demo.drawing import (
    bilevel,
    draw_patch_t,
    draw_receipt,
    make_person,
    to_jpeg,
    to_pdf,
    to_png,
    to_tiff,
)
from demo.files import Mode

PAGES = [
    draw_receipt(make_person(1), "H15-261008-0975", dpi=100),
    draw_patch_t(dpi=100),
]


@pytest.mark.parametrize("mode", ["jpeg", "g4"])
def test_a_pdf_shows_its_pages_in_their_size(mode: Mode) -> None:
    pdf = pdfium.PdfDocument(to_pdf(PAGES, 100, mode))
    assert len(pdf) == 2
    assert pdf[0].get_size() == pytest.approx((827 * 0.72, 1169 * 0.72), abs=0.01)
    shown = np.array(pdf[0].render(scale=100 / 72).to_pil().convert("L"))[:, :827]
    drawn = np.array(Image.fromarray(PAGES[0].image).convert("L"))
    assert np.abs(shown.astype(int) - drawn).mean() < 10


def test_the_same_pages_make_the_same_bytes() -> None:
    assert to_pdf(PAGES, 100, "g4") == to_pdf(PAGES, 100, "g4")


@pytest.mark.parametrize(("mode", "kind"), [("jpeg", "RGB"), ("g4", "1")])
def test_a_tiff_holds_all_pages(mode: Mode, kind: str) -> None:
    with Image.open(io.BytesIO(to_tiff(PAGES, 100, mode))) as tiff:
        assert getattr(tiff, "n_frames", 0) == 2
        assert tiff.mode == kind
        assert tiff.info["dpi"] == (100, 100)


def test_group_4_frames_keep_every_pixel() -> None:
    with Image.open(io.BytesIO(to_tiff(PAGES[:1], 100, "g4"))) as tiff:
        assert (np.array(tiff.convert("L")) == bilevel(PAGES[0].image)).all()


@pytest.mark.parametrize("write", [to_jpeg, to_png])
def test_single_pages_know_their_resolution(write: object) -> None:
    assert callable(write)
    with Image.open(io.BytesIO(write(PAGES[0], 100))) as image:
        assert image.info["dpi"] == pytest.approx((100, 100), abs=0.1)
