import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.dossier import CodeSource, Plan
from pipeline.model.quality import Defect, PageDefect
from pipeline.model.scan import Counter, MediaType, ScanBatch, to_batch_id
from pipeline.model.template import SEPARATOR
from pipeline.model.text import ReadPage
from pipeline.split.sheets import COPIED
from pipeline.usecases import compose, dossier_codes
from pipeline.usecases.compose import Composer
from tests.split.paper import (
    BODY,
    CODE,
    DOCTYPES,
    KEYS,
    MOTTO,
    OTHER_CODE,
    blank,
    continued,
    leader,
    page,
    receipt,
    sheet,
    stack,
)
from tests.usecases.fakes import BIRTH, COUNTER, DECLARATION, RECIPE, slip

DAY = date(2026, 10, 9)
"""The day after the date in `CODE`."""

UNTITLED = page(*MOTTO, "", "ĐƠN TRÌNH BÁO", *BODY)
UNREADABLE = page(readable=False)
BIRTH_CODE = page(codes=[CODE])


def planned(
    *sheets: ReadPage,
    today: date = DAY,
    counter: Counter | None = COUNTER,
    used: frozenset[str] = frozenset(),
    keep: bool = False,
    defects: tuple[PageDefect, ...] = (),
    backs: bool = True,
) -> Plan:
    pages = stack(*sheets)
    sha256 = hashlib.sha256(b"scan").hexdigest()
    batch = ScanBatch(
        to_batch_id(sha256),
        "demo",
        sha256,
        MediaType.PDF,
        len(pages),
        4,
        datetime(2026, 10, 9, tzinfo=UTC),
    )
    composer = Composer(
        DOCTYPES,
        KEYS,
        keep,
        review=frozenset([Defect.BLURRED]),
        keep_blank_backs=backs,
    )
    return composer.compose(
        batch, RECIPE, pages, counter, today=today, used=used, defects=defects
    )


def doubts(*sheets: ReadPage, today: date = DAY) -> list[tuple[str, ...]]:
    return [dossier.doubts for dossier in planned(*sheets, today=today).dossiers]


def papers(plan: Plan) -> list[list[tuple[int, int, str]]]:
    return [
        [(each.span.first, each.span.last, each.span.doctype) for each in one.documents]
        for one in plan.dossiers
    ]


def test_a_dossier_code_begins_a_dossier() -> None:
    plan = planned(receipt(CODE), BIRTH, receipt(OTHER_CODE), DECLARATION)

    assert [dossier.code for dossier in plan.dossiers] == [CODE, OTHER_CODE]
    assert papers(plan) == [
        [(1, 1, "giay-tiep-nhan-ho-so"), (2, 2, "giay-khai-sinh")],
        [(3, 3, "giay-tiep-nhan-ho-so"), (4, 4, "to-khai-dang-ky-khai-sinh")],
    ]


def test_a_separator_sheet_begins_a_dossier_and_is_in_none() -> None:
    plan = planned(BIRTH, sheet(), DECLARATION)

    assert papers(plan) == [
        [(1, 1, "giay-khai-sinh")],
        [(3, 3, "to-khai-dang-ky-khai-sinh")],
    ]
    assert plan.separators == (2,)


def test_dossiers_are_numbered_and_so_are_their_papers() -> None:
    plan = planned(receipt(CODE), BIRTH, receipt(OTHER_CODE))

    assert [dossier.id[-3:] for dossier in plan.dossiers] == ["-01", "-02"]
    assert all(dossier.id[:16] == plan.batch_id[:16] for dossier in plan.dossiers)
    numbers = [[each.number for each in one.documents] for one in plan.dossiers]
    assert numbers == [[1, 2], [1]]


def test_a_dossier_gets_the_procedure_of_its_counter() -> None:
    assert planned(BIRTH).dossiers[0].procedure == COUNTER.procedure
    assert planned(BIRTH, counter=None).dossiers[0].procedure is None


def test_a_clean_dossier_has_no_doubts() -> None:
    assert doubts(slip(CODE), BIRTH) == [()]


def test_two_dossiers_with_one_code_are_both_doubtful() -> None:
    both = doubts(slip(CODE), BIRTH, sheet(), slip(CODE), slip(OTHER_CODE))

    assert [dossier_codes.SHARED_CODE in each for each in both] == [True, True, False]


@pytest.mark.parametrize(
    ("today", "doubtful"),
    [(date(2026, 10, 7), True), (date(2026, 10, 8), False), (date(2027, 1, 1), False)],
)
def test_a_code_from_the_future_is_doubtful(today: date, doubtful: bool) -> None:
    (found,) = doubts(slip(CODE), today=today)

    assert (dossier_codes.FUTURE_CODE in found) is doubtful


def test_a_printed_code_that_disagrees_with_the_barcode_is_doubtful() -> None:
    contradicted = page(
        *MOTTO,
        "",
        "GIẤY TIẾP NHẬN HỒ SƠ",
        "VÀ HẸN TRẢ KẾT QUẢ",
        f"Mã hồ sơ: {OTHER_CODE}",
        *BODY,
        codes=[CODE],
    )

    assert doubts(contradicted) == [(dossier_codes.CODE_DISAGREES,)]


@pytest.mark.parametrize(
    ("sheets", "doubt"),
    [
        pytest.param((BIRTH,), dossier_codes.NO_CODE, id="no code"),
        pytest.param((slip(CODE), UNTITLED), compose.UNKNOWN_PAPER, id="unknown"),
        pytest.param((slip(CODE), UNREADABLE), compose.UNREADABLE_PAGE, id="unread"),
    ],
)
def test_what_is_not_sure_is_a_doubt(sheets: Sequence[ReadPage], doubt: str) -> None:
    (found,) = doubts(*sheets)

    assert doubt in found


@pytest.mark.parametrize(
    ("defects", "doubtful"),
    [
        ((PageDefect(1, Defect.BLURRED),), True),
        ((PageDefect(1, Defect.COARSE),), False),
        ((PageDefect(2, Defect.BLURRED),), False),
    ],
    ids=["of a paper", "that needs no person", "of a separator sheet"],
)
def test_a_badly_scanned_page_goes_to_a_person(
    defects: tuple[PageDefect, ...], doubtful: bool
) -> None:
    plan = planned(slip(CODE), sheet(), defects=defects)
    assert (compose.BAD_SCAN in plan.dossiers[0].doubts) is doubtful


def test_a_doubt_is_told_once() -> None:
    (found,) = doubts(slip(CODE), UNREADABLE, UNREADABLE, UNTITLED, UNTITLED)

    assert len(set(found)) == len(found)


def test_a_scan_of_separator_sheets_has_no_dossier() -> None:
    plan = planned(sheet(), sheet())

    assert plan.dossiers == ()
    assert plan.separators == (1, 2)


def test_a_code_of_an_agency_the_counter_does_not_serve_is_doubtful() -> None:
    near, far = (replace(COUNTER, agencies=(each,)) for each in ("H15.50", "H50"))

    assert planned(slip(CODE), counter=near).dossiers[0].doubts == ()
    (dossier,) = planned(slip(CODE), counter=far).dossiers
    assert dossier.doubts == (dossier_codes.OTHER_AGENCY,)


def test_every_reading_of_a_code_is_kept_with_its_place() -> None:
    told = page(*MOTTO, "", "ĐƠN TRÌNH BÁO", f"Mã hồ sơ: {OTHER_CODE}", *BODY)
    (dossier,) = planned(
        leader(CODE), replace(told, codes=receipt(CODE).codes)
    ).dossiers

    assert [(each.source, each.value, each.page) for each in dossier.readings] == [
        (CodeSource.SHEET, CODE, 1),
        (CodeSource.BARCODE, CODE, 2),
        (CodeSource.PRINT, OTHER_CODE, 2),
    ]


def test_a_leader_gives_the_dossier_its_code() -> None:
    plan = planned(leader(CODE), receipt(), BIRTH)

    assert [dossier.code for dossier in plan.dossiers] == [CODE]
    assert plan.separators == (1,)
    assert len(plan.sheets) == 1


def test_sheets_are_kept_where_the_setting_says_so() -> None:
    plan = planned(leader(CODE), receipt(), BIRTH, sheet(), sheet(), keep=True)

    assert papers(plan) == [
        [
            (1, 1, SEPARATOR),
            (2, 2, "giay-tiep-nhan-ho-so"),
            (3, 3, "giay-khai-sinh"),
        ]
    ]
    assert plan.separators == (4, 5)


def test_a_sheet_that_came_before_goes_to_a_person_with_its_dossier() -> None:
    (used,) = planned(leader(CODE)).sheets

    (dossier,) = planned(leader(CODE), BIRTH, used=frozenset({used})).dossiers

    assert dossier.doubts == (dossier_codes.NO_CODE, COPIED)
    assert [each.span.doctype for each in dossier.documents] == [
        SEPARATOR,
        "giay-khai-sinh",
    ]
    assert [each.value for each in dossier.readings] == [CODE]


KINDS = (
    leader(CODE),
    leader(OTHER_CODE, 1, key=b"x" * 32),
    receipt(CODE),
    receipt(OTHER_CODE),
    slip(CODE),
    sheet(),
    BIRTH,
    DECLARATION,
    UNTITLED,
    UNREADABLE,
    continued(),
    blank(),
    replace(BIRTH, codes=receipt(CODE).codes),
)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(KINDS), min_size=1, max_size=8))
def test_every_page_is_in_exactly_one_paper_or_a_separator(
    sheets: list[ReadPage],
) -> None:
    plan = planned(*sheets)

    in_papers = [
        number
        for paper in papers(plan)
        for first, last, _ in paper
        for number in range(first, last + 1)
    ]
    assert sorted([*in_papers, *plan.separators]) == list(range(1, len(sheets) + 1))
    assert len({dossier.id for dossier in plan.dossiers}) == len(plan.dossiers)
    assert all(dossier.documents for dossier in plan.dossiers)


def left_out(plan: Plan) -> list[tuple[int, ...]]:
    return [each.left_out for one in plan.dossiers for each in one.documents]


def test_blank_backs_are_filed_unless_the_settings_leave_them_out() -> None:
    sheets = (receipt(CODE), blank(), BIRTH, blank(), continued(), blank())
    kept, dropped = planned(*sheets), planned(*sheets, backs=False)

    assert left_out(kept) == [(), ()]
    assert left_out(dropped) == [(2,), (4, 6)]
    assert papers(kept) == papers(dropped)
    assert kept.dossiers[0].doubts == dropped.dossiers[0].doubts


def test_a_paper_that_begins_with_a_blank_page_keeps_it() -> None:
    assert left_out(planned(blank(), BIRTH, backs=False)) == [(), ()]


@pytest.mark.parametrize(
    "back",
    [
        pytest.param(UNREADABLE, id="unreadable"),
        pytest.param(replace(blank(), codes=BIRTH_CODE.codes), id="a code on it"),
    ],
)
def test_a_page_that_may_hold_something_is_no_blank_back(back: ReadPage) -> None:
    assert left_out(planned(BIRTH, back, backs=False))[0] == ()


def test_a_blank_page_that_lay_the_wrong_way_is_filed() -> None:
    wrong = (PageDefect(2, Defect.WRONG_SIDE),)
    one_side = replace(COUNTER, both_sides=False)

    assert left_out(planned(BIRTH, blank(), backs=False, defects=wrong)) == [()]
    assert left_out(planned(BIRTH, blank(), backs=False, counter=one_side)) == [()]
