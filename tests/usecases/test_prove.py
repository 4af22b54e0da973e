from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.errors import StoreUnavailable
from pipeline.model.proof import Finding
from pipeline.storage.archive import ObjectArchive
from pipeline.storage.local_store import LocalStore
from pipeline.usecases.prove import Bookmark, Prover
from tests.storage.records import file_dossier


class CutOff(ObjectArchive):
    """An archive whose store goes away after some findings."""

    def __init__(self, root: Path, after: int) -> None:
        super().__init__(LocalStore(root))
        self._left = after
        self.asked: list[str] = []

    def verify(self, *, after: str = "") -> Iterator[Finding]:
        self.asked.append(after)
        for each in super().verify(after=after):
            if self._left == 0:
                raise StoreUnavailable("the store is down")
            self._left -= 1
            yield each


@pytest.fixture
def root(tmp_path: Path) -> Path:
    file_dossier(ObjectArchive(LocalStore(tmp_path / "store")), tmp_path)
    return tmp_path / "store"


def prover(archive: ObjectArchive, now: datetime | None = None) -> Prover:
    moment = now or datetime(2026, 11, 25, tzinfo=UTC)
    return Prover(archive, {"tu-phap": "UBND xã Ví Dụ"}, lambda: moment)


def bookmark(root: Path, subject: str = "store") -> Bookmark:
    return Bookmark(root.parent / "verify.bookmark", subject)


def stop_after(root: Path, count: int) -> None:
    with pytest.raises(StoreUnavailable):
        list(prover(CutOff(root, count)).verify(bookmark(root)))


def test_verifying_goes_on_where_it_was_stopped(root: Path) -> None:
    stop_after(root, 4)
    archive = CutOff(root, 99)

    rest = list(prover(archive).verify(bookmark(root)))

    assert archive.asked[0].startswith("dossiers/")
    assert [each.key.split("/")[1] for each in rest] == ["plans"]
    assert not bookmark(root).path.exists()


def test_another_store_is_verified_from_its_start(root: Path) -> None:
    stop_after(root, 4)
    archive = CutOff(root, 99)

    list(prover(archive).verify(bookmark(root, "another")))

    assert archive.asked == [""]


def test_faults_found_before_a_stop_are_told_again(root: Path) -> None:
    (pdf,) = root.glob("dossiers/*/r1/*.pdf")
    pdf.unlink()
    stop_after(root, 4)

    found = list(prover(ObjectArchive(LocalStore(root))).verify(bookmark(root)))

    assert [each.fault for each in found if each.fault] == ["missing"]


def test_a_torn_bookmark_is_no_bookmark(root: Path) -> None:
    bookmark(root).path.write_text('{"subject": "sto')
    archive = CutOff(root, 99)

    list(prover(archive).verify(bookmark(root)))

    assert archive.asked == [""]


@pytest.mark.parametrize(("hour", "made"), [(16, 0), (17, 1)])
def test_a_day_is_digested_when_it_is_over_in_vietnam(
    root: Path, hour: int, made: int
) -> None:
    now = datetime(2026, 11, 24, hour, 1, tzinfo=UTC)

    found = list(prover(ObjectArchive(LocalStore(root)), now).make_digests())

    assert len(found) == made
