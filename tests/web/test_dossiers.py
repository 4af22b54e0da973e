import io
import re
from dataclasses import replace
from datetime import UTC, datetime

import pikepdf
import pytest
from PIL import Image
from starlette.testclient import TestClient

from pipeline.model.dossier import Manifest
from pipeline.model.signature import Change, IncomingSignature
from pipeline.pdf.signatures import unreadable
from pipeline.web.pages import _TEMPLATES
from tests.catalog.made_up import a_manifest
from tests.web.filed import (
    CITIZEN,
    CODE,
    FAMILY,
    MISREAD,
    OLD_HOME,
    UNITS,
    Filed,
)


@pytest.fixture
def certificate(client: TestClient, filed: Filed) -> str:
    return client.get(f"/dossiers/{filed.certificate.id}/1").text


def test_a_dossier_lists_its_papers_and_doubts(
    client: TestClient, filed: Filed
) -> None:
    page = client.get(f"/dossiers/{filed.certificate.id}").text
    assert f"<title>Hồ sơ {CODE} · Số hoá hồ sơ</title>" in page
    assert "mã hồ sơ in trên giấy khác mã vạch" in page
    assert "Đăng ký khai sinh (1.001193)" in page
    assert re.findall(r"<th [^>]*><a [^>]*>(Giấy khai sinh|Căn cước)</a>", page) == [
        "Giấy khai sinh",
        "Căn cước",
    ]


def test_every_reading_of_the_code_is_shown(client: TestClient, filed: Filed) -> None:
    page = client.get(f"/dossiers/{filed.certificate.id}").text
    assert "Các kết quả đọc mã hồ sơ" in page
    readings = re.findall(
        r"(Mã vạch|Chữ in trên giấy)</th>\s*<td[^>]*>(.*?)</td>", page
    )
    assert readings == [
        ("Mã vạch", CODE),
        ("Chữ in trên giấy", f'<span class="review">{MISREAD}</span>'),
    ]
    assert f'<a href="/dossiers/{filed.certificate.id}/2">2</a>' in page


def test_what_should_be_there_is_compared(client: TestClient, filed: Filed) -> None:
    page = client.get(f"/dossiers/{filed.certificate.id}").text
    assert "Đối chiếu thành phần hồ sơ" in page
    assert f"Giấy chứng sinh của {FAMILY.child.full_name}" in page
    assert page.count('<span class="review">thiếu</span>') == 2
    assert "(phải số hóa)" in page
    assert "&lt;b&gt;Hợp đồng&lt;/b&gt;" in page


def test_contradictions_are_shown_with_the_paper_that_counts_for_most_first(
    client: TestClient, filed: Filed
) -> None:
    page = client.get(f"/dossiers/{filed.certificate.id}").text
    assert "cùng một người, hai ngày sinh khác nhau" in page
    assert page.index("02/01/1990") < page.index("03/01/1990")
    assert "Không có dữ liệu nào bị sửa" in page


def test_sensitive_values_are_covered_in_the_list(
    client: TestClient, filed: Filed
) -> None:
    page = client.get(f"/dossiers/{filed.certificate.id}").text
    assert CITIZEN.personal_id not in page
    assert "••••••••" + CITIZEN.personal_id[-4:] in page


def test_the_unit_of_today_stands_beside_an_old_address(certificate: str) -> None:
    assert certificate.count(OLD_HOME) >= 2
    assert f"từ 01/07/2025: {UNITS[0]}" in certificate
    assert f"chưa rõ thuộc đơn vị nào: {'; '.join(UNITS)}" in certificate


def test_an_old_address_is_found_by_the_unit_of_today(client: TestClient) -> None:
    page = client.post("/", data={"text": "ngoc duong tuyen quang"}).text
    assert "Giấy khai sinh" in page


def test_a_dossier_of_the_same_code_is_named(client: TestClient, filed: Filed) -> None:
    page = client.get(f"/dossiers/{filed.decisions[0].id}").text
    assert "Hồ sơ khác có cùng mã" not in page
    assert "Đối chiếu thành phần hồ sơ" not in page


def test_fields_are_shown_by_their_printed_names(certificate: str) -> None:
    assert "Ngày, tháng, năm sinh" in certificate
    assert "Nơi cư trú của mẹ" in certificate
    assert "so phu" in certificate  # of a template that is gone


def test_a_date_is_shown_day_first(certificate: str) -> None:
    born = FAMILY.child.born
    assert f'<span class="value">{born:%d/%m/%Y}</span>' in certificate
    assert f'<span class="value">{born.isoformat()}</span>' not in certificate


def test_it_says_why_a_field_has_to_be_checked(certificate: str) -> None:
    assert "thứ tự hai ngày không hợp lý" in certificate
    assert "đọc chưa đủ tin cậy" in certificate
    assert "a rule nobody knows" not in certificate


def test_what_was_read_is_shown_where_it_differs(certificate: str) -> None:
    assert f"đọc được: “{FAMILY.child.full_name.upper()}”" in certificate


def test_a_field_leads_to_its_place_and_back(certificate: str) -> None:
    for number in re.findall(r'href="#place-(\d+)"', certificate):
        assert f'id="place-{number}"' in certificate
        assert f'href="#field-{number}"' in certificate
    assert 'href="#place-3"' in certificate


def test_what_was_measured_and_done_is_shown_page_by_page(certificate: str) -> None:
    caption = re.findall(r"<figcaption>(.*?)</figcaption>", certificate, re.DOTALL)[0]
    shown = " ".join(re.sub(r"<[^>]+>", " ", caption).split())
    for words in (
        "nắn thẳng 1,4°",
        "độ phân giải 72 dpi",
        "hướng 87 %",
        "độ thẳng 91 %",
        "độ nét 33 %",
        "độ tương phản 82 %",
        "bị mờ",
    ):
        assert words in shown


def test_a_place_outside_its_page_is_not_drawn(certificate: str) -> None:
    assert 'id="field-6"' in certificate
    assert 'id="place-6"' not in certificate


def test_what_was_read_cannot_become_markup(certificate: str) -> None:
    assert "&lt;script&gt;" in certificate
    assert "<script" not in certificate


def test_nothing_is_styled_or_scripted_inside_the_page(certificate: str) -> None:
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", certificate)


def test_a_document_shows_its_words_for_who_cannot_see_pictures(
    certificate: str,
) -> None:
    assert "GIẤY KHAI SINH" in certificate.split("<pre>")[1]


def test_a_personal_number_is_shown_on_its_own_paper(
    client: TestClient, filed: Filed
) -> None:
    page = client.get(f"/dossiers/{filed.certificate.id}/2").text
    assert f'<span class="value">{CITIZEN.personal_id}</span>' in page
    assert page.count("<figure") == 2


def test_what_is_not_on_the_paper_is_told_in_one_line(certificate: str) -> None:
    assert "Không có trên giấy: Người ký." in certificate


def test_a_value_out_of_a_code_says_so_instead_of_showing_the_code(
    client: TestClient, filed: Filed
) -> None:
    page = client.get(f"/dossiers/{filed.certificate.id}/2").text
    printed, coded = page.split('id="field-3"')
    assert "lấy từ mã vạch hoặc mã QR" in coded
    assert "<svg viewBox" in printed.split('id="field-2"')[1]
    assert "<svg viewBox" not in coded.split("</dl>")[0]


def test_the_pdf_is_downloaded_under_the_dossier_code(
    client: TestClient, filed: Filed
) -> None:
    answer = client.get(f"/dossiers/{filed.certificate.id}/2/pdf")
    name = f'attachment; filename="{CODE}-02-can-cuoc.pdf"'
    assert answer.headers["content-disposition"] == name
    assert answer.headers["cache-control"] == "no-store"
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        assert len(pdf.pages) == 2


@pytest.mark.parametrize(("size", "width"), [("screen", 1100), ("large", 2200)])
def test_a_page_is_shown_as_a_picture(
    client: TestClient, filed: Filed, size: str, width: int
) -> None:
    address = f"/dossiers/{filed.certificate.id}/2/pages/3.png?size={size}"
    first, second = client.get(address), client.get(address)
    assert Image.open(io.BytesIO(first.content)).size[0] == width
    assert second.content == first.content


@pytest.mark.parametrize(
    "address",
    [
        "/dossiers/{id}/3",
        "/dossiers/{id}/0",
        "/dossiers/{id}/-1",
        "/dossiers/{id}/1e3",
        "/dossiers/{id}/99999999999999999999999",
        "/dossiers/{id}/1/pages/2.png",
        "/dossiers/{id}/1/pages/0.png",
        "/dossiers/{id}/1/pages/1.png?size=9999",
        "/dossiers/{id}/2/pages/1.png",
        "/dossiers/0123456789abcdef-01",
        "/dossiers/0123456789abcdef-01/1/pdf",
        "/dossiers/plans",
        "/dossiers/%2e%2e%2f%2e%2e%2fcatalog.sqlite3",
        "/dossiers/..%00/1",
    ],
)
def test_what_is_not_there_is_a_plain_404(
    client: TestClient, filed: Filed, address: str
) -> None:
    answer = client.get(address.format(id=filed.certificate.id))
    assert answer.status_code == 404
    assert "Không có gì ở đây" in answer.text


def test_signatures_of_the_received_file_are_told_in_vietnamese() -> None:
    signed_at = datetime(2026, 11, 24, 2, 15, tzinfo=UTC)
    known = IncomingSignature(
        "S1", "UBND xã", "CA", signed_at, None, True, True, Change.NONE
    )
    changed = replace(known, intact=False, trusted=False)
    torn = unreadable("UNREADABLE")
    added = replace(known, change=Change.SUSPICIOUS, signer="<b>x</b>")
    shown = macro("signatures", manifest_with(known, changed, torn, added))
    assert re.findall(r'<td data-label="Nội dung">(?:<span[^>]*>)?([^<]*)', shown) == [
        "còn nguyên vẹn",
        "đã bị thay đổi sau khi ký",
        "không kiểm tra được",
        "phần được ký còn nguyên, nhưng có nội dung khác được thêm sau",
    ]
    assert "09:15 24/11/2026 <span" in shown
    assert "<b>x</b>" not in shown


def test_a_document_says_whether_it_is_signed_and_what_it_is(certificate: str) -> None:
    assert "Chữ ký số của cơ quan</dt><dd><span" in certificate
    assert "chưa ký" in certificate
    assert "<dt>Định dạng lưu trữ</dt><dd>PDF/A-2u</dd>" in certificate


def manifest_with(*signatures: IncomingSignature) -> Manifest:
    return replace(a_manifest(), signatures=signatures)


def macro(name: str, manifest: Manifest) -> str:
    parts = _TEMPLATES.get_template("parts.html").module
    return str(getattr(parts, name)(manifest))
