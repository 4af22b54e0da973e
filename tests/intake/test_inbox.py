import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import ConfigError, DamagedScan, IncompleteScan, UnsupportedScan
from pipeline.intake.inbox import DropFolders, InboxOptions, Patience
from pipeline.intake.listing import STATUS_FILE
from pipeline.model.intake import Probe
from pipeline.model.scan import (
    Counter,
    FolderRules,
    MediaType,
    Priority,
    Share,
    Subfolders,
)

DOSSIERS = FolderRules(subfolders=Subfolders.DOSSIERS)
COUNTERS = (Counter("one", "Quầy 1", "UBND"), Counter("two", "Quầy 2", "UBND"))
OPTIONS = InboxOptions(Patience(quiet_period=10, give_up_after=600, damaged_after=30))


@dataclass
class Clock:
    """Time that passes when it is told to."""

    seconds: float = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime(2026, 11, 24, tzinfo=UTC) + timedelta(seconds=self.seconds)


@dataclass
class Bench:
    """Drop folders with a clock, and files that are not whole."""

    root: Path
    clock: Clock = field(default_factory=Clock)
    not_whole: set[str] = field(default_factory=set)
    damaged: set[str] = field(default_factory=set)
    growing: set[str] = field(default_factory=set)

    def open(self, rules: FolderRules | None = None) -> DropFolders:
        first = replace(COUNTERS[0], folder=rules or FolderRules())
        return DropFolders(
            self.root,
            (first, COUNTERS[1]),
            OPTIONS,
            is_whole=self.check,
            clock=self.clock.now,
            monotonic=self.clock.monotonic,
        )

    def check(self, path: Path) -> Probe:
        if path.name in self.not_whole:
            raise IncompleteScan("half")
        if path.name in self.damaged:
            raise DamagedScan("torn")
        if path.suffix == ".docx":
            raise UnsupportedScan("word")
        return Probe(MediaType.PDF, 1, may_grow=path.name in self.growing)

    def drop(self, name: str, data: bytes = b"x", counter: str = "one") -> Path:
        path = self.root / counter / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def settle(self, inbox: DropFolders) -> list[str]:
        """Sweep until what stands still is claimed; tells whose files were."""
        inbox.sweep()
        self.clock.seconds += OPTIONS.patience.quiet_period
        return [claimed.counter_id for claimed in inbox.sweep()]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_file_that_stands_still_is_claimed_and_vanishes(bench: Bench) -> None:
    path, inbox = bench.drop("a.pdf"), bench.open()
    assert bench.settle(inbox) == ["one"]
    assert not path.exists()
    assert inbox.claimed()[0].path.read_bytes() == b"x"


def test_a_growing_file_waits(bench: Bench) -> None:
    inbox = bench.open()
    for size in range(1, 20):
        bench.drop("a.pdf", b"x" * size)
        assert inbox.sweep() == ()
        bench.clock.seconds += OPTIONS.patience.quiet_period - 0.1
    assert inbox.sweep() == ()


def test_a_new_watch_waits_as_long_as_an_old_one(bench: Bench) -> None:
    bench.drop("a.pdf")
    assert bench.open().sweep() == ()


def test_a_file_that_is_not_whole_waits_and_is_given_up_in_the_end(
    bench: Bench,
) -> None:
    bench.not_whole.add("a.pdf")
    bench.drop("a.pdf")
    inbox = bench.open()
    assert bench.settle(inbox) == []
    bench.clock.seconds += OPTIONS.patience.give_up_after
    assert len(inbox.sweep()) == 1


def test_a_damaged_file_is_given_up_sooner(bench: Bench) -> None:
    bench.damaged.add("a.pdf")
    bench.drop("a.pdf")
    inbox = bench.open()
    assert bench.settle(inbox) == []
    bench.clock.seconds += (
        OPTIONS.patience.damaged_after - OPTIONS.patience.quiet_period - 1
    )
    assert inbox.sweep() == ()
    bench.clock.seconds += 1
    assert len(inbox.sweep()) == 1


def test_a_damaged_file_that_changes_is_looked_into_again(bench: Bench) -> None:
    bench.damaged.add("a.pdf")
    bench.drop("a.pdf")
    inbox = bench.open()
    bench.settle(inbox)
    bench.damaged.clear()
    bench.drop("a.pdf", b"whole")
    inbox.sweep()
    bench.clock.seconds += OPTIONS.patience.damaged_after
    assert len(inbox.sweep()) == 1


def test_a_file_that_is_no_scan_is_claimed_to_be_refused(bench: Bench) -> None:
    bench.drop("a.docx")
    assert bench.settle(bench.open()) == ["one"]


@pytest.mark.parametrize("name", [".hidden", "~$a.docx", "a.pdf.part", "Thumbs.db"])
def test_hidden_and_temporary_names_are_left_alone(name: str, bench: Bench) -> None:
    bench.drop(name)
    assert bench.settle(bench.open()) == []


def test_only_plain_files_are_taken(bench: Bench) -> None:
    target = bench.drop("x.part")
    folder = bench.root / "one"
    (folder / "link.pdf").symlink_to(target)
    os.link(target, folder / "hard.pdf")
    os.mkfifo(folder / "pipe.pdf")
    (folder / "folder.pdf").mkdir()
    assert bench.settle(bench.open()) == []


def test_counters_take_turns(bench: Bench) -> None:
    for number in range(60):
        bench.drop(f"{number}.pdf")
    bench.drop("mine.pdf", counter="two")
    assert "two" in bench.settle(bench.open())[:3]


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=60,
    deadline=None,  # it syncs files, whose time is that of the disk
)
@given(
    name=st.text(
        st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1
    ).filter(lambda n: len(n.encode()) <= 255 and n not in (".", ".."))
)
def test_set_aside_gives_any_name_back(name: str, bench: Bench) -> None:
    source = bench.root / "source"
    source.write_bytes(b"x")
    inbox = bench.open()
    claimed = inbox.adopt(source, "one")
    note = claimed.path.parent / "claim.json"
    note.write_text(json.dumps({**json.loads(note.read_text()), "name": name}))
    target = inbox.set_aside(claimed, "DAMAGED", "found")
    assert target.read_bytes() == b"x"
    target.unlink()


def test_the_reason_lies_beside_the_file_in_vietnamese(bench: Bench) -> None:
    bench.drop("a.pdf")
    inbox = bench.open()
    bench.settle(inbox)
    target = inbox.set_aside(inbox.claimed()[0], "DAMAGED", "")
    assert target == bench.root / "one" / "set-aside" / "a.pdf"
    reason = target.with_name("a.pdf.txt").read_text(encoding="utf-8-sig")
    assert "Tệp bị hỏng." in reason
    assert inbox.claimed() == ()


def test_what_was_set_aside_can_be_dropped_again(bench: Bench) -> None:
    path = bench.drop("a.pdf")
    inbox = bench.open()
    bench.settle(inbox)
    (claimed,) = inbox.claimed()
    target = inbox.set_aside(claimed, "DAMAGED", "")

    assert inbox.drop_again("one", claimed.id)

    assert path.read_bytes() == b"x"
    assert list(target.parent.iterdir()) == []
    assert not inbox.drop_again("one", claimed.id)


def test_what_a_clerk_took_out_of_set_aside_is_not_looked_for(bench: Bench) -> None:
    bench.drop("a.pdf")
    inbox = bench.open()
    bench.settle(inbox)
    (claimed,) = inbox.claimed()
    inbox.set_aside(claimed, "DAMAGED", "").unlink()

    assert not inbox.drop_again("one", claimed.id)
    assert not inbox.drop_again("one", "../../etc/passwd")


def test_a_link_put_in_place_of_what_was_set_aside_is_left(
    bench: Bench, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("not a scan")
    bench.drop("a.pdf")
    inbox = bench.open()
    bench.settle(inbox)
    (claimed,) = inbox.claimed()
    target = inbox.set_aside(claimed, "DAMAGED", "")
    target.unlink()
    target.symlink_to(secret)

    assert not inbox.drop_again("one", claimed.id)
    assert target.is_symlink()


def test_a_second_file_of_the_same_name_does_not_replace_the_first(
    bench: Bench,
) -> None:
    inbox = bench.open()
    for data in (b"first", b"second"):
        bench.drop("a.pdf", data)
        bench.settle(inbox)
        inbox.set_aside(inbox.claimed()[0], "DAMAGED", "")
    kept = (bench.root / "one" / "set-aside").glob("*.pdf")
    assert sorted(path.read_bytes() for path in kept) == [b"first", b"second"]


def test_a_writer_that_holds_the_file_open_is_noticed(bench: Bench) -> None:
    path = bench.drop("a.pdf")
    inbox = bench.open()
    with path.open("ab") as writer:
        bench.settle(inbox)
        claimed = inbox.claimed()[0]
        assert inbox.is_unchanged(claimed)
        writer.write(b"more")
    assert not inbox.is_unchanged(claimed)


def test_a_file_put_back_is_where_it_was(bench: Bench) -> None:
    path = bench.drop("a.pdf")
    inbox = bench.open()
    bench.settle(inbox)
    inbox.put_back(inbox.claimed()[0])
    assert path.read_bytes() == b"x"


def test_claims_outlive_the_watch(bench: Bench) -> None:
    bench.drop("a.pdf")
    first = bench.open()
    bench.settle(first)
    assert bench.open().claimed() == first.claimed()


def test_a_counters_claims_can_be_listed_alone(bench: Bench) -> None:
    inbox = bench.open()
    for counter in ("one", "two"):
        bench.drop("a.pdf", counter=counter)
    bench.settle(inbox)
    assert [each.counter_id for each in inbox.claimed("two")] == ["two"]


def test_a_claim_without_its_file_is_cleared_in_time(bench: Bench) -> None:
    staging = bench.root / "one" / ".sohoa" / "claimed"
    (staging / "20261123T000000000000Z-0a0b0c0d").mkdir(parents=True)
    assert bench.open().claimed() == ()
    assert list(staging.iterdir()) == []


def test_adopting_leaves_the_original_alone(bench: Bench, tmp_path: Path) -> None:
    source = tmp_path / "source.pdf"
    source.write_bytes(b"whole")
    claimed = bench.open().adopt(source, "one")
    assert claimed.path.read_bytes() == source.read_bytes()


def test_only_known_counters_adopt(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nowhere"):
        bench.open().adopt(tmp_path / "x", "nowhere")


def test_released_files_leave_nothing(bench: Bench) -> None:
    bench.drop("a.pdf")
    inbox = bench.open()
    bench.settle(inbox)
    inbox.release(inbox.claimed()[0])
    assert list((bench.root / "one" / ".sohoa" / "claimed").iterdir()) == []


def test_folders_that_work_have_no_problems(bench: Bench) -> None:
    assert list(bench.open().problems()) == []
    assert not list(bench.root.rglob(".sohoa-check*"))


def test_half_a_copy_is_not_seen_by_a_watch(bench: Bench, tmp_path: Path) -> None:
    pipe = tmp_path / "slow.pdf"
    os.mkfifo(pipe)
    inbox = bench.open()
    with ThreadPoolExecutor(1) as threads:
        adopting = threads.submit(inbox.adopt, pipe, "one")
        with pipe.open("wb") as writer:
            writer.write(b"half")
            writer.flush()
            assert inbox.claimed() == ()
            writer.write(b" and half")
        claimed = adopting.result(10)

    assert claimed.path.read_bytes() == b"half and half"
    assert inbox.claimed() == (claimed,)
    assert inbox.is_unchanged(claimed)


def test_a_copy_that_fails_leaves_nothing(bench: Bench, tmp_path: Path) -> None:
    inbox = bench.open()

    with pytest.raises(FileNotFoundError):
        inbox.adopt(tmp_path / "not there", "one")

    assert list((bench.root / "one" / ".sohoa" / "claimed").iterdir()) == []


def test_a_disabled_folder_is_left_alone_but_its_claims_go_on(bench: Bench) -> None:
    bench.drop("a.pdf")
    bench.settle(bench.open())
    path = bench.drop("b.pdf")
    disabled = bench.open(FolderRules(enabled=False))
    assert bench.settle(disabled) == []
    assert path.exists()
    assert len(disabled.claimed()) == 1


def test_a_file_put_back_has_its_marker_again(bench: Bench) -> None:
    path = bench.drop("a.pdf")
    marker = bench.drop("a.pdf.done")
    inbox = bench.open(FolderRules(done_marker=True))
    assert bench.settle(inbox) == ["one"]
    assert not marker.exists()
    inbox.put_back(inbox.claimed()[0])
    assert path.exists()
    assert marker.exists()


def test_a_crash_between_marker_and_file_gives_the_marker_back(bench: Bench) -> None:
    path = bench.drop("a.pdf")
    marker = bench.drop("a.pdf.done")
    inbox = bench.open(FolderRules(done_marker=True))
    bench.settle(inbox)
    (claimed,) = inbox.claimed()
    claimed.path.rename(path)
    bench.clock.seconds += 3600
    assert inbox.claimed() == ()
    assert marker.exists()
    assert not claimed.path.parent.exists()


def test_the_status_file_opens_in_notepad_and_is_no_scan(bench: Bench) -> None:
    inbox = bench.open()
    inbox.post("one", "Đã nhận\nhai dòng\n")
    status = bench.root / "one" / STATUS_FILE
    assert status.read_bytes() == b"\xef\xbb\xbf" + "Đã nhận\r\nhai dòng\r\n".encode()
    assert bench.settle(inbox) == []
    assert inbox.waiting("one") == 0


def test_the_status_file_is_written_when_it_changes_only(bench: Bench) -> None:
    inbox, status = bench.open(), bench.root / "one" / STATUS_FILE
    inbox.post("one", "first\n")
    before = status.stat()
    inbox.post("one", "first\n")
    assert status.stat().st_ino == before.st_ino
    inbox.post("one", "other\n")
    assert status.stat().st_ino != before.st_ino
    assert list((bench.root / "one" / ".sohoa").iterdir()) == []


def test_a_link_in_place_of_the_status_file_is_not_followed(bench: Bench) -> None:
    precious = bench.root / "precious"
    precious.write_text("mine")
    (bench.root / "one").mkdir()
    (bench.root / "one" / STATUS_FILE).symlink_to(precious)
    bench.open().post("one", "ours\n")
    assert precious.read_text() == "mine"


def test_what_waits_is_counted(bench: Bench) -> None:
    bench.not_whole.add("a.pdf")
    bench.drop("a.pdf")
    bench.drop("b.pdf")
    inbox = bench.open()
    assert bench.settle(inbox) == ["one"]
    assert (inbox.waiting("one"), inbox.waiting("two")) == (1, 0)


def test_a_backlog_comes_into_staging_in_small_parts(bench: Bench) -> None:
    for number in range(OPTIONS.most_of_backlog + 5):
        bench.drop(f"{number}.pdf")
    inbox = bench.open(FolderRules(priority=Priority.BACKLOG))
    assert len(bench.settle(inbox)) == OPTIONS.most_of_backlog_per_sweep
    for _ in range(OPTIONS.most_of_backlog):
        inbox.sweep()
    assert len(inbox.claimed()) == OPTIONS.most_of_backlog
    inbox.release(inbox.claimed()[0])
    assert len(inbox.sweep()) == 1


def swap(path: Path, kind: str, bench: Bench) -> None:
    """Put something else in the place of a file that was looked at."""
    secret = bench.root / "secret"
    secret.write_bytes(b"x")
    path.unlink()
    match kind:
        case "link":
            path.symlink_to(secret)
        case "link to a folder":
            path.symlink_to(bench.root)
        case "dangling link":
            path.symlink_to(bench.root / "nothing")
        case "second name":
            os.link(secret, path)
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case _:
            path.write_bytes(b"another")


SWAPS = ("link", "link to a folder", "dangling link", "second name", "pipe", "folder")


@pytest.mark.parametrize("kind", [*SWAPS, "file"])
def test_what_takes_a_files_place_before_its_claim_is_left_alone(
    kind: str, bench: Bench
) -> None:
    path = bench.drop("a.pdf")
    inbox = bench.open()
    inbox.is_whole = lambda found: (swap(found, kind, bench), bench.check(found))[1]
    assert bench.settle(inbox) == []
    assert inbox.claimed() == ()
    assert os.path.lexists(path)


@pytest.mark.parametrize("kind", ["link", "dangling link", "pipe", "folder"])
def test_what_takes_a_files_place_during_its_claim_is_put_back(
    kind: str, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = bench.drop("a.pdf")
    inbox, rename = bench.open(), Path.rename

    def late(source: Path, target: Path) -> Path:
        monkeypatch.undo()
        swap(path, kind, bench)
        return rename(source, target)

    inbox.sweep()
    bench.clock.seconds += OPTIONS.patience.quiet_period
    monkeypatch.setattr(Path, "rename", late)
    assert inbox.sweep() == inbox.claimed() == ()
    assert os.path.lexists(path)


def test_a_folder_that_goes_and_comes_back_costs_nothing(bench: Bench) -> None:
    bench.drop("a.pdf")
    inbox, drop = bench.open(), bench.root / "one"
    inbox.sweep()
    away = drop.rename(bench.root / "away")
    for _ in range(3):
        bench.clock.seconds += OPTIONS.patience.quiet_period
        assert inbox.sweep() == ()
        assert not drop.exists()  # or it could not come back to its place
    away.rename(drop)
    assert bench.settle(inbox) == ["one"]


def test_staged_files_of_a_share_that_is_away_are_there_when_it_is_back(
    bench: Bench,
) -> None:
    bench.drop("a.pdf")
    inbox, drop = bench.open(), bench.root / "one"
    bench.settle(inbox)
    before = inbox.claimed()
    away = drop.rename(bench.root / "away")
    assert inbox.claimed() == ()
    away.rename(drop)
    assert inbox.claimed() == before


def test_a_remote_share_is_never_made(bench: Bench) -> None:
    bench.open(FolderRules(share=Share.REMOTE)).sweep()
    assert not (bench.root / "one").exists()


def test_a_remote_share_gets_more_time(bench: Bench) -> None:
    bench.drop("a.pdf")
    inbox = bench.open(FolderRules(share=Share.REMOTE))
    assert bench.settle(inbox) == []
    bench.clock.seconds += OPTIONS.patience.remote_quiet_period
    assert len(inbox.sweep()) == 1


def test_a_counter_may_be_swept_less_often(bench: Bench) -> None:
    inbox = bench.open(FolderRules(poll_interval=60))
    inbox.sweep()
    bench.drop("a.pdf")
    assert bench.settle(inbox) == []
    bench.clock.seconds += 60
    assert bench.settle(inbox) == []
    bench.clock.seconds += 60
    assert len(inbox.sweep()) == 1


def test_a_file_that_may_grow_waits_longer(bench: Bench) -> None:
    bench.growing.add("a.pdf")
    bench.drop("a.pdf")
    inbox = bench.open()
    assert bench.settle(inbox) == []
    bench.clock.seconds += OPTIONS.patience.growing_after
    assert len(inbox.sweep()) == 1


def test_a_file_that_may_grow_does_not_wait_where_a_marker_tells(bench: Bench) -> None:
    bench.growing.add("a.pdf")
    for name in ("a.pdf", "a.pdf.done"):
        bench.drop(name)
    assert bench.settle(bench.open(FolderRules(done_marker=True))) == ["one"]


def test_a_filed_scan_is_kept_as_long_as_its_counter_wants(bench: Bench) -> None:
    bench.drop("a.pdf")
    inbox = bench.open(FolderRules(keep_days=2))
    bench.settle(inbox)
    inbox.release(inbox.claimed()[0])
    kept = bench.root / "one" / "processed" / "2026-11-24" / "a.pdf"
    for days in (0, 2):
        bench.clock.seconds += days * 86_400
        assert inbox.expire_processed() == 0
        assert kept.read_bytes() == b"x"
    bench.clock.seconds += 86_400
    assert inbox.expire_processed() == 1
    assert not kept.parent.exists()


def test_what_a_command_brought_is_not_kept_twice(bench: Bench, tmp_path: Path) -> None:
    source = tmp_path / "source.pdf"
    source.write_bytes(b"x")
    inbox = bench.open(FolderRules(keep_days=2))
    inbox.release(inbox.adopt(source, "one"))
    assert not (bench.root / "one" / "processed").exists()


def test_failed_files_of_a_backlog_take_nobodys_place(bench: Bench) -> None:
    for number in range(OPTIONS.most_of_backlog + 5):
        bench.drop(f"{number}.pdf")
    inbox = bench.open(FolderRules(priority=Priority.BACKLOG))
    bench.settle(inbox)
    for _ in range(OPTIONS.most_of_backlog):
        inbox.sweep()
    assert inbox.sweep() == ()
    inbox.park(inbox.claimed()[0])
    assert len(inbox.sweep()) == 1


def test_a_flooded_counter_is_looked_into_no_longer_than_a_sweep_may_take(
    bench: Bench,
) -> None:
    for number in range(30):
        bench.drop(f"{number}.pdf")
    bench.drop("mine.pdf", counter="two")

    def slowly(path: Path) -> Probe:
        bench.clock.seconds += 1
        return bench.check(path)

    inbox = bench.open()
    inbox.is_whole = slowly
    inbox.sweep()
    bench.clock.seconds += OPTIONS.patience.quiet_period
    counters = [claimed.counter_id for claimed in inbox.sweep()]
    assert counters.count("one") < 10
    assert "two" in counters[:2]


def test_claims_made_at_the_same_moment_keep_their_order(bench: Bench) -> None:
    for name in ("a.pdf", "b.pdf", "c.pdf"):
        bench.drop(name, name.encode())
        os.utime(bench.root / "one" / name, (1, 1))
    inbox = bench.open()
    bench.settle(inbox)
    read = [claimed.path.read_bytes() for claimed in inbox.claimed()]
    assert read == [b"a.pdf", b"b.pdf", b"c.pdf"]


@pytest.mark.parametrize("absolute", [False, True])
def test_a_drop_folder_may_lie_elsewhere(absolute: bool, bench: Bench) -> None:
    drop = bench.root / "xã" / "khai sinh"
    drop.mkdir(parents=True)
    (drop / "a.pdf").write_bytes(b"x")
    where = str(drop) if absolute else "xã/khai sinh"
    inbox = bench.open(FolderRules(path=where))
    assert bench.settle(inbox) == ["one"]
    inbox.set_aside(inbox.claimed()[0], "DAMAGED", "")
    assert (drop / "set-aside" / "a.pdf").exists()
    assert not (bench.root / "one").exists()


def test_a_folder_below_another_counters_is_that_of_its_own_counter(
    bench: Bench,
) -> None:
    below = bench.drop("a.pdf", counter="two/khai-sinh")
    inbox = bench.open(FolderRules(path="two/khai-sinh"))
    assert bench.settle(inbox) == ["one"]
    assert not below.exists()


def test_a_folder_is_taken_when_all_its_files_are_still(bench: Bench) -> None:
    inbox = bench.open(DOSSIERS)
    for number in range(1, 4):
        bench.drop(f"hồ sơ/{number}.pdf")
        assert inbox.sweep() == ()
        bench.clock.seconds += 9
    bench.clock.seconds += 1
    inbox.sweep()
    bench.clock.seconds += 15  # it paused for 9 s, so it may for 22.5 s
    (claimed,) = inbox.sweep()
    assert [path.name for path in claimed.parts] == ["1.pdf", "2.pdf", "3.pdf"]
    assert not (bench.root / "one" / "hồ sơ").exists()


@pytest.mark.parametrize("name", ["2.pdf", "phụ lục/2.pdf"])
def test_one_file_that_is_not_whole_keeps_its_folder_waiting(
    name: str, bench: Bench
) -> None:
    bench.not_whole.add("2.pdf")
    inbox = bench.open(DOSSIERS)
    for each in ("1.pdf", name, "3.pdf"):
        bench.drop(f"hồ sơ/{each}")
    assert bench.settle(inbox) == []
    bench.clock.seconds = 599
    assert inbox.sweep() == ()
    bench.clock.seconds = 601
    assert len(inbox.sweep()) == 1


def test_a_temporary_name_keeps_its_folder_waiting(bench: Bench) -> None:
    inbox = bench.open(DOSSIERS)
    bench.drop("hồ sơ/1.pdf")
    growing = bench.drop("hồ sơ/2.pdf.part")
    assert bench.settle(inbox) == []
    growing.rename(growing.with_suffix(""))
    assert bench.settle(inbox) == ["one"]


def test_a_marked_folder_is_taken_with_its_marker(bench: Bench) -> None:
    inbox = bench.open(replace(DOSSIERS, done_marker=True))
    bench.drop("hồ sơ/1.pdf")
    assert bench.settle(inbox) == []
    bench.drop("hồ sơ.done")
    assert bench.settle(inbox) == ["one"]
    assert [path.name for path in (bench.root / "one").iterdir()] == [".sohoa"]


def test_a_folder_that_cannot_be_moved_back_is_never_removed(bench: Bench) -> None:
    inbox = bench.open(DOSSIERS)
    bench.drop("hồ sơ/1.pdf", b"one")
    bench.settle(inbox)
    (claimed,) = inbox.claimed()
    bench.drop("hồ sơ/2.pdf", b"two")
    assert not inbox.put_back(claimed)
    assert inbox.claimed() == (claimed,)


def test_a_link_in_the_place_of_a_folder_is_left_alone(bench: Bench) -> None:
    bench.drop("hồ sơ/1.pdf", counter="two")
    (bench.root / "one").mkdir()
    (bench.root / "one" / "link").symlink_to(bench.root / "two" / "hồ sơ")
    assert bench.settle(bench.open(DOSSIERS)) == []
    assert (bench.root / "one" / "link").is_symlink()


def test_files_of_a_long_folder_are_looked_into_in_several_sweeps(
    bench: Bench,
) -> None:
    looked: list[str] = []

    def slow(path: Path) -> Probe:
        bench.clock.seconds += 1
        looked.append(path.name)
        return Probe(MediaType.PDF, 1)

    inbox = bench.open(DOSSIERS)
    inbox.is_whole = slow
    for number in range(12):
        bench.drop(f"hồ sơ/{number}.pdf")
    bench.settle(inbox)
    assert 0 < len(looked) < 12
    while not inbox.claimed():
        inbox.sweep()
    assert looked == [f"{number}.pdf" for number in range(12)]
