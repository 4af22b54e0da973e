"""Let veraPDF judge written files: one long-lived Java process, a path a line."""

import functools
import logging
import os
import select
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import ToolMissing
from pipeline.lifeline import end_with_parent

log = logging.getLogger(__name__)

_PROGRAM = Path(__file__).with_name("PdfaJudge.java")
_START_SECONDS = 120.0
"""Java compiles the program first: 2 s of processor time, ten times that on a busy
machine."""

NOT_JUDGED = "not judged"
"""Stands for a clause where the validator died, or found no end."""


@dataclass(slots=True)
class VeraPdf:
    """The validator. Not safe for threads; a forked process must open its own."""

    jars: Path
    """Folder of veraPDF's greenfield jars."""

    seconds: float = 120.0
    """Time limit of one file: a thousand pages take 40 s of processor time."""

    memory: str = "512m"
    """Heap of the Java process: enough for a thousand pages."""

    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def find_faults(self, path: Path) -> tuple[str, ...]:
        """Validate the file at *path* as PDF/A-2u.

        Returns:
            The clauses of ISO 19005-2 that are broken; `NOT_JUDGED` where the
            validator died of the file or took too long.

        Raises:
            ToolMissing: there is no Java with a compiler, or no veraPDF in the folder.
        """
        process = self._process or self._start()
        assert process.stdin is not None
        try:
            process.stdin.write(os.fsencode(path.absolute()) + b"\n")
            process.stdin.flush()
            answer = _read_line(process, self.seconds)
        except OSError:
            answer = ""
        verdict, _, found = answer.partition(" ")
        if verdict == "PASS":
            return ()
        if verdict == "FAIL":
            return tuple(found.split()) or (NOT_JUDGED,)
        log.error("veraPDF gave no verdict: %s", found or "no answer")
        if verdict != "ERROR":
            self.close()
        return (NOT_JUDGED,)

    def close(self) -> None:
        """End the Java process; it starts again when it is needed."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def _start(self) -> subprocess.Popen[bytes]:
        java = shutil.which("java")
        if java is None or not any(self.jars.glob("*.jar")):
            raise ToolMissing(f"veraPDF needs java and its jars in {self.jars}")
        process = subprocess.Popen(
            (
                *(java, f"-Xmx{self.memory}", "-XX:+UseSerialGC"),
                *("-cp", f"{self.jars.absolute()}/*", str(_PROGRAM)),
            ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            preexec_fn=functools.partial(end_with_parent, os.getpid()),  # noqa: PLW1509
        )
        self._process = process
        if _read_line(process, _START_SECONDS) != "READY":
            self.close()
            raise ToolMissing(
                f"veraPDF in {self.jars} does not start; it needs a JDK of 11 or newer"
            )
        return process


def _read_line(process: subprocess.Popen[bytes], seconds: float) -> str:
    """Read a line of the process's output; empty where none comes in time."""
    assert process.stdout is not None
    handle = process.stdout.fileno()
    deadline = time.monotonic() + seconds
    line = b""
    while not line.endswith(b"\n"):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([handle], [], [], left)[0]:
            return ""
        part = os.read(handle, 4096)
        if not part:
            return ""
        line += part
    return line.decode("utf-8", "replace").strip()
