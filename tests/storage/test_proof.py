"""Every kind of tampering is found in every kind of store."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipeline.model.dossier import Manifest
from pipeline.storage.archive import ObjectArchive
from pipeline.storage.manifest import write_manifest, write_plan
from pipeline.storage.store import ObjectStore
from pipeline.storage.verification import FOREIGN, GONE, UNNAMED
from tests.storage.records import BATCH_ID, DOSSIER_ID, PLAN, SCAN, file_dossier
from tests.storage.tampering import Intruder, intruder

PDF = f"dossiers/{DOSSIER_ID}/r1/01-giay-khai-sinh.pdf"
MANIFEST = f"dossiers/{DOSSIER_ID}/r1/manifest.json"
PLAN_KEY = f"dossiers/plans/{BATCH_ID}.json"
ORIGINAL = f"originals/2026/11/{BATCH_ID}/scan.pdf"
DIGEST = "digests/ubnd-xa-vi-du/2026-11-24.json"

OFFICES = {"tu-phap": "UBND xã Ví Dụ"}
NEXT_NIGHT = datetime(2026, 11, 24, 18, 30, tzinfo=UTC)


@pytest.fixture
def filed(store: ObjectStore, tmp_path: Path) -> Manifest:
    """One dossier of one paper, digested."""
    archive = ObjectArchive(store)
    manifest = file_dossier(archive, tmp_path)
    make_digests(archive)
    return manifest


@pytest.fixture
def thief(store: ObjectStore) -> Intruder:
    return intruder(store)


def make_digests(archive: ObjectArchive, day: int = 24) -> list[str]:
    made = archive.make_digests(
        OFFICES, until=date(2026, 11, day), made_at=NEXT_NIGHT.replace(day=day)
    )
    return [each.key for each in made]


def faults(store: ObjectStore) -> dict[str, str]:
    found = ObjectArchive(store).verify()
    return {each.key: each.fault for each in found if each.fault is not None}


def flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def test_a_sound_store_is_read_whole(store: ObjectStore, filed: Manifest) -> None:
    found = {each.key: each.fault for each in ObjectArchive(store).verify()}

    text = filed.documents[0].text_key
    every = [DIGEST, MANIFEST, PDF, text, ORIGINAL, PLAN_KEY]
    assert found == dict.fromkeys(every)


@pytest.mark.parametrize("key", [PDF, ORIGINAL, MANIFEST, PLAN_KEY])
def test_a_flipped_bit_is_found(
    store: ObjectStore, filed: Manifest, thief: Intruder, key: str
) -> None:
    thief.put(key, flipped(store.get(key)))

    assert key in faults(store)


def test_a_flipped_bit_of_a_digest_is_found(
    store: ObjectStore, filed: Manifest, thief: Intruder
) -> None:
    """By what it names, or, where there is one, by the signature or the next digest."""
    thief.put(DIGEST, flipped(store.get(DIGEST)))

    assert faults(store)


@pytest.mark.parametrize("key", [PDF, ORIGINAL, MANIFEST, PLAN_KEY])
def test_a_missing_object_is_found(
    store: ObjectStore, filed: Manifest, thief: Intruder, key: str
) -> None:
    thief.remove(key)

    assert "missing" in faults(store)[key]


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        (f"dossiers/{DOSSIER_ID}/r1/02-extra.pdf", UNNAMED),
        ("dossiers/note.txt", FOREIGN),
        ("originals/2026/11/note.txt", FOREIGN),
        (f"originals/2026/11/{'f' * 32}/scan.pdf", "not that of its batch"),
        (f"originals/2026/12/{BATCH_ID}/scan.pdf", "not that of its batch"),
        ("digests/ubnd-xa-vi-du/note.txt", FOREIGN),
        ("digests/ubnd-xa-vi-du/2026-11-24.p7s", "no digest says"),
    ],
)
def test_an_extra_object_is_found(
    store: ObjectStore, filed: Manifest, thief: Intruder, key: str, fault: str
) -> None:
    thief.put(key, b"extra")

    found = faults(store)

    assert list(found) == [key]
    assert fault in found[key]


def test_an_older_version_put_back_is_found(
    store: ObjectStore, filed: Manifest, thief: Intruder, tmp_path: Path
) -> None:
    archive = ObjectArchive(store)
    second = file_dossier(archive, tmp_path, revision=2)
    make_digests(archive, 25)

    thief.put(MANIFEST.replace("r1", "r2"), store.get(MANIFEST))

    assert second.revision == 2
    assert "revision 1" in faults(store)[MANIFEST.replace("r1", "r2")]


def test_the_bytes_of_an_older_paper_are_found(
    store: ObjectStore, filed: Manifest, thief: Intruder
) -> None:
    thief.overwrite(PDF, b"%PDF-1.7 an older one")

    assert "its manifest says" in faults(store)[PDF]


def test_an_edited_manifest_is_found(
    store: ObjectStore, filed: Manifest, thief: Intruder
) -> None:
    """Even one whose papers were exchanged with it, so that all fits again."""
    forged = replace(filed, code="000.00.05.H20-261124-0008", doubts=())
    thief.put(MANIFEST, write_manifest(forged))

    assert f"{DIGEST} says" in faults(store)[MANIFEST]


def test_a_dossier_removed_without_a_trace_is_found(
    store: ObjectStore, filed: Manifest, thief: Intruder
) -> None:
    for key in (MANIFEST, PDF, filed.documents[0].text_key, ORIGINAL, PLAN_KEY):
        thief.remove(key)

    found = faults(store)

    assert GONE in found[MANIFEST]
    assert GONE in found[PLAN_KEY]


def test_a_removed_digest_is_found_by_the_next(
    store: ObjectStore, filed: Manifest, thief: Intruder, tmp_path: Path
) -> None:
    archive = ObjectArchive(store)
    file_dossier(archive, tmp_path, revision=2)
    assert make_digests(archive, 25) == [DIGEST.replace("24", "25")]

    thief.remove(DIGEST)

    assert "is missing" in faults(store)[DIGEST.replace("24", "25")]


def test_a_digest_made_anew_is_found_by_the_next(
    store: ObjectStore, filed: Manifest, thief: Intruder, tmp_path: Path
) -> None:
    archive = ObjectArchive(store)
    file_dossier(archive, tmp_path, revision=2)
    make_digests(archive, 25)

    thief.put(DIGEST, store.get(DIGEST).replace(b"UBND", b"Ubnd"))

    fault = faults(store)[DIGEST.replace("24", "25")]
    assert "the digest before has SHA-256" in fault


def test_a_plan_of_another_batch_is_found(
    store: ObjectStore, filed: Manifest, thief: Intruder
) -> None:
    thief.put(PLAN_KEY, write_plan(replace(PLAN, batch_id="f" * 32)))

    assert "holds the plan of batch" in faults(store)[PLAN_KEY]


def test_a_received_scan_that_waits_is_read_too(
    store: ObjectStore, thief: Intruder, tmp_path: Path
) -> None:
    thief.put(ORIGINAL, SCAN)

    assert [each[:2] for each in ObjectArchive(store).verify()] == [(ORIGINAL, None)]


def test_verifying_goes_on_where_it_was(store: ObjectStore, filed: Manifest) -> None:
    every = list(ObjectArchive(store).verify())
    reached = next(each.reached for each in every if each.reached)

    rest = list(ObjectArchive(store).verify(after=reached))

    assert reached == f"dossiers/{BATCH_ID[:16]}"
    assert [each.key for each in rest] == [DIGEST, PLAN_KEY]


# What only a store with versions can tell.


@pytest.mark.server
def test_a_manifest_overwritten_before_its_digest_is_found(
    versioned: ObjectStore, tmp_path: Path
) -> None:
    manifest = file_dossier(ObjectArchive(versioned), tmp_path)
    forged = write_manifest(replace(manifest, doubts=()))

    intruder(versioned).overwrite(MANIFEST, forged)

    assert faults(versioned) == {
        MANIFEST: "overwritten, the store keeps 1 older version"
    }


@pytest.mark.server
def test_a_dossier_removed_before_its_digest_is_found(
    versioned: ObjectStore, tmp_path: Path
) -> None:
    manifest = file_dossier(ObjectArchive(versioned), tmp_path)
    for key in (MANIFEST, PDF, manifest.documents[0].text_key):
        intruder(versioned).remove(key)

    told = "removed, the store keeps 1 older version"
    assert faults(versioned)[MANIFEST] == told


@pytest.mark.server
def test_what_can_be_mended_from_an_older_version_is_told(
    versioned: ObjectStore, tmp_path: Path
) -> None:
    file_dossier(ObjectArchive(versioned), tmp_path)

    intruder(versioned).remove(PDF)

    assert faults(versioned) == {
        PDF: "missing; removed, the store keeps 1 older version"
    }
