import numpy as np
import pytest
import zxingcpp

from demo import drawing
from demo.drawing import (
    Administrative,
    DrawnPage,
    Receipt,
    draw_administrative,
    draw_application,
    draw_birth_certificate,
    draw_birth_declaration,
    draw_receipt,
    make_family,
    to_date_line,
)
from pipeline.model.unicode import collapse

FAMILY = make_family(8)
CODE = "H15.50.05.13-261008-0975"


@pytest.mark.parametrize(
    "pages",
    [
        pytest.param((draw_receipt(FAMILY.father, CODE),), id="receipt"),
        pytest.param((draw_birth_certificate(FAMILY),), id="certificate"),
        pytest.param((draw_application(FAMILY.mother),), id="application"),
        pytest.param(draw_birth_declaration(FAMILY), id="declaration"),
        pytest.param(draw_birth_declaration(FAMILY, pages=2), id="two pages"),
    ],
)
def test_everything_a_page_claims_is_printed_on_it(
    pages: tuple[DrawnPage, ...],
) -> None:
    printed = collapse(" ".join(page.text for page in pages))
    missing = [name for name, value in pages[0].truth.items() if value not in printed]
    assert missing == []
    assert {page.image.shape for page in pages} == {(2339, 1654, 3)}


@pytest.mark.parametrize("dpi", [150, 200, 300])
@pytest.mark.parametrize("qr", [False, True], ids=["CODE128", "QR"])
def test_a_receipt_carries_its_code(qr: bool, dpi: int) -> None:
    page = draw_receipt(FAMILY.father, CODE, Receipt(qr=qr), dpi=dpi)
    (code,) = zxingcpp.read_barcodes(page.image)
    assert CODE in code.text


def test_a_long_paper_numbers_its_further_pages_and_ends_with_the_signer() -> None:
    pages = draw_administrative(Administrative(pages=3, signer="Lê Thị Mẫu"))
    assert [page.lines[0] for page in pages[1:]] == ["2", "3"]
    assert "Lê Thị Mẫu" in pages[-1].text
    assert "Lê Thị Mẫu" not in pages[0].text + pages[1].text


def test_the_kind_decides_heading_or_subject_line() -> None:
    letter, order = (
        draw_administrative(Administrative(kind=kind))[0].text
        for kind in ("Công văn", "Quyết định")
    )
    assert "CÔNG VĂN" not in letter
    assert "V/v" in letter
    assert "QUYẾT ĐỊNH" in order


@pytest.mark.parametrize(
    ("day", "line"),
    [
        ("2024-03-05", "Hà Nội, ngày 05 tháng 3 năm 2024"),
        ("2024-02-05", "Hà Nội, ngày 05 tháng 02 năm 2024"),
        ("2024-12-31", "Hà Nội, ngày 31 tháng 12 năm 2024"),
    ],
)
def test_a_date_line_pads_as_the_decree_says(day: str, line: str) -> None:
    assert to_date_line("Hà Nội", np.datetime64(day).astype(object)) == line


def test_everything_offered_exists() -> None:
    assert [name for name in drawing.__all__ if not hasattr(drawing, name)] == []
