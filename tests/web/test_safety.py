import logging
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from pipeline.web.app import make_app
from pipeline.web.safety import Guard
from tests.web.filed import COUNTER, Filed, make_home

ADDRESSES = [
    "/",
    "/counters",
    f"/counters/{COUNTER}",
    "/dossiers/{id}",
    "/dossiers/{id}/1",
    "/dossiers/{id}/1/pdf",
    "/dossiers/{id}/1/pages/1.png",
    "/health",
    "/static/style.css",
    "/static/places.css",
    "/static/favicon.svg",
]


@pytest.mark.parametrize("address", [*ADDRESSES, "/nothing"])
def test_every_answer_forbids_what_is_foreign(
    client: TestClient, filed: Filed, address: str
) -> None:
    headers = client.get(address.format(id=filed.certificate.id)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert ("/static/" in address) == ("max-age" in headers["cache-control"])


@pytest.mark.parametrize("address", ADDRESSES)
def test_head_answers_as_get_without_a_body(
    client: TestClient, filed: Filed, address: str
) -> None:
    path = address.format(id=filed.certificate.id)
    head, get = client.head(path), client.get(path)
    assert head.status_code == get.status_code == 200
    assert head.content == b""
    assert head.headers["content-type"] == get.headers["content-type"]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8400", 200),
        ("localhost", 200),
        ("[::1]:8400", 200),
        ("hoso.tinh.example", 200),
        ("HOSO.tinh.example:443", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("", 421),
        ("a:b:c", 421),
    ],
)
def test_only_known_host_names_are_answered(host: str, status: int) -> None:
    guard = Guard(PlainTextResponse("inside"), ("hoso.tinh.example",))
    answer = TestClient(guard).get("/", headers={"Host": host})
    assert answer.status_code == status
    assert (answer.text == "inside") == (status == 200)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused_with_a_page(client: TestClient, method: str) -> None:
    answer = client.request(method, "/counters")
    assert answer.status_code == 405
    assert "Không thực hiện được" in answer.text


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    start=st.sampled_from(["/", "/dossiers/", "/counters/", "/results/", "/static/"]),
    parts=st.lists(
        st.one_of(
            st.sampled_from(["..", "%2e%2e%2f", "%00", "1", "pdf", "pages", "1.png"]),
            st.binary(max_size=12).map(
                lambda raw: "".join(f"%{byte:02x}" for byte in raw)
            ),
        ),
        max_size=5,
    ),
)
def test_any_address_gets_a_page_and_never_a_failure(
    client: TestClient, start: str, parts: list[str]
) -> None:
    address = f"http://127.0.0.1:8400{start}{'/'.join(parts)}"
    answer = client.get(address, follow_redirects=False)
    assert answer.status_code < 500
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("query", ["page=0", "page=x", "page=99999", "page=1&page=%00"])
def test_a_nonsense_page_of_a_list_is_not_there(client: TestClient, query: str) -> None:
    assert client.get(f"/results/x?{query}").status_code in (404, 410)


def test_a_defect_is_logged_without_what_was_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    number = "034187" + "000123"  # in pieces: the log quotes this line

    async def broken(*_: object) -> None:
        raise ValueError(number)

    client = TestClient(Guard(broken, ()), base_url="http://localhost")
    with caplog.at_level(logging.ERROR):
        answer = client.get("/")
    assert answer.status_code == 500
    assert "Hãy báo cho người vận hành" in answer.text
    assert "ValueError" in caplog.text
    assert number not in caplog.text + answer.text


def test_searches_leave_no_trace_in_the_log(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="pipeline"):
        client.post("/", data={"text": "Nguyễn Văn Ví Dụ"})
    assert "Ví Dụ" not in caplog.text


def test_a_damaged_store_is_told_to_the_operator(tmp_path: Path) -> None:
    home = make_home(tmp_path, decisions=1)
    manifest = next(tmp_path.glob("store/dossiers/*/r1/manifest.json"))
    manifest.chmod(0o600)
    manifest.write_bytes(b"{}")
    with TestClient(make_app(home.settings), base_url="http://localhost") as client:
        answer = client.get(f"/dossiers/{manifest.parent.parent.name}")
    assert answer.status_code == 500
    assert "người vận hành" in answer.text
