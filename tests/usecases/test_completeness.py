from collections.abc import Sequence
from dataclasses import replace

import pytest

from pipeline.model.dossier import (
    Completeness,
    Field,
    FieldStatus,
    PlannedDocument,
    Presence,
    Span,
)
from pipeline.model.template import Component, Procedure
from pipeline.model.text import ReadPage
from pipeline.settings import default_config
from pipeline.templates import load_procedures
from pipeline.usecases import completeness
from pipeline.usecases.completeness import check_completeness, doubt_completeness
from pipeline.usecases.paper_names import find_procedure, names_of
from tests.extract.tables import FORMS, Row, component_table
from tests.split.paper import DOCTYPES, blank, continued, stack

PROCEDURES = load_procedures(default_config())
BIRTH = next(each for each in PROCEDURES if each.code == "1.001193")
RECEIPT, DECLARATION, HOSPITAL = (
    "giay-tiep-nhan-ho-so",
    "to-khai-dang-ky-khai-sinh",
    "giay-chung-sinh",
)
OTHER = Procedure("9.000001", "Thủ tục thử nghiệm")


def checked(
    *rows: Row,
    found: Sequence[str] = (),
    procedure: Procedure | None = None,
    columns: tuple[str, str, str] = FORMS,
    pages: Sequence[ReadPage] = (),
) -> Completeness:
    """Compare a receipt of *rows* with one paper of each type *found*."""
    sheets = [component_table(rows, columns), *(pages or [continued() for _ in found])]
    spans = [Span(1, 1, RECEIPT, "heading", 1.0)]
    for number, doctype in enumerate(found, start=2):
        last = number if number <= len(found) else len(sheets)
        spans.append(Span(number, last, doctype, "heading", 1.0))
    documents = [PlannedDocument(n, span, "", ()) for n, span in enumerate(spans, 1)]
    result = check_completeness(
        documents, stack(*sheets), DOCTYPES, PROCEDURES, procedure
    )
    assert result is not None
    return result


def presences(result: Completeness) -> list[tuple[str | None, Presence]]:
    return [(paper.doctype, paper.presence) for paper in result.papers]


ONE_EACH = (("Tờ khai đăng ký khai sinh", 1, 0, 0), ("Giấy chứng sinh", 1, 0, 0))


def test_a_complete_dossier_has_no_doubts() -> None:
    result = checked(*ONE_EACH, found=(DECLARATION, HOSPITAL))
    assert [presence for _, presence in presences(result)] == [Presence.PRESENT] * 2
    assert list(doubt_completeness(result)) == []


def test_what_the_receipt_lists_and_nobody_scanned_is_missing() -> None:
    result = checked(*ONE_EACH, found=(DECLARATION,))
    assert presences(result)[1] == (HOSPITAL, Presence.MISSING)
    assert list(doubt_completeness(result)) == [completeness.MISSING_PAPER]
    (paper,) = result.wanting
    assert (paper.listed, paper.title, paper.number) == (
        "Giấy chứng sinh",
        "Giấy chứng sinh",
        2,
    )
    assert paper.box is not None


def test_what_must_be_digitized_says_so() -> None:
    result = checked(*ONE_EACH, found=(DECLARATION,), procedure=BIRTH)
    assert completeness.NOT_DIGITIZED in set(doubt_completeness(result))
    assert [paper.must_digitize for paper in result.papers] == [True, True]


def test_what_the_procedure_demands_is_missed_though_the_receipt_does_not_list_it() -> (
    None
):
    result = checked(ONE_EACH[0], found=(DECLARATION,), procedure=BIRTH)
    assert presences(result) == [
        (DECLARATION, Presence.PRESENT),
        (HOSPITAL, Presence.MISSING),
    ]


def test_a_paper_that_nothing_lists_is_extra_and_no_doubt() -> None:
    result = checked(ONE_EACH[0], found=(DECLARATION, "can-cuoc"))
    assert presences(result)[-1] == ("can-cuoc", Presence.EXTRA)
    assert list(doubt_completeness(result)) == []
    allowed = checked(
        *ONE_EACH, found=(DECLARATION, HOSPITAL, "can-cuoc"), procedure=BIRTH
    )
    assert presences(allowed)[-1] == ("can-cuoc", Presence.PRESENT)


@pytest.mark.parametrize(
    ("listed", "found", "presence"),
    [
        (2, 1, Presence.FEWER),
        (2, 2, Presence.PRESENT),
        (1, 2, Presence.MORE),
        (1, 0, Presence.MISSING),
    ],
)
def test_papers_of_a_kind_are_counted(
    listed: int, found: int, presence: Presence
) -> None:
    result = checked(
        ("Giấy ủy quyền", 1, listed - 1, 0), found=["giay-uy-quyen"] * found
    )
    assert presences(result)[0] == ("giay-uy-quyen", presence)
    doubtful = presence in {Presence.FEWER, Presence.MISSING}
    assert bool(list(doubt_completeness(result))) is doubtful


def test_two_rows_of_one_kind_are_counted_together() -> None:
    rows = [
        ("Căn cước công dân của cha", 0, 0, 1),
        ("Căn cước công dân của mẹ", 0, 0, 1),
    ]
    assert presences(checked(*rows, found=["can-cuoc"])) == [
        ("can-cuoc", Presence.FEWER)
    ]
    both = checked(*rows, found=["can-cuoc", "can-cuoc"])
    assert presences(both) == [("can-cuoc", Presence.PRESENT)]


def test_what_was_only_shown_is_not_looked_for() -> None:
    result = checked(
        ("Căn cước công dân (xuất trình)", 0, 0, 0), ONE_EACH[0], found=[DECLARATION]
    )
    assert presences(result)[0] == ("can-cuoc", Presence.SHOWN)
    assert result.wanting == ()


def test_pages_are_compared_where_the_receipt_counts_them() -> None:
    columns = ("Số trang", "Số bản giấy", "Ký bản điện tử")
    row = ("Giấy khai sinh", 2, 10, 0)
    sheets = [continued(), continued(), blank()]
    right = checked(row, found=["giay-khai-sinh"], columns=columns, pages=sheets)
    wrong = checked(row, found=["giay-khai-sinh"], columns=columns, pages=sheets[:1])
    assert presences(right) == [("giay-khai-sinh", Presence.PRESENT)]
    assert presences(wrong) == [("giay-khai-sinh", Presence.WRONG_PAGES)]
    assert list(doubt_completeness(wrong)) == [completeness.WRONG_PAGES]


def test_a_paper_of_no_known_type_may_be_among_those_that_nothing_lists() -> None:
    row = ("Sơ yếu của con mèo", 1, 0, 0)
    assert presences(checked(row, found=["unknown"])) == [(None, Presence.UNKNOWN)]
    assert presences(checked(row, found=[])) == [(None, Presence.MISSING)]


def test_a_table_that_was_not_read_whole_goes_to_a_person() -> None:
    result = checked(*ONE_EACH, found=(DECLARATION, HOSPITAL))
    torn = replace(result, table_whole=False)
    assert list(doubt_completeness(torn)) == [completeness.TABLE_NOT_READ]


def test_without_receipt_and_procedure_nothing_is_compared() -> None:
    document = PlannedDocument(1, Span(1, 1, DECLARATION, "heading", 1.0), "", ())
    pages = stack(continued())
    nothing = check_completeness([document], pages, DOCTYPES, PROCEDURES, OTHER)
    assert nothing is None
    assert list(doubt_completeness(None)) == []


def test_two_papers_of_a_kind_may_be_demanded() -> None:
    wedding = replace(OTHER, components=(Component(DECLARATION, count=2),))
    result = checked(found=[DECLARATION], procedure=wedding)
    assert presences(result) == [(DECLARATION, Presence.FEWER)]


@pytest.mark.parametrize(
    ("listed", "doctype"),
    [
        ("Tờ khai đăng ký khai sinh (theo mẫu)", DECLARATION),
        ("Tờ khai đăng ký khai tử", "to-khai-dang-ky-khai-tu"),
        ("Giay chưng sinh", HOSPITAL),
        ("Bản sao Giấy chứng nhận kết hôn của cha mẹ", "giay-chung-nhan-ket-hon"),
        ("Bản sao căn cước", "can-cuoc"),
        ("Quyếtđịnh", "quyet-dinh"),
        ("Tờkhai đăng ký khai sinh", DECLARATION),
        ("CCCD của người yêu cầu", "can-cuoc"),
        ("01 Giấy khai sinh bản chính", "giay-khai-sinh"),
        ("Giấy tờ chứng minh quan hệ trong giấy khai sinh", None),
        ("Ảnh 3x4", None),
        ("", None),
    ],
)
def test_a_listed_name_is_that_of_a_type(listed: str, doctype: str | None) -> None:
    assert names_of(DOCTYPES, PROCEDURES, None).find(listed) == doctype


@pytest.mark.parametrize(
    ("request_", "status", "expected"),
    [
        ("Đăng ký khai sinh", FieldStatus.OK, "1.001193"),
        ("Chứng thực bản sao từ bản chính", FieldStatus.OK, "2.000815"),
        ("Chứng thực bản sao từ bản chinh", FieldStatus.REVIEW, "2.000815"),
        ("Đăng ký khai tử", FieldStatus.OK, None),
        ("Đăng ký khai sinh kết hợp nhận cha, mẹ, con", FieldStatus.OK, None),
        ("Dg k kh s", FieldStatus.REVIEW, "2.000635"),
        (None, FieldStatus.MISSING, "2.000635"),
    ],
)
def test_the_receipt_says_which_procedure_it_is(
    request_: str | None, status: FieldStatus, expected: str | None
) -> None:
    field = Field("request", request_, request_ or "", status, 0.9)
    document = PlannedDocument(1, Span(1, 1, RECEIPT, "heading", 1.0), "", (field,))
    assert find_procedure([document], PROCEDURES, "2.000635") == expected
