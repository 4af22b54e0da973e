"""Reading processes that sleep, fail, die and eat memory, one page at a time."""

import errno
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ObjectMissing, StoreUnavailable, ToolMissing, ToolTimeout
from pipeline.model.scan import MediaType
from pipeline.model.text import PageReceipt
from pipeline.usecases.page_pool import PagePool
from pipeline.usecases.read import Effort, PageTask

SECONDS = 1.5
MEMORY = 300_000_000


class Trouble:
    """Reads pages into notes in a folder; some make trouble as long as they are read.

    What a page does stands in the folder's file of its number.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, task: PageTask) -> PageReceipt:
        with (self.folder / f"{task.number}.tries").open("a") as notes:
            notes.write(f"{os.getpid()} {task.effort.name}\n")
        path = self.folder / f"{task.number}.trouble"
        if path.exists():
            name, _, last = path.read_text().partition(" ")
            if task.effort in BEFORE[last]:
                TROUBLES[name]()
        return PageReceipt(task.number, f"page {task.number}", 1, 0.9)


def sleep() -> None:
    time.sleep(60)


def fail() -> None:
    raise RuntimeError("a page woke a defect")


def die() -> None:
    os._exit(3)


def eat() -> None:
    assert bytearray(2 * MEMORY)


def time_out() -> None:
    raise ToolTimeout("the engine's own limit")


def lose_the_store() -> None:
    raise StoreUnavailable("no answer")


def fill_the_disk() -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def lose_the_file() -> None:
    Path("/nowhere/scan.pdf").stat()


def use_up_memory() -> None:
    raise OSError(errno.ENOMEM, "Cannot allocate memory")


def break_the_picture() -> None:
    raise OSError("image file is truncated")


TROUBLES: dict[str, Callable[[], None]] = {
    "sleep": sleep,
    "fail": fail,
    "die": die,
    "eat": eat,
    "time_out": time_out,
    "lose_the_store": lose_the_store,
    "fill_the_disk": fill_the_disk,
    "lose_the_file": lose_the_file,
    "use_up_memory": use_up_memory,
    "break_the_picture": break_the_picture,
}


def open_trouble(folder: Path) -> Any:
    return Trouble(folder)


def open_nothing(folder: Path) -> Any:
    raise ToolMissing("no model")


BEFORE = {
    "once": {Effort.FULL},
    "": {Effort.FULL, Effort.OTHER_ENGINE},
    "PICTURE": {Effort.FULL, Effort.OTHER_ENGINE, Effort.PICTURE},
}
"""Efforts that end in trouble, by what the note says after its name."""


def tasks(pages: int) -> Iterator[PageTask]:
    for number in range(1, pages + 1):
        yield PageTask("batch", "recipe", Path("scan"), MediaType.PDF, number)


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[PagePool]:
    opener = partial(open_trouble, tmp_path)
    with PagePool(opener, workers=2, seconds=SECONDS, memory=MEMORY) as pool:
        yield pool


def make(folder: Path, number: int, trouble: str) -> None:
    (folder / f"{number}.trouble").write_text(trouble)


def tries(folder: Path, number: int) -> list[str]:
    notes = folder / f"{number}.tries"
    lines = notes.read_text().splitlines() if notes.exists() else []
    return [line.split()[1] for line in lines]


def processes(folder: Path) -> set[int]:
    lines = [path.read_text().splitlines() for path in folder.glob("*.tries")]
    return {int(line.split()[0]) for found in lines for line in found}


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def test_pages_come_in_order_whatever_some_of_them_do(
    pool: PagePool, tmp_path: Path
) -> None:
    troubles = {2: "fail", 4: "die", 6: "eat", 8: "sleep", 10: "time_out"}
    for number, trouble in troubles.items():
        make(tmp_path, number, trouble)

    receipts = list(pool.read(tasks(12)))

    assert [receipt.number for receipt in receipts] == list(range(1, 13))
    for number in troubles:
        assert tries(tmp_path, number) == ["FULL", "OTHER_ENGINE", "PICTURE"], number


def test_other_pages_do_not_pay(pool: PagePool, tmp_path: Path) -> None:
    make(tmp_path, 3, "die")

    list(pool.read(tasks(6)))

    assert [tries(tmp_path, number) for number in (1, 2, 4, 5, 6)] == [["FULL"]] * 5


def test_a_page_that_the_other_engine_reads_keeps_its_words(
    pool: PagePool, tmp_path: Path
) -> None:
    make(tmp_path, 1, "die once")

    (receipt,) = pool.read(tasks(1))

    assert receipt.readable
    assert tries(tmp_path, 1) == ["FULL", "OTHER_ENGINE"]


def test_a_page_that_cannot_even_be_shown_gets_a_placeholder(
    pool: PagePool, tmp_path: Path
) -> None:
    make(tmp_path, 1, "die PICTURE")

    (receipt,) = pool.read(tasks(1))

    assert receipt.number == 1
    assert tries(tmp_path, 1) == ["FULL", "OTHER_ENGINE", "PICTURE", "PLACEHOLDER"]


def test_a_fault_that_is_not_the_pages_ends_the_reading(
    pool: PagePool, tmp_path: Path
) -> None:
    make(tmp_path, 2, "lose_the_store")

    with pytest.raises(StoreUnavailable):
        list(pool.read(tasks(4)))

    assert tries(tmp_path, 2) == ["FULL"]


@pytest.mark.parametrize("trouble", ["fill_the_disk", "lose_the_file"])
def test_a_fault_of_the_machine_is_not_written_down_as_the_pages(
    pool: PagePool, tmp_path: Path, trouble: str
) -> None:
    make(tmp_path, 1, trouble)

    with pytest.raises(OSError, match="No s"):
        list(pool.read(tasks(2)))

    assert tries(tmp_path, 1) == ["FULL"]


@pytest.mark.parametrize("trouble", ["use_up_memory", "break_the_picture"])
def test_what_a_page_does_to_its_reader_is_the_pages(
    pool: PagePool, tmp_path: Path, trouble: str
) -> None:
    make(tmp_path, 1, trouble)

    assert len(list(pool.read(tasks(2)))) == 2
    assert tries(tmp_path, 1)[-1] == "PICTURE"


def test_a_reader_that_cannot_be_opened_says_why(tmp_path: Path) -> None:
    opener = partial(open_nothing, tmp_path)

    with (
        PagePool(opener, workers=1, seconds=SECONDS, memory=MEMORY) as pool,
        pytest.raises(ToolMissing),
    ):
        list(pool.read(tasks(3)))


def test_signs_of_life_are_given_while_a_page_takes_long(tmp_path: Path) -> None:
    make(tmp_path, 1, "sleep")
    signs: list[float] = []
    opener = partial(open_trouble, tmp_path)
    with PagePool(opener, workers=1, seconds=3, memory=MEMORY) as pool:
        list(pool.read(tasks(1), lambda: signs.append(time.monotonic())))

    assert len(signs) >= 2


def test_whoever_stops_early_leaves_no_page_at_work(
    pool: PagePool, tmp_path: Path
) -> None:
    for number in range(2, 9):
        make(tmp_path, number, "sleep")

    reading = pool.read(tasks(8))
    next(reading)
    del reading  # as when the loop over it ends by an error
    for number in range(2, 9):
        (tmp_path / f"{number}.trouble").unlink()
    started = time.monotonic()
    rest = list(pool.read(tasks(8)))

    assert len(rest) == 8
    assert time.monotonic() - started < 10 * SECONDS


def test_a_stop_by_the_one_who_waits_ends_the_reading(
    pool: PagePool, tmp_path: Path
) -> None:
    make(tmp_path, 1, "sleep")
    pool.seconds = 60

    def lost() -> None:
        raise ObjectMissing("lease")

    started = time.monotonic()
    with pytest.raises(ObjectMissing):
        list(pool.read(tasks(1), lost))

    assert time.monotonic() - started < 30


def test_processes_are_gone_at_the_end(tmp_path: Path) -> None:
    make(tmp_path, 2, "sleep")
    opener = partial(open_trouble, tmp_path)
    with PagePool(opener, workers=2, seconds=SECONDS, memory=MEMORY) as pool:
        list(pool.read(tasks(4)))

    assert len(processes(tmp_path)) >= 2
    assert not any(map(is_running, processes(tmp_path)))


def test_an_interruption_at_the_terminal_does_not_reach_the_processes(
    pool: PagePool, tmp_path: Path
) -> None:
    list(pool.read(tasks(1)))

    (process,) = processes(tmp_path)
    status = Path(f"/proc/{process}/status").read_text()

    (blocked,) = re.findall(r"^SigBlk:\s*(\w+)$", status, re.MULTILINE)
    assert int(blocked, 16) & 1 << (signal.SIGINT - 1)
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_a_killed_process_without_a_page_does_not_break_the_pool(
    pool: PagePool, tmp_path: Path
) -> None:
    list(pool.read(tasks(4)))
    for process in processes(tmp_path):
        os.kill(process, signal.SIGKILL)
    wait_until(lambda: not any(map(is_running, processes(tmp_path))))
    time.sleep(0.5)  # the pool looks after its processes ten times a second

    assert len(list(pool.read(tasks(4)))) == 4


def test_processes_may_be_started_before_there_are_pages(
    pool: PagePool, tmp_path: Path
) -> None:
    pool.start()

    assert [receipt.number for receipt in pool.read(tasks(3))] == [1, 2, 3]
    assert [tries(tmp_path, number) for number in (1, 2, 3)] == [["FULL"]] * 3


PARENT = """
import sys
from pathlib import Path
from tests.usecases.test_page_pool import open_trouble, tasks
from functools import partial
from pipeline.usecases.page_pool import PagePool

(Path(sys.argv[1]) / "loaded").open("a").write(__name__)
if __name__ == "__main__":
    opener = partial(open_trouble, Path(sys.argv[1]))
    with PagePool(opener, workers=2, seconds=60, memory=300_000_000) as pool:
        list(pool.read(tasks(2)))
"""


def test_processes_die_with_a_killed_parent_whose_main_they_never_loaded(
    tmp_path: Path,
) -> None:
    make(tmp_path, 1, "sleep")
    make(tmp_path, 2, "sleep")
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, str(script), str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(root)},
    ) as parent:
        wait_until(lambda: len(processes(tmp_path)) == 2)
        parent.kill()

    # That its main module is loaded again in each process costs seconds in a run.
    assert (tmp_path / "loaded").read_text() == "__main__"
    wait_until(lambda: not any(map(is_running, processes(tmp_path))))


def wait_until(happens: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.05)
