"""The verdict must find what it is there to find."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.bootstrap import App, load_settings, open_app
from tests.chaos.ground import Ground
from tests.chaos.plan import Drop, Kind, Manner, Plan
from tests.chaos.scans import Scan, draw_scans
from tests.chaos.verdict import _temporary, find_faults

COUNTER = "demo"
PLAN = Plan(
    1,
    (
        Drop(0, 0, Kind.SLIP, COUNTER, Manner.SLOW),
        Drop(1, 0, Kind.NO_SCAN, COUNTER, Manner.SLOW),
        Drop(2, 0, Kind.DUPLICATE, COUNTER, Manner.SLOW, again=0),
    ),
    (),
)
SCANS = draw_scans(PLAN)


@pytest.fixture(scope="module")
def filed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder in which all of `SCANS` came to their right ends."""
    home = tmp_path_factory.mktemp("verdict") / "home"
    with open_app(load_settings(home=home)) as app:
        for scan in SCANS:
            take_through(app, scan)
    return home


def take_through(app: App, scan: Scan) -> None:
    dropped = app.settings.home / scan.name
    dropped.write_bytes(scan.data)
    claimed = app.inbox.adopt(dropped, COUNTER)
    record = app.receiver.receive(claimed)
    dropped.unlink()
    if scan.drop.number == 0:
        with app.digitizer.work_on(record.batch.id, "test") as work:  # type: ignore[union-attr]
            assert work is not None
            list(work.read_pages())
            work.file(work.compose())
        app.receiver.settle(claimed)


@pytest.fixture
def home(filed: Path, tmp_path: Path) -> Path:
    shutil.copytree(filed, tmp_path / "home")
    return tmp_path / "home"


def faults(home: Path) -> list[str]:
    with open_app(load_settings(home=home)) as app:
        return find_faults(app, SCANS)[1]


def test_where_all_is_well_there_is_no_fault(home: Path) -> None:
    assert faults(home) == []


def test_what_is_there_for_good_is_not_taken_for_left_behind(home: Path) -> None:
    ground = Ground(home.parent, home.parent, "local", "sqlite", has_own_disk=False)
    assert list(_temporary(ground)) == []


@pytest.mark.parametrize(
    "place", ["scratch/copy", f"drop/{COUNTER}/.sohoa/claimed/1", "store/.tmp/half"]
)
def test_what_a_dead_process_left_is_found(home: Path, place: str) -> None:
    left = home / place
    left.parent.mkdir(parents=True, exist_ok=True)
    left.touch()
    ground = Ground(home.parent, home.parent, "local", "sqlite", has_own_disk=False)
    assert list(_temporary(ground)) == [left]


def remove(pattern: str) -> Callable[[Path], None]:
    def change(home: Path) -> None:
        (found,) = home.glob(pattern)
        found.unlink()

    return change


def overwrite(pattern: str) -> Callable[[Path], None]:
    def change(home: Path) -> None:
        (found,) = home.glob(pattern)
        found.chmod(0o600)
        found.write_bytes(b"other bytes")

    return change


def set_aside_again(home: Path) -> None:
    folder = home / "drop" / COUNTER / "set-aside"
    (folder / "again.pdf").write_bytes(SCANS[0].data)


def forget_handoff(home: Path) -> None:
    change_catalog(home, "DELETE FROM outbox")


def change_index(home: Path) -> None:
    change_catalog(home, "UPDATE documents SET title = 'another'")


def lose_batch(home: Path) -> None:
    change_catalog(home, "DELETE FROM batches")


def change_catalog(home: Path, statement: str) -> None:
    with open_app(load_settings(home=home)) as app:
        database = app.catalog._database  # type: ignore[attr-defined]
        database.run(lambda each: each.exec_driver_sql(statement))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(remove("store/originals/*/*/*/*"), "its original", id="original"),
        pytest.param(overwrite("store/originals/*/*/*/*"), "other bytes", id="bytes"),
        pytest.param(remove("store/dossiers/*/r1/m*"), "no manifest", id="manifest"),
        pytest.param(remove("drop/*/set-aside/*1.pdf"), "set aside 0", id="set-aside"),
        pytest.param(set_aside_again, "set aside 2 times", id="twice"),
        pytest.param(set_aside_again, "without a reason", id="reason"),
        pytest.param(forget_handoff, "outbox: missing", id="outbox"),
        pytest.param(change_index, "rows of documents differ", id="index"),
        pytest.param(lose_batch, "LOST", id="lost"),
        pytest.param(lose_batch, "an original of no batch", id="orphan"),
    ],
)
def test_what_is_lost_or_doubled_is_found(
    home: Path, change: Callable[[Path], None], said: str
) -> None:
    change(home)
    assert said in "\n".join(faults(home))
