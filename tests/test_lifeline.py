import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.lifeline import LifeMarks

HOLD = """
import os, sys, time
from pathlib import Path
from pipeline.lifeline import LifeMarks
print(LifeMarks(Path(sys.argv[1])).hold("one", through_exec=True), flush=True)
if sys.argv[2] == "exec":
    os.execv(sys.executable, [sys.executable, "-c", "input()"])
input()
"""


def start(folder: Path, then: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLD, str(folder), then]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "True\n"
    return process


@pytest.fixture(params=["stay", "exec"])
def holder(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[subprocess.Popen[str]]:
    process = start(tmp_path, request.param)
    yield process
    process.kill()
    process.wait()


def test_a_process_is_seen_alive_until_it_is_killed(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    marks = LifeMarks(tmp_path)
    assert (marks.is_alive("one"), marks.pid("one")) == (True, holder.pid)
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    assert (marks.is_alive("one"), marks.pid("one")) == (False, None)


def test_a_name_is_held_once(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    assert not LifeMarks(tmp_path).hold("one")
    assert LifeMarks(tmp_path).names() == ["one"]


def test_a_dead_name_may_be_held_again(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    holder.kill()
    holder.wait()
    assert LifeMarks(tmp_path).hold("one")
    assert LifeMarks(tmp_path).pid("one") == os.getpid()


def test_only_the_mark_of_the_dead_is_forgotten(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    marks = LifeMarks(tmp_path)
    marks.forget("one")
    assert marks.is_alive("one")
    holder.kill()
    holder.wait()
    marks.forget("one")
    assert marks.is_alive("one") is None


def test_of_an_unknown_name_nothing_is_said(tmp_path: Path) -> None:
    assert LifeMarks(tmp_path / "none").is_alive("one") is None
    assert LifeMarks(tmp_path / "none").names() == []
