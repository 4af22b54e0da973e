from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.geometry import BoundingBox
from pipeline.model.text import OcrLine, OcrPage, OcrWord
from pipeline.ocr.engine import OcrEngine
from pipeline.ocr.reading_order import order_header
from tests.ocr.drawn import DPI, HEADER, PROSE, draw, page_of, paragraph

MOTTO = (("CỘNG HÒA XÃ HỘI", 700), ("CHỦ NGHĨA", 990), ("VIỆT NAM", 1180))
AGENCY = (("BỘ", 200), ("CÔNG", 260), ("AN", 350))
NUMBER = (("Số:", 210), ("51/2025/TT-BCA", 290))
BODY = (("Căn", 250), ("cứ", 330), ("Luật", 380), ("ngày", 480), ("19", 570))


def date_from(left: int) -> tuple[tuple[str, int], ...]:
    words = ("Hà", "Nội,", "ngày", "30", "tháng", "6", "năm", "2025")
    return tuple((word, left + 80 * index) for index, word in enumerate(words))


def texts(page: OcrPage) -> list[str]:
    return [line.text for line in page.lines]


@pytest.mark.parametrize("left", [620, 700, 800])
def test_the_left_column_comes_before_the_right(left: int) -> None:
    page = page_of((*AGENCY, *MOTTO), (*NUMBER, *date_from(left)), BODY)
    assert texts(order_header(page)) == [
        "BỘ CÔNG AN",
        "Số: 51/2025/TT-BCA",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Hà Nội, ngày 30 tháng 6 năm 2025",
        "Căn cứ Luật ngày 19",
    ]


def test_a_long_agency_that_nearly_touches_the_motto_is_parted_from_it() -> None:
    page = page_of((("BỘ LAO ĐỘNG VÀ THƯƠNG BINH", 205), *MOTTO), NUMBER)
    assert texts(order_header(page))[0] == "BỘ LAO ĐỘNG VÀ THƯƠNG BINH"


def test_columns_that_were_read_apart_are_put_in_order() -> None:
    page = page_of(MOTTO, date_from(720), AGENCY, NUMBER, pitch=0)
    lowered = [0, 80, 0, 80]
    lines = tuple(lower(line, by) for line, by in zip(page.lines, lowered, strict=True))
    assert texts(order_header(OcrPage(lines))) == [
        "BỘ CÔNG AN",
        "Số: 51/2025/TT-BCA",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Hà Nội, ngày 30 tháng 6 năm 2025",
    ]


def test_what_stands_above_the_head_stays_first() -> None:
    page = page_of((("Mẫu", 1200), ("01", 1300)), (), MOTTO, date_from(720), pitch=90)
    assert texts(order_header(page))[0] == "Mẫu 01"


def test_the_body_is_left_alone() -> None:
    body = [BODY, (("theo", 250), ("đề", 650), ("nghị", 1100)), BODY]
    page = page_of((*AGENCY, *MOTTO), (*NUMBER, *date_from(720)), *body)
    assert order_header(page).lines[4:] == page.lines[2:]


def test_a_date_in_the_text_does_not_draw_it_into_the_head() -> None:
    date = (("ngày", 585), ("19", 670), ("tháng", 715), ("6", 820), ("năm", 850))
    law = (("Căn cứ Luật Cư trú", 250), *date)
    page = page_of((*AGENCY, *MOTTO), (*NUMBER, *date_from(720)), BODY[:2], law)
    assert order_header(page).lines[4:] == page.lines[2:]


def test_a_centered_motto_alone_changes_nothing() -> None:
    page = page_of(MOTTO, BODY, BODY)
    assert order_header(page) == page


@pytest.mark.parametrize("page", [OcrPage(), page_of(BODY, NUMBER), page_of(AGENCY)])
def test_a_page_without_the_motto_stays_as_it_is(page: OcrPage) -> None:
    assert order_header(page) is page


def test_ordering_twice_changes_nothing_more() -> None:
    page = page_of((*AGENCY, *MOTTO), (*NUMBER, *date_from(650)), BODY)
    assert order_header(order_header(page)) == order_header(page)


def test_a_drawn_head_is_read_in_order(engine: OcrEngine) -> None:
    page = engine.read(draw(*HEADER, *paragraph()), dpi=DPI)
    ordered = order_header(page)
    assert texts(ordered)[:6] == [text.text for text in HEADER]
    assert len(ordered.lines) == len(HEADER) + len(PROSE)


boxes = st.builds(
    lambda left, top, width, height: BoundingBox(left, top, left + width, top + height),
    st.integers(0, 1600),
    st.integers(0, 900),
    st.integers(1, 500),
    st.integers(1, 60),
)
words = st.builds(
    OcrWord,
    st.sampled_from(
        ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "CỘNG HÒA", "XÃ HỘI CHỦ NGHĨA",
         "VIỆT NAM", "Số:", "12/UB", "ngày", "tháng", "năm", "2024", "Căn"]
    ),
    boxes,
    st.just(0.9),
)  # fmt: skip
pages = st.lists(
    st.lists(words, min_size=1, max_size=6).map(lambda line: OcrLine(tuple(line))),
    max_size=8,
).map(lambda lines: OcrPage(tuple(lines)))


@given(pages)
def test_no_word_is_lost_doubled_or_changed(page: OcrPage) -> None:
    assert Counter(order_header(page).words) == Counter(page.words)


def lower(line: OcrLine, by: int) -> OcrLine:
    moved = [
        OcrWord(
            word.text,
            BoundingBox(
                word.box.left, word.box.top + by, word.box.right, word.box.bottom + by
            ),
            word.confidence,
        )
        for word in line.words
    ]
    return OcrLine(tuple(moved))
