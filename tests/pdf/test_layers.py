import io
from pathlib import Path

import numpy as np
import pikepdf
import PIL.Image
import pytest

from pipeline.model.scan import MediaType, Page
from pipeline.model.text import OcrPage
from pipeline.pdf.assemble import PdfPage, assemble_pdf
from pipeline.pdf.layers import LARGEST, LAYERS_SUFFIX, encode_layers
from pipeline.pdf.picture import encode_picture
from pipeline.pdf.rasterize import Raster, open_scan
from pipeline.pdf.second_renderer import draw_with_poppler
from pipeline.pdf.survey import Sheet
from pipeline.pdf.view import render_page
from tests.drawing import Pixels, gray
from tests.imaging.spoilt import SPOILT, draw_letter, scanned
from tests.pdf.test_assemble import META, pdf_page
from tests.pdf.test_textlayer import PROSE, page_of
from tests.pdf.verapdf import validate

DPI = 200
TEXT = page_of(*PROSE)


@pytest.fixture(scope="module")
def letter() -> Pixels:
    return scanned(draw_letter(0))


@pytest.fixture(scope="module")
def layers(letter: Pixels) -> bytes:
    return encoded(letter)


@pytest.fixture
def filed(layers: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "filed.pdf"
    path.write_bytes(assemble_pdf([layered_page(layers, text=TEXT)], META))
    return path


def encoded(image: Pixels, dpi: float = DPI) -> bytes:
    made = encode_layers(image, dpi)
    assert made is not None
    return made


def layered_page(layers: bytes, *, text: OcrPage | None = None) -> PdfPage:
    sheet = Page(1, 1654, 2339, DPI)
    return PdfPage(layers, LAYERS_SUFFIX, sheet, text or OcrPage())


def scanned_again(path: Path) -> Raster:
    with open_scan(path, MediaType.PDF) as scan:
        return scan.render(1)


def images_of(pdf: bytes) -> dict[str, pikepdf.Object]:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        found = opened.pages[0].Resources.XObject
        return {name: dict(image.items()) for name, image in found.items()}


def test_layers_take_an_eighth_of_a_jpeg(letter: Pixels, layers: bytes) -> None:
    jpeg = encode_picture(letter, bilevel=False, dpi=DPI)
    assert len(layers) < len(jpeg.data) / 8
    assert len(layers) < 60_000


def test_the_same_page_gives_the_same_layers(letter: Pixels, layers: bytes) -> None:
    assert encode_layers(letter.copy(), DPI) == layers


def test_masks_have_the_resolution_of_the_scan(layers: bytes) -> None:
    background, *stencils = images_of(layers).values()
    assert (background["/Width"], background["/Height"]) == (620, 877)
    assert len(stencils) >= 3
    assert all((each["/Width"], each["/Height"]) == (1654, 2339) for each in stencils)
    assert all(each["/ImageMask"] for each in stencils)


def test_a_page_they_would_spoil_has_no_layers() -> None:
    assert encode_layers(SPOILT["identity card"](), DPI) is None


def test_a_sheet_as_large_as_a_plan_has_no_layers() -> None:
    sheet = np.broadcast_to(np.uint8(240), (1, LARGEST + 1))
    assert encode_layers(sheet, DPI) is None


@pytest.mark.parametrize("shape", [(5, 900), (1, 1)])
def test_a_scrap_smaller_than_a_page_may_be_has_no_layers(
    shape: tuple[int, int],
) -> None:
    assert encode_layers(np.full(shape, 240, np.uint8), DPI) is None


def test_a_filed_page_is_the_page_in_its_colors(letter: Pixels, filed: Path) -> None:
    again = scanned_again(filed)
    assert again.image.shape == letter.shape
    assert again.dpi == pytest.approx(DPI, abs=0.01)
    assert not again.bilevel
    assert again.words is None  # ours, not born digital

    off = np.abs(again.image.astype(int) - letter)
    assert np.median(off) <= 3
    assert (off.max(axis=2) > 100).mean() < 0.005


def test_poppler_draws_what_pdfium_draws(filed: Path) -> None:
    ours = scanned_again(filed).image
    theirs = draw_with_poppler(filed, 1, Sheet(1654, 2339, DPI))
    assert np.abs(ours.astype(int) - theirs).mean() < 1.5


def test_the_web_page_shows_the_seal_in_red(filed: Path) -> None:
    png = render_page(filed.read_bytes(), 1, width=827)
    shown = np.asarray(PIL.Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
    red = (shown[..., 0] > 150) & (shown[..., 1] < 90)
    assert np.count_nonzero(red) > 1000


def test_layers_fill_a_page_of_another_size(layers: bytes) -> None:
    twice = PdfPage(layers, LAYERS_SUFFIX, Page(1, 1654, 2339, DPI / 2), OcrPage())
    png = render_page(assemble_pdf([twice], META), 1, width=827)
    same = render_page(assemble_pdf([layered_page(layers)], META), 1, width=827)
    first, second = (
        np.asarray(PIL.Image.open(io.BytesIO(each))).astype(int) for each in (png, same)
    )
    assert np.abs(first - second).mean() < 1


def test_what_is_no_layers_is_refused_with_its_page() -> None:
    with pytest.raises(ValueError, match="page 1"):
        assemble_pdf([layered_page(b"%PDF-1.7 but no more")], META)


def test_every_kind_of_layers_is_valid_pdf_a_2u(letter: Pixels, tmp_path: Path) -> None:
    blank = np.full((2339, 1654, 3), 240, np.uint8)
    plain = gray(scanned(draw_letter(0, seal=False)))
    kinds = {"color": letter, "gray": plain, "blank": blank, "bare": gray(blank)}
    pages = {name: layered_page(encoded(image)) for name, image in kinds.items()}
    for name, page in pages.items():
        (tmp_path / f"{name}.pdf").write_bytes(assemble_pdf([page], META))
    with_others = [
        layered_page(encoded(letter), text=TEXT),
        pdf_page(letter, bilevel=False),
        *pages.values(),
    ]
    (tmp_path / "together.pdf").write_bytes(assemble_pdf(with_others, META))

    found = validate(*tmp_path.glob("*.pdf"))

    assert found == dict.fromkeys([*kinds, "together"], True)
