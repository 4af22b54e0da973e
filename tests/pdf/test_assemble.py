import io
import subprocess
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pikepdf
import pytest

from pipeline.model.scan import MediaType, Page
from pipeline.model.text import OcrPage
from pipeline.pdf.assemble import PdfMetadata, PdfPage, assemble_pdf, write_pdf
from pipeline.pdf.picture import encode_picture
from pipeline.pdf.rasterize import open_scan
from tests.pdf.drawn import page_of_bars
from tests.pdf.test_textlayer import HOSTILE, PROSE, page_of
from tests.pdf.verapdf import validate

META = PdfMetadata(
    "Giấy khai sinh <&> “thử”",
    datetime(2026, 11, 24, 8, 30, tzinfo=UTC),
    subject="Hồ sơ",
    identifier="000.00.01.G22-261124-0001",
)
BARS = page_of_bars(1654, 2339)
NO_TEXT = OcrPage()
TEXT = page_of(*PROSE)


def pdf_page(
    image: np.ndarray,
    *,
    bilevel: bool,
    number: int = 1,
    dpi: float = 200,
    text: OcrPage = NO_TEXT,
) -> PdfPage:
    height, width = image.shape[:2]
    picture = encode_picture(image, bilevel=bilevel, dpi=dpi)
    page = Page(number, width, height, dpi)
    return PdfPage(picture.data, picture.suffix, page, text)


def white_page(number: int = 1, text: OcrPage = NO_TEXT) -> PdfPage:
    return PdfPage(b"", ".jpg", Page(number, 1654, 2339, 200, readable=False), text)


def colour_page() -> np.ndarray:
    page = np.stack([BARS, BARS, BARS], axis=-1)
    page[400:700, 300:600] = (200, 30, 40)
    return page


def opened(data: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(data))


def size_in_points(data: bytes) -> tuple[float, float]:
    with opened(data) as pdf:
        left, bottom, right, top = (float(edge) for edge in pdf.pages[0].mediabox)
    assert (left, bottom) == (0, 0)
    return right, top


def test_a_bilevel_page_comes_back_to_the_pixel(tmp_path: Path) -> None:
    path = tmp_path / "out.pdf"
    path.write_bytes(assemble_pdf([pdf_page(BARS, bilevel=True)], META))
    with open_scan(path, MediaType.PDF) as scan:
        raster = scan.render(1)
    assert (raster.bilevel, raster.dpi) == (True, pytest.approx(200, abs=0.01))
    np.testing.assert_array_equal(raster.image, BARS)


def test_a_colour_page_keeps_its_colours_and_its_jpeg(tmp_path: Path) -> None:
    page = pdf_page(colour_page(), bilevel=False)
    data = assemble_pdf([page], META)
    assert page.picture in data
    path = tmp_path / "out.pdf"
    path.write_bytes(data)
    with open_scan(path, MediaType.PDF) as scan:
        red = scan.render(1).image[500, 450].astype(int)
    assert np.abs(red - (200, 30, 40)).max() < 12


def test_our_own_text_layer_does_not_pass_for_born_digital(tmp_path: Path) -> None:
    path = tmp_path / "out.pdf"
    path.write_bytes(assemble_pdf([pdf_page(BARS, bilevel=True, text=TEXT)], META))
    with open_scan(path, MediaType.PDF) as scan:
        assert scan.render(1).words is None


@pytest.mark.parametrize(
    ("width", "height", "dpi"),
    [(1654, 2339, 200), (2480, 3508, 300), (2339, 1654, 200)],
)
def test_an_a4_sheet_measures_a4(width: int, height: int, dpi: float) -> None:
    page = replace(white_page(), page=Page(1, width, height, dpi))
    sides = size_in_points(assemble_pdf([page], META))
    millimetres = sorted(side / 72 * 25.4 for side in sides)
    assert millimetres == pytest.approx([210, 297], abs=0.2)


@pytest.mark.parametrize("size", [(1, 1), (40_000, 20), (20, 40_000)])
def test_pages_of_no_paper_stay_within_the_limits(size: tuple[int, int]) -> None:
    page = replace(white_page(), page=Page(1, *size, 72))
    sides = size_in_points(assemble_pdf([page], META))
    assert max(sides) <= 14400


def test_an_unreadable_page_keeps_its_place_in_white() -> None:
    pages = [pdf_page(BARS, bilevel=True), white_page(2), pdf_page(BARS, bilevel=True)]
    pdf = opened(assemble_pdf(pages, META))
    assert ["/XObject" in page.Resources for page in pdf.pages] == [True, False, True]
    assert pdf.pages[1].mediabox == pdf.pages[0].mediabox


def test_the_same_pages_give_the_same_bytes() -> None:
    pages = [pdf_page(BARS, bilevel=True, text=TEXT), white_page(2)]
    assert assemble_pdf(pages, META) == assemble_pdf(iter(pages), META)


def test_another_zone_is_the_same_moment() -> None:
    there = META.created_at.astimezone(timezone(timedelta(hours=7)))
    here = assemble_pdf([white_page()], META)
    assert assemble_pdf([white_page()], replace(META, created_at=there)) == here


def test_the_file_says_what_it_is() -> None:
    pdf = opened(assemble_pdf([white_page()], META))
    assert pdf.docinfo.Title == META.title
    assert pdf.docinfo.CreationDate == "D:20261124083000Z"
    with pdf.open_metadata() as xmp:
        assert (xmp["pdfaid:part"], xmp["pdfaid:conformance"]) == ("2", "U")
        assert xmp["dc:title"] == META.title
        assert xmp["dc:identifier"] == META.identifier
        assert xmp["xmp:CreateDate"] == "2026-11-24T08:30:00Z"
    assert pdf.Root.Lang == "vi-VN"
    assert pdf.pdf_version == "1.7"
    assert set(pdf.Root.keys()).isdisjoint({"/AcroForm", "/Names", "/OpenAction"})


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        PdfMetadata("x", datetime(2026, 11, 24))  # noqa: DTZ001


def test_a_document_without_pages_is_refused() -> None:
    with pytest.raises(ValueError, match="needs pages"):
        assemble_pdf([], META)


@pytest.mark.parametrize(
    ("suffix", "picture"),
    [
        (".jpg", encode_picture(BARS, bilevel=True, dpi=200).data),
        (".png", encode_picture(BARS, bilevel=False, dpi=200).data),
    ],
)
def test_a_picture_of_another_kind_is_refused(suffix: str, picture: bytes) -> None:
    page = replace(white_page(), page=Page(7, 1654, 2339, 200))
    with pytest.raises(ValueError, match="page 7"):
        assemble_pdf([replace(page, picture=picture, suffix=suffix)], META)


def test_pages_are_taken_one_at_a_time() -> None:
    size = 400_000

    def pages() -> Iterator[PdfPage]:
        noise = np.random.default_rng(3).integers(0, 256, (700, 700), np.uint8)
        for number in range(1, 61):
            page = pdf_page(noise, bilevel=False, number=number)
            yield replace(page, picture=page.picture + bytes(size - len(page.picture)))

    tracemalloc.start()
    data = assemble_pdf(pages(), META)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(data) > 60 * size
    assert peak < 1.5 * len(data)  # a list of all pages would make it 2


def long_document() -> Iterator[PdfPage]:
    """Draw more pages than one part holds, each with its number for a word."""
    for number in range(1, 124):
        yield white_page(number, page_of(f"trang-{number}"))


def test_a_long_document_has_every_page_once_and_in_order(tmp_path: Path) -> None:
    path = tmp_path / "long.pdf"

    write_pdf(long_document(), META, path)

    text = subprocess.run(
        ["pdftotext", "-raw", path, "-"], check=True, capture_output=True, text=True
    ).stdout
    assert text.split() == [f"trang-{number}" for number in range(1, 124)]
    assert list(tmp_path.iterdir()) == [path]


def test_a_long_document_gives_the_same_bytes_each_time(tmp_path: Path) -> None:
    for name in ("one.pdf", "two.pdf"):
        write_pdf(long_document(), META, tmp_path / name)

    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()


def test_a_document_of_one_part_is_the_same_as_in_memory(tmp_path: Path) -> None:
    pages = [pdf_page(BARS, bilevel=True, text=TEXT), white_page(2)]

    write_pdf(iter(pages), META, tmp_path / "short.pdf")

    assert (tmp_path / "short.pdf").read_bytes() == assemble_pdf(pages, META)


def test_the_parts_of_a_document_that_failed_are_gone(tmp_path: Path) -> None:
    def pages() -> Iterator[PdfPage]:
        yield from long_document()
        raise OSError("the store went away")

    with pytest.raises(OSError, match="went away"):
        write_pdf(pages(), META, tmp_path / "long.pdf")

    assert list(tmp_path.iterdir()) == []


def every_kind() -> dict[str, bytes]:
    gray = np.tile(np.arange(256, dtype=np.uint8), (300, 6))
    hostile = page_of(*(text.replace(" ", "") for text in HOSTILE))
    many = page_of(
        *("".join(map(chr, range(at, at + 40))) for at in range(0x4E00, 0x5400, 40))
    )
    bilevel = pdf_page(BARS, bilevel=True, text=TEXT)
    colour = pdf_page(colour_page(), bilevel=False, text=TEXT, number=2)
    return {
        "bilevel": assemble_pdf([bilevel], META),
        "colour": assemble_pdf([colour], META),
        "gray without words": assemble_pdf([pdf_page(gray, bilevel=False)], META),
        "placeholder": assemble_pdf([white_page()], PdfMetadata("", META.created_at)),
        "hostile text": assemble_pdf(
            [white_page(text=hostile)], replace(META, title="\x00\ud800<x>&\ufeff")
        ),
        "many letters": assemble_pdf([white_page(text=many)], META),
        "tilted": assemble_pdf([white_page(text=page_of(*PROSE, tilt=2))], META),
        "all together": assemble_pdf([bilevel, colour, white_page(3)], META),
        "tiny and long": assemble_pdf(
            [
                replace(white_page(), page=Page(1, 1, 1, 600)),
                replace(white_page(), page=Page(1, 40_000, 20, 72)),
            ],
            META,
        ),
    }


def test_every_kind_of_output_is_valid_pdf_a_2u(tmp_path: Path) -> None:
    for name, data in every_kind().items():
        (tmp_path / f"{name}.pdf").write_bytes(data)
    with opened(assemble_pdf([white_page()], META)) as pdf:
        del pdf.Root.Metadata
        pdf.save(tmp_path / "no archive file.pdf")
    write_pdf(long_document(), META, tmp_path / "long.pdf")
    found = validate(*tmp_path.glob("*.pdf"))
    assert len(found) == len(every_kind()) + 2
    assert [name for name, valid in found.items() if not valid] == ["no archive file"]
