from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree

from pipeline.model.dossier import FieldStatus
from pipeline.model.scan import OWN_WORDS
from pipeline.sip.describe import describe_dossier, describe_paper, file_code
from pipeline.sip.package import find_moment
from pipeline.sip.schemas import PackageInvalid, check_xml
from pipeline.sip.values import FULL, Submission, write_moment
from tests.sip.filing import CODE, EXPORTED, FILED, NAME, Office, field, fields


@pytest.fixture
def submission(tmp_path: Path) -> Submission:
    (manifest,) = Office(tmp_path).file(CODE)
    return Submission(
        manifest,
        b"{}",
        "UBND xã",
        "Đăng ký khai sinh",
        "01",
        {"quyet-dinh": "02"},
        EXPORTED,
        "0.1.0",
        FULL,
    )


def values(data: bytes) -> dict[str, str]:
    return {each.tag: each.text or "" for each in etree.fromstring(data)}


def paper(submission: Submission, **fields_: str) -> dict[str, str]:
    known = {each.name: each for each in fields()}
    known |= {name: field(name, value) for name, value in fields_.items()}
    document = submission.manifest.documents[0]
    document = replace(document, fields=tuple(known.values()))
    data = describe_paper(submission, document)
    check_xml("EAD_doc_x.xml", data)
    return values(data)


def test_a_dossier_is_described_by_the_eighteen_elements(
    submission: Submission,
) -> None:
    data = describe_dossier(submission)
    check_xml("metadata/descriptive/EAD.xml", data)
    found = values(data)
    assert len(found) == 18
    assert found["fileCode"] == CODE
    assert found["title"] == f"Đăng ký khai sinh ({CODE})"
    assert (found["maintenance"], found["mode"]) == ("01", "02")
    assert (found["startDate"], found["endDate"]) == ("08/10/2026", "08/10/2026")
    assert (found["totalDoc"], found["numberOfPage"]) == ("2", "2")
    assert found["confidenceLevel"] == "02"


def test_a_paper_is_described_by_the_twenty_one_elements(
    submission: Submission,
) -> None:
    found = paper(submission)
    assert len(found) == 21
    assert found["docCode"] == f"{CODE}.0000001"
    assert len(found["docId"]) <= 25
    assert found["typeName"] == "02"
    assert (found["codeNumber"], found["codeNotation"]) == ("154", "2024/NĐ-CP")
    assert found["issuedDate"] == "07/10/2026"
    assert found["organName"] == "UBND xã Hướng Phùng"
    assert found["subject"] == "Về việc đăng ký khai sinh cho trẻ em ở thôn Cợp"
    assert f"Người ký: {NAME}" in found["description"]


@pytest.mark.parametrize(
    ("text", "number", "notation"),
    [
        ("12/QĐ-UBND", "12", "QĐ-UBND"),
        ("05-GM/UBND", "05", "GM/UBND"),
        ("QĐ-UBND", "", "QĐ-UBND"),
        ("123456789012/QĐ", "", "123456789012/QĐ"),
        ("7/" + "X" * 40, "", ""),
    ],
)
def test_number_and_notation_stand_apart(
    submission: Submission, text: str, number: str, notation: str
) -> None:
    found = paper(submission, so_ky_hieu=text)
    assert (found["codeNumber"], found["codeNotation"]) == (number, notation)
    assert notation or f"Số, ký hiệu: {text}" in found["description"]


def test_what_nobody_confirmed_is_left_out_and_named(submission: Submission) -> None:
    document = replace(
        submission.manifest.documents[0], fields=fields(FieldStatus.REVIEW)
    )
    found = values(describe_paper(submission, document))
    assert found["organName"] == found["issuedDate"] == found["codeNumber"] == ""
    assert found["subject"] == "Quyết định"
    assert "so_ky_hieu" in found["description"]
    assert NAME not in found["description"]


def test_running_text_is_cut_at_a_word_and_shows_it(submission: Submission) -> None:
    found = paper(submission, trich_yeu="chữ " * 200)
    assert len(found["subject"]) <= 500
    assert found["subject"].endswith("chữ…")


def test_characters_xml_cannot_carry_are_replaced(submission: Submission) -> None:
    assert paper(submission, trich_yeu="a\x00b\x0bc")["subject"] == "a\ufffdb\ufffdc"


@pytest.mark.parametrize("code", [None, "", "../../etc", "a b", "x" * 90, "Đỗ"])
def test_a_code_that_is_no_name_never_names_anything(
    submission: Submission, code: str | None
) -> None:
    manifest = replace(submission.manifest, code=code)
    assert file_code(manifest) == manifest.id


def test_a_born_digital_paper_says_so(submission: Submission) -> None:
    first, second = submission.manifest.documents
    own = replace(first, pages=(replace(first.pages[0], source=OWN_WORDS),))
    assert values(describe_paper(submission, own))["confidenceLevel"] == "01"
    mixed = replace(submission.manifest, documents=(own, second))
    data = describe_dossier(replace(submission, manifest=mixed))
    assert values(data)["confidenceLevel"] == "03"


def test_the_dossier_ends_with_its_latest_paper_not_in_the_future(
    submission: Submission,
) -> None:
    first, second = submission.manifest.documents
    late = replace(second, fields=(field("ngay_ban_hanh", "2199-01-01"),))
    result = replace(first, fields=(field("ngay_ban_hanh", "2026-10-20"),))
    filed = FILED + timedelta(days=30)
    manifest = replace(submission.manifest, documents=(result, late), filed_at=filed)
    found = values(describe_dossier(replace(submission, manifest=manifest)))
    assert (found["startDate"], found["endDate"]) == ("08/10/2026", "20/10/2026")


def test_a_fault_is_named_by_its_place_never_by_its_value() -> None:
    secret = b"<simpledc><fileCode>Huyen 012345678901</fileCode></simpledc>"
    with pytest.raises(PackageInvalid, match="EAD") as caught:
        check_xml("metadata/descriptive/EAD.xml", secret)
    assert "012345678901" not in str(caught.value)


def test_attributes_of_the_extensions_are_checked_too(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.file(CODE)
    (exported,) = office.export(CODE)
    good = (office.package(exported) / "METS.xml").read_bytes()
    check_xml("METS.xml", good)
    with pytest.raises(PackageInvalid):
        check_xml("METS.xml", good.replace(b'PACKAGETYPE="SIP"', b'PACKAGETYPE="X"'))


def test_times_are_vietnams_with_milliseconds() -> None:
    assert write_moment(EXPORTED) == "2026-11-28T10:00:00.000+07:00"


@pytest.mark.parametrize("data", [b"", b"<x/>", b"no xml", b"<!DOCTYPE a [<!ENTITY"])
def test_something_else_was_not_made_at_any_time(data: bytes) -> None:
    assert find_moment(data) is None
