from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipeline.errors import SigningUnavailable
from pipeline.storage.archive import ObjectArchive
from pipeline.storage.digests import NO_SEAL
from pipeline.storage.local_store import LocalStore
from pipeline.storage.manifest import DayDigest, digest_schema, read_digest
from tests.storage.records import DOSSIER_ID, file_dossier, manifest

ROOT = Path(__file__).resolve().parents[2]
OFFICES = {"tu-phap": "UBND xã Ví Dụ", "dat-dai": "Chi nhánh Đất đai"}
FOLDER = "digests/ubnd-xa-vi-du"
MADE_AT = datetime(2026, 11, 30, 18, 30, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def filed(archive: ObjectArchive, tmp_path: Path) -> ObjectArchive:
    file_dossier(archive, tmp_path)
    return archive


def file_bare(archive: ObjectArchive, ordinal: int, filed_at: datetime, **other: str):
    """File a dossier without papers at a time."""
    archive.commit(
        replace(
            manifest(),
            id=f"{DOSSIER_ID[:-2]}{ordinal:02d}",
            filed_at=filed_at,
            **other,  # type: ignore[arg-type]
        )
    )


def make(archive: ObjectArchive, until: int = 30) -> list[str]:
    made = archive.make_digests(OFFICES, until=date(2026, 11, until), made_at=MADE_AT)
    return [each.key for each in made]


def load(folder: Path, key: str) -> DayDigest:
    return read_digest((folder / key).read_bytes(), key)


def test_a_day_is_that_of_vietnam(archive: ObjectArchive, folder: Path) -> None:
    file_bare(archive, 1, datetime(2026, 11, 24, 16, 59, tzinfo=UTC))
    file_bare(archive, 2, datetime(2026, 11, 24, 17, 0, tzinfo=UTC))

    assert make(archive) == [f"{FOLDER}/2026-11-24.json", f"{FOLDER}/2026-11-25.json"]

    first, second = (load(folder, f"{FOLDER}/2026-11-{day}.json") for day in (24, 25))
    assert first.previous is None
    assert second.previous is not None
    assert second.previous.key == f"{FOLDER}/2026-11-24.json"


def test_a_day_that_is_not_over_waits(filed: ObjectArchive) -> None:
    assert make(filed, until=23) == []
    assert make(filed, until=24) == [f"{FOLDER}/2026-11-24.json"]
    assert make(filed, until=24) == []


def test_what_comes_late_is_in_the_next_digest(
    filed: ObjectArchive, folder: Path
) -> None:
    make(filed, until=24)
    file_bare(filed, 7, datetime(2026, 11, 24, 9, 0, tzinfo=UTC))

    assert make(filed, until=25) == [f"{FOLDER}/2026-11-25.json"]
    late = load(folder, f"{FOLDER}/2026-11-25.json")
    assert list(late.objects) == [f"dossiers/{DOSSIER_ID[:-2]}07/r1/manifest.json"]


def test_each_office_has_a_chain_of_its_own(archive: ObjectArchive) -> None:
    for ordinal, counter in enumerate(("tu-phap", "dat-dai", "gone"), start=1):
        file_bare(archive, ordinal, MADE_AT.replace(day=24), counter_id=counter)

    folders = {key.split("/")[1] for key in make(archive)}

    assert folders == {"ubnd-xa-vi-du", "chi-nhanh-dat-dai", "gone"}


def test_without_a_key_a_digest_says_that_it_is_not_signed(
    filed: ObjectArchive, folder: Path
) -> None:
    (key,) = make(filed)

    assert (load(folder, key).signed, load(folder, key).timestamped) == (False, False)
    assert [path.name for path in (folder / FOLDER).iterdir()] == ["2026-11-24.json"]


def test_the_schema_in_the_docs_is_that_of_digests() -> None:
    assert (ROOT / "docs/digest.schema.json").read_text(encoding="utf-8") == (
        digest_schema()
    ), "run: python -m pipeline.storage.schema digest > docs/digest.schema.json"


def test_a_chain_that_is_damaged_is_not_continued(
    filed: ObjectArchive, folder: Path
) -> None:
    (key,) = make(filed)
    (folder / key).chmod(0o640)
    (folder / key).write_bytes(b"{")
    file_bare(filed, 7, MADE_AT.replace(day=25))

    assert make(filed) == []


@dataclass
class FlakySeal:
    """A token that is plugged in only later."""

    away: bool = True
    signs: bool = True
    timestamps: bool = False
    signed: list[bytes] = field(default_factory=list)

    def sign(self, data: bytes) -> bytes:
        if self.away:
            raise SigningUnavailable("the token is away")
        self.signed.append(data)
        return b"signature"

    timestamp = NO_SEAL.timestamp


def test_a_signature_that_could_not_be_made_is_made_later(
    filed: ObjectArchive, folder: Path
) -> None:
    seal = FlakySeal()
    archive = ObjectArchive(LocalStore(folder), seal=seal)
    with pytest.raises(SigningUnavailable):
        make(archive)

    seal.away = False

    assert make(archive) == []
    assert seal.signed == [(folder / FOLDER / "2026-11-24.json").read_bytes()]
    assert (folder / FOLDER / "2026-11-24.p7s").read_bytes() == b"signature"
