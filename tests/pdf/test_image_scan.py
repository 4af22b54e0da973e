import io
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray

from pipeline.errors import DamagedScan, OversizedScan, PageUnreadable
from pipeline.model.scan import MediaType
from pipeline.pdf.raster import Raster
from pipeline.pdf.rasterize import open_scan
from tests.pdf.drawn import page_of_bars

BARS = page_of_bars()
KINDS = {"TIFF": MediaType.TIFF, "JPEG": MediaType.JPEG, "PNG": MediaType.PNG}


def saved(picture: PIL.Image.Image, kind: str, **options: Any) -> bytes:
    target = io.BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()


def bilevel(pixels: NDArray[np.uint8]) -> PIL.Image.Image:
    return PIL.Image.fromarray(pixels).convert("1")


def render(
    folder: Path,
    data: bytes,
    kind: str,
    *,
    number: int = 1,
    max_pixels: int = 10**7,
    **limits: float,
) -> Raster:
    path = folder / "scan"
    path.write_bytes(data)
    with open_scan(path, KINDS[kind], max_pixels=max_pixels) as scan:
        return scan.render(number, **limits)


@pytest.mark.parametrize("kind", ["TIFF", "PNG"])
def test_one_bit_a_pixel_stays_bilevel(tmp_path: Path, kind: str) -> None:
    raster = render(tmp_path, saved(bilevel(BARS), kind, dpi=(150, 150)), kind)
    assert raster.bilevel
    assert raster.dpi == pytest.approx(150, abs=0.1)
    np.testing.assert_array_equal(raster.image, BARS)


def test_every_page_of_a_tiff_is_read(tmp_path: Path) -> None:
    pages = [bilevel(np.roll(BARS, shift)) for shift in (0, 50, 100)]
    more = {"save_all": True, "append_images": pages[1:], "compression": "group4"}
    path = tmp_path / "scan.tif"
    path.write_bytes(saved(pages[0], "TIFF", **more))
    with open_scan(path, MediaType.TIFF) as scan:
        assert scan.page_count == 3
        for number in (3, 1, 2):
            wanted = np.roll(BARS, (number - 1) * 50)
            np.testing.assert_array_equal(scan.render(number).image, wanted)


@pytest.mark.parametrize("kind", ["TIFF", "JPEG", "PNG"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_is_obeyed_once(
    tmp_path: Path, kind: str, orientation: int
) -> None:
    exif = PIL.Image.Exif()
    exif[274] = orientation
    stored = _as_stored(BARS, orientation)
    options = {"exif": exif, "dpi": (100, 100)}
    data = saved(PIL.Image.fromarray(stored), kind, **options)
    image = render(tmp_path, data, kind).image
    assert image.shape == BARS.shape
    assert np.mean((image < 128) != (BARS < 128)) < 0.01


def _as_stored(page: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Lay out *page* so that *orientation* brings it upright (TIFF 6.0, tag 274)."""
    stored = page.T if orientation >= 5 else page
    if orientation in {3, 4, 6, 7}:
        stored = stored[::-1]
    if orientation in {2, 3, 7, 8}:
        stored = stored[:, ::-1]
    return np.ascontiguousarray(stored)


def test_a_fax_on_its_side_becomes_square(tmp_path: Path) -> None:
    exif = PIL.Image.Exif()
    exif[274] = 6
    fax = bilevel(np.kron(BARS[:1100, :800], np.ones((1, 2), np.uint8)))
    data = saved(fax, "TIFF", dpi=(204, 102), exif=exif)
    raster = render(tmp_path, data, "TIFF")
    assert raster.image.shape == (1600, 2200)
    assert (raster.dpi, raster.bilevel) == (pytest.approx(204), True)


def test_transparent_places_are_paper(tmp_path: Path) -> None:
    layers = np.zeros((40, 30, 4), np.uint8)
    layers[10:20, :, 3] = 255
    image = render(tmp_path, saved(PIL.Image.fromarray(layers), "PNG"), "PNG").image
    np.testing.assert_array_equal(image[:, 0], [255] * 10 + [0] * 10 + [255] * 20)


def test_a_palette_with_a_clear_colour_is_flattened(tmp_path: Path) -> None:
    picture = PIL.Image.new("P", (20, 20), 1)
    picture.putpalette([0, 0, 0, 255, 0, 0])
    picture.paste(0, (0, 0, 10, 20))
    data = saved(picture, "PNG", transparency=0)
    image = render(tmp_path, data, "PNG").image
    assert image[0, 0].tolist() == [255, 255, 255]
    assert image[0, 15].tolist() == [255, 0, 0]


@pytest.mark.parametrize("kind", ["TIFF", "PNG"])
def test_sixteen_bits_become_eight(tmp_path: Path, kind: str) -> None:
    deep = (np.arange(256, dtype=np.uint16) * 257)[None].repeat(200, axis=0)
    picture = PIL.Image.fromarray(deep)
    image = render(tmp_path, saved(picture, kind), kind).image
    np.testing.assert_array_equal(image[0], np.arange(256))


def test_sixteen_bits_with_white_as_zero_are_turned_round(tmp_path: Path) -> None:
    deep = np.full((50, 40), 0, np.uint16)
    data = saved(PIL.Image.fromarray(deep), "TIFF", tiffinfo={262: 0})
    assert render(tmp_path, data, "TIFF").image.min() == 255


@pytest.mark.parametrize("kind", ["TIFF", "JPEG"])
def test_printing_colours_become_screen_colours(tmp_path: Path, kind: str) -> None:
    picture = PIL.Image.new("CMYK", (40, 40), (0, 255, 255, 0))
    image = render(tmp_path, saved(picture, kind), kind).image
    red, green, blue = image[20, 20].astype(int)
    assert red > 200
    assert max(green, blue) < 60


@pytest.mark.parametrize("kind", ["TIFF", "JPEG", "PNG"])
def test_a_picture_without_resolution_is_taken_for_a4(
    tmp_path: Path, kind: str
) -> None:
    picture = PIL.Image.new("L", (1654, 2339), 200)
    assert render(tmp_path, saved(picture, kind), kind).dpi == 200


def test_a_fine_scan_is_brought_down_to_the_limit(tmp_path: Path) -> None:
    data = saved(bilevel(np.kron(BARS, np.ones((4, 4)))), "PNG", dpi=(400, 400))
    raster = render(tmp_path, data, "PNG", max_pixels=10**8, max_dpi=100)
    assert (raster.dpi, raster.bilevel) == (pytest.approx(100, abs=0.1), True)
    np.testing.assert_array_equal(raster.image, BARS)


def test_a_single_picture_above_the_limit_is_refused_unread(tmp_path: Path) -> None:
    data = saved(bilevel(np.full((1000, 1000), 255, np.uint8)), "PNG")
    with pytest.raises(OversizedScan, match="1000 x 1000"):
        render(tmp_path, data, "PNG", max_pixels=10**6 - 1)


def test_a_large_page_of_a_tiff_is_refused_alone(tmp_path: Path) -> None:
    pages = [bilevel(BARS), bilevel(np.full((2000, 2000), 255, np.uint8))]
    data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    assert render(tmp_path, data, "TIFF", max_pixels=10**6).bilevel
    with pytest.raises(PageUnreadable, match="page 2"):
        render(tmp_path, data, "TIFF", number=2, max_pixels=10**6)


@pytest.mark.parametrize("kind", ["TIFF", "JPEG", "PNG"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_torn_picture_is_never_half_a_page(
    tmp_path: Path, kind: str, share: float
) -> None:
    noise = np.random.default_rng(2).integers(0, 256, (300, 300), np.uint8)
    data = saved(PIL.Image.fromarray(noise), kind)
    with pytest.raises((PageUnreadable, DamagedScan)):
        render(tmp_path, data[: int(len(data) * share)], kind)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DamagedScan):
        render(tmp_path, saved(bilevel(BARS), "PNG"), "JPEG")
