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
from pipeline.intake.inbox import DropFolders, InboxOptions
from pipeline.intake.listing import STATUS_FILE
from pipeline.model.scan import Counter, FolderRules, Priority

COUNTERS = (Counter("one", "Quầy 1", "UBND"), Counter("two", "Quầy 2", "UBND"))
OPTIONS = InboxOptions(quiet_period=10, give_up_after=600, damaged_after=30)


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

    def check(self, path: Path) -> None:
        if path.name in self.not_whole:
            raise IncompleteScan("half")
        if path.name in self.damaged:
            raise DamagedScan("torn")
        if path.suffix == ".docx":
            raise UnsupportedScan("word")

    def drop(self, name: str, data: bytes = b"x", counter: str = "one") -> Path:
        path = self.root / counter / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def settle(self, inbox: DropFolders) -> list[str]:
        """Sweep until what stands still is claimed; tells whose files were."""
        inbox.sweep()
        self.clock.seconds += OPTIONS.quiet_period
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
        bench.clock.seconds += OPTIONS.quiet_period - 0.1
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
    bench.clock.seconds += OPTIONS.give_up_after
    assert len(inbox.sweep()) == 1


def test_a_damaged_file_is_given_up_sooner(bench: Bench) -> None:
    bench.damaged.add("a.pdf")
    bench.drop("a.pdf")
    inbox = bench.open()
    assert bench.settle(inbox) == []
    bench.clock.seconds += OPTIONS.damaged_after - OPTIONS.quiet_period - 1
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
    assert bench.settle(inbox) == ["one"]


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
    assert len(bench.settle(inbox)) == OPTIONS.most_of_backlog
    assert inbox.sweep() == ()
    inbox.release(inbox.claimed()[0])
    assert len(inbox.sweep()) == 1
