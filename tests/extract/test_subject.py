import pytest

from pipeline.extract.layout import find_header
from pipeline.extract.subject import Subject, find_heading, find_regarding, find_subject
from tests.extract.typed import Row, circular, page


def subject_of(*rows: Row) -> tuple[str, Subject | None]:
    read = page(*rows)
    header = find_header(read)
    assert header is not None
    heading = find_heading(read.text, header, 1000)
    if heading is None:
        return "", find_regarding(header)
    return heading.kind, find_subject(read.text, heading.box, kind=heading.kind)


def test_the_lines_below_the_heading_are_the_subject() -> None:
    more = (600, 500, "biển số xe cơ giới")
    kind, subject = subject_of(*circular(), more)
    assert kind == "Thông tư"
    assert subject is not None
    assert subject.value == (
        "Quy định về cấp, thu hồi chứng nhận đăng ký xe biển số xe cơ giới"
    )


@pytest.mark.parametrize(
    ("left", "text"),
    [(100, "CỔNG THÔNG TIN"), (340, "Căn cứ Luật Cư trú;"), (600, "Kính gửi: Bộ Y tế")],
)
def test_stamp_and_body_are_not_the_subject(left: int, text: str) -> None:
    _, subject = subject_of(*circular(), (left, 500, text))
    assert subject is not None
    assert subject.value == "Quy định về cấp, thu hồi chứng nhận đăng ký xe"


def test_a_stamp_beside_the_heading_does_not_hide_it() -> None:
    row = (152, 410, "ĐẾN 1A TT")
    kind, subject = subject_of(*circular(), row)
    assert kind == "Thông tư"
    assert subject is not None


def test_a_law_is_named_by_its_subject() -> None:
    heading, name = (760, 410, "LUẬT"), (680, 460, "GIAO DỊCH ĐIỆN TỬ")
    kind, subject = subject_of(*circular(heading=heading, subject=name))
    assert kind == "Luật"
    assert subject is not None
    assert subject.value == "Luật Giao dịch điện tử"


def test_common_phrases_get_their_marks_back_and_say_so() -> None:
    row = (480, 460, "Quy định chỉ tiết, sửa đồi, bố sung một số điều")
    _, subject = subject_of(*circular(subject=row))
    assert subject is not None
    assert subject.value == "Quy định chi tiết, sửa đổi, bổ sung một số điều"
    assert subject.raw == "Quy định chỉ tiết, sửa đồi, bố sung một số điều"
    assert subject.notes


def test_a_letter_has_its_subject_below_the_number() -> None:
    rows = circular(heading=None, subject=None)
    more = ((260, 345, "V/v cấp bản sao"), (260, 378, "trích lục hộ tịch"))
    kind, subject = subject_of(*rows, *more)
    assert kind == ""
    assert subject is not None
    assert subject.value == "cấp bản sao trích lục hộ tịch"


@pytest.mark.parametrize(("top", "cut"), [(415, True), (520, False)])
def test_a_stamp_close_below_may_hide_the_last_lines(top: int, cut: bool) -> None:
    rows = circular(heading=None, subject=None)
    more = ((260, 345, "V/v cấp bản sao"), (260, 378, "trích lục hộ tịch"))
    _, subject = subject_of(*rows, *more, (200, top, "CÔNG VĂN ĐẾN"))
    assert subject is not None
    assert subject.cut is cut
