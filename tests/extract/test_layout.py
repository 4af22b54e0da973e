from pipeline.extract.layout import find_header, is_upper, segments
from tests.extract.typed import circular, line, page


def test_the_header_ends_where_the_body_begins() -> None:
    header = find_header(page(*circular()))
    assert header is not None
    assert header.bottom == 620
    assert [piece.text for piece in header.left][:2] == [
        "BỘ CÔNG AN",
        "Số: 51/2025/TT-BCA",
    ]


def test_a_motto_on_one_line_with_the_agency_is_cut_from_it() -> None:
    row = (300, 190, "BỘ LAO ĐỘNG - THƯƠNG BINH CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
    header = find_header(page(row, *circular(agency=None, motto=None)))
    assert header is not None
    assert header.left[0].text == "BỘ LAO ĐỘNG - THƯƠNG BINH"


def test_a_misread_motto_is_still_the_motto() -> None:
    row = (756, 190, "CỌNG HOÀ XÃ HỌI CHÙ NGHĨA VIẸT NAM")
    assert find_header(page(*circular(motto=row, slogan=None))) is not None


def test_a_page_without_motto_has_no_header() -> None:
    assert find_header(page((300, 300, "Điều 1. Phạm vi điều chỉnh"))) is None


def test_a_line_is_cut_at_a_wide_gap() -> None:
    left, right = line(100, 100, "Số: 12/UB"), line(800, 100, "Hà Nội, ngày")
    whole = type(left)(left.words + right.words)
    assert [piece.text for piece in segments(whole)] == ["Số: 12/UB", "Hà Nội, ngày"]


def test_capitals_are_told_from_sentences() -> None:
    assert is_upper("ỦY BAN NHÂN DÂN")
    assert not is_upper("Ủy ban nhân dân")
    assert not is_upper("12/2024")
