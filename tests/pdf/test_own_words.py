import unicodedata
from pathlib import Path

import numpy as np
import pytest

from pipeline.model.scan import MediaType
from pipeline.model.text import OcrPage
from pipeline.pdf.raster import Raster
from pipeline.pdf.rasterize import open_scan
from tests.pdf.drawn import (
    LINES,
    page_of_bars,
    scan_pdf,
    text_pdf,
    with_annotation,
    with_entries,
)

SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples"
SIGNATURE = (
    "BT /F1 9 Tf 2 25 Td (Nguoi ky: Cong Thong tin dien tu) Tj 0 -12 Td "
    "(Thoi gian ky: 27.11.2024 15:57:05 +07:00) Tj ET"
)


def render(folder: Path, data: bytes) -> Raster:
    path = folder / "scan.pdf"
    path.write_bytes(data)
    with open_scan(path, MediaType.PDF) as scan:
        return scan.render(1)


def words(folder: Path, data: bytes) -> OcrPage | None:
    return render(folder, data).words


def drawn_scan() -> np.ndarray:
    """A bilevel picture of text-like ink where `text_pdf` puts its lines."""
    page = np.full((2339, 1654), 255, np.uint8)
    for row in range(30):
        page[250 + 66 * row : 280 + 66 * row, 200:1400:5] = 0
    return page


def test_a_born_digital_page_keeps_its_own_words(tmp_path: Path) -> None:
    own = words(tmp_path, text_pdf())
    assert own is not None
    assert own.text == "\n".join(LINES)
    assert own.confidence == 1.0


def test_every_box_holds_the_ink_of_its_word_and_no_more(tmp_path: Path) -> None:
    raster = render(tmp_path, text_pdf())
    assert raster.words is not None
    ink = np.argwhere(raster.image < 128)
    for word in raster.words.words:
        box = word.box
        inside = ink[(ink[:, 0] >= box.top - 9) & (ink[:, 0] < box.bottom + 9)]
        inside = inside[(inside[:, 1] >= box.left - 4) & (inside[:, 1] < box.right + 4)]
        assert inside.min(axis=0) == pytest.approx((box.top, box.left), abs=2)
        assert inside.max(axis=0) == pytest.approx((box.bottom, box.right), abs=3)


def test_decomposed_letters_are_composed(tmp_path: Path) -> None:
    loose = unicodedata.normalize("NFD", "Điều 1. Cấp trích lục khai sinh")
    own = words(tmp_path, text_pdf((loose,)))
    assert own is not None
    assert own.text == "Điều 1. Cấp trích lục khai sinh"


def test_a_cropped_page_gives_boxes_on_what_is_seen(tmp_path: Path) -> None:
    own = words(tmp_path, text_pdf())
    cut = words(tmp_path, with_entries(text_pdf(), CropBox=[36, 36, 595, 842]))
    assert own is not None
    assert cut is not None
    assert cut.text == own.text
    assert own.words[0].box.left - cut.words[0].box.left == pytest.approx(100, abs=1)


def test_words_seen_on_their_side_are_read_again(tmp_path: Path) -> None:
    assert words(tmp_path, with_entries(text_pdf(), Rotate=90)) is None


def test_the_invisible_layer_of_an_earlier_reading_is_not_real(tmp_path: Path) -> None:
    assert words(tmp_path, text_pdf(mode=3, picture=drawn_scan())) is None
    assert words(tmp_path, text_pdf(mode=3)) is None


def test_a_layer_hidden_under_the_scan_is_not_real(tmp_path: Path) -> None:
    data = text_pdf(picture=drawn_scan(), picture_on_top=True)
    assert words(tmp_path, data) is None


@pytest.mark.parametrize(
    "line",
    [
        "Céng hßa x· héi chñ nghÜa ViÖt Nam §éc lËp - Tù do - H¹nh phóc",
        "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam Ñoäc laäp Töï do Haïnh phuùc",
        "Fdqb fu Oxdw Jldr glfk glhq wx qjdb wkdqj qdp jkmn qrstv wxz bcdfg",
    ],
    ids=["TCVN3", "VNI", "a shifted subset"],
)
def test_a_page_in_a_font_without_its_encoding_is_read_again(
    tmp_path: Path, line: str
) -> None:
    assert words(tmp_path, text_pdf((line,) * 12)) is None


def test_words_under_a_picture_of_something_else_are_not_what_is_seen(
    tmp_path: Path,
) -> None:
    other = np.full((2339, 1654), 255, np.uint8)
    other[400:1900, 300:1300] = 90
    assert words(tmp_path, text_pdf(picture=other, picture_on_top=True)) is None


def test_words_that_explain_little_of_the_ink_are_not_the_page(tmp_path: Path) -> None:
    other = np.full((2339, 1654), 255, np.uint8)
    other[1500:2300, 100:1500:3] = 0
    assert words(tmp_path, text_pdf(LINES[:3], picture=other)) is None


def test_a_few_words_stamped_on_a_scan_are_not_its_text(tmp_path: Path) -> None:
    assert words(tmp_path, text_pdf(LINES[:2], picture=drawn_scan())) is None


@pytest.mark.parametrize("subtype", ["/Stamp", "/Widget"])
def test_a_signature_on_a_scan_is_not_its_text(tmp_path: Path, subtype: str) -> None:
    data = scan_pdf(drawn_scan(), dpi=200)
    signed = with_annotation(
        data, (300, 780, 560, 820), SIGNATURE, subtype=subtype, in_form=True
    )
    raster = render(tmp_path, signed)
    assert raster.words is None
    assert not np.array_equal(raster.image, render(tmp_path, data).image)


def test_a_value_in_a_form_stands_in_its_line(tmp_path: Path) -> None:
    value = "BT /F1 14 Tf 0 4 Td (ngay 27/11/2024) Tj ET"
    data = with_annotation(
        text_pdf(), (250, 712, 400, 732), value, subtype="/Widget", in_form=True
    )
    own = words(tmp_path, data)
    assert own is not None
    assert own.lines[1].text == f"{LINES[1]} ngay 27/11/2024"


def test_a_signature_on_a_born_digital_page_is_read_with_it(tmp_path: Path) -> None:
    data = with_annotation(text_pdf(), (300, 780, 560, 820), SIGNATURE)
    own = words(tmp_path, data)
    assert own is not None
    assert own.text.startswith("Nguoi ky: Cong Thong tin dien tu\nThoi gian ky:")
    assert own.text.endswith("\n".join(LINES))


def test_a_page_of_marks_has_no_words(tmp_path: Path) -> None:
    assert words(tmp_path, scan_pdf(page_of_bars())) is None


@pytest.mark.parametrize(
    ("sample", "real"),
    [
        ("born_digital/luat_20_2023_giao_dich_dien_tu.pdf", True),
        ("scans/nghi_dinh_154_2024_p1-4.pdf", False),
        ("scans/nghi_dinh_96_2016_p1-6.pdf", False),
    ],
)
def test_real_papers_are_told_apart(sample: str, real: bool) -> None:
    if not (SAMPLES / sample).is_file():
        pytest.skip("the folder of real samples is not here")
    with open_scan(SAMPLES / sample, MediaType.PDF) as scan:
        pages = [scan.render(number).words for number in (1, 2)]
    assert [page is not None for page in pages] == [real, real]
    if real:
        assert "Luật số: 20/2023/QH15" in pages[0].text
        assert "Người ký: Cổng Thông tin điện tử Chính phủ" in pages[0].text
