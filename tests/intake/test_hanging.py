"""A share whose server is gone: a real one, that the kernel waits for."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.intake.inbox import DropFolders, InboxOptions, Patience
from pipeline.intake.lanes import Lanes, ShareHangs
from pipeline.model.intake import Probe
from pipeline.model.scan import Counter, FolderRules, MediaType, Share
from tests.intake.hanging import CannotMount, hanging

REMOTE = FolderRules(share=Share.REMOTE)
DEAD = tuple(Counter(f"dead-{n}", "Quầy", "UBND", folder=REMOTE) for n in range(3))
ALIVE = Counter("alive", "Quầy", "UBND", folder=REMOTE)
LOCAL = Counter("local", "Quầy", "UBND")
PATIENT = 0.3
"""Seconds that a share is waited for in these tests."""

SOON = 5.0
"""Seconds in which anything must end here; the hang itself has no end."""


@pytest.fixture
def inbox(tmp_path: Path) -> DropFolders:
    counters = (*DEAD, ALIVE, LOCAL)
    for counter in counters:
        (tmp_path / counter.id).mkdir()
    return DropFolders(
        tmp_path,
        counters,
        InboxOptions(Patience(0, 600, remote_quiet_period=0)),
        lambda _path: Probe(MediaType.PDF, 1),
        lambda: datetime.now(UTC),
        lanes=Lanes(patience=PATIENT, kept=frozenset(["listing"])),
    )


@pytest.fixture
def dead(inbox: DropFolders) -> Iterator[ExitStack]:
    """The shares of `DEAD` hang until this is closed."""
    with ExitStack() as stack:
        try:
            for counter in DEAD:
                stack.enter_context(hanging(inbox.root / counter.id))
        except (CannotMount, OSError):
            pytest.skip("nothing can be mounted here")
        yield stack


def drop(inbox: DropFolders, counter: Counter) -> None:
    (inbox.root / counter.id / "scan.pdf").write_bytes(b"%PDF-")


def taken(inbox: DropFolders) -> list[str]:
    return sorted(claimed.counter_id for claimed in inbox.sweep())


def test_the_share_really_hangs(inbox: DropFolders, dead: ExitStack) -> None:
    def look() -> None:
        with suppress(OSError):
            (inbox.root / DEAD[0].id / "scan.pdf").stat()

    asking = threading.Thread(target=look, daemon=True)
    asking.start()
    asking.join(1)
    assert asking.is_alive()
    assert dead is not None


def test_dead_shares_hold_up_nobody(inbox: DropFolders, dead: ExitStack) -> None:
    began = time.monotonic()
    for counter in (ALIVE, LOCAL):
        drop(inbox, counter)
    assert taken(inbox) == ["alive", "local"]
    assert [each.counter_id for each in inbox.claimed()] == ["alive", "local"]
    for counter in (ALIVE, LOCAL):
        inbox.post(counter.id, "today")
    assert time.monotonic() - began < SOON
    assert dead is not None


def test_of_a_dead_share_every_question_says_so(
    inbox: DropFolders, dead: ExitStack
) -> None:
    began = time.monotonic()
    for _ in range(3):
        inbox.sweep()
        with pytest.raises(ShareHangs):
            inbox.claimed(DEAD[0].id)
        with pytest.raises(TimeoutError):
            inbox.post(DEAD[0].id, "today")
        inbox.expire_processed()
    assert time.monotonic() - began < SOON
    assert inbox.hanging(DEAD[0].id) is not None
    assert inbox.hanging(ALIVE.id) is None
    assert dead is not None


def test_one_question_at_most_waits_in_a_dead_share(
    inbox: DropFolders, dead: ExitStack
) -> None:
    before = threading.active_count()
    for _ in range(5):
        inbox.sweep()
        inbox.claimed()
    assert threading.active_count() - before <= len(DEAD) + 1
    assert dead is not None


def test_when_they_are_back_nothing_is_lost(
    inbox: DropFolders, dead: ExitStack
) -> None:
    assert taken(inbox) == []
    dead.close()
    for counter in DEAD:
        drop(inbox, counter)
    found: list[str] = []
    ends = time.monotonic() + SOON
    while len(found) < len(DEAD) and time.monotonic() < ends:
        found += taken(inbox)
    assert sorted(found) == [counter.id for counter in DEAD]
    assert inbox.hanging(DEAD[0].id) is None


def test_the_self_test_names_the_dead_and_tries_the_others(
    inbox: DropFolders, dead: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.intake.inbox._CHANGING", 1.0)
    troubles = [(counter.id, trouble.found) for counter, trouble in inbox.problems()]
    answer = "the share gives no answer within 1 s"
    assert troubles == [(counter.id, answer) for counter in DEAD]
    assert dead is not None
