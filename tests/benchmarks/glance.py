"""How soon the clerk sees it: from a scan being taken to its picture on the page.

The embedded stack as an operator starts it (`sohoa up`); real scans are dropped, and
the page is asked over HTTP and the status file read, as a browser and a clerk would.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError, URLError

from pipeline.intake.listing import STATUS_FILE
from tests.servers import free_ports

SCANS = Path(__file__).parents[3] / "shared" / "samples" / "scans"
ENDINGS = (".pdf", ".tif", ".jpg", ".png")
COUNTER = "demo"
EVERY = 0.1
"""Seconds between two looks."""

PATIENCE = 300.0
MARKS = 3
PAUSE = 10.0
"""Seconds until the next scan: those before it are being read by then."""

_GLANCE = re.compile(r'src="(/counters/demo/scans/[^"]+\.jpg)"')
_ITEM = re.compile(
    '<li class="(claimed|received|working|filed|review|set_aside|failed|double)"'
)


@dataclass
class Seen:
    """Seconds after the file was taken out of the drop folder."""

    name: str
    beside: int
    """Scans that were being read when it was dropped."""

    marks: dict[str, float] = field(default_factory=dict)

    def note(self, what: str, began: float) -> None:
        """Note that *what* is seen now, unless it was before."""
        self.marks.setdefault(what, time.monotonic() - began)


@contextmanager
def stack(folder: Path) -> Iterator[str]:
    """Start everything as an operator does; gives the address of the page."""
    prefect, web = free_ports(2)
    own = {
        "PIPELINE_PREFECT__PORT": str(prefect),
        "PIPELINE_WEB__PORT": str(web),
        "PIPELINE_INTAKE__QUIET_PERIOD": "1",
        "PIPELINE_INTAKE__GROWING_AFTER": "1",
    }
    command = (sys.executable, "-m", "pipeline", "--home", str(folder), "up")
    log = folder / "up.log"
    with log.open("w") as errors:
        running = subprocess.Popen(command, stderr=errors, env=os.environ | own)
    try:
        address = f"http://127.0.0.1:{web}"
        _wait_until(lambda: "is running" in log.read_text())
        _wait_until(lambda: bool(_get(f"{address}/counters/{COUNTER}")))
        _wait_until((folder / "drop" / COUNTER / STATUS_FILE).is_file)
        yield address
    finally:
        running.terminate()
        running.wait(90)


def watch_one(address: str, drop: Path, scan: Path) -> Seen:
    """Drop a scan and note when what is seen of it."""
    page = _get(f"{address}/counters/{COUNTER}")
    before, items = set(_GLANCE.findall(page)), len(_ITEM.findall(page))
    status = drop / STATUS_FILE
    known = len(_scans(status))
    seen = Seen(scan.name, len(re.findall('<li class="working"', page)))
    target = drop / scan.name
    part = target.with_suffix(".part")
    shutil.copyfile(scan, part)
    part.rename(target)
    _wait_until(lambda: not target.exists())
    began = time.monotonic()
    while len(seen.marks) < MARKS and time.monotonic() - began < PATIENCE:
        if len(_scans(status)) > known:
            seen.note("in the status file", began)
        page = _get(f"{address}/counters/{COUNTER}")
        if len(_ITEM.findall(page)) > items:
            seen.note("state on the page", began)
        for picture in set(_GLANCE.findall(page)) - before:
            if _get(address + picture, text=False):
                seen.note("picture on the page", began)
        time.sleep(EVERY)
    return seen


def _scans(status: Path) -> list[str]:
    """List the lines of the status file that tell of a scan."""
    lines = status.read_text("utf-8-sig").splitlines()
    return [line for line in lines if re.match(r"\d\d:\d\d · ", line)]


def _get(url: str, *, text: bool = True) -> str:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            data = answer.read()
    except (HTTPError, URLError, TimeoutError):
        return ""
    return data.decode() if text else str(len(data))


def _wait_until(is_so: object) -> None:
    ends = time.monotonic() + PATIENCE
    while not (callable(is_so) and is_so()):
        if time.monotonic() > ends:
            raise TimeoutError("the stack does not do what it should")
        time.sleep(EVERY / 5)


def main() -> None:
    """Print a line for each scan, and the slowest of each mark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scans", type=int, default=6)
    asked = parser.parse_args()
    scans = sorted(path for path in SCANS.iterdir() if path.suffix in ENDINGS)
    found = []
    with tempfile.TemporaryDirectory() as folder, stack(Path(folder)) as address:
        drop = Path(folder) / "drop" / COUNTER
        for scan in scans[: asked.scans]:
            load = os.getloadavg()[0]
            found.append(seen := watch_one(address, drop, scan))
            marks = ", ".join(f"{what} {at:.1f} s" for what, at in seen.marks.items())
            print(f"{seen.name}, {seen.beside} being read, load {load:.1f}: {marks}")
            time.sleep(PAUSE)
    for what in sorted({mark for seen in found for mark in seen.marks}):
        times = [seen.marks[what] for seen in found if what in seen.marks]
        middle, longest = statistics.median(times), max(times)
        print(f"{what}: median {middle:.1f} s, longest {longest:.1f} s of {len(times)}")


if __name__ == "__main__":
    main()
