import io
import stat
import struct
import subprocess
from pathlib import Path

import numpy as np
import pikepdf
import PIL.Image
import pytest

from pipeline.model.scan import MediaType, Page
from pipeline.pdf.assemble import PdfPage, assemble_pdf
from pipeline.pdf.conformance import find_faults
from pipeline.pdf.jbig2 import Jbig2Coder, find_coder, is_generic
from pipeline.pdf.layers import LAYERS_SUFFIX, encode_bilevel, encode_layers
from pipeline.pdf.picture import encode_picture
from pipeline.pdf.rasterize import open_scan
from tests.imaging.spoilt import draw_letter, scanned
from tests.pdf.drawn import page_of_bars
from tests.pdf.jbig2 import coder
from tests.pdf.test_assemble import META
from tests.pdf.test_own_words import drawn_scan
from tests.pdf.test_textlayer import PROSE, page_of
from tests.pdf.verapdf import validate

RANDOM = np.random.default_rng(3).random((61, 83)) < 0.5


def segment(kind: int, data: bytes = b"", number: int = 0) -> bytes:
    return struct.pack(">IBBBI", number, kind, 0, 1, len(data)) + data


def program(folder: Path, script: str) -> Jbig2Coder:
    path = folder / "jbig2"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return Jbig2Coder(path)


def filed(path: Path, layers: bytes, shape: tuple[int, ...], dpi: float = 200) -> Path:
    page = Page(1, shape[1], shape[0], dpi)
    path.write_bytes(
        assemble_pdf([PdfPage(layers, LAYERS_SUFFIX, page, page_of(*PROSE))], META)
    )
    return path


def filters(path: Path) -> list[str]:
    with pikepdf.open(path) as pdf:
        images = pdf.pages[0].Resources.XObject
        return [str(image.Filter) for _, image in sorted(images.items())]


@pytest.mark.parametrize(
    "ink",
    [
        RANDOM,
        np.zeros((7, 9), bool),
        np.ones((1, 1), bool),
        page_of_bars() == 0,
        drawn_scan()[:, :1650] == 0,
    ],
    ids=["noise", "empty", "one pixel", "bars", "a page of odd width"],
)
def test_pictures_come_back_to_the_pixel(ink: np.ndarray) -> None:
    data = coder().encode(ink)  # which compares what PDFium decodes
    assert data is not None
    assert is_generic(data)


def test_a_bilevel_page_is_the_same_in_pdfium_and_poppler(tmp_path: Path) -> None:
    bars = page_of_bars(1654, 2339)
    layers = encode_bilevel(bars, 200, coder())
    assert layers is not None
    path = filed(tmp_path / "out.pdf", layers, bars.shape)
    with open_scan(path, MediaType.PDF) as scan:
        raster = scan.render(1)
    assert raster.bilevel
    np.testing.assert_array_equal(raster.image, bars)
    subprocess.run(["pdfimages", "-png", path, tmp_path / "image"], check=True)
    (decoded,) = tmp_path.glob("image*.png")
    np.testing.assert_array_equal(np.array(PIL.Image.open(decoded).convert("L")), bars)


def test_what_is_written_with_it_is_valid_pdf_a_2u(tmp_path: Path) -> None:
    letter = scanned(draw_letter(0))
    layers = encode_layers(letter, 200, coder())
    bilevel = encode_bilevel(page_of_bars(), 100, coder())
    assert layers is not None
    assert bilevel is not None
    color = filed(tmp_path / "color.pdf", layers, letter.shape)
    plain = filed(tmp_path / "plain.pdf", bilevel, page_of_bars().shape, 100)
    assert filters(color)[1:] == ["/JBIG2Decode"] * (len(filters(color)) - 1)
    assert filters(plain) == ["/JBIG2Decode"]
    assert find_faults(color) == find_faults(plain) == ()
    assert validate(color, plain) == {"color": True, "plain": True}


def test_layers_are_smaller_and_look_the_same(tmp_path: Path) -> None:
    letter = scanned(draw_letter(0))
    fax, small = (encode_layers(letter, 200, each) for each in (None, coder()))
    assert fax is not None
    assert small is not None
    assert len(small) < len(fax) * 0.95
    shown = []
    for name, layers in (("fax", fax), ("small", small)):
        path = filed(tmp_path / f"{name}.pdf", layers, letter.shape)
        with open_scan(path, MediaType.PDF) as scan:
            shown.append(scan.render(1).image)
    np.testing.assert_array_equal(*shown)


def test_a_bilevel_page_is_smaller_than_in_group_4() -> None:
    page = (scanned(draw_letter(0, seal=False)).min(axis=2) > 128) * np.uint8(255)
    layers = encode_bilevel(page, 200, coder())
    assert layers is not None
    fax = encode_picture(page, bilevel=True, dpi=200)
    with pikepdf.open(io.BytesIO(layers)) as pdf:
        assert pdf.pages[0].Resources.XObject.Im0.Length < len(fax.data) * 0.85


def test_a_scrap_smaller_than_a_page_may_be_stays_as_it_is() -> None:
    scrap = np.zeros((5, 900), np.uint8)
    assert encode_bilevel(scrap, 200, Jbig2Coder(Path("not asked"))) is None


@pytest.mark.parametrize(
    "script",
    ["exit 3", "echo nonsense", "cat /dev/zero", "true", "kill -9 $$"],
    ids=["fails", "says something else", "floods", "says nothing", "dies"],
)
def test_a_program_that_does_not_do_it_leaves_group_4(
    tmp_path: Path, script: str
) -> None:
    page = scanned(draw_letter(0))
    broken = program(tmp_path, script)
    assert broken.encode(RANDOM) is None
    if script == "exit 3":
        assert encode_layers(page, 200, broken) == encode_layers(page, 200)


def test_a_program_that_loses_a_pixel_is_not_believed(tmp_path: Path) -> None:
    other = RANDOM.copy()
    other[30, 40] ^= True
    data = coder().encode(other)
    assert data is not None
    (tmp_path / "answer").write_bytes(data)
    lossy = program(tmp_path, f"cat {tmp_path / 'answer'}")
    assert lossy.encode(other) is not None
    assert lossy.encode(RANDOM) is None


@pytest.mark.parametrize(
    ("data", "generic"),
    [
        (segment(48) + segment(38), True),
        (segment(48) + segment(39), True),
        (segment(48) + segment(0) + segment(6), False),
        (segment(0), False),
        (segment(48), False),
        (segment(48) + segment(38) + segment(49), False),
        (segment(48) + segment(38)[:-3], False),
        (segment(48) + segment(38)[:-4] + b"\xff" * 4, False),
        (b"", False),
    ],
)
def test_symbols_are_refused_whatever_they_show(data: bytes, generic: bool) -> None:
    assert is_generic(data) == generic


def test_the_program_is_looked_for_only_where_that_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = program(tmp_path, "true").program
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_coder("auto") == Jbig2Coder(path)
    assert find_coder("off") is None
    assert find_coder(str(path)) == Jbig2Coder(path)
    assert find_coder(str(tmp_path / "other")) is None
    monkeypatch.chdir(tmp_path)
    assert find_coder("./jbig2") == Jbig2Coder(path)
    monkeypatch.setenv("PATH", "")
    assert find_coder("auto") is None
