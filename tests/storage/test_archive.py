import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import ObjectConflict, ObjectMissing
from pipeline.storage import keys
from pipeline.storage.archive import ObjectArchive
from tests.storage.records import (
    BATCH,
    BATCH_ID,
    DOSSIER_ID,
    PLAN,
    PLANNED,
    RECIPE,
    SCAN,
    SCAN_SHA256,
    TEXT,
    file_dossier,
    manifest,
    read_page,
)

OTHER_BATCH = "f" * 32


def stored(root: Path) -> set[str]:
    found = (root / "store").rglob("*")
    return {
        path.relative_to(root / "store").as_posix() for path in found if path.is_file()
    }


def damage(root: Path, key: str, data: bytes) -> None:
    path = root / "store" / key
    path.unlink()
    path.write_bytes(data)


def test_an_original_is_kept_and_comes_back(
    archive: ObjectArchive, tmp_path: Path
) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(SCAN)

    key = archive.put_original(BATCH, scan)
    archive.fetch_original(key, tmp_path / "copy.pdf", sha256=SCAN_SHA256)

    assert key == f"originals/2026/11/{BATCH_ID}/scan.pdf"
    assert (tmp_path / "copy.pdf").read_bytes() == SCAN


def test_keeping_an_original_again_changes_nothing(
    archive: ObjectArchive, tmp_path: Path
) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(SCAN)

    assert archive.put_original(BATCH, scan) == archive.put_original(BATCH, scan)


def test_a_scan_that_changed_since_it_was_hashed_is_not_kept(
    archive: ObjectArchive, tmp_path: Path
) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(SCAN + b" and more")
    with pytest.raises(ObjectConflict):
        archive.put_original(BATCH, scan)

    scan.write_bytes(SCAN)

    assert archive.read(archive.put_original(BATCH, scan)) == SCAN


def test_a_damaged_original_is_not_handed_out(
    archive: ObjectArchive, tmp_path: Path
) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(SCAN)
    key = archive.put_original(BATCH, scan)
    damage(tmp_path, key, SCAN[:-1])

    with pytest.raises(ObjectConflict):
        archive.fetch_original(key, tmp_path / "copy.pdf", sha256=SCAN_SHA256)
    with pytest.raises(ObjectConflict):
        archive.put_original(BATCH, scan)


def test_a_page_result_comes_back_with_its_picture(archive: ObjectArchive) -> None:
    page = read_page()

    archive.put_page(BATCH_ID, RECIPE, page, b"picture")

    assert archive.find_page(BATCH_ID, RECIPE, 1) == page
    assert archive.picture(BATCH_ID, RECIPE, page) == b"picture"


def test_layers_come_back_with_their_page(archive: ObjectArchive) -> None:
    page = read_page()
    archive.put_page(BATCH_ID, RECIPE, page, b"picture", b"layers")

    assert archive.picture(BATCH_ID, RECIPE, page) == b"picture"
    assert archive.layers(BATCH_ID, RECIPE, page) == b"layers"


def test_vectors_come_back_with_their_page(archive: ObjectArchive) -> None:
    page = read_page()
    archive.put_page(BATCH_ID, RECIPE, page, b"picture", None, b"vectors")

    assert archive.vectors(BATCH_ID, RECIPE, page) == b"vectors"
    assert archive.layers(BATCH_ID, RECIPE, page) is None


def test_a_page_that_was_not_taken_apart_has_no_layers(archive: ObjectArchive) -> None:
    archive.put_page(BATCH_ID, RECIPE, read_page(), b"picture")

    assert archive.layers(BATCH_ID, RECIPE, read_page()) is None


def test_damaged_layers_are_not_handed_out(
    archive: ObjectArchive, tmp_path: Path
) -> None:
    archive.put_page(BATCH_ID, RECIPE, read_page(), b"picture", b"layers")
    (kept,) = (tmp_path / "store").rglob("*.pdf")
    damage(tmp_path, str(kept.relative_to(tmp_path / "store")), b"lay")

    with pytest.raises(ObjectConflict):
        archive.layers(BATCH_ID, RECIPE, read_page())


def test_a_page_that_is_not_read_yet_is_none(archive: ObjectArchive) -> None:
    archive.put_page(BATCH_ID, RECIPE, read_page(), b"picture")

    assert archive.find_page(BATCH_ID, RECIPE, 2) is None
    assert archive.find_page(BATCH_ID, "another", 1) is None


def test_two_readings_of_a_page_never_mix(archive: ObjectArchive) -> None:
    first, second = read_page(width=1654), read_page(width=1655)
    archive.put_page(BATCH_ID, RECIPE, first, b"1654 wide")
    archive.put_page(BATCH_ID, RECIPE, second, b"1655 wide")

    assert archive.find_page(BATCH_ID, RECIPE, 1) == first
    assert archive.picture(BATCH_ID, RECIPE, second) == b"1654 wide"


def test_a_picture_alone_is_not_a_result(
    archive: ObjectArchive, tmp_path: Path
) -> None:
    key = archive.put_page(BATCH_ID, RECIPE, read_page(), b"picture")
    (tmp_path / "store" / key).unlink()

    assert archive.find_page(BATCH_ID, RECIPE, 1) is None


def test_a_damaged_picture_is_not_handed_out(
    archive: ObjectArchive, tmp_path: Path
) -> None:
    archive.put_page(BATCH_ID, RECIPE, read_page(), b"picture")
    (key,) = (key for key in stored(tmp_path) if key.endswith(".jpg"))
    damage(tmp_path, key, b"pictur")

    with pytest.raises(ObjectConflict, match=r"\.jpg"):
        archive.picture(BATCH_ID, RECIPE, read_page())


def test_the_first_plan_counts(archive: ObjectArchive) -> None:
    other = replace(PLAN, separators=(3,))

    assert archive.find_plan(BATCH_ID) is None
    assert archive.decide(PLAN) == PLAN
    assert archive.decide(other) == PLAN
    assert archive.find_plan(BATCH_ID) == PLAN


def test_all_who_decide_at_once_follow_one_plan(archive: ObjectArchive) -> None:
    plans = [replace(PLAN, separators=(number,)) for number in range(16)]

    with ThreadPoolExecutor(16) as threads:
        followed = set(threads.map(archive.decide, plans))

    assert len(followed) == 1


def test_plans_outlive_the_work_area(archive: ObjectArchive) -> None:
    archive.decide(PLAN)

    archive.expire_work(BATCH_ID)

    assert archive.find_plan(BATCH_ID) == PLAN


def test_a_dossier_exists_once_its_manifest_is_put(
    archive: ObjectArchive, tmp_path: Path
) -> None:
    with pytest.raises(ObjectMissing, match=DOSSIER_ID):
        archive.manifest(DOSSIER_ID)

    filed = file_dossier(archive, tmp_path)

    assert archive.manifest(DOSSIER_ID) == filed
    assert list(archive.manifests()) == [filed]


def test_a_document_is_described_by_what_is_stored(
    archive: ObjectArchive, tmp_path: Path
) -> None:
    pdf = tmp_path / "document.pdf"
    pdf.write_bytes(b"%PDF")
    document = archive.put_document(
        DOSSIER_ID, 1, PLANNED, pdf=pdf, pages=(TEXT, TEXT), sensitive=True
    )

    assert document.key == f"dossiers/{DOSSIER_ID}/r1/01-giay-khai-sinh.pdf"
    assert (document.size, document.sensitive) == (4, True)
    assert (document.reason, document.confidence) == ("heading", 0.93)
    assert archive.read(document.key) == b"%PDF"
    assert archive.document_text(document) == (TEXT, TEXT)


def test_a_document_an_earlier_try_left_is_taken_over(
    archive: ObjectArchive, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    def put(data: bytes) -> object:
        pdf = tmp_path / "document.pdf"
        pdf.write_bytes(data)
        return archive.put_document(
            DOSSIER_ID, 1, PLANNED, pdf=pdf, pages=(TEXT,), sensitive=False
        )

    first = put(b"%PDF of an older library")
    with caplog.at_level(logging.WARNING):
        second = put(b"%PDF of a newer one")

    assert second == first
    assert "earlier try" in caplog.text


def test_words_that_changed_are_not_handed_out(
    archive: ObjectArchive, tmp_path: Path
) -> None:
    (document,) = file_dossier(archive, tmp_path).documents
    damage(tmp_path, document.text_key, b'{"pages": [], "version": 1}')

    with pytest.raises(ObjectConflict, match=r"01-giay-khai-sinh\.json"):
        archive.document_text(document)


def test_the_first_manifest_counts(archive: ObjectArchive) -> None:
    first = manifest()
    later = replace(first, filed_at=first.filed_at.replace(hour=9))

    assert archive.commit(first) == first
    assert archive.commit(later) == first


def test_a_dossier_of_another_batch_is_not_taken_for_ours(
    archive: ObjectArchive,
) -> None:
    archive.commit(manifest())

    with pytest.raises(ObjectConflict, match="of batch"):
        archive.commit(replace(manifest(), batch_id=OTHER_BATCH))


def test_a_new_revision_leaves_the_old_one(
    archive: ObjectArchive, tmp_path: Path
) -> None:
    filed = [file_dossier(archive, tmp_path, revision=n) for n in (1, 2, 10)]

    assert archive.manifest(DOSSIER_ID) == filed[2]
    assert archive.manifest(DOSSIER_ID, 1) == filed[0]
    assert list(archive.manifests()) == filed


def test_a_revision_that_is_not_there_is_missing(archive: ObjectArchive) -> None:
    archive.commit(manifest())

    with pytest.raises(ObjectMissing, match="r2"):
        archive.manifest(DOSSIER_ID, 2)


def test_a_damaged_manifest_does_not_hide_the_others(
    archive: ObjectArchive, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    good = replace(manifest(), id="f" * 16 + "-01")
    archive.commit(good)
    archive.commit(manifest())
    damage(tmp_path, keys.manifest_key(DOSSIER_ID, 1), b"{")

    assert list(archive.manifests()) == [good]
    assert DOSSIER_ID in caplog.text


def test_expiring_clears_one_batch_only(archive: ObjectArchive, tmp_path: Path) -> None:
    file_dossier(archive, tmp_path)
    for batch_id in (BATCH_ID, OTHER_BATCH):
        archive.put_page(batch_id, RECIPE, read_page(), b"picture")

    assert archive.expire_work(BATCH_ID) == 2
    assert archive.expire_work(BATCH_ID) == 0

    assert archive.find_page(BATCH_ID, RECIPE, 1) is None
    assert archive.find_page(OTHER_BATCH, RECIPE, 1) == read_page()


def test_a_page_that_expired_may_be_read_again(archive: ObjectArchive) -> None:
    archive.put_page(BATCH_ID, RECIPE, read_page(), b"picture")
    archive.expire_work(BATCH_ID)

    archive.put_page(BATCH_ID, RECIPE, read_page(), b"picture")

    assert archive.picture(BATCH_ID, RECIPE, read_page()) == b"picture"


def test_reading_what_is_not_there_is_missing(archive: ObjectArchive) -> None:
    with pytest.raises(ObjectMissing, match="dossiers/a/b"):
        archive.read("dossiers/a/b")


def test_batches_at_work_are_listed_once_each(archive: ObjectArchive) -> None:
    for batch_id in ("a" * 32, "b" * 32):
        for number in (1, 2):
            archive.put_page(batch_id, RECIPE, read_page(number), b"picture")
    archive.put_page("a" * 32, "another", read_page(), b"picture")

    assert sorted(archive.batches_at_work()) == ["a" * 32, "b" * 32]
