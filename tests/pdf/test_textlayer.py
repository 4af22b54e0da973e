import io
import math
import re
import subprocess
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.geometry import BoundingBox
from pipeline.model.scan import Page
from pipeline.model.text import OcrLine, OcrPage, OcrWord
from pipeline.pdf.assemble import PdfMetadata, PdfPage, assemble_pdf

META = PdfMetadata("Thử", datetime(2026, 11, 24, tzinfo=UTC))
PROSE = (
    "Căn cứ Luật Hộ tịch ngày 20 tháng 11 năm 2014;",
    "Xét đề nghị của ông Nguyễn Văn Ỹ , sinh năm 1990 - người yêu cầu",
    "3 . a ) Bản chính Giấy chứng sinh ; ữ ỡ Ặ ẵ 1",
    "QUYẾT ĐỊNH",
    "Số: 154/QĐ-UBND Hòa Bình, ngày 3 tháng 5 năm 2021",
)
WIDTH, HEIGHT, DPI = 1654, 2339, 200


def page_of(
    *lines: str, gap: int = 9, letter: int = 15, tilt: float = 0.0, top: int = 200
) -> OcrPage:
    """Set words as a reader reports them: tight boxes, rows of 60 pixels."""
    slope = math.tan(math.radians(tilt))
    made = []
    for row, line in enumerate(lines):
        left, words = 150, []
        for text in line.split(" "):
            right = left + letter * len(text)
            base = top + 60 * row + round(left * slope)
            low = 8 if set(text) & set("gpqy;,ạịụ") else 0
            high = 4 if text[0].isupper() or set(text) & set("ấếốữẵỡdđhklt") else 12
            tiny = 14 if text in {"-", ".", ","} else 0
            box = BoundingBox(left, base - 30 + high + tiny, right, base + low)
            words.append(OcrWord(text, box, 0.9))
            left = right + gap
        made.append(OcrLine(tuple(words)))
    return OcrPage(tuple(made))


def written(text: OcrPage) -> bytes:
    page = Page(1, WIDTH, HEIGHT, DPI)
    return assemble_pdf([PdfPage(b"", ".jpg", page, text)], META)


def poppler(data: bytes, *options: str) -> str:
    return subprocess.run(
        ["pdftotext", *options, "-", "-"], input=data, capture_output=True, check=True
    ).stdout.decode()


def read_with_poppler(data: bytes) -> list[str]:
    return [line for line in re.split("[\n\f]", poppler(data, "-raw")) if line]


def read_with_pdfium(data: bytes) -> list[str]:
    document = pdfium.PdfDocument(data)
    return document[0].get_textpage().get_text_range().split("\r\n")


@pytest.mark.parametrize("read", [read_with_poppler, read_with_pdfium])
@pytest.mark.parametrize("gap", [2, 9, 20, 40])
def test_lines_copy_word_for_word_with_single_spaces(read: object, gap: int) -> None:
    assert read(written(page_of(*PROSE, gap=gap))) == list(PROSE)


@pytest.mark.parametrize("tilt", [-2.0, -1.0, 1.0, 2.0])
def test_a_tilted_line_stays_a_line(tilt: float) -> None:
    text = page_of(*PROSE, tilt=tilt)
    assert read_with_poppler(written(text)) == list(PROSE)
    assert read_with_pdfium(written(text)) == list(PROSE)


def test_columns_copy_in_the_order_they_were_read() -> None:
    left = page_of("UBND XÃ HÒA BÌNH", "Số: 154/QĐ-UBND")
    right = OcrPage(
        tuple(
            OcrLine(tuple(_moved(word, 700) for word in line.words))
            for line in page_of("CỘNG HÒA XÃ HỘI", "Hòa Bình, ngày 3").lines
        )
    )
    both = OcrPage(left.lines + right.lines)
    assert read_with_poppler(written(both)) == both.text.split("\n")


def _moved(word: OcrWord, across: int) -> OcrWord:
    box = word.box
    moved = BoundingBox(box.left + across, box.top, box.right + across, box.bottom)
    return OcrWord(word.text, moved, word.confidence)


def test_every_word_lies_on_its_box() -> None:
    text = page_of(*PROSE)
    places = _places(written(text))
    assert [word for word, *_ in places] == [word.text for word in text.words]
    for (_, left, right, middle), word in zip(places, text.words, strict=True):
        assert left == pytest.approx(word.box.left, abs=1)
        assert right == pytest.approx(word.box.right, abs=1)
        if word.box.height > 20:  # not a comma
            assert middle == pytest.approx(word.box.middle[1], abs=9)


def _places(data: bytes) -> list[tuple[str, float, float, float]]:
    """Ask poppler where it finds the words: text, left, right, middle in pixels."""
    pattern = r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*?)</word>'
    found = re.findall(pattern, poppler(data, "-raw", "-bbox"))
    scale = DPI / 72
    return [
        (
            unescape(text),
            float(left) * scale,
            float(right) * scale,
            (float(top) + float(bottom)) / 2 * scale,
        )
        for left, top, right, bottom, text in found
    ]


def test_a_selection_is_as_high_as_the_line() -> None:
    document = pdfium.PdfDocument(written(page_of("Hộ tịch người dân")))
    text = document[0].get_textpage()
    _, bottom, _, top = text.get_rect(text.count_rects() - 1)
    assert (top - bottom) * DPI / 72 == pytest.approx(34, abs=4)


@pytest.mark.parametrize("read", [read_with_poppler, read_with_pdfium])
def test_a_stain_read_for_a_letter_does_not_mix_lines_set_close(read: object) -> None:
    lines = ("S Cơ quan: Văn phòng Chính phủ", "Thời gian ký: 09.04.2020 }")
    set_close = (
        _small_print(lines[0], 164, {0, 1}),
        _small_print(lines[1], 180, {1, 4}),
    )
    assert read(written(OcrPage(set_close))) == list(lines)


def _small_print(line: str, middle: int, stained: set[int]) -> OcrLine:
    """Set words 12 pixels high; boxes of the *stained* are 40 pixels high."""
    left, words = 150, []
    for place, text in enumerate(line.split(" ")):
        reach = 20 if place in stained else 6
        right = left + 8 * len(text)
        box = BoundingBox(left, middle - reach, right, middle + reach)
        words.append(OcrWord(text, box, 0.9))
        left = right + 5
    return OcrLine(tuple(words))


def test_words_that_overlap_or_go_back_are_all_kept() -> None:
    boxes = [(500, 560), (510, 570), (300, 340), (300, 340), (800, 801)]
    words = [
        OcrWord(f"từ{index}", BoundingBox(left, 100, right, 130), 0.5)
        for index, (left, right) in enumerate(boxes)
    ]
    text = OcrPage((OcrLine(tuple(words)),))
    found = " ".join(read_with_poppler(written(text))).split()
    assert found == [word.text for word in words]


def test_letters_outside_the_basic_plane_survive() -> None:
    text = page_of("chữ 𠀋𡘙 Nôm 😀")
    assert read_with_poppler(written(text)) == ["chữ 𠀋𡘙 Nôm 😀"]


HOSTILE = ["\x00", "\x1b[31m", "\ud800", "\udfff x", "\ufeff", "\uffff", "(\\)<>", "%"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_harms_nothing_around_it(hostile: str) -> None:
    box = BoundingBox(400, 170, 460, 200)
    words = (*page_of("trước").words, OcrWord(hostile, box, 0.1))
    words += tuple(_moved(word, 600) for word in page_of("sau").words)
    found = " ".join(read_with_poppler(written(OcrPage((OcrLine(words),))))).split()
    assert (found[0], found[-1]) == ("trước", "sau")


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec=None), min_size=1, max_size=12),
            st.integers(0, WIDTH - 1),
            st.integers(0, HEIGHT - 1),
            st.integers(1, 3000),
            st.integers(1, 3000),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_whatever_was_read_the_file_opens(
    found: list[tuple[str, int, int, int, int]],
) -> None:
    words = tuple(
        OcrWord(text, BoundingBox(left, top, left + width, top + height), 0.5)
        for text, left, top, width, height in found
    )
    data = written(OcrPage((OcrLine(words),)))
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert pdf.check_pdf_syntax() == []
        shown = [
            bytes(part.operands[0])
            for part in pikepdf.parse_content_stream(pdf.pages[0])
            if str(part.operator) == "Tj"
        ]
    assert len(b"".join(shown)) >= 2 * sum(text.isalnum() for text, *_ in found)


SAMPLE = Path(__file__).parents[2].parent / "shared" / "samples" / "text"


def test_a_thousand_words_of_law_come_back_unchanged() -> None:
    file = SAMPLE / "legal_SRC-F_06.txt"
    if not file.is_file():
        pytest.skip("the folder of real samples is not here")
    words = file.read_text(encoding="utf-8").split()[:1000]
    lines = [" ".join(words[at : at + 12]) for at in range(0, 400, 12)]
    text = page_of(*lines, letter=9)
    assert read_with_poppler(written(text)) == lines
    assert read_with_pdfium(written(text)) == lines
