import io
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from pipeline.imaging.arrays import Image
from pipeline.model.scan import MediaType, Page
from pipeline.model.text import OcrPage
from pipeline.pdf.assemble import PdfPage, assemble_pdf, write_pdf
from pipeline.pdf.conformance import find_faults
from pipeline.pdf.layers import LAYERS_SUFFIX
from pipeline.pdf.printed_font import find_font
from pipeline.pdf.rasterize import Raster, open_scan
from pipeline.pdf.stamp import Mark
from pipeline.pdf.vector import CannotCopy, copy_vectors, shows_the_same
from tests.pdf.drawn import (
    LINES,
    font_file,
    page_of_bars,
    scan_pdf,
    text_pdf,
    with_annotation,
    with_entries,
)
from tests.pdf.inert import active_parts
from tests.pdf.test_assemble import META, pdf_page
from tests.pdf.test_own_words import SAMPLES, drawn_scan
from tests.pdf.verapdf import validate

PROSE = LINES * 4


def copied(folder: Path, data: bytes, number: int = 1) -> tuple[Raster, bytes | None]:
    """Draw a page and copy it."""
    path = folder / "source.pdf"
    path.write_bytes(data)
    with open_scan(path, MediaType.PDF) as scan:
        shown = scan.render(number)
        return shown, scan.copy_page(number, shown)


def vector_page(shown: Raster, vectors: bytes | None, number: int = 1) -> PdfPage:
    assert vectors is not None
    height, width = shown.image.shape[:2]
    page = Page(number, width, height, shown.dpi)
    return PdfPage(vectors, LAYERS_SUFFIX, page, OcrPage())


def filed(folder: Path, data: bytes) -> Path:
    """File the first page as it is."""
    path = folder / "filed.pdf"
    path.write_bytes(assemble_pdf([vector_page(*copied(folder, data))], META))
    return path


def changed(data: bytes, change: Callable[[Pdf], None]) -> bytes:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        change(pdf)
        target = io.BytesIO()
        pdf.save(
            target,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
        )
    return target.getvalue()


def with_content(extra: bytes, **resources: Dictionary) -> bytes:
    """Write a page of text whose content goes on with *extra*."""

    def change(pdf: Pdf) -> None:
        page = pdf.pages[0]
        page.contents_add(extra)
        for key, value in resources.items():
            held = page.obj.Resources.get(f"/{key}", Dictionary())
            page.obj.Resources[f"/{key}"] = Dictionary({**held, **value})

    return changed(text_pdf(PROSE), change)


def with_font(**entries: object) -> bytes:
    """Write a page of text in a font with other entries; None takes one away."""

    def change(pdf: Pdf) -> None:
        (font,) = pdf.pages[0].Resources.Font.values()
        inner = font.DescendantFonts[0]
        for key, value in entries.items():
            held = inner if key in {"W", "DW", "CIDToGIDMap"} else font
            if key == "FontFile2":
                held = inner.FontDescriptor
            if value is None:
                del held[f"/{key}"]
            else:
                is_data = isinstance(value, bytes)
                held[f"/{key}"] = Stream(pdf, value) if is_data else value

    return changed(text_pdf(PROSE), change)


def drawn_again(path: Path) -> Raster:
    with open_scan(path, MediaType.PDF) as scan:
        return scan.render(1)


def poppler_text(path: Path) -> list[str]:
    run = subprocess.run(
        ["pdftotext", "-raw", path, "-"], capture_output=True, text=True, check=True
    )
    return run.stdout.split()


def off(first: Image, second: Image) -> float:
    return float(np.abs(first.astype(int) - second.astype(int)).mean())


def test_a_born_digital_page_is_filed_with_its_own_letters(tmp_path: Path) -> None:
    source = text_pdf(PROSE)

    path = filed(tmp_path, source)

    assert off(drawn_again(path).image, copied(tmp_path, source)[0].image) < 0.2
    assert poppler_text(path) == " ".join(PROSE).split()
    with pikepdf.open(path) as pdf:
        (form,) = pdf.pages[0].Resources.XObject.values()
        assert form.Subtype == Name.Form
        assert "/Font" not in pdf.pages[0].Resources  # no second, invisible words


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_turned_and_cropped_page_is_upright_and_as_large_as_it_was_seen(
    tmp_path: Path, turn: int
) -> None:
    data = with_entries(text_pdf(PROSE), CropBox=[36, 100, 595, 842], Rotate=turn)

    vectors = copy_vectors(data)

    (tmp_path / "v.pdf").write_bytes(vectors)
    (tmp_path / "s.pdf").write_bytes(data)
    with (
        open_scan(tmp_path / "v.pdf", MediaType.PDF) as ours,
        open_scan(tmp_path / "s.pdf", MediaType.PDF) as theirs,
    ):
        first, second = ours.render(1).image, theirs.render(1).image
    assert first.shape == second.shape
    assert off(first, second) < 0.5


def test_the_same_page_gives_the_same_bytes() -> None:
    assert copy_vectors(text_pdf(PROSE)) == copy_vectors(text_pdf(PROSE))


def test_pages_share_the_fonts_they_have_in_common(tmp_path: Path) -> None:
    shown, vectors = copied(tmp_path, text_pdf(PROSE))
    once = assemble_pdf([vector_page(shown, vectors)], META)
    thrice = assemble_pdf([vector_page(shown, vectors)] * 3, META)

    assert len(thrice) < len(once) * 1.05
    with pikepdf.open(io.BytesIO(thrice)) as pdf:
        assert sum("/FontFile2" in each for each in _dictionaries(pdf)) == 1


def test_what_a_stamp_shows_becomes_part_of_the_page(tmp_path: Path) -> None:
    data = with_annotation(
        text_pdf(PROSE), (300, 780, 560, 820), "1 0 0 rg 2 2 90 30 re f"
    )

    path = filed(tmp_path, data)

    image = drawn_again(path).image.astype(int)
    assert ((image[..., 0] > 200) & (image[..., 1] < 60)).sum() > 10_000
    assert active_parts(path.read_bytes()) == set()


def test_colors_of_printing_inks_become_those_of_a_screen(tmp_path: Path) -> None:
    data = with_content(b"0 0.9 0.9 0 k 300 60 20 20 re f 0 0 0 1 K 72 50 m 200 50 l S")

    path = filed(tmp_path, data)

    assert b"DeviceCMYK" not in path.read_bytes()
    red = (drawn_again(path).image.astype(int) - (235, 60, 50)).__abs__().max(axis=2)
    assert (red < 40).sum() > 2000


def test_every_kind_of_born_digital_page_is_valid_pdf_a_2u(tmp_path: Path) -> None:
    kinds = {
        "plain": text_pdf(PROSE),
        "stamped": with_annotation(
            text_pdf(PROSE), (300, 780, 560, 820), "2 2 9 9 re f"
        ),
        "inks": with_content(b"0.2 0.9 0.9 0 k 300 60 20 20 re f"),
        "picture": with_picture(),
        "clear": with_content(
            b"/C9 cs 0.5 sc /G9 gs 300 60 20 20 re f",
            ColorSpace=Dictionary(C9=_calibrated()),
            ExtGState=Dictionary(G9=Dictionary(ca=0.5, BM=Name.Multiply, LW=2)),
        ),
    }
    for name, data in kinds.items():
        folder = tmp_path / f"{name}-files"
        folder.mkdir()
        shown, vectors = copied(folder, data)
        page = vector_page(shown, vectors)
        scanned = pdf_page(page_of_bars(), bilevel=True, number=2)
        mark = Mark(("Sao y", "UBND xã"), find_font(None))
        path = tmp_path / f"{name}.pdf"
        write_pdf(iter([page, scanned, page]), META, path, mark)
        assert find_faults(path) == ()

    assert validate(*tmp_path.glob("*.pdf")) == dict.fromkeys(kinds, True)


def _calibrated() -> Array:
    return Array([Name.CalGray, Dictionary(WhitePoint=Array([0.95, 1, 1.09]))])


def _dictionaries(pdf: Pdf) -> list[pikepdf.Object]:
    return [each for each in pdf.objects if isinstance(each, Dictionary)]


def _make_active(pdf: Pdf) -> None:
    """Put everything that runs, opens, sends or hides where it could come along."""
    script = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    away = Dictionary(S=Name.URI, URI=String("http://example.invalid"))
    file = pdf.make_indirect(
        Dictionary(Type=Name.Filespec, F=String("x"), AF=Dictionary(S=Name.Launch))
    )
    page = pdf.pages[0].obj
    page.AA = Dictionary(O=script)
    page.AF = Array([file])
    page.PieceInfo = Dictionary(X=Dictionary(Private=script))
    pdf.Root.OpenAction = script
    pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=String("<xdp/>"))
    for held in (page.Resources, *page.Resources.Font.values()):
        held.AA = Dictionary(O=script)
        held.AF = Array([file])
    (font,) = page.Resources.Font.values()
    inner = font.DescendantFonts[0]
    for held in (inner, inner.FontDescriptor, inner.FontDescriptor.FontFile2):
        held.A = away
        held.EmbeddedFile = file
    font.ToUnicode.A = away
    content = page.Contents
    (content[0] if isinstance(content, Array) else content).AA = script


def test_nothing_active_comes_along(tmp_path: Path) -> None:
    hostile = changed(text_pdf(PROSE), _make_active)
    assert len(active_parts(hostile)) > 8

    path = filed(tmp_path, hostile)

    assert active_parts(path.read_bytes()) == set()
    assert b"invalid" not in path.read_bytes()
    with pikepdf.open(path) as pdf:
        data = b"".join(each.unparse() for each in pdf.objects)
    assert b"alert" not in data
    assert b"PieceInfo" not in data


_FORM = Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 9, 9]))


def _self_painting(pdf: Pdf) -> None:
    form = pdf.make_indirect(Stream(pdf, b"/X0 Do", _FORM))
    form.Resources = Dictionary(XObject=Dictionary(X0=form))
    pdf.pages[0].contents_add(b"/X0 Do")
    pdf.pages[0].obj.Resources.XObject = Dictionary(X0=form)


def _bomb(pdf: Pdf) -> None:
    zeros = zlib.compress(b" " * 60_000_000, 9)
    form = Stream(pdf, zeros, _FORM)
    form.Filter = Name.FlateDecode
    pdf.pages[0].contents_add(b"/X0 Do")
    pdf.pages[0].obj.Resources.XObject = Dictionary(X0=pdf.make_indirect(form))


def _hidden(pdf: Pdf) -> None:
    form = Stream(pdf, b"0 0 9 9 re f", _FORM)
    form.OC = Dictionary(Type=Name.OCG, Name=String("layer"))
    pdf.pages[0].contents_add(b"/X0 Do")
    pdf.pages[0].obj.Resources.XObject = Dictionary(X0=pdf.make_indirect(form))


def with_picture(**entries: object) -> bytes:
    def change(pdf: Pdf) -> None:
        image = Stream(pdf, bytes(4), Type=Name.XObject, Subtype=Name.Image)
        image.Width = image.Height = 2
        image.BitsPerComponent, image.ColorSpace = 8, Name.DeviceGray
        for key, value in entries.items():
            image[f"/{key}"] = value
        pdf.pages[0].contents_add(b"/X0 Do")
        pdf.pages[0].obj.Resources.XObject = Dictionary(X0=pdf.make_indirect(image))

    return changed(text_pdf(PROSE), change)


REFUSED: dict[str, Callable[[], bytes]] = {
    "a form that paints itself": lambda: changed(text_pdf(PROSE), _self_painting),
    "endless contents": lambda: changed(text_pdf(PROSE), _bomb),
    "a layer that may be off": lambda: changed(text_pdf(PROSE), _hidden),
    "contents that may be off": lambda: with_content(b"/OC /P0 BDC 0 0 9 9 re f EMC"),
    "nothing to draw": lambda: with_content(b"/X9 Do"),
    "an unknown operator": lambda: with_content(b"1 2 boom"),
    "too many operands": lambda: with_content(b"1 2 3 m"),
    "a number out of space": lambda: with_content(b"99999999999 0 m"),
    "a picture in contents": lambda: with_content(b"BI /W 1 /H 1 /BPC 8 ID 0 EI"),
    "a pattern": lambda: with_content(b"/Pattern cs /P0 scn 0 0 9 9 re f"),
    "a shading": lambda: with_content(b"/S0 sh"),
    "inks without a color": lambda: with_content(b"/DeviceCMYK cs 1 0 0 0 sc"),
    "q within q": lambda: with_content(b"q " * 40 + b"Q " * 40),
    "a transfer function": lambda: with_content(
        b"/G9 gs", ExtGState=Dictionary(G9=Dictionary(TR=Dictionary()))
    ),
    "text without a font": lambda: with_content(b"BT /F9 9 Tf (x) Tj ET"),
    "JPEG 2000": lambda: with_picture(Filter=Name.JPXDecode),
    "LZW": lambda: with_picture(Filter=Name.LZWDecode),
    "a picture in inks": lambda: with_picture(ColorSpace=Name.DeviceCMYK),
    "a picture elsewhere": lambda: with_picture(F=String("/etc/passwd")),
    "a font that is not there": lambda: with_font(FontFile2=None),
    "a font without Unicode": lambda: with_font(ToUnicode=None),
    "letters of no meaning": lambda: with_font(ToUnicode=b"1 beginbfchar <00> <00>"),
    "letters of another width": lambda: with_font(W=Array([]), DW=777),
    "letters without a glyph": lambda: with_font(CIDToGIDMap=bytes(8000)),
    "codes of another order": lambda: with_font(Encoding=Name("/UniJIS-UTF16-H")),
    "no font file": lambda: with_font(FontFile2=b""),
    "a font file of zeros": lambda: with_font(FontFile2=bytes(400)),
    "half a font file": lambda: with_font(FontFile2=font_file().read_bytes()[:5000]),
    "a font file with wild tables": lambda: with_font(
        FontFile2=font_file().read_bytes()[:12] + b"\xff" * 4000
    ),
}


@pytest.mark.parametrize("source", REFUSED.values(), ids=REFUSED)
def test_what_an_archive_may_not_hold_makes_the_page_a_picture(
    source: Callable[[], bytes],
) -> None:
    data = source()
    with pytest.raises(CannotCopy):
        copy_vectors(data)


def test_a_page_drawn_otherwise_is_not_taken_for_the_same(tmp_path: Path) -> None:
    shown, vectors = copied(tmp_path, text_pdf(PROSE))
    assert vectors is not None
    assert shows_the_same(vectors, shown)

    spoilt = shown.image.copy()
    spoilt[1500:1520, 700:720] = 0
    other = Raster(spoilt, shown.dpi, bilevel=False, words=shown.words)
    assert not shows_the_same(vectors, other)
    fewer = copied(tmp_path, text_pdf(PROSE[:-1]))[1]
    assert fewer is not None
    assert not shows_the_same(fewer, shown)


def test_a_scan_is_no_page_of_letters(tmp_path: Path) -> None:
    assert copied(tmp_path, scan_pdf(drawn_scan(), dpi=200))[1] is None
    assert copied(tmp_path, text_pdf(PROSE, mode=3))[1] is None


def test_a_stamp_in_a_font_that_is_not_there_makes_the_page_a_picture(
    tmp_path: Path,
) -> None:
    signed = "BT /F1 9 Tf 2 25 Td (Nguoi ky: Cong Thong tin) Tj ET"
    data = with_annotation(text_pdf(PROSE), (300, 780, 560, 820), signed)
    shown, vectors = copied(tmp_path, data)
    assert shown.words is not None
    assert vectors is None


@pytest.mark.slow
def test_a_law_is_filed_as_it_was_published(tmp_path: Path) -> None:
    law = SAMPLES / "born_digital" / "luat_20_2023_giao_dich_dien_tu.pdf"
    if not law.is_file():
        pytest.skip("the folder of real samples is not here")
    path = tmp_path / "law.pdf"
    with open_scan(law, MediaType.PDF) as scan:
        pages = []
        for number in range(1, scan.page_count + 1):
            shown = scan.render(number)
            pages.append(vector_page(shown, scan.copy_page(number, shown), number))
    write_pdf(iter(pages), META, path)

    assert poppler_text(path) == poppler_text(law)
    assert path.stat().st_size < law.stat().st_size
    assert validate(path) == {"law": True}
