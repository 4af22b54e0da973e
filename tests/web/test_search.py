import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from pipeline.model.unicode import fold as without_marks
from tests.web.filed import CITIZEN, CODE, COUNTER, FAMILY, OTHER_COUNTER


def ask(client: TestClient, text: str = "", **filters: str) -> str:
    answer = client.post("/", data={"text": text, **filters})
    assert answer.status_code == 200
    return answer.text


def count(page: str) -> int:
    found = re.search(r'role="status">(\d+) ', page)
    assert found
    return int(found[1])


def test_the_home_page_shows_the_newest_dossiers(client: TestClient) -> None:
    page = client.get("/").text
    assert "H22.18.03-261008-" in page
    assert "đang chờ kiểm tra" in page


@pytest.mark.parametrize("fold", [False, True])
def test_a_citizen_is_found_with_and_without_diacritics(
    client: TestClient, fold: bool
) -> None:
    name = FAMILY.child.full_name
    page = ask(client, without_marks(name) if fold else name)
    assert "Giấy khai sinh" in page
    assert "<mark>" in page


def test_found_words_are_highlighted(client: TestClient) -> None:
    assert "<mark>phê</mark> <mark>duyệt</mark>" in ask(client, "duyet phe")


def test_a_document_number_is_found_first(client: TestClient) -> None:
    page = ask(client, "quyet dinh 7 qd ubnd")
    assert "Quyết định 7/QĐ-UBND" in page.split("</li>")[0]
    assert "tìm theo" in page


def test_what_was_asked_stays_out_of_the_address(client: TestClient) -> None:
    answer = client.post("/", data={"text": CODE})
    assert answer.history[0].status_code == 303
    assert CODE not in str(answer.url)
    assert CODE in answer.text


def test_an_answer_can_be_loaded_again(client: TestClient) -> None:
    answer = client.post("/", data={"text": "quyết định"})
    assert client.get(answer.url).text == answer.text


def test_a_list_goes_on_on_the_next_page(client: TestClient) -> None:
    answer = client.post("/", data={"text": "quyết định"})
    first, second = (client.get(f"{answer.url}?page={n}").text for n in (1, 2))
    assert count(first) == count(second) == 23
    assert first.count("<h2><a") == 20
    assert second.count("<h2><a") == 3
    assert 'rel="next"' in first
    assert 'rel="prev"' in second


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"doctype": "can-cuoc"}, 1),
        ({"counter": COUNTER}, 2),
        ({"counter": OTHER_COUNTER}, 23),
        ({"review": "1"}, 2),
        ({"issued_from": "2026-09-05", "issued_to": "05/09/2026"}, 23),
        ({"issued_from": "2026-09-06"}, 0),
        ({"counter": OTHER_COUNTER, "review": "1"}, 0),
    ],
)
def test_filters_narrow_the_list(
    client: TestClient, filters: dict[str, str], expected: int
) -> None:
    page = ask(client, **filters)
    assert count(page) == expected
    assert "<details open>" in page


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"issued_from": "31/02/2026"}, "Ngày chưa đúng"),
        ({"issued_from": "2026-02-02", "issued_to": "2026-02-01"}, "Ngày bắt đầu"),
        ({"doctype": "../../etc/passwd"}, "Loại giấy tờ hoặc quầy"),
        ({"text": "a" * 501}, "quá dài"),
    ],
)
def test_a_mistake_is_told_beside_the_form(
    client: TestClient, form: dict[str, str], told: str
) -> None:
    answer = client.post("/", data=form)
    assert answer.status_code == 400
    assert told in answer.text


def test_personal_numbers_are_masked_in_lists(client: TestClient) -> None:
    number = CITIZEN.personal_id
    page = ask(client, doctype="can-cuoc", text=number)
    shown = page.split("</form>")[1]  # what was typed stays in the form
    assert number not in shown
    assert f"••••{number[-4:]}" in shown


def test_an_answer_that_is_forgotten_asks_to_search_again(client: TestClient) -> None:
    answer = client.get("/results/AAAAAAAAAAAAAAAAAAAAAA")
    assert answer.status_code == 410
    assert "hết hạn" in answer.text


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    form=st.dictionaries(
        st.sampled_from(
            ["text", "doctype", "counter", "review", "issued_from", "issued_to", "x"]
        ),
        st.text(max_size=60),
    )
)
def test_any_form_gets_a_page(client: TestClient, form: dict[str, str]) -> None:
    answer = client.post("/", data={k: v.encode("utf-8") for k, v in form.items()})
    assert answer.status_code in (200, 400, 415)
    assert '<html lang="vi">' in answer.text


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"text=%ff%00%ed%a0%80", "application/x-www-form-urlencoded", 200),
        (b"text=" + b"a" * 20_000, "application/x-www-form-urlencoded", 413),
        (b"a=1&" * 30, "application/x-www-form-urlencoded", 400),
        (b"--x\r\n", "multipart/form-data; boundary=x", 415),
        (b"{}", "application/json", 415),
        (b"", "", 415),
    ],
)
def test_hostile_bodies_are_refused_politely(
    client: TestClient, body: bytes, media_type: str, status: int
) -> None:
    answer = client.post("/", content=body, headers={"Content-Type": media_type})
    assert answer.status_code == status
    assert '<html lang="vi">' in answer.text


def test_every_field_of_the_form_has_a_label(client: TestClient) -> None:
    page = client.get("/").text
    named = set(re.findall(r'<label for="([^"]+)"', page))
    asked = set(re.findall(r'<(?:input|select) id="([^"]+)"', page))
    assert asked == named
    assert len(asked) == 6
