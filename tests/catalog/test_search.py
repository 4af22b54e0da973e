from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.catalog.catalog import SqlCatalog
from pipeline.model.dossier import DossierStatus
from pipeline.model.search import Hit, SearchQuery
from tests.catalog.made_up import START, a_document, a_manifest
from tests.servers import PostgresServer

DECREE = a_document(
    title="Nghị định",
    doctype="nghi-dinh",
    so_ky_hieu="96/2016/NĐ-CP",
    ngay_ban_hanh="2016-07-01",
    co_quan_ban_hanh="Chính phủ",
    trich_yeu="Quy định điều kiện về an ninh, trật tự",
    nguoi_ky="Nguyễn Xuân Phúc",
)
FORM = a_document(
    title="Tờ khai đăng ký khai sinh",
    doctype="to-khai-khai-sinh",
    so_ky_hieu="96/2016/QĐ-UBND",
    ho_ten="Nguyễn Thị Mẫu",
    so_dinh_danh="034187000123",
    ngay_ban_hanh="2024-02-05",
)
LETTER = a_document(
    title="Công văn", doctype="cong-van", so_ky_hieu="05/UBND-VX", ngay_ban_hanh=None
)
PAPERS = {
    DECREE: (
        "Căn cứ Luật Tổ chức Chính phủ; trật tự; bảo vệ hoà bình của nhân dân",
        {"code": None, "counter_id": "ben-quang", "procedure": "1.001193"},
    ),
    FORM: (
        "Kính gửi: Ủy ban nhân dân xã. Đề nghị đăng ký khai sinh; Quí Hòa; chủ tịch ký",
        {"code": "H15.50.05.13-261008-0975", "counter_id": "khe-sanh"},
    ),
    LETTER: (
        "Về việc chu tich uy ban hòa bình, bao ve nhan dan",
        {"status": DossierStatus.REVIEW, "counter_id": "ben-quang"},
    ),
}


@pytest.fixture(
    scope="module",
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)],
)
def filed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SqlCatalog]:
    """A catalog with the three papers; the last is the newest."""
    url = f"sqlite:///{tmp_path_factory.mktemp('search')}/catalog.sqlite3"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_cluster")
        assert isinstance(server, PostgresServer)
        url = server.fresh_database().url
    catalog = SqlCatalog(url)
    catalog.migrate()
    for day, (paper, (text, of_dossier)) in enumerate(PAPERS.items()):
        when = START + timedelta(days=day)
        manifest = a_manifest(f"d{day}", paper, filed_at=when, **of_dossier)
        catalog.index(manifest, (text,))
    yield catalog
    catalog.close()


def ask(filed: SqlCatalog, text: str, **filters: object) -> list[tuple[str, str]]:
    hits = filed.search(SearchQuery(text, **filters)).hits  # type: ignore[arg-type]
    return [(hit.doctype, hit.tier) for hit in hits]


def first(filed: SqlCatalog, text: str) -> Hit:
    return filed.search(SearchQuery(text)).hits[0]


def marked(hit: Hit) -> list[str]:
    return [hit.snippet.text[start:end] for start, end in hit.snippet.marks]


@pytest.mark.parametrize(
    "text",
    [
        "nghi dinh 96 2016",
        "96/2016/ND-CP",
        "96/2016/NĐ-CP",
        "96/2016/NÐ-CP",
        "nd 96/2016",
        "NĐ 96",
        "Nghị định số 96/2016/NĐ-CP",
        "số 96 / 2016 / NĐ - CP",
        "96/2016/nđcp về an ninh",
        "96/NĐ-CP",
    ],
)
def test_a_decree_is_found_by_its_number(filed: SqlCatalog, text: str) -> None:
    assert ask(filed, text)[0] == ("nghi-dinh", "number")
    assert ("to-khai-khai-sinh", "number") not in ask(filed, text)


def test_a_number_without_its_type_finds_all_of_that_number(
    filed: SqlCatalog,
) -> None:
    both = [("to-khai-khai-sinh", "number"), ("nghi-dinh", "number")]
    assert ask(filed, "96/2016")[:2] == both
    assert ask(filed, "số 96 năm 2016")[:2] == both


@pytest.mark.parametrize(
    ("text", "doctype"),
    [
        ("034187000123", "to-khai-khai-sinh"),
        ("034 187 000 123", "to-khai-khai-sinh"),
        ("CCCD 034187000123", "to-khai-khai-sinh"),
        ("h15.50.05.13-261008-0975", "to-khai-khai-sinh"),
        ("mã hồ sơ H15.50.05.13 - 261008 - 0975", "to-khai-khai-sinh"),
        ("công văn 5 ubnd", "cong-van"),
        ("05/UBND-VX", "cong-van"),
    ],
)
def test_a_paper_is_found_by_any_of_its_numbers(
    filed: SqlCatalog, text: str, doctype: str
) -> None:
    assert ask(filed, text)[0] == (doctype, "number")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("hòa bình", [("cong-van", "phrase"), ("nghi-dinh", "phrase")]),
        ("HOÀ BÌNH", [("cong-van", "phrase"), ("nghi-dinh", "phrase")]),
        ("hoa binh", [("cong-van", "folded-phrase"), ("nghi-dinh", "folded-phrase")]),
        ("chủ tịch", [("to-khai-khai-sinh", "phrase"), ("cong-van", "folded-phrase")]),
        ("bình hòa", [("cong-van", "words"), ("nghi-dinh", "words")]),
        ("nguyen phuc", [("nghi-dinh", "words")]),
        ("Nguyễn Thị Mẫu", [("to-khai-khai-sinh", "phrase")]),
        (
            "quý hoà",
            [("to-khai-khai-sinh", "folded-phrase"), ("nghi-dinh", "words")],
        ),
        ("nghj định", [("nghi-dinh", "one-typo")]),
        ("luaat to chuc", [("nghi-dinh", "one-typo")]),
        ("khai sinh khong co", []),
    ],
)
def test_the_most_exact_comes_first_and_then_the_newest(
    filed: SqlCatalog, text: str, answer: list[tuple[str, str]]
) -> None:
    found = ask(filed, text)

    assert found[: len(answer)] == answer
    assert {tier for _, tier in found[len(answer) :]} <= {"one-typo"}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ('"dan ky"', []),
        ('"dang ky" sinh', [("to-khai-khai-sinh", "folded-phrase")]),
        ('"binh hoa"', []),
        ("“bảo vệ” dân", [("nghi-dinh", "phrase"), ("cong-van", "folded-phrase")]),
        ('"dang ky', [("to-khai-khai-sinh", "folded-phrase")]),
    ],
)
def test_a_quoted_phrase_stays_a_phrase(
    filed: SqlCatalog, text: str, answer: list[tuple[str, str]]
) -> None:
    assert ask(filed, text) == answer


@pytest.mark.parametrize(
    ("filters", "days"),
    [
        ({}, [2, 1, 0]),
        ({"counter_id": "ben-quang"}, [2, 0]),
        ({"doctype": "cong-van"}, [2]),
        ({"procedure": "1.001193"}, [0]),
        ({"code": "h15.50.05.13-261008-0975"}, [1]),
        ({"status": DossierStatus.REVIEW}, [2]),
        ({"issued_from": date(2016, 7, 1)}, [1, 0]),
        ({"issued_from": date(2016, 7, 2)}, [1]),
        ({"issued_to": date(2016, 7, 1)}, [0]),
        ({"counter_id": "ben-quang", "status": DossierStatus.FILED}, [0]),
        ({"counter_id": "nowhere"}, []),
        ({"limit": 1}, [2]),
        ({"limit": 2, "offset": 1}, [1, 0]),
        ({"limit": 0}, []),
        ({"offset": 3}, []),
    ],
)
def test_filters_narrow_with_and_without_words(
    filed: SqlCatalog, filters: dict[str, object], days: list[int]
) -> None:
    for text in ("", "nhan dan"):
        found = filed.search(SearchQuery(text, **filters)).hits  # type: ignore[arg-type]
        assert [int(hit.dossier_id[1:]) for hit in found] == days


def test_a_hit_tells_all_that_a_list_shows(filed: SqlCatalog) -> None:
    hit = first(filed, "96/2016/NĐ-CP")

    assert (hit.dossier_id, hit.revision, hit.document_number) == ("d0", 1, 1)
    assert (hit.number, hit.issued_on) == ("96/2016/NĐ-CP", "2016-07-01")
    assert (hit.agency, hit.title) == ("Chính phủ", "Nghị định")
    assert hit.subject == "Quy định điều kiện về an ninh, trật tự"
    assert (hit.key, hit.filed_at) == (DECREE.key, START)
    assert (hit.first_page, hit.last_page, hit.dossier_code) == (1, 1, None)


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("hòa bình", ["hoà bình"]),
        ("hoa binh", ["hoà bình"]),
        ("luat to chuc", ["Luật Tổ chức"]),
        ("luat chuc", ["Luật", "chức"]),
        ("lluat to chuc", ["Luật", "Tổ", "chức"]),
        ("96/2016/nd-cp", ["96", "2016", "NĐ", "CP", "2016"]),
    ],
)
def test_the_snippet_marks_what_was_found_as_it_is_printed(
    filed: SqlCatalog, text: str, marks: list[str]
) -> None:
    hits = filed.search(SearchQuery(text, doctype="nghi-dinh")).hits
    assert marked(hits[0]) == marks


def test_totals_are_counted_up_to_a_cap(filed: SqlCatalog) -> None:
    found = filed.search(SearchQuery("nhan dan", limit=1))
    assert (found.total, found.capped, len(found.hits)) == (3, False, 1)


def test_no_more_than_the_cap_is_counted(catalog: SqlCatalog) -> None:
    papers = tuple(a_document(number) for number in range(1, 1_011))
    catalog.index(a_manifest("d1", *papers), ("hòa bình",) * 1_010)

    for text in ("", "hòa bình", "binh", "bijnh"):
        found = catalog.search(SearchQuery(text, limit=5, offset=998))
        assert (found.total, found.capped) == (1_001, True)
        assert [hit.document_number for hit in found.hits] == [999, 1_000, 1_001]


@pytest.mark.parametrize("text", ["!?", "🙂", '""', "- / .", "\u0301", "'", "*"])
def test_a_query_without_a_word_finds_nothing(filed: SqlCatalog, text: str) -> None:
    assert filed.search(SearchQuery(text)).total == 0


@pytest.mark.parametrize(
    "text",
    [
        "a AND OR NOT",
        'NEAR("a" "b", 3)',
        "folded : a",
        'a" OR "1"="1',
        "-a ^b c*",
        "a & ! | <-> :*",
        "'; DROP TABLE documents; --",
        "\0",
        "a\0b",
        "\ud800 x",
        "x" * 10_000,
        "a " * 5_000,
        '"' * 9_999,
        "96/" * 3_000,
        "%_%",
        "\\",
        "İstanbul ß ǅ ﬁ ﷺ",
    ],
)
def test_hostile_queries_are_only_queries(filed: SqlCatalog, text: str) -> None:
    assert filed.search(SearchQuery(text)).total <= 3


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(max_size=60)
    | st.lists(
        st.sampled_from(
            ["hòa", "dan", '"', "AND", "OR", "(", ")", "96", "/", "-", "*", "\0", "'"]
        )
    ).map(" ".join)
)
def test_no_query_ever_fails(filed: SqlCatalog, text: str) -> None:
    found = filed.search(SearchQuery(text))
    assert len(found.hits) == found.total <= 3
    for hit in found.hits:
        assert all(
            0 <= start < end <= len(hit.snippet.text)
            for start, end in hit.snippet.marks
        )
