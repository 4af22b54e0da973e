import io

import numpy as np
import PIL.Image
import pytest
from pikepdf import Array

from pipeline.errors import PageUnreadable
from pipeline.pdf.view import page_count, render_page
from tests.pdf.drawn import page_of_bars, scan_pdf, with_annotation, with_entries

BARS = page_of_bars()
TWO_PAGES = scan_pdf(BARS, 255 - BARS)


def picture(png: bytes) -> np.ndarray:
    opened = PIL.Image.open(io.BytesIO(png))
    assert opened.format == "PNG"
    return np.asarray(opened.convert("L"))


def test_pages_are_counted() -> None:
    assert page_count(TWO_PAGES) == 2


def test_a_page_is_drawn_as_wide_as_asked() -> None:
    first, second = (picture(render_page(TWO_PAGES, n, width=413)) for n in (1, 2))
    assert first.shape == second.shape == (584, 413)
    assert first.mean() > 200
    assert second.mean() < 55


def test_a_signature_is_shown() -> None:
    red = "1 0 0 rg 0 0 200 200 re f"
    data = with_annotation(
        TWO_PAGES, (100, 300, 300, 500), red, subtype="/Widget", in_form=True
    )
    png = render_page(data, 1, width=595)
    assert PIL.Image.open(io.BytesIO(png)).getpixel((200, 440)) == (255, 0, 0)


@pytest.mark.parametrize("box", [[0, 0, 10, 14000], [0, 0, 14000, 10]])
@pytest.mark.parametrize("width", [-5, 0, 600, 10**9])
def test_no_page_takes_all_memory(box: list[int], width: int) -> None:
    data = with_entries(scan_pdf(BARS), MediaBox=Array(box))
    assert picture(render_page(data, 1, width=width)).size <= 3000 * 3000 * 5


@pytest.mark.parametrize("number", [-1, 0, 3])
def test_a_page_that_is_not_there_is_unreadable(number: int) -> None:
    with pytest.raises(PageUnreadable):
        render_page(TWO_PAGES, number, width=100)


def test_other_bytes_are_unreadable() -> None:
    with pytest.raises(PageUnreadable):
        page_count(b"not a PDF")
