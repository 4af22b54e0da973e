"""One share that hangs holds up its own questions and nobody else's."""

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.intake.lanes import Lanes, ShareHangs


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Opens in the end, so that no thread is left waiting."""
    gate = threading.Event()
    yield gate
    gate.set()


@pytest.fixture
def lanes() -> Lanes:
    return Lanes(patience=0.05, kept=frozenset(["listing"]))


def hang(lanes: Lanes, gate: threading.Event, name: str = "", share: str = "a") -> None:
    with pytest.raises(ShareHangs):
        lanes.call(share, gate.wait, name=name)


def come_back(lanes: Lanes, gate: threading.Event) -> None:
    """Let the share answer, and wait until it has."""
    gate.set()
    while lanes.hanging("a") is not None:
        threading.Event().wait(0.01)


def test_answers_and_errors_come_back(lanes: Lanes) -> None:
    assert lanes.call("a", lambda: 7, patience=5) == 7
    with pytest.raises(FileNotFoundError):
        lanes.call("a", Path("gone").stat, patience=5)
    with pytest.raises(ZeroDivisionError):
        lanes.call("a", lambda: 1 // 0, patience=5)


def test_a_share_that_hangs_is_asked_nothing_more(
    lanes: Lanes, gate: threading.Event
) -> None:
    hang(lanes, gate)
    asked: list[int] = []
    for _ in range(3):
        with pytest.raises(ShareHangs):
            lanes.call("a", lambda: asked.append(1))
    assert asked == []
    assert lanes.hanging("a") is not None


def test_the_others_are_served(lanes: Lanes, gate: threading.Event) -> None:
    hang(lanes, gate)
    assert lanes.call("b", lambda: "fine", patience=5) == "fine"
    assert lanes.hanging("b") is None


def test_when_it_is_back_it_is_asked_again(lanes: Lanes, gate: threading.Event) -> None:
    hang(lanes, gate)
    come_back(lanes, gate)
    assert lanes.call("a", lambda: 7, patience=5) == 7
    assert lanes.hanging("a") is None


def test_a_late_answer_is_for_who_asks_the_same(
    lanes: Lanes, gate: threading.Event
) -> None:
    asked: list[int] = []

    def slow() -> int:
        gate.wait()
        asked.append(1)
        return len(asked)

    with pytest.raises(ShareHangs):
        lanes.call("a", slow, name="listing")
    come_back(lanes, gate)
    assert lanes.call("a", lambda: "other", patience=5) == "other"
    assert lanes.call("a", slow, name="listing", patience=5) == 1
    assert lanes.call("a", slow, name="listing", patience=5) == 2


def test_a_late_answer_without_a_name_is_dropped(
    lanes: Lanes, gate: threading.Event
) -> None:
    hang(lanes, gate)
    come_back(lanes, gate)
    assert lanes.call("a", lambda: 7, patience=5) == 7


def test_what_is_asked_inside_is_simply_done(lanes: Lanes) -> None:
    def outer() -> int:
        return lanes.call("a", lambda: 7)

    assert lanes.call("a", outer, patience=5) == 7


def test_a_busy_share_is_waited_for(lanes: Lanes, gate: threading.Event) -> None:
    lanes.begin("a", gate.wait, "listing")
    threading.Timer(0.05, gate.set).start()
    assert lanes.call("a", lambda: 7, patience=5) == 7


def test_the_log_says_once_that_it_hangs_and_that_it_is_back(
    gate: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "pipeline.intake.lanes")
    seconds = [0.0]
    lanes = Lanes(patience=0.05, monotonic=lambda: seconds[0])
    for seconds[0] in (0.0, 5.0, 11.0, 20.0):
        hang(lanes, gate)
    come_back(lanes, gate)
    lanes.call("a", lambda: 7, patience=5)
    assert [record.message for record in caplog.records] == [
        "drop folder of a: the share does not answer",
        "drop folder of a: the share answers again",
    ]
