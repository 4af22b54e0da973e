from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.dossier import Span
from pipeline.model.scan import Page
from pipeline.model.sheet import Separates, SheetKind
from pipeline.model.template import SEPARATOR, UNKNOWN
from pipeline.model.text import OcrPage, Reading, ReadPage, SecondLook
from pipeline.split import boundaries, starts
from pipeline.split.boundaries import split_pages
from pipeline.split.separators import dossier_codes
from pipeline.split.sheets import (
    COPIED,
    FOREIGN,
    OTHER_COUNTER,
    UNREADABLE_SHEET,
    SheetRules,
)
from tests.split.paper import (
    BODY,
    CARD_QR,
    CODE,
    DOCTYPES,
    KEYS,
    MOTTO,
    OFFICIAL,
    OTHER_CODE,
    WIDTH,
    blank,
    continued,
    form,
    leader,
    line,
    own_sheet,
    page,
    receipt,
    sheet,
    stack,
    token,
)

BIRTH = form("GIẤY KHAI SINH")
DECLARATION = form("TỜ KHAI ĐĂNG KÝ KHAI SINH")
DECREE = form("NGHỊ ĐỊNH", header=OFFICIAL)
LETTER = page(*OFFICIAL, "V/v cấp phép | x", "", "Kính gửi: Sở Tư pháp", *BODY)
UNTITLED = page(*MOTTO, "", "ĐƠN TRÌNH BÁO", *BODY)
FRONT = page(*MOTTO, "CĂN CƯỚC CÔNG DÂN", "Số / No.: 034187000123", top=0.3)
BACK = page("Đặc điểm nhận dạng / Personal identification", "IDVNM18700012340<<7")
MUTE_BACK = page("hai nốt ruồi", top=0.3)
BIRTH_CODE = "giay-khai-sinh"
BOTH_SIDES = page(
    *MOTTO,
    "CĂN CƯỚC CÔNG DÂN",
    "Số / No.: 034187000123",
    "Đặc điểm nhận dạng / Personal identification",
    "IDVNM18700012340<<7",
    top=0.3,
)
CERTIFIED = page("CHỨNG THỰC BẢN SAO ĐÚNG VỚI BẢN CHÍNH", "Số chứng thực: 123", top=0.4)
UNREADABLE = page(readable=False)


def printed(code: str) -> ReadPage:
    """A paper that prints a dossier's code and has no bar code."""
    return page(*MOTTO, "", "ĐƠN TRÌNH BÁO", f"Mã hồ sơ: {code}", *BODY)


def split(*sheets: ReadPage) -> tuple[Span, ...]:
    return split_pages(stack(*sheets), DOCTYPES)


def cut(*sheets: ReadPage) -> list[tuple[int, int, str]]:
    return [(span.first, span.last, span.doctype) for span in split(*sheets)]


def test_a_batch_without_pages_has_no_spans() -> None:
    assert split_pages((), DOCTYPES) == ()


def test_a_dossier_is_cut_at_its_headings() -> None:
    sheets = (receipt(CODE), DECLARATION, continued("2"), BIRTH, FRONT, BACK, LETTER)
    assert cut(*sheets) == [
        (1, 1, "giay-tiep-nhan-ho-so"),
        (2, 3, "to-khai-dang-ky-khai-sinh"),
        (4, 4, "giay-khai-sinh"),
        (5, 6, "can-cuoc"),
        (7, 7, "cong-van"),
    ]


def test_a_span_says_why_it_begins_and_where() -> None:
    (span,) = split(BIRTH)
    assert span.reason == "heading"
    assert span.heading == "Giấy khai sinh"
    assert span.heading_box is not None
    assert span.confidence > 0.95
    assert span.doubts == ()


def test_a_receipts_code_starts_a_dossier() -> None:
    first, second, third = split(receipt(CODE), BIRTH, receipt(OTHER_CODE))
    assert (first.starts_dossier, first.dossier_code) == (True, CODE)
    assert (second.starts_dossier, second.dossier_code) == (False, None)
    assert (third.starts_dossier, third.dossier_code) == (True, OTHER_CODE)


def test_the_same_code_again_does_not_start_a_dossier() -> None:
    spans = split(receipt(CODE), receipt(CODE), page(*BODY, codes=[CODE]))
    assert [(span.first, span.last) for span in spans] == [(1, 1), (2, 3)]
    assert [span.starts_dossier for span in spans] == [True, False]


def test_a_code_on_a_page_without_a_heading_starts_an_unknown_paper() -> None:
    _, span = split(BIRTH, page(*BODY, codes=[CODE]))
    assert (span.doctype, span.reason) == (UNKNOWN, "code")
    assert (span.starts_dossier, span.dossier_code) == (True, CODE)


def test_two_codes_on_one_page_go_to_a_person() -> None:
    _, span = split(BIRTH, receipt(CODE, OTHER_CODE))
    assert (span.starts_dossier, span.dossier_code) == (True, None)
    assert boundaries.TWO_CODES in span.doubts


def test_a_receipt_without_a_code_starts_a_dossier_in_doubt() -> None:
    spans = split(receipt(CODE), BIRTH, receipt())
    assert spans[-1].starts_dossier
    assert boundaries.RECEIPT_WITHOUT_CODE in spans[-1].doubts


def test_a_receipt_is_cut_whatever_speaks_against_it() -> None:
    numbered = page("2", *MOTTO, "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", top=0.03)
    spans = split(receipt(CODE), BIRTH, numbered)
    assert (spans[-1].first, spans[-1].starts_dossier) == (3, True)


def test_separator_sheets_cut_and_are_no_papers() -> None:
    assert cut(BIRTH, sheet(), continued(), continued(), sheet(), BIRTH) == [
        (1, 1, "giay-khai-sinh"),
        (2, 2, SEPARATOR),
        (3, 4, UNKNOWN),
        (5, 5, SEPARATOR),
        (6, 6, "giay-khai-sinh"),
    ]


def test_what_follows_a_separator_starts_a_dossier() -> None:
    spans = split(receipt(CODE), sheet(), continued())
    assert (spans[-1].reason, spans[-1].starts_dossier) == ("separator", True)


@pytest.mark.parametrize(
    "sheets",
    [
        (sheet(),),
        (sheet(), sheet()),
        (sheet(), blank()),
        (sheet(), blank(), sheet(), blank()),
    ],
    ids=["lone", "doubled", "with its back", "both"],
)
def test_separators_alone_make_no_paper(sheets: tuple[ReadPage, ...]) -> None:
    assert cut(*sheets) == [(1, len(sheets), SEPARATOR)]
    assert cut(BIRTH, *sheets) == [
        (1, 1, "giay-khai-sinh"),
        (2, len(sheets) + 1, SEPARATOR),
    ]


def test_only_the_back_of_a_sheet_goes_with_it() -> None:
    assert cut(sheet(), blank(), blank()) == [(1, 2, SEPARATOR), (3, 3, UNKNOWN)]


def test_a_patch_on_a_paper_makes_it_no_separator() -> None:
    patched = ReadPage(BIRTH.page, BIRTH.text, sheet().codes)
    assert cut(patched, continued()) == [(1, 2, "giay-khai-sinh")]


def test_blank_backs_never_cut() -> None:
    sheets = (BIRTH, blank(), DECREE, blank(), continued("2"), blank())
    assert cut(*sheets) == [(1, 2, "giay-khai-sinh"), (3, 6, "nghi-dinh")]


def test_leading_pages_that_show_nothing_are_unknown() -> None:
    spans = split(continued(), continued(), BIRTH)
    assert [(span.first, span.last) for span in spans] == [(1, 2), (3, 3)]
    assert (spans[0].doctype, spans[0].reason) == (UNKNOWN, "start")
    assert spans[0].confidence < 0.5


def test_a_blank_page_before_any_paper_goes_to_a_person() -> None:
    first, second = split(blank(), receipt(CODE))
    assert (first.doctype, first.doubts) == (UNKNOWN, (boundaries.LEADING_BLANK,))
    assert (second.first, second.dossier_code) == (2, CODE)


def test_an_unreadable_page_stays_where_it_stands_in_doubt() -> None:
    spans = split(BIRTH, UNREADABLE, DECREE)
    assert (spans[0].last, spans[0].doubts) == (2, (boundaries.UNREADABLE,))
    (alone,) = split(UNREADABLE)
    assert (alone.doctype, alone.confidence) == (UNKNOWN, 0.0)
    assert alone.doubts == (boundaries.UNREADABLE,)


def test_a_national_heading_without_a_known_title_begins_an_unknown_paper() -> None:
    _, span = split(BIRTH, UNTITLED)
    assert (span.first, span.doctype, span.reason) == (2, UNKNOWN, "new-layout")


def test_the_number_tells_the_type_where_a_stamp_hides_the_heading() -> None:
    stamped = page(*MOTTO, "Số: 154/2024/NĐ-CP | Hà Nội", "", *BODY)
    _, span = split(BIRTH, stamped)
    assert (span.doctype, span.reason, span.heading) == ("nghi-dinh", "marker", "")


@pytest.mark.parametrize(
    "later",
    [
        page("2", *MOTTO, "", "ĐƠN XIN XÁC NHẬN", *BODY, top=0.03),
        page("2", *MOTTO, "", *BODY, top=0.03),
        page(*BODY, "", *MOTTO, "GIẤY KHAI SINH"),
        page("QUYẾT ĐỊNH:", *BODY),
        page("Điều 2. Sửa đổi", "GIẤY KHAI SINH như sau:", *BODY),
        page("PHỤ LỤC", "DANH MỤC", *BODY),
        page("Chương II", "NHỮNG QUY ĐỊNH CHUNG", *BODY),
    ],
    ids=["form", "layout", "quotation", "body", "sentence", "annex", "chapter"],
)
def test_what_a_law_quotes_does_not_cut_it(later: ReadPage) -> None:
    (span,) = split(DECREE, later)
    assert (span.last, span.doctype, span.doubts) == (2, "nghi-dinh", ())


def test_a_form_inside_an_annex_stays_in_doubt() -> None:
    blank_form = page("Mẫu số 01", *MOTTO, "", "ĐƠN XIN XÁC NHẬN", *BODY)
    (span,) = split(DECREE, page("PHỤ LỤC", *BODY), blank_form)
    assert (span.last, span.doubts) == (3, (starts.ANNEX,))


def test_a_form_after_an_official_paper_is_cut_in_doubt() -> None:
    citizen = page("Mẫu số 01", *MOTTO, "", "ĐƠN XIN XÁC NHẬN", *BODY)
    _, span = split(form("QUYẾT ĐỊNH", header=OFFICIAL), citizen)
    assert (span.doctype, span.doubts) == ("don-de-nghi", (starts.MAYBE_ANNEX,))


def test_a_short_heading_without_national_heading_does_not_cut_unnoticed() -> None:
    (span,) = split(DECREE, page("QUYẾT ĐỊNH", *BODY))
    assert (span.last, span.doubts) == (2, (starts.BARE_HEADING,))


def test_a_heading_on_a_page_with_another_number_goes_to_a_person() -> None:
    (span,) = split(BIRTH, page("7", *MOTTO, "GIẤY KHAI SINH", *BODY, top=0.03))
    assert span.doubts == (starts.NUMBERED,)


def test_a_heading_on_a_page_with_the_next_number_is_a_quotation() -> None:
    quoting = page("3", *MOTTO, "GIẤY KHAI SINH", *BODY, top=0.03)
    (span,) = split(DECREE, blank(), continued(), quoting)
    assert span.doubts == ()


def test_a_code_that_comes_again_behind_a_separator_starts_a_dossier() -> None:
    spans = split(receipt(CODE), sheet(), receipt(CODE))
    assert spans[-1].starts_dossier


def test_a_paper_that_begins_with_a_later_number_goes_to_a_person() -> None:
    (span,) = split(continued("3"))
    assert span.doubts == (boundaries.FIRST_IS_NUMBERED,)


@pytest.mark.parametrize(
    ("sheets", "spans"),
    [
        ((FRONT,), [(1, 1, "can-cuoc")]),
        ((FRONT, BACK), [(1, 2, "can-cuoc")]),
        ((FRONT, BACK, FRONT, BACK), [(1, 2, "can-cuoc"), (3, 4, "can-cuoc")]),
        ((FRONT, FRONT), [(1, 1, "can-cuoc"), (2, 2, "can-cuoc")]),
        ((FRONT, blank(), BACK, blank()), [(1, 4, "can-cuoc")]),
        ((FRONT, BIRTH), [(1, 1, "can-cuoc"), (2, 2, "giay-khai-sinh")]),
        ((FRONT, continued()), [(1, 1, "can-cuoc"), (2, 2, UNKNOWN)]),
        ((FRONT, BACK, MUTE_BACK), [(1, 2, "can-cuoc"), (3, 3, UNKNOWN)]),
        ((FRONT, BACK, continued()), [(1, 2, "can-cuoc"), (3, 3, UNKNOWN)]),
        ((BIRTH, BACK), [(1, 1, "giay-khai-sinh"), (2, 2, "can-cuoc")]),
        ((BOTH_SIDES, BIRTH), [(1, 1, "can-cuoc"), (2, 2, "giay-khai-sinh")]),
        ((BOTH_SIDES, MUTE_BACK), [(1, 1, "can-cuoc"), (2, 2, UNKNOWN)]),
        ((BOTH_SIDES, BOTH_SIDES), [(1, 1, "can-cuoc"), (2, 2, "can-cuoc")]),
        ((BOTH_SIDES, blank()), [(1, 2, "can-cuoc")]),
        ((BOTH_SIDES, CERTIFIED), [(1, 2, "can-cuoc")]),
        ((FRONT, BACK, CERTIFIED), [(1, 3, "can-cuoc")]),
        ((BIRTH, CERTIFIED, BIRTH), [(1, 2, BIRTH_CODE), (3, 3, BIRTH_CODE)]),
        ((CERTIFIED,), [(1, 1, UNKNOWN)]),
    ],
)
def test_a_card_has_two_sides_at_most_on_one_sheet_or_two(
    sheets: Sequence[ReadPage], spans: list[tuple[int, int, str]]
) -> None:
    assert cut(*sheets) == spans


def test_a_card_is_known_by_its_code_where_its_heading_is_not_read() -> None:
    coded = page("x", codes=[CARD_QR])
    first, second = split(BIRTH, coded)
    assert (second.doctype, second.reason) == ("can-cuoc", "code")
    assert cut(FRONT, coded) == [(1, 2, "can-cuoc")]
    assert first.last == 1


def double_page(*lines: str) -> ReadPage:
    """Two facing pages of a book, scanned across: words left | words right."""
    words = tuple(line(text, 100 + 60 * at) for at, text in enumerate(lines))
    return ReadPage(Page(1, WIDTH, WIDTH * 7 // 10, 140), OcrPage(words))


def test_a_red_book_is_two_double_pages() -> None:
    cover = double_page(
        "IV. Những thay đổi sau khi cấp | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Nội dung thay đổi | Độc lập - Tự do - Hạnh phúc",
        "a | GIẤY CHỨNG NHẬN",
        "b | QUYỀN SỬ DỤNG ĐẤT",
    )
    inside = double_page(
        "II. Thửa đất | III. Sơ đồ thửa đất", "Thửa đất số: 12 | Tỷ lệ 1/500"
    )
    spans = [
        (span.first, span.last, span.doctype)
        for span in split_pages(
            tuple(
                replace(each, page=replace(each.page, number=number))
                for number, each in enumerate((cover, inside, BIRTH), start=1)
            ),
            DOCTYPES,
        )
    ]
    assert spans == [
        (1, 2, "giay-chung-nhan-quyen-su-dung-dat"),
        (3, 3, BIRTH_CODE),
    ]


def test_a_side_that_shows_nothing_goes_with_its_card_in_doubt() -> None:
    (span,) = split(FRONT, MUTE_BACK)
    assert span.doubts == (starts.NO_BACK,)


def test_a_serial_number_begins_a_paper() -> None:
    _, span = split(BIRTH, page("x", codes=["ASN00123"]))
    assert (span.first, span.reason, span.doctype) == (2, "code", UNKNOWN)


def test_doubts_name_no_value_of_the_page() -> None:
    for span in split(receipt(CODE, OTHER_CODE), UNREADABLE, FRONT, MUTE_BACK):
        assert CODE not in " ".join(span.doubts)


RULES = SheetRules(Separates.DOSSIER, "demo", KEYS)
PAPER_RULES = SheetRules(Separates.PAPER, "demo", KEYS)


def dossiers(*sheets: ReadPage, rules: SheetRules = RULES) -> list[list[int]]:
    """Pages of each dossier, by the spans that begin one."""
    groups: list[list[int]] = []
    for span in split_pages(stack(*sheets), DOCTYPES, rules):
        if span.doctype == SEPARATOR and not span.doubts:
            continue
        if not groups or span.starts_dossier:
            groups.append([])
        groups[-1] += range(span.first, span.last + 1)
    return groups


def test_our_sheets_say_themselves_what_they_separate() -> None:
    paper = own_sheet(token(SheetKind.PAPER))
    another = own_sheet(token(SheetKind.DOSSIER, 1))
    sheets = (receipt(CODE), paper, continued(), another, continued())
    assert dossiers(*sheets) == [[1, 3], [5]]


def test_a_patch_separates_papers_where_the_counter_says_so() -> None:
    sheets = (receipt(CODE), sheet(), continued(), sheet(), receipt(OTHER_CODE))
    assert dossiers(*sheets) == [[1], [3], [5]]
    assert dossiers(*sheets, rules=PAPER_RULES) == [[1, 3], [5]]


def test_a_leader_gives_its_code_to_what_is_behind_it() -> None:
    lead, first, _ = split_pages(stack(leader(), receipt(), BIRTH), DOCTYPES, RULES)
    assert (lead.doctype, lead.dossier_code) == (SEPARATOR, CODE)
    assert (first.starts_dossier, first.doubts) == (True, ())


@pytest.mark.parametrize("behind", [receipt(OTHER_CODE), printed(OTHER_CODE)])
def test_a_leader_that_another_code_follows_goes_to_a_person(behind: ReadPage) -> None:
    _, first = split_pages(stack(leader(CODE), behind), DOCTYPES, RULES)
    assert boundaries.LEADER_DISAGREES in first.doubts


def test_two_leaders_before_one_dossier_go_to_a_person() -> None:
    stacked = stack(leader(CODE, 1), leader(OTHER_CODE, 2), BIRTH)
    *_, first = split_pages(stacked, DOCTYPES, RULES)
    assert boundaries.TWO_LEADERS in first.doubts


def test_a_sheet_printed_on_both_sides_is_no_copy() -> None:
    both = own_sheet(token())
    assert dossiers(BIRTH, both, both, BIRTH) == [[1], [4]]


@pytest.mark.parametrize(
    ("doubtful", "doubt"),
    [
        (own_sheet(token(key=b"x" * 32)), FOREIGN),
        (page("TỜ PHÂN CÁCH HỒ SƠ", "Đặt trước hồ sơ"), UNREADABLE_SHEET),
        (page("PATCH T"), UNREADABLE_SHEET),
        (leader(counter="other"), OTHER_COUNTER),
    ],
    ids=["foreign", "unreadable", "torn patch", "other counter"],
)
def test_a_sheet_in_doubt_is_kept_with_what_is_behind_it(
    doubtful: ReadPage, doubt: str
) -> None:
    stacked = stack(receipt(CODE), doubtful, blank(), receipt(OTHER_CODE), BIRTH)
    _, kept, behind, _ = split_pages(stacked, DOCTYPES, RULES)
    assert (kept.first, kept.last, kept.doctype) == (2, 3, SEPARATOR)
    assert (kept.starts_dossier, kept.doubts) == (True, (doubt,))
    assert (behind.starts_dossier, behind.dossier_code) == (False, OTHER_CODE)


def test_doubled_sheets_in_doubt_are_one_paper() -> None:
    foreign = own_sheet(token(key=b"x" * 32))
    assert dossiers(foreign, foreign, BIRTH) == [[1, 2, 3]]


def test_a_copy_inside_a_batch_goes_to_a_person() -> None:
    mine = own_sheet(token())
    spans = split_pages(stack(mine, BIRTH, mine, BIRTH), DOCTYPES, RULES)
    assert [span.doubts for span in spans] == [(), (), (COPIED,), ()]


def test_a_sticker_on_a_paper_separates_and_the_paper_stays() -> None:
    sticker = replace(DECREE, codes=sheet().codes)
    full = replace(continued(), codes=own_sheet(token()).codes)
    assert dossiers(BIRTH, sticker, continued(), full) == [[1], [2, 3], [4]]


def test_a_paper_that_prints_another_code_begins_a_dossier_in_doubt() -> None:
    spans = split(receipt(CODE), BIRTH, printed(OTHER_CODE), continued())
    assert [span.starts_dossier for span in spans] == [True, False, True]
    assert spans[-1].doubts == (boundaries.OTHER_DOSSIER,)


def test_a_paper_that_prints_its_own_code_stays() -> None:
    assert dossiers(receipt(CODE), printed(CODE), printed(CODE)) == [[1, 2, 3]]


def test_papers_without_bar_codes_are_told_apart_by_print() -> None:
    assert dossiers(printed(CODE), BIRTH, printed(OTHER_CODE)) == [[1, 2], [3]]


def test_two_readings_that_differ_cut_nothing() -> None:
    told = printed(OTHER_CODE)
    line = next(line for line in told.text.lines if OTHER_CODE in line.text)
    readings = (Reading("page", line.text, 0.9), Reading("line", CODE, 0.9))
    look = SecondLook(line.box, readings)
    assert dossiers(receipt(CODE), replace(told, second_looks=(look,))) == [[1, 2]]


def test_the_serial_of_a_paper_is_kept() -> None:
    numbered = replace(BIRTH, codes=page(codes=["ASN00123"]).codes)
    (span,) = split(numbered)
    assert span.serial == "ASN00123"
    two = replace(BIRTH, codes=page(codes=["ASN00123", "ASN00124"]).codes)
    (span,) = split(two)
    assert (span.serial, span.doubts) == (None, (boundaries.TWO_SERIALS,))


SHEETS = st.sampled_from(
    [
        leader(CODE, 1),
        leader(OTHER_CODE, 2),
        leader(CODE, 3, counter="other"),
        own_sheet(token(SheetKind.PAPER, 4)),
        own_sheet(token(SheetKind.DOSSIER, 5)),
        own_sheet(token(SheetKind.DOSSIER, 6, key=b"x" * 32)),
        page("TỜ PHÂN CÁCH GIẤY TỜ"),
        printed(CODE),
        printed(OTHER_CODE),
        replace(BIRTH, codes=leader(OTHER_CODE, 7).codes),
        receipt(CODE),
        receipt(OTHER_CODE),
        receipt(),
        receipt(CODE, OTHER_CODE),
        BIRTH,
        DECREE,
        LETTER,
        UNTITLED,
        FRONT,
        BACK,
        MUTE_BACK,
        blank(),
        sheet(),
        continued(),
        continued("2"),
        UNREADABLE,
        page("PHỤ LỤC", "x"),
        page("x", codes=[CARD_QR]),
        page("x", codes=["ASN00123"]),
        page(),
    ]
)


@settings(max_examples=40, deadline=None)
@given(st.lists(SHEETS, max_size=10), st.sampled_from([RULES, PAPER_RULES]))
def test_every_page_is_in_exactly_one_span(
    sheets: list[ReadPage], rules: SheetRules
) -> None:
    spans = split_pages(stack(*sheets), DOCTYPES, rules)
    covered = [n for span in spans for n in range(span.first, span.last + 1)]
    assert covered == list(range(1, len(sheets) + 1))
    assert all(0 <= span.confidence <= 1 for span in spans)
    assert spans == split_pages(stack(*sheets), DOCTYPES, rules)


@settings(max_examples=60, deadline=None)
@given(st.lists(SHEETS, max_size=10), st.sampled_from([RULES, PAPER_RULES]))
def test_no_dossier_holds_papers_of_two_codes(
    sheets: list[ReadPage], rules: SheetRules
) -> None:
    for pages in dossiers(*sheets, rules=rules):
        codes = {dossier_codes(sheets[number - 1].codes) for number in pages}
        assert len(codes - {()}) <= 1


@settings(max_examples=60, deadline=None)
@given(st.lists(SHEETS, max_size=10), st.sampled_from([RULES, PAPER_RULES]))
def test_a_leader_that_is_contradicted_is_never_followed_in_silence(
    sheets: list[ReadPage], rules: SheetRules
) -> None:
    leading: str | None = None
    for span in split_pages(stack(*sheets), DOCTYPES, rules):
        if span.doctype == SEPARATOR and not span.doubts:
            leading = span.dossier_code or leading
            continue
        assert span.doubts or leading is None or span.dossier_code in {None, leading}
        leading = None


@settings(max_examples=30, deadline=None)
@given(st.lists(SHEETS, max_size=10))
def test_only_sheets_and_their_backs_are_left_out(sheets: list[ReadPage]) -> None:
    for span in split_pages(stack(*sheets), DOCTYPES, RULES):
        if span.doctype != SEPARATOR or span.doubts:
            continue
        for left_out in sheets[span.first - 1 : span.last]:
            assert left_out.page.blank or len(left_out.text.words) < 20
            assert not dossier_codes(left_out.codes)
