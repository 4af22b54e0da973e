"""Find the processes of a stack by what stands in their environment."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Process:
    """A process of ours."""

    pid: int
    command: str
    flow: str | None
    """The flow it runs, or that it was started for."""

    run: str | None

    @property
    def reads_pages(self) -> bool:
        """Whether it is one of a page pool."""
        return "spawn_main" in self.command


def find_processes(home: Path) -> list[Process]:
    """List the processes that work on *home*."""
    mark = f"PIPELINE_HOME={home}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parts = (entry / "environ").read_bytes().split(b"\0")
            if mark not in parts:
                continue
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if not command:
                continue  # a zombie
            named = dict(part.partition(b"=")[::2] for part in parts)
            found.append(
                Process(
                    int(entry.name),
                    command.strip(),
                    _text(named.get(b"PREFECT__FLOW_NAME")),
                    _text(named.get(b"PREFECT__FLOW_RUN_ID")),
                )
            )
    return sorted(found, key=lambda process: process.pid)


def _text(value: bytes | None) -> str | None:
    return value.decode() if value else None
