import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from pipeline.bootstrap import open_app
from pipeline.intake.lanes import ShareHangs
from pipeline.model.intake import ClaimedFile
from pipeline.web.counters import Scan, counter_pages, is_urgent
from tests.web.filed import CODE, COUNTER, GLANCE, OTHER_COUNTER, QUIET_COUNTER, Filed


@pytest.fixture
def board(client: TestClient) -> str:
    return client.get(f"/counters/{COUNTER}").text


def test_what_is_lacking_is_told_at_the_counter(board: str) -> None:
    assert "Giấy chứng sinh (thiếu), giấy tờ số 3 trong giấy tiếp nhận (thiếu)" in board
    assert "Hợp đồng" not in board


def test_every_counter_is_listed(client: TestClient) -> None:
    page = client.get("/counters").text
    for counter in (COUNTER, OTHER_COUNTER, QUIET_COUNTER):
        assert f'href="/counters/{counter}"' in page
    assert "2 bản quét đang được xử lý" in page


def test_what_must_be_scanned_again_stands_on_top(board: str) -> None:
    top, rest = board.split("Các lần quét")
    assert "Hãy sao chép hoặc quét lại" in top
    assert "đặt mật khẩu" in board
    assert "Hãy sao chép hoặc quét lại" not in rest


def test_a_file_received_before_asks_for_nothing(board: str) -> None:
    top, rest = board.split("Các lần quét")
    assert "Đã nhận trước đó" in rest
    assert "Không cần làm gì" not in top


def test_bad_pages_are_told_beside_their_scan(board: str) -> None:
    rest = board.split("Các lần quét")[1]
    assert "Trang 2 bị cắt mất nội dung ở mép" in rest.split("Đang đọc")[1]


@pytest.mark.parametrize(("minutes", "urgent"), [(1, True), (29, True), (31, False)])
def test_bad_pages_stand_on_top_as_long_as_the_paper_is_at_hand(
    minutes: int, urgent: bool
) -> None:
    at = datetime(2026, 11, 24, 8, tzinfo=UTC)
    scan = Scan(at, "working", "WORKING", "claim", again=("Trang 2 bị mờ",))
    assert is_urgent(scan, at + timedelta(minutes=minutes)) is urgent
    assert not is_urgent(replace(scan, again=()), at)


def test_a_scan_is_shown_by_its_first_page(client: TestClient, board: str) -> None:
    address = re.search(r'class="glance" src="([^"]+)"', board)
    assert address is not None

    answer = client.get(address[1])

    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "private, max-age=600"
    assert answer.content == GLANCE


def test_a_picture_is_not_shown_at_another_counter(
    client: TestClient, board: str
) -> None:
    address = re.search(r'class="glance" src="([^"]+)"', board)
    assert address is not None
    elsewhere = address[1].replace(COUNTER, OTHER_COUNTER)
    assert client.get(elsewhere).status_code == 404


def test_a_click_lets_a_scan_begin_again(client: TestClient, board: str) -> None:
    claim = re.search(r'name="claim" value="([^"]+)"', board)
    assert claim is not None

    answer = client.post(
        f"/counters/{COUNTER}/again", data={"claim": claim[1]}, follow_redirects=False
    )

    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/counters/{COUNTER}",
    )


@pytest.mark.parametrize("claim", ["", "../../x", "20261124T020000000000Z-0000000g"])
def test_what_is_no_claim_begins_nothing(client: TestClient, claim: str) -> None:
    answer = client.post(f"/counters/{COUNTER}/again", data={"claim": claim})
    assert answer.status_code == 404


def test_a_form_of_a_foreign_page_is_refused(client: TestClient) -> None:
    answer = client.post(
        f"/counters/{COUNTER}/again",
        data={"claim": "20261124T020000000000Z-00000000"},
        headers={"Origin": "http://evil.example"},
    )
    assert answer.status_code == 403
    assert "không được gửi từ trang này" in answer.text


def test_progress_is_shown_page_by_page(board: str) -> None:
    assert "Đang đọc 4/9 trang" in board
    assert '<progress max="9" value="4">' in board


def test_a_waiting_scan_is_shown(board: str) -> None:
    assert "Chờ đọc" in board


def test_a_filed_scan_shows_code_papers_and_why_a_person_looks(board: str) -> None:
    assert CODE in board
    assert "Giấy khai sinh, Căn cước" in " ".join(board.split())
    assert "3 mục thông tin cần kiểm tra" in board


def test_the_newest_scan_stands_first(board: str) -> None:
    rest = board.split("Các lần quét")[1]
    places = [rest.index(w) for w in ("Đang đọc", "Chờ đọc", "Đã lưu, cần kiểm tra")]
    assert places == sorted(places)


def test_the_page_refreshes_until_it_is_told_not_to(
    client: TestClient, board: str
) -> None:
    assert '<meta http-equiv="refresh" content="3">' in board
    still = client.get(f"/counters/{COUNTER}?still=1").text
    assert "http-equiv" not in still
    assert "Tự cập nhật lại" in still


def test_a_file_just_taken_from_the_folder_is_accepted(
    client: TestClient, filed: Filed
) -> None:
    claim = "20261124T080000000000Z-0a1b2c3d"
    staging = filed.settings.drop_root / QUIET_COUNTER / ".sohoa" / "claimed" / claim
    staging.mkdir(parents=True)
    (staging / "scan").write_bytes(b"%PDF")
    page = client.get(f"/counters/{QUIET_COUNTER}").text
    assert "Đã nhận" in page
    assert "15:00 24/11/2026" in page


@dataclass(frozen=True)
class Hanging:
    """Drop folders on a share whose server is gone."""

    def claimed(self, counter_id: str) -> tuple[ClaimedFile, ...]:
        raise ShareHangs


def test_a_folder_that_does_not_answer_is_told_and_the_scans_are_shown(
    filed: Filed, board: str
) -> None:
    with open_app(filed.settings) as app:
        api = FastAPI()
        hanging: Any = Hanging()
        api.include_router(counter_pages(replace(app, inbox=hanging)))
        page = TestClient(api).get(f"/counters/{COUNTER}").text
    assert "Thư mục của quầy không trả lời." in page
    assert CODE in page
    assert "không trả lời" not in board


@pytest.mark.parametrize("counter", ["nowhere", "..%2f", "%00", "a" * 3000])
def test_an_unknown_counter_is_a_plain_404(client: TestClient, counter: str) -> None:
    assert client.get(f"/counters/{counter}").status_code == 404
