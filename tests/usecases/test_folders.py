"""A folder in a drop folder becomes one dossier: whole and once, or is set aside."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import StoreUnavailable
from pipeline.messages import advice, sentence
from pipeline.model.joined import FolderScan, read_joined
from pipeline.model.scan import FolderRules, MediaType, Subfolders
from pipeline.model.state import BatchRecord, BatchState, RejectedScan
from pipeline.usecases.compose import MIXED_FOLDER
from pipeline.usecases.retry import Retrier
from tests.intake.files import locked_pdf
from tests.split.paper import CODE, stack
from tests.usecases.fakes import (
    BIRTH,
    COUNTER,
    TWO_DOSSIERS,
    TWO_SLIPS,
    Cutter,
    House,
    PowerCut,
    open_house,
    scan,
    slip,
)

RULES = FolderRules(subfolders=Subfolders.DOSSIERS)
PAPERS = stack(slip(CODE), BIRTH, BIRTH)
FILES = {"2.tif": scan(1, shade=200), "10.tif": scan(2, shade=90)}


def open_folders(
    home: Path, cutter: Cutter | None = None, rules: FolderRules = RULES
) -> House:
    counter = replace(COUNTER, folder=rules)
    return open_house(home, PAPERS, counter=counter, cutter=cutter)


@pytest.fixture
def house(home: Path) -> Iterator[House]:
    house = open_folders(home)
    yield house
    house.catalog.close()


def fill(house: House, name: str = "hồ sơ 1", files: dict[str, bytes] = FILES) -> Path:
    for each, data in files.items():
        house.drop(data, f"{name}/{each}")
    return drop_of(house) / name


def drop_of(house: House) -> Path:
    return house.home / "drop" / COUNTER.id


def reasons(house: House) -> list[str]:
    return [each.reason for each in house.catalog.rejections()]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def originals(house: House, record: BatchRecord) -> list[bytes]:
    key = record.original_key
    joined = read_joined(house.archive.read(key))
    folder = key.removesuffix("scan.json")
    return [
        house.archive.read(f"{folder}{name}{part.media_type.suffix}")
        for name, part in zip(joined.names, joined.parts, strict=True)
    ]


def test_all_files_of_a_folder_are_one_dossier_in_natural_order(house: House) -> None:
    fill(house)
    house.work_through()
    (record,) = house.catalog.batches()
    (manifest,) = house.archive.manifests()
    assert (record.batch.media_type, record.batch.page_count) == (MediaType.FOLDER, 3)
    assert (manifest.code, manifest.documents[-1].last_page) == (CODE, 3)
    assert house.pages.places == [("0001.tif", 1), ("0002.tif", 1), ("0002.tif", 2)]
    assert contents(drop_of(house)).keys() <= taken_names(house)


def taken_names(house: House) -> set[str]:
    folder = drop_of(house) / ".sohoa" / "taken"
    return {str(path.relative_to(drop_of(house))) for path in folder.iterdir()}


def test_every_original_is_kept_byte_for_byte(house: House) -> None:
    fill(house)
    house.work_through()
    (record,) = house.catalog.batches()
    assert originals(house, record) == [FILES["2.tif"], FILES["10.tif"]]
    joined = read_joined(house.archive.read(record.original_key))
    assert isinstance(joined, FolderScan)
    assert [each for each in house.archive.verify() if each.fault] == []


@pytest.mark.parametrize("name", ["0001.tif", "0002.tif", "scan.json"])
def test_an_original_that_is_lost_is_told_of(name: str, house: House) -> None:
    fill(house)
    house.work_through()
    (record,) = house.catalog.batches()
    key = record.original_key.replace("scan.json", name)
    (house.home / "store" / key).unlink()
    assert key in [each.key for each in house.archive.verify() if each.fault]


def test_a_lone_file_in_a_folder_is_a_dossier_too(home: Path) -> None:
    house = open_house(home, TWO_SLIPS, counter=replace(COUNTER, folder=RULES))
    fill(house, files={"1.tif": scan(len(TWO_SLIPS))})
    house.work_through()
    (manifest,) = house.archive.manifests()
    assert MIXED_FOLDER in manifest.doubts
    house.catalog.close()


def test_files_beside_the_folders_are_scans_of_their_own(home: Path) -> None:
    house = open_house(home, TWO_DOSSIERS, counter=replace(COUNTER, folder=RULES))
    house.drop()
    house.work_through()
    (record,) = house.catalog.batches()
    assert record.batch.media_type is MediaType.TIFF
    assert len(list(house.archive.manifests())) == 2
    house.catalog.close()


def test_without_the_rule_folders_are_left_alone(home: Path) -> None:
    house = open_folders(home, rules=FolderRules())
    folder = fill(house)
    house.work_through()
    assert contents(folder) == FILES
    assert house.catalog.batches() == ()
    house.catalog.close()


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        pytest.param(b"MZ", "UNSUPPORTED", id="no scan"),
        pytest.param(b"", "EMPTY", id="empty"),
        pytest.param(locked_pdf(owner_only=False), "ENCRYPTED", id="locked"),
    ],
)
def test_one_bad_file_sets_the_folder_aside_with_one_reason(
    bad: bytes, reason: str, house: House
) -> None:
    files = {**FILES, "3.tif": bad, "phụ lục/4.tif": scan(1)}
    fill(house, files=files)
    house.work_through()
    aside = drop_of(house) / "set-aside"
    assert contents(aside / "hồ sơ 1") == files
    assert house.set_aside() == {"hồ sơ 1", "hồ sơ 1.txt"}
    told = (aside / "hồ sơ 1.txt").read_text(encoding="utf-8-sig")
    for line in (sentence(reason), advice(reason), "3.tif", "file 2 of 4"):
        assert line in told
    assert reasons(house) == [reason]
    assert house.staged() == []


def test_a_folder_mended_is_dropped_again_and_runs(house: House) -> None:
    fill(house, files={**FILES, "3.tif": b"MZ"})
    house.work_through()
    (rejected,) = house.catalog.rejections()
    mended = drop_of(house) / "set-aside" / "hồ sơ 1" / "3.tif"
    mended.unlink()
    assert Retrier(house.inbox, house.catalog).again(COUNTER.id, rejected.claim)
    house.work_through()
    (record,) = house.catalog.batches()
    assert record.state in (BatchState.FILED, BatchState.REVIEW)
    assert house.set_aside() == set()


def test_the_same_folder_again_is_a_duplicate(house: House) -> None:
    for name in ("one", "two"):
        fill(house, name)
        house.work_through()
    (record,) = house.catalog.batches()
    (again,) = house.catalog.rejections()
    assert (again.reason, again.batch_id) == ("DUPLICATE", record.batch.id)
    assert contents(drop_of(house) / "set-aside" / "two") == FILES


@pytest.mark.parametrize("filed", [True, False], ids=["filed", "in staging"])
def test_what_comes_late_is_set_aside_and_told(filed: bool, house: House) -> None:
    fill(house)
    take_in(house)
    if filed:
        house.work_through()
    fill(house, files={"11.tif": scan(1, shade=30)})
    house.work_through()
    assert reasons(house) == ["LATE"]
    assert house.set_aside() == {"hồ sơ 1", "hồ sơ 1.txt"}
    (record,) = house.catalog.batches()
    assert record.batch.page_count == 3


def test_late_files_that_are_tried_again_are_a_dossier(house: House) -> None:
    fill(house)
    house.work_through()
    fill(house, files={"11.tif": scan(3, shade=30)})
    house.work_through()
    (rejected,) = house.catalog.rejections()
    assert Retrier(house.inbox, house.catalog).again(COUNTER.id, rejected.claim)
    house.work_through()
    assert len(house.catalog.batches()) == 2


def test_after_a_while_a_name_may_be_used_again(house: House) -> None:
    fill(house)
    house.work_through()
    house.clock.pass_by(RULES.late_within + 1)
    fill(house, files={"1.tif": scan(3, shade=30)})
    house.work_through()
    assert len(house.catalog.batches()) == 2


def test_names_of_folders_are_forgotten_within_a_day(house: House) -> None:
    fill(house)
    house.work_through()
    house.clock.pass_by(timedelta(hours=25).total_seconds())
    house.inbox.expire_processed()
    assert taken_names(house) == set()


def test_a_folder_that_is_written_to_goes_back(house: House) -> None:
    folder = fill(house)
    (claimed,) = house.inbox.sweep()
    (claimed.path / "11.tif").write_bytes(scan(1))
    assert house.receiver.receive(claimed) is None
    assert contents(folder).keys() == {"2.tif", "10.tif", "11.tif"}
    assert house.inbox.claimed() == ()


def test_a_folder_whose_writer_began_another_is_set_aside_with_it(
    house: House,
) -> None:
    fill(house)
    (claimed,) = house.inbox.sweep()
    (claimed.path / "11.tif").write_bytes(scan(1, shade=20))
    fill(house, files={"12.tif": scan(1, shade=30)})
    assert isinstance(house.receiver.receive(claimed), RejectedScan)
    house.work_through()
    assert reasons(house) == ["LATE", "LATE"]
    kept = contents(drop_of(house) / "set-aside")
    assert {Path(name).name for name in kept} >= {"2.tif", "10.tif", "11.tif", "12.tif"}
    assert house.catalog.batches() == ()


def test_what_is_left_alone_is_never_removed(home: Path) -> None:
    house = open_folders(home, rules=replace(RULES, ignore=("*.xml",)))
    folder = fill(house, files={**FILES, "index.xml": b"<a/>", "in/b.xml": b"<b/>"})
    house.work_through()
    assert contents(folder) == {"index.xml": b"<a/>", "in/b.xml": b"<b/>"}
    house.work_through()
    assert len(house.catalog.batches()) == 1
    house.catalog.close()


def test_a_filed_folder_may_be_kept_whole(home: Path) -> None:
    house = open_folders(home, rules=replace(RULES, keep_days=1))
    fill(house)
    house.work_through()
    (day,) = (drop_of(house) / "processed").iterdir()
    assert contents(day / "hồ sơ 1") == FILES
    house.catalog.close()


def test_a_folder_with_too_many_pages_is_refused(house: House) -> None:
    receiver = replace(house.receiver, max_pages=2)
    fill(house)
    (claimed,) = house.inbox.sweep()
    rejected = receiver.receive(claimed)
    assert isinstance(rejected, RejectedScan)
    assert (rejected.reason, rejected.sha256) == ("OVERSIZED", None)


def test_a_long_folder_lets_others_have_a_turn(house: House) -> None:
    seconds = count(0, 2)
    receiver = replace(house.receiver, monotonic=lambda: float(next(seconds)))
    fill(house, files={f"{number}.tif": scan(1, number) for number in range(9, 15)})
    (claimed,) = house.inbox.sweep()
    answers = [receiver.receive(claimed)]
    while answers[-1] is None:
        answers.append(receiver.receive(claimed))
    assert isinstance(answers[-1], BatchRecord)
    assert len(answers) > 2


def test_a_scan_that_the_store_lost_is_put_again_from_staging(house: House) -> None:
    fill(house)
    take_in(house)
    (record,) = house.catalog.batches()
    house.digitize(record.batch.id)
    for path in (house.home / "store" / record.original_key).parent.iterdir():
        path.unlink()
    house.work_through()
    assert originals(house, record) == [FILES["2.tif"], FILES["10.tif"]]


def take_in(house: House) -> None:
    house.sides.inbox.sweep()
    for claimed in house.inbox.claimed():
        house.receiver.receive(claimed)


@pytest.mark.parametrize(
    ("after", "power"),
    [
        pytest.param(False, False, id="no answer", marks=pytest.mark.slow),
        pytest.param(True, False, id="no answer but effect", marks=pytest.mark.slow),
        pytest.param(False, True, id="power cut"),
    ],
)
def test_wherever_it_is_cut_short_the_next_start_files_the_same(
    fresh_home: Callable[[str], Path], after: bool, power: bool
) -> None:
    expected = undisturbed(fresh_home("undisturbed"))
    for at in count(1):
        home = fresh_home(f"{at}")
        cutter = Cutter(at, after=after, power=power)
        cut = open_folders(home, cutter)
        fill(cut)
        with suppress(StoreUnavailable, PowerCut):
            take_in(cut)
        cut.catalog.close()
        assert after_restart(home) == expected, at
        if cutter.calls < at:
            break
    assert at > 10


STEPS = ("os.rename", "os.mkdir", "os.remove", "os.rmdir")


def test_killed_at_every_step_in_the_drop_folder_the_next_start_files_the_same(
    fresh_home: Callable[[str], Path],
) -> None:
    expected = undisturbed(fresh_home("undisturbed"))
    for at in count(1):
        home = fresh_home(f"{at}")
        fill(open_folders(home))
        child = os.fork()
        if child == 0:
            die_at(at, home)
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
            break
        assert after_restart(home) == expected, at
    assert at > 12


def die_at(step: int, home: Path) -> None:
    """Work until the *step*-th change of the disk, and die before it."""
    steps = count(1)

    def see(event: str, args: tuple[Any, ...]) -> None:
        if event not in STEPS:
            return
        place = str(args[0])  # what goes with its folder is named relative to that
        ours = not place.startswith("/") or place.startswith(str(home / "drop"))
        if ours and next(steps) == step:
            os._exit(9)

    try:
        house = open_folders(home)
        sys.addaudithook(see)
        house.work_through()
    finally:
        os._exit(0)


def undisturbed(home: Path) -> tuple[set[str], dict[str, bytes]]:
    house = open_folders(home)
    fill(house)
    house.work_through()
    house.catalog.close()
    return everything(house)


def after_restart(home: Path) -> tuple[set[str], dict[str, bytes]]:
    """Start again, twice: what a crash left of a claim is cleared in time."""
    house = open_folders(home)
    house.clock.pass_by(700)
    house.work_through()
    house.work_through()
    assert house.inbox.claimed() == ()
    assert house.catalog.rejections() == ()
    assert [each.state for each in house.catalog.batches()] == [BatchState.REVIEW]
    house.catalog.close()
    return everything(house)


def everything(house: House) -> tuple[set[str], dict[str, bytes]]:
    left = {
        name: data
        for name, data in contents(drop_of(house)).items()
        if not name.startswith(".sohoa/taken/")
    }
    return house.keys(), left
