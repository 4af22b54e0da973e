from pathlib import Path

import numpy as np
import pikepdf
import pytest
from pikepdf import Array, Name

from pipeline.errors import DamagedScan, EncryptedScan, NoPagesScan, PageUnreadable
from pipeline.model.scan import MediaType
from pipeline.pdf.raster import Raster
from pipeline.pdf.rasterize import open_scan
from tests.pdf.drawn import (
    page_of_bars,
    scan_pdf,
    text_pdf,
    with_annotation,
    with_entries,
)

BARS = page_of_bars()
RED_BOX = "1 0 0 rg 0 0 100 40 re f"
RED = (255, 0, 0)


def render(
    folder: Path,
    data: bytes,
    *,
    number: int = 1,
    max_pixels: int = 10**7,
    **limits: float,
) -> Raster:
    path = folder / "scan.pdf"
    path.write_bytes(data)
    with open_scan(path, MediaType.PDF, max_pixels=max_pixels) as scan:
        return scan.render(number, **limits)


def test_a_bilevel_scan_is_given_back_to_the_pixel(tmp_path: Path) -> None:
    raster = render(tmp_path, scan_pdf(BARS))
    assert raster.bilevel
    assert raster.dpi == pytest.approx(100)
    np.testing.assert_array_equal(raster.image, BARS)


@pytest.mark.parametrize("shape", [(1170, 827), (1170, 827, 3)], ids=["gray", "colour"])
def test_gray_and_colour_scans_are_given_back_to_the_pixel(
    tmp_path: Path, shape: tuple[int, ...]
) -> None:
    image = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    raster = render(tmp_path, scan_pdf(image, dpi=200))
    assert (raster.bilevel, raster.dpi) == (False, pytest.approx(200))
    np.testing.assert_array_equal(raster.image, image)


def test_a_gray_page_kept_in_colour_becomes_gray(tmp_path: Path) -> None:
    gray = np.tile(np.arange(250, dtype=np.uint8), (300, 1))
    image = np.stack([gray, gray + 2, gray + 1], axis=-1)
    assert render(tmp_path, scan_pdf(image)).image.shape == (300, 250)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_the_rotation_of_the_page_is_obeyed_once(tmp_path: Path, rotate: int) -> None:
    raster = render(tmp_path, scan_pdf(BARS, Rotate=rotate))
    np.testing.assert_array_equal(raster.image, np.rot90(BARS, -rotate // 90))


def test_only_the_crop_box_is_seen(tmp_path: Path) -> None:
    crop = Array([72, 72, 72 + 360, 72 + 720])
    raster = render(tmp_path, scan_pdf(BARS, CropBox=crop))
    assert raster.image.shape == (1000, 500)
    inside = BARS[1170 - 100 - 1000 : -100, 100:600]
    assert np.mean(raster.image != inside) < 0.05


@pytest.mark.parametrize(("unit", "dpi"), [(0.5, 200), (2.0, 100)])
def test_the_user_unit_counts_towards_the_resolution(
    tmp_path: Path, unit: float, dpi: float
) -> None:
    large = np.kron(BARS, np.ones((2, 2), np.uint8)) if unit > 1 else BARS
    data = scan_pdf(large, dpi=dpi * unit, UserUnit=unit)
    raster = render(tmp_path, data)
    assert raster.dpi == pytest.approx(dpi)
    np.testing.assert_array_equal(raster.image, large)


def test_a_fax_is_given_square_pixels(tmp_path: Path) -> None:
    fax = np.full((1100, 1728), 255, np.uint8)
    fax[::7] = 0
    size = (1728 / 204 * 72, 1100 / 98 * 72)
    raster = render(tmp_path, scan_pdf(fax, size=size))
    assert raster.image.shape == (round(1100 / 98 * 204), 1728)
    assert (raster.bilevel, raster.dpi) == (True, pytest.approx(204))


def test_a_photographed_page_of_one_metre_is_taken_for_a4(tmp_path: Path) -> None:
    image = np.full((2339, 1654), 200, np.uint8)
    raster = render(tmp_path, scan_pdf(image, dpi=72))
    assert (raster.image.shape, raster.dpi) == ((2339, 1654), 200)


def test_a_fine_scan_is_brought_down_to_the_limit(tmp_path: Path) -> None:
    raster = render(tmp_path, scan_pdf(BARS, dpi=400), max_dpi=200)
    assert raster.image.shape == (585, 414)
    assert raster.bilevel
    assert set(np.unique(raster.image)) == {0, 255}


def test_a_born_digital_page_is_drawn_at_two_hundred_dpi(tmp_path: Path) -> None:
    raster = render(tmp_path, text_pdf())
    assert raster.dpi == 200
    assert raster.image.shape == (2339, 1654)


def test_a_small_fine_logo_does_not_decide_the_resolution(tmp_path: Path) -> None:
    logo = np.full((600, 600), 90, np.uint8)
    data = with_entries(scan_pdf(logo, dpi=600), MediaBox=Array([0, 0, 595, 842]))
    assert render(tmp_path, data).dpi == 200


@pytest.mark.parametrize(
    ("subtype", "in_form"),
    [("/Stamp", False), ("/Widget", True), ("/Widget", False)],
    ids=["stamp", "signature field", "signature that lost its form"],
)
@pytest.mark.parametrize("rotate", [0, 90])
@pytest.mark.filterwarnings("ignore:This document has 1 form widget")
def test_what_a_signature_shows_is_drawn(
    tmp_path: Path, subtype: str, in_form: bool, rotate: int
) -> None:
    where = (100, 700, 200, 740)
    data = with_annotation(
        scan_pdf(BARS), where, RED_BOX, subtype=subtype, in_form=in_form
    )
    data = with_entries(data, Rotate=rotate, CropBox=Array([50, 50, 550, 800]))
    image = np.rot90(render(tmp_path, data).image, rotate // 90)
    red = np.argwhere((image == RED).all(axis=2)) * 72 / 200
    np.testing.assert_allclose(red.min(axis=0), (60, 50), atol=1)
    np.testing.assert_allclose(red.max(axis=0), (100, 150), atol=1)


def test_a_page_drawn_twice_is_the_same_page(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(with_annotation(text_pdf(), (100, 700, 200, 740), RED_BOX))
    with open_scan(path, MediaType.PDF) as scan:
        first, second = scan.render(1), scan.render(1)
    np.testing.assert_array_equal(first.image, second.image)
    assert first.words == second.words


@pytest.mark.parametrize("box", [[0, 0, 14400, 14400], [0, 0, 1e9, 1e9]])
def test_a_giant_page_is_refused_alone(tmp_path: Path, box: list[float]) -> None:
    data = with_entries(scan_pdf(BARS), MediaBox=Array(box))
    with pytest.raises(PageUnreadable, match="pixels"):
        render(tmp_path, data)


def test_a_giant_picture_on_a_small_page_is_never_decoded(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(scan_pdf(BARS))
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        image = pdf.pages[0].Resources.XObject.Im
        image.Width, image.Height = 60_000, 60_000
        pdf.save(path)
    with pytest.raises(PageUnreadable, match="60000 x 60000 pixels"):
        render(tmp_path, path.read_bytes(), max_dpi=100)


@pytest.mark.parametrize("rotate", [0, 90])
def test_a_page_only_poppler_understands_is_drawn_by_poppler(
    tmp_path: Path, rotate: int
) -> None:
    data = with_entries(scan_pdf(BARS), Type=Name.Foo, Rotate=rotate)
    image = np.rot90(render(tmp_path, data).image, rotate // 90)
    assert image.shape == (2340, 1654)
    assert image[44:116, -396:-44].max() == 0
    assert image[:300, :200].min() == 255
    assert image.mean() == pytest.approx(BARS.mean(), rel=0.01)


@pytest.mark.parametrize("broken", ["JPXDecode", "JBIG2Decode", "DCTDecode"])
def test_a_picture_nobody_can_decode_does_not_pass_for_a_blank_page(
    tmp_path: Path, broken: str
) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(scan_pdf(BARS, BARS))
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        image = pdf.pages[0].Resources.XObject.Im
        image.write(bytes(50), filter=Name("/" + broken))
        pdf.save(path)
    with open_scan(path, MediaType.PDF) as scan:
        with pytest.raises(PageUnreadable):
            scan.render(1)
        np.testing.assert_array_equal(scan.render(2).image, BARS)


def test_a_blank_sheet_is_a_page(tmp_path: Path) -> None:
    blank = np.full((1170, 827), 255, np.uint8)
    raster = render(tmp_path, scan_pdf(blank))
    assert raster.bilevel
    assert raster.image.min() == 255


def test_a_locked_file_is_encrypted(tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(path, encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(EncryptedScan), open_scan(path, MediaType.PDF):
        pass


@pytest.mark.parametrize(
    ("data", "error"),
    [(b"not a PDF", DamagedScan), (b"", DamagedScan), (scan_pdf(), NoPagesScan)],
    ids=["other file", "no bytes", "no pages"],
)
def test_what_is_no_scan_is_rejected(
    tmp_path: Path, data: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        render(tmp_path, data)


def test_there_is_no_page_zero(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no page 0"):
        render(tmp_path, scan_pdf(BARS), number=0)
