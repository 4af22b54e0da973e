from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.geometry import BoundingBox
from pipeline.model.search import Snippet
from pipeline.model.text import OcrLine, OcrPage, OcrWord
from pipeline.web.pages import (
    highlighted,
    local_date,
    local_time,
    masked,
    percent,
    recognized,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("CCCD 034187000123 cấp", "CCCD ••••••••0123 cấp"),
        ("034 187 000 123", "••• ••• ••• 123"),
        ("CMND 187000123", "CMND •••••0123"),
        ("IDVNM1870001234034187000123<<4", f"IDVNM{'•' * 18}0123<<4"),
        ("Số: 96/2016/NĐ-CP ngày 01 tháng 7", "Số: 96/2016/NĐ-CP ngày 01 tháng 7"),
        ("H50.32.05-261008-0007", "H50.32.05-261008-0007"),
        ("150.000.000 đồng", "150.000.000 đồng"),
    ],
)
def test_personal_numbers_are_covered_but_for_their_end(text: str, shown: str) -> None:
    assert masked(text) == shown


@given(st.text())
def test_covering_keeps_every_place(text: str) -> None:
    assert len(masked(text)) == len(text)


def test_found_words_are_marked_and_everything_escaped() -> None:
    snippet = Snippet("<b>Đỗ & 034187000123", ((3, 5), (8, 20)))
    expected = "&lt;b&gt;<mark>Đỗ</mark> &amp; <mark>••••••••0123</mark>"
    assert highlighted(snippet) == expected


def test_times_are_those_of_the_counters() -> None:
    assert local_time(datetime(2026, 11, 23, 18, 5, tzinfo=UTC)) == "01:05 24/11/2026"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026-09-05", "05/09/2026"),
        ("1987-05", "05/1987"),
        ("1987", "1987"),
        ("12/2025", "12/2025"),
        (date(2026, 9, 5), "05/09/2026"),
    ],
)
def test_dates_are_shown_day_first(value: str | date, shown: str) -> None:
    assert local_date(value) == shown


def test_a_share_is_shown_as_percent() -> None:
    assert percent(0.934) == "93 %"


def test_doubtful_words_are_marked_with_what_else_was_read() -> None:
    box = BoundingBox(0, 0, 10, 10)
    words = (
        OcrWord("<số>", box, 0.99, "số"),
        OcrWord("câm", box, 0.6, "cầm", doubtful=True),
        OcrWord("cố", box, 0.6, doubtful=True),
    )
    page = OcrPage((OcrLine(words), OcrLine(words[:1])))

    assert recognized(page) == (
        '&lt;số&gt; <mark title="cũng đọc thành: cầm">câm</mark> '
        '<mark title="khó đọc">cố</mark>\n&lt;số&gt;'
    )
