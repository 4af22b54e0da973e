import io
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from pipeline.pdf.assemble import Mark, assemble_pdf
from pipeline.pdf.conformance import drop_claim, find_faults
from pipeline.pdf.pdfa import CLAIM
from pipeline.pdf.printed_font import find_font
from tests.pdf.drawn import page_of_bars, text_pdf
from tests.pdf.test_assemble import META, TEXT, pdf_page
from tests.pdf.verapdf import validate

MARK = Mark(("Chuyển từ giấy",), find_font(None))


def written(folder: Path) -> Path:
    path = folder / "filed.pdf"
    page = pdf_page(page_of_bars(1654, 2339), bilevel=True, text=TEXT)
    path.write_bytes(assemble_pdf([page], META, MARK))
    return path


def spoil(path: Path, change: Callable[[pikepdf.Pdf], None]) -> Path:
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        change(pdf)
        pdf.save(path)
    return path


def test_what_the_writer_makes_has_no_faults(tmp_path: Path) -> None:
    assert find_faults(written(tmp_path)) == ()


def _font(pdf: pikepdf.Pdf) -> Dictionary:
    return pdf.pages[0].Resources.Font.F0


def _widen(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.MediaBox = Array([0, 0, 14_500, 100])


def _annotate(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Annots = Array([])


def _attach(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array([])))


@pytest.mark.parametrize(
    ("change", "clause"),
    [
        (lambda pdf: pdf.Root.__delitem__("/OutputIntents"), "6.2.2"),
        (lambda pdf: pdf.Root.__delitem__("/Metadata"), "6.6.4"),
        (lambda pdf: pdf.Root.__setitem__("/AcroForm", Dictionary()), "6.5.1"),
        (lambda pdf: _font(pdf).__delitem__("/ToUnicode"), "6.2.11.7.2"),
        (
            lambda pdf: (
                _font(pdf).DescendantFonts[0].FontDescriptor.__delitem__("/FontFile2")
            ),
            "6.2.11.4.1",
        ),
        (_widen, "6.1.13"),
        (_annotate, "6.3.1"),
        (_attach, "6.8"),
    ],
)
def test_each_fault_is_found(
    tmp_path: Path, change: Callable[[pikepdf.Pdf], None], clause: str
) -> None:
    assert clause in find_faults(spoil(written(tmp_path), change))


def test_a_pdf_of_another_program_has_faults(tmp_path: Path) -> None:
    path = tmp_path / "other.pdf"
    path.write_bytes(text_pdf())
    assert "6.2.2" in find_faults(path)


def test_rubbish_has_faults(tmp_path: Path) -> None:
    path = tmp_path / "rubbish.pdf"
    path.write_bytes(b"nothing")
    assert find_faults(path) == ("6.1.1",)


def test_a_file_without_its_claim_is_otherwise_the_same(tmp_path: Path) -> None:
    path = written(tmp_path)
    drop_claim(path)
    assert find_faults(path) == ("6.6.4",)
    with pikepdf.open(io.BytesIO(path.read_bytes())) as pdf:
        assert CLAIM not in pdf.Root.Metadata.read_bytes()
        assert pdf.Root.Metadata.Type == Name.Metadata
        assert len(pdf.pages) == 1


def test_a_marked_page_with_words_is_valid(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert validate(path) == {path.stem: True}
