import fcntl
import os
import re
import shutil
import stat
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from lxml import etree

from pipeline.errors import ConfigError, StoreUnavailable
from pipeline.model.dossier import DossierStatus
from pipeline.sip.values import CIRCULAR
from pipeline.storage.init import init_buckets
from pipeline.usecases import export as exporting
from pipeline.usecases.export import Choice, Exported, Outcome
from tests.servers import S3Server
from tests.sip.commons_ip import validate
from tests.sip.filing import (
    CODE,
    EXPORTED,
    NAME,
    OFFICE,
    OTHER_CODE,
    SIGNED,
    Office,
    sha256,
)
from tests.storage.conftest import connect, open_store

METS = "{http://www.loc.gov/METS/}"
PREMIS = "{http://www.loc.gov/premis/v3}"
HREF = "{http://www.w3.org/1999/xlink}href"
SCAN = "representations/rep2/data/scan.pdf"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def files(folder: Path) -> dict[str, bytes]:
    return {
        each.relative_to(folder).as_posix(): each.read_bytes()
        for each in sorted(folder.rglob("*"))
        if each.is_file()
    }


def references(package: Path) -> dict[str, str]:
    """Give what all METS of a package name: SHA-256 by path."""
    found = {}
    for mets in package.rglob("METS.xml"):
        folder = mets.parent.relative_to(package)
        for each in etree.parse(mets).iter(f"{METS}mdRef", f"{METS}file"):
            location = each if each.tag == f"{METS}mdRef" else each[0]
            path = (folder / location.get(HREF)).as_posix()
            assert int(each.get("SIZE")) == (package / path).stat().st_size
            found[path] = each.get("CHECKSUM").lower()
    return found


def tampered(office: Office, key: str) -> None:
    path = office.folder / "store" / key
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o640)
    path.write_bytes(data)


def test_a_package_is_valid_as_eark_says(office: Office, tmp_path: Path) -> None:
    office.file(CODE, papers=3)
    (exported,) = office.export(CODE)
    assert validate(office.package(exported), tmp_path / "report") == ("VALID", [])


def test_a_zip_is_valid_as_eark_says(office: Office, tmp_path: Path) -> None:
    office.file(CODE, OTHER_CODE)
    exported, _ = office.export(CODE, OTHER_CODE, zipped=True)
    package = office.target / f"{exported.package}.zip"
    assert validate(package, tmp_path / "report") == ("VALID", [])


def test_where_the_circular_differs_from_eark_is_known(
    office: Office, tmp_path: Path
) -> None:
    office.file(CODE)
    (exported,) = office.export(CODE, shape=CIRCULAR)
    verdict, failed = validate(office.package(exported), tmp_path / "report")
    assert verdict == "INVALID"
    assert failed == ["CSIPSTR16", "CSIP107", "SIP2"]  # the first is a SHOULD


def test_every_file_is_named_once_with_its_hash(office: Office) -> None:
    office.file(CODE, papers=3)
    (exported,) = office.export(CODE)
    package = office.package(exported)
    found = {path: sha256(data) for path, data in files(package).items()}
    named = references(package)
    assert found.pop("METS.xml")
    assert named == found


def test_papers_and_scan_are_those_of_the_store_byte_for_byte(office: Office) -> None:
    (manifest,) = office.file(CODE, scan=b"%PDF-1.7 as it came")
    (exported,) = office.export(CODE)
    found = files(office.package(exported))
    assert found[SCAN] == b"%PDF-1.7 as it came"
    for number, document in enumerate(manifest.documents, 1):
        path = f"representations/rep1/data/{CODE}.{number}.pdf"
        assert found[path] == office.store.get(document.key)
    kept = office.store.get(f"dossiers/{manifest.id}/r1/manifest.json")
    assert found["documentation/manifest.json"] == kept


def test_each_paper_is_linked_with_its_description(office: Office) -> None:
    office.file(CODE, papers=3)
    (exported,) = office.export(CODE)
    folder = office.package(exported) / "representations/rep1"
    tree = etree.parse(folder / "METS.xml")
    by_id = {each.get("ID"): each for each in tree.iter() if each.get("ID")}
    links = [
        each
        for each in tree.iter(f"{METS}div")
        if each.get("LABEL") == "MetadataLink/File"
    ]
    for number, link in enumerate(links, 1):
        described = by_id[link.get("DMDID")][0].get(HREF)
        file = by_id[link[0].get("FILEID")][0].get(HREF)
        assert described == f"metadata/descriptive/EAD_doc_{CODE}.{number}.xml"
        assert file == f"data/{CODE}.{number}.pdf"
    assert len(links) == 3


def test_vietnamese_text_is_intact(office: Office) -> None:
    office.file(CODE)
    (exported,) = office.export(CODE)
    for path, data in files(office.package(exported)).items():
        if path.endswith((".xml", ".txt", ".json")):
            text = data.decode("utf-8")
            assert unicodedata.normalize("NFC", text) == text
            assert "&#" not in text
    premis = office.package(exported) / "representations/rep1/metadata/preservation"
    names = [
        each.text
        for each in etree.parse(premis / "PREMIS_rep1.xml").iter(f"{PREMIS}agentName")
    ]
    assert names == [OFFICE, "sohoa", OFFICE, "Hồ Văn Ví Dụ", OFFICE]


def test_what_was_done_to_a_paper_is_told_in_order(office: Office) -> None:
    office.file(CODE, papers=1)
    (exported,) = office.export(CODE)
    premis = office.package(exported) / "representations/rep1/metadata/preservation"
    tree = etree.parse(premis / "PREMIS_rep1.xml")
    assert [each.text for each in tree.iter(f"{PREMIS}eventType")] == [
        "capture",
        "metadata extraction",
        "normalization",
        "modification",
        "validation",
        "digital signature generation",
    ]
    ids = {each.text for each in tree.iter(f"{PREMIS}objectIdentifierValue")}
    for each in tree.iter(f"{PREMIS}linkingObjectIdentifierValue"):
        assert each.text in ids
    agents = {each.text for each in tree.iter(f"{PREMIS}agentIdentifierValue")}
    for each in tree.iter(f"{PREMIS}linkingAgentIdentifierValue"):
        assert each.text in agents


def test_names_of_folders_and_files_hold_no_personal_data(office: Office) -> None:
    office.file(CODE)
    (exported,) = office.export(CODE)
    assert re.fullmatch(
        r"uuid-[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", exported.package
    )
    for path in files(office.package(exported)):
        assert path.isascii()
        assert "Huyen" not in path


def test_others_may_not_read_a_package(office: Office) -> None:
    office.file(CODE)
    (exported,) = office.export(CODE)
    for each in office.package(exported).rglob("*"):
        assert stat.S_IMODE(each.stat().st_mode) & 0o007 == 0


@pytest.mark.parametrize("zipped", [False, True])
def test_the_same_time_gives_the_same_bytes(
    office: Office, tmp_path: Path, zipped: bool
) -> None:
    office.file(CODE)
    (exported,) = office.export(CODE, zipped=zipped)
    first = files(office.target)
    shutil.rmtree(office.target)
    office.export(CODE, zipped=zipped)
    assert files(office.target) == first
    assert exported.outcome is Outcome.WRITTEN


@pytest.mark.parametrize("zipped", [False, True])
def test_done_again_it_compares_and_leaves_what_is_there(
    office: Office, zipped: bool
) -> None:
    office.file(CODE)
    office.export(CODE, zipped=zipped)
    before = files(office.target)
    later = EXPORTED + timedelta(days=9)
    office.exporter = replace(office.exporter, clock=lambda: later)
    (again,) = office.export(CODE, zipped=zipped)
    assert again.outcome is Outcome.KEPT
    assert files(office.target) == before


@pytest.mark.parametrize(
    "path", ["METS.xml", SCAN, f"representations/rep1/data/{CODE}.1.pdf", "x/new.txt"]
)
def test_what_lies_there_and_differs_is_told_and_left(
    office: Office, path: str
) -> None:
    office.file(CODE)
    (exported,) = office.export(CODE)
    place = office.package(exported) / path
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(b"something else")
    (again,) = office.export(CODE)
    assert again.outcome is Outcome.FAILED
    assert "move it away" in again.reason
    assert place.read_bytes() == b"something else"


def test_a_torn_zip_is_told(office: Office) -> None:
    office.file(CODE)
    (exported,) = office.export(CODE, zipped=True)
    place = office.target / f"{exported.package}.zip"
    place.write_bytes(place.read_bytes()[:-50])
    (again,) = office.export(CODE, zipped=True)
    assert again.outcome is Outcome.FAILED


def test_a_changed_byte_in_a_zip_is_told(office: Office) -> None:
    for again in changed_zips(office, lambda size: range(100, size - 3000, size // 9)):
        assert again.outcome is Outcome.FAILED


def test_a_changed_directory_of_a_zip_never_breaks_the_program(office: Office) -> None:
    for again in changed_zips(office, lambda size: range(size - 2800, size, 97)):
        assert again.outcome is not Outcome.WRITTEN


def changed_zips(
    office: Office, places: Callable[[int], Iterable[int]]
) -> Iterator[Exported]:
    """Change one byte of a package after another, and export again."""
    office.file(CODE)
    (exported,) = office.export(CODE, zipped=True)
    path = office.target / f"{exported.package}.zip"
    good = path.read_bytes()
    for at in places(len(good)):
        bad = good[:at] + bytes([good[at] ^ 0xFF]) + good[at + 1 :]
        path.write_bytes(bad)
        yield from office.export(CODE, zipped=True)
        assert path.read_bytes() == bad


def test_a_file_in_the_place_of_a_package_is_told(office: Office) -> None:
    office.file(CODE)
    (exported,) = office.export(CODE)
    shutil.rmtree(office.package(exported))
    office.package(exported).write_text("no folder")
    (again,) = office.export(CODE)
    assert again.outcome is Outcome.FAILED


def test_a_zip_holds_the_folder_of_its_package(office: Office) -> None:
    office.file(CODE)
    (plain,) = office.export(CODE)
    (exported,) = office.export(CODE, zipped=True)
    with zipfile.ZipFile(office.target / f"{exported.package}.zip") as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
    inside = files(office.package(plain))
    assert names == {f"{exported.package}/{path}" for path in inside}


@pytest.mark.parametrize("what", ["paper", "scan", "manifest"])
def test_a_changed_byte_in_the_store_stops_that_package_alone(
    office: Office, what: str
) -> None:
    (bad,) = office.file(CODE)
    office.file(OTHER_CODE, scan=b"%PDF-1.7 another")
    keys = {
        "paper": bad.documents[1].key,
        "scan": bad.original_key,
        "manifest": f"dossiers/{bad.id}/r1/manifest.json",
    }
    tampered(office, keys[what])
    found = office.export(CODE, OTHER_CODE)
    written = [each for each in found if each.outcome is Outcome.WRITTEN]
    failed = [each for each in found if each.outcome is Outcome.FAILED]
    assert len(written) == len(failed) == 1
    assert failed[0].reason
    assert [each.name for each in office.target.iterdir()] == [written[0].package]


def test_a_missing_paper_is_told(office: Office) -> None:
    (manifest,) = office.file(CODE)
    (office.folder / "store" / manifest.documents[0].key).unlink()
    (exported,) = office.export(CODE)
    assert exported.outcome is Outcome.FAILED
    assert list(office.target.iterdir()) == []


def test_a_killed_export_leaves_nothing_half_and_goes_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.file(CODE)
    office.file(OTHER_CODE, scan=b"%PDF-1.7 another")
    pid = os.fork()
    if pid == 0:  # the child dies as by SIGKILL, in the middle of its second package
        real = exporting.build
        made = []

        def build_one(*words: object) -> object:
            made.append(words)
            if len(made) == 2:
                os._exit(9)
            return real(*words)  # type: ignore[arg-type]

        monkeypatch.setattr(exporting, "build", build_one)
        office.export(CODE, OTHER_CODE)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9
    left = sorted(each.name for each in office.target.iterdir())
    assert [each.startswith(".uuid-") for each in left] == [True, False]

    found = office.export(CODE, OTHER_CODE)
    assert {each.outcome for each in found} == {Outcome.KEPT, Outcome.WRITTEN}
    names = sorted(each.name for each in office.target.iterdir())
    assert names == sorted(each.package for each in found)


def test_two_exports_do_not_write_to_one_folder(office: Office) -> None:
    office.file(CODE)
    office.target.mkdir()
    handle = os.open(office.target, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with pytest.raises(StoreUnavailable, match="another export"):
        office.export(CODE)
    os.close(handle)


def test_a_target_that_is_a_file_is_a_mistake(office: Office) -> None:
    office.target.write_text("no folder")
    with pytest.raises(ConfigError, match="out"):
        office.export(CODE)


def test_a_dossier_in_review_is_refused_unless_asked_for(office: Office) -> None:
    office.file(CODE, status=DossierStatus.REVIEW)
    (refused,) = office.export(CODE)
    assert refused.outcome is Outcome.REFUSED
    assert list(office.target.iterdir()) == []
    (exported,) = office.export(CODE, review=True)
    assert exported.outcome is Outcome.WRITTEN


def test_a_scan_with_other_peoples_dossiers_stays_out(office: Office) -> None:
    office.file(CODE, OTHER_CODE, scan=b"%PDF-1.7 of two families")
    exported, other = office.export(CODE, OTHER_CODE)
    assert not exported.has_scan
    for each in (exported, other):
        assert not any(
            b"of two families" in one for one in files(office.package(each)).values()
        )
    premis = office.package(exported) / "representations/rep1/metadata/preservation"
    assert sha256(b"%PDF-1.7 of two families") in (
        premis / "PREMIS_rep1.xml"
    ).read_text(encoding="utf-8")


def test_a_signed_original_comes_whole_with_its_verdict(office: Office) -> None:
    office.file(CODE, scan=b"%PDF-1.7 signed", incoming=(SIGNED,))
    (exported,) = office.export(CODE)
    package = office.package(exported)
    assert (package / SCAN).read_bytes() == b"%PDF-1.7 signed"
    premis = package / "representations/rep2/metadata/preservation/PREMIS_rep2.xml"
    tree = etree.parse(premis)
    assert [each.text for each in tree.iter(f"{PREMIS}eventType")] == [
        "capture",
        "digital signature validation",
    ]
    assert "intact; not trusted" in premis.read_text(encoding="utf-8")
    ead = (package / "metadata/descriptive/EAD.xml").read_text(encoding="utf-8")
    assert "<confidenceLevel>01</confidenceLevel>" in ead


def test_a_signed_original_that_holds_others_too_is_not_torn_from_its_papers(
    office: Office,
) -> None:
    office.file(CODE, OTHER_CODE, incoming=(SIGNED,))
    for each in office.export(CODE, OTHER_CODE):
        assert each.outcome is Outcome.FAILED
        assert "signed original" in each.reason


def test_fronts_and_backs_come_with_what_joins_them(office: Office) -> None:
    office.file_pair(CODE)
    (exported,) = office.export(CODE)
    data = office.package(exported) / "representations/rep2/data"
    assert sorted(each.name for each in data.iterdir()) == [
        "backs.pdf",
        "fronts.pdf",
        "scan.json",
    ]
    assert (data / "backs.pdf").read_bytes() == b"%PDF-1.7 the backs"
    (again,) = office.export(CODE)
    assert again.outcome is Outcome.KEPT


def test_the_circulars_form_has_what_its_annex_lists(office: Office) -> None:
    office.file(CODE, papers=1)
    (exported,) = office.export(CODE, shape=CIRCULAR)
    paths = {each for each in files(office.package(exported)) if "schemas/" not in each}
    assert paths == {
        "METS.xml",
        "metadata/descriptive/EAD.xml",
        "representations/rep1/METS.xml",
        f"representations/rep1/data/{CODE}.1.pdf",
        f"representations/rep1/metadata/descriptive/EAD_doc_{CODE}.1.xml",
    }


@pytest.mark.parametrize(
    "choice",
    [
        Choice(day=date(2026, 10, 8)),
        Choice(office="uy ban nhan dan xa huong phung"),
        Choice(office="huong-phung-01"),
        Choice(day=date(2026, 10, 8), office=OFFICE),
        Choice((CODE,), office=OFFICE),
    ],
)
def test_dossiers_are_chosen_by_day_and_office(office: Office, choice: Choice) -> None:
    office.file(CODE)
    (exported,) = office.export(choice=choice)
    assert exported.outcome is Outcome.WRITTEN


@pytest.mark.parametrize(
    "choice",
    [
        Choice(day=date(2026, 10, 9)),
        Choice(office="quan-ba-01"),
        Choice(office="nobody"),
        Choice(day=date(2026, 10, 8), office="UBND xã Quản Bạ"),
    ],
)
def test_dossiers_of_others_are_left(office: Office, choice: Choice) -> None:
    office.file(CODE)
    assert office.export(choice=choice) == []


@pytest.mark.parametrize("name", ["H15-1-1", "0123456789abcdef-01"])
def test_what_is_not_there_is_told(office: Office, name: str) -> None:
    office.file(CODE)
    (exported,) = office.export(name)
    assert (exported.name, exported.outcome) == (name, Outcome.FAILED)


def test_of_a_dossier_the_latest_revision_counts(office: Office) -> None:
    (first,) = office.file(CODE)
    office.archive.commit(replace(first, revision=2, doubts=("none",)))
    by_code, by_id = office.export(CODE), office.export(first.id)
    assert [each.package for each in by_code] == [each.package for each in by_id]
    data = (office.package(by_code[0]) / "documentation/manifest.json").read_text()
    assert '"revision": 2' in data


def test_dossiers_come_out_of_an_s3_server_as_out_of_a_folder(
    s3_server: S3Server, tmp_path: Path
) -> None:
    connection = connect(s3_server)
    init_buckets(connection)
    here, there = tmp_path / "here", tmp_path / "there"
    packages = []
    for folder, store in ((here, None), (there, open_store(connection))):
        folder.mkdir()
        office = Office(folder, store)
        office.file(CODE, papers=3)
        (exported,) = office.export(CODE)
        packages.append(files(office.package(exported)))
    assert packages[0] == packages[1]


def test_nothing_personal_is_logged(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    (manifest,) = office.file(CODE)
    office.file(OTHER_CODE, scan=b"%PDF-1.7 other", status=DossierStatus.REVIEW)
    tampered(office, manifest.documents[0].key)
    found = office.export(CODE, OTHER_CODE)
    told = caplog.text + "".join(each.reason for each in found)
    assert NAME not in told
    assert CODE not in told
