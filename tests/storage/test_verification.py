from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.storage import keys
from pipeline.storage.archive import ObjectArchive
from pipeline.storage.manifest import write_manifest, write_plan
from pipeline.storage.verification import FOREIGN, UNNAMED
from tests.storage.records import (
    BATCH_ID,
    DOSSIER_ID,
    PLAN,
    SCAN,
    file_dossier,
    manifest,
)

PDF = f"dossiers/{DOSSIER_ID}/r1/01-giay-khai-sinh.pdf"
TEXT = f"dossiers/{DOSSIER_ID}/r1/01-giay-khai-sinh.json"
MANIFEST = f"dossiers/{DOSSIER_ID}/r1/manifest.json"
ORIGINAL = f"originals/2026/11/{BATCH_ID}/scan.pdf"
PLAN_KEY = f"dossiers/plans/{BATCH_ID}.json"
OTHER = f"{'f' * 16}-01"


@pytest.fixture
def store(archive: ObjectArchive, tmp_path: Path) -> Path:
    file_dossier(archive, tmp_path)
    return tmp_path / "store"


def problems(archive: ObjectArchive) -> dict[str, str]:
    return {each.key: each.fault for each in archive.verify() if each.fault is not None}


def flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o640)
    path.write_bytes(data)


def put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_bytes(data)


def test_a_sound_archive_is_looked_at_whole(
    archive: ObjectArchive, store: Path
) -> None:
    assert {each.key: each.fault for each in archive.verify()} == dict.fromkeys(
        [MANIFEST, PDF, TEXT, ORIGINAL, PLAN_KEY]
    )


def test_an_empty_archive_is_sound(archive: ObjectArchive) -> None:
    assert list(archive.verify()) == []


@pytest.mark.parametrize("key", [PDF, TEXT, ORIGINAL])
def test_a_flipped_bit_is_found(archive: ObjectArchive, store: Path, key: str) -> None:
    flip_a_bit(store / key)

    found = problems(archive)

    assert list(found) == [key]
    assert "its manifest says" in found[key]


@pytest.mark.parametrize("key", [PDF, TEXT, ORIGINAL])
def test_a_missing_object_is_found(
    archive: ObjectArchive, store: Path, key: str
) -> None:
    (store / key).unlink()

    assert problems(archive) == {key: "missing"}


def test_a_cut_object_is_found_by_its_size(archive: ObjectArchive, store: Path) -> None:
    put(store / PDF, b"%PDF")

    assert problems(archive) == {PDF: "4 bytes, its manifest says 19"}


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        (f"dossiers/{DOSSIER_ID}/r1/02-extra.pdf", UNNAMED),
        (f"dossiers/{DOSSIER_ID}/r2/01-giay-khai-sinh.pdf", UNNAMED),
        (f"dossiers/{OTHER}/r1/01-giay-khai-sinh.pdf", UNNAMED),
        (f"dossiers/{DOSSIER_ID}/note.txt", FOREIGN),
        (f"dossiers/{DOSSIER_ID}/r1/Ảnh.pdf", UNNAMED),
        ("dossiers/Ghi chú.txt", FOREIGN),
        ("dossiers/plans/Ghi chú.json", FOREIGN),
    ],
)
def test_an_extra_object_is_found(
    archive: ObjectArchive, store: Path, key: str, problem: str
) -> None:
    put(store / key, b"extra")

    assert problems(archive) == {key: problem}


def test_a_manifest_that_cannot_be_read_is_found(
    archive: ObjectArchive, store: Path
) -> None:
    put(store / MANIFEST, b"{")

    found = problems(archive)

    assert found[MANIFEST].startswith("not a manifest")
    assert found[PDF] == UNNAMED


def test_a_missing_manifest_leaves_its_objects_unnamed(
    archive: ObjectArchive, store: Path
) -> None:
    (store / MANIFEST).unlink()

    assert problems(archive) == {PDF: UNNAMED, TEXT: UNNAMED}


def test_a_manifest_in_the_wrong_place_is_found(
    archive: ObjectArchive, store: Path
) -> None:
    put(store / keys.manifest_key(OTHER, 1), (store / MANIFEST).read_bytes())

    found = problems(archive)

    assert found == {
        keys.manifest_key(OTHER, 1): f"holds the manifest of {DOSSIER_ID}, revision 1"
    }


def test_a_manifest_that_names_a_place_outside_is_found(
    archive: ObjectArchive, store: Path
) -> None:
    odd = replace(manifest(), original_key="originals/../../etc/passwd")
    put(store / MANIFEST, write_manifest(odd))

    assert problems(archive)["originals/../../etc/passwd"] == FOREIGN


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"{", "not a plan"),
        (write_plan(replace(PLAN, batch_id="f" * 32)), "holds the plan of batch"),
    ],
    ids=["torn", "misplaced"],
)
def test_a_plan_that_is_wrong_is_found(
    archive: ObjectArchive, store: Path, data: bytes, problem: str
) -> None:
    put(store / PLAN_KEY, data)

    assert problem in problems(archive)[PLAN_KEY]


def test_an_original_of_many_dossiers_is_read_once(
    archive: ObjectArchive, store: Path
) -> None:
    for ordinal in range(2, 5):
        archive.commit(replace(manifest(), id=f"{BATCH_ID[:16]}-{ordinal:02d}"))

    looked_at = [each.key for each in archive.verify()]

    assert looked_at.count(ORIGINAL) == 1
    assert (store / ORIGINAL).read_bytes() == SCAN
