"""Take finished files out of the counters' drop folders, by rename, into staging.

    <root>/<counter>/                      where clerks drop
    <root>/<counter>/set-aside/            what must be done again, each with its reason
    <root>/<counter>/.sohoa/claimed/<id>/  staging: ``scan``, ``claim.json``, and its
                                           marker where the counter has markers

Staging lies on the drop folder's own file system, so that a claim is one rename: of
two watchers exactly one gets the file, and a power cut leaves it in one of two places.
"""

import json
import logging
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain, zip_longest
from pathlib import Path
from typing import TypedDict
from zoneinfo import ZoneInfo

from pipeline.errors import ConfigError, DamagedScan, IncompleteScan, ScanRejected
from pipeline.intake.listing import STATUS_FILE, list_scans, marker_of
from pipeline.intake.settle import Look, StillnessWatch
from pipeline.intake.status_file import write_status
from pipeline.messages import advice, sentence
from pipeline.model.intake import ClaimedFile
from pipeline.model.scan import Counter, Priority

log = logging.getLogger(__name__)

SET_ASIDE = "set-aside"
_PRIVATE = ".sohoa"
_CLAIMED = "claimed"
_SCAN = "scan"
_GROWING = "copying"
_NOTE = "claim.json"
_MARKER = "done"

_CLAIM_TIME = "%Y%m%dT%H%M%S%fZ"
_LONGEST_NAME = 240
"""Bytes of a file name that leave room for the endings we add (limit 255)."""

_ABANDONED = timedelta(minutes=10)
"""Age at which a claim without its file was left by a crash."""

_COUNTER_TIME = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass(frozen=True, slots=True)
class InboxOptions:
    """When a file counts as written."""

    quiet_period: float
    """Seconds."""

    give_up_after: float
    """Seconds an incomplete file may stand still before it is claimed all the same,
    to be set aside."""

    damaged_after: float = 30.0
    """The same for a file that has its end and is damaged before it: no copy that goes
    on makes it whole."""

    most_per_sweep: int = 50
    """Files claimed in one sweep, so that a flooded folder does not hold it up."""

    most_of_backlog: int = 20
    """Files of a backlog folder in staging at a time: each costs a look a sweep."""


class _Note(TypedDict):
    """What ``claim.json`` remembers of a file; its name appears nowhere else."""

    name: str
    size: int
    mtime_ns: int
    inode: int


@dataclass(slots=True)
class DropFolders:
    """The drop folders of all counters."""

    root: Path
    counters: tuple[Counter, ...]
    options: InboxOptions
    is_whole: Callable[[Path], object]
    """Raises `ScanRejected` for a file that is not whole, or not a scan at all."""

    clock: Callable[[], datetime]
    monotonic: Callable[[], float] = time.monotonic
    _still: dict[str, StillnessWatch] = field(default_factory=dict, init=False)
    _unreachable: set[str] = field(default_factory=set, init=False)
    _waiting: dict[Path, tuple[Look, float]] = field(default_factory=dict, init=False)
    """Files that are not whole: as they were looked into, and for how many seconds
    they may stand still."""

    def sweep(self) -> tuple[ClaimedFile, ...]:
        """Claim every file that is done, one of each counter in turn."""
        by_counter = [
            [(counter, path) for path in self._settled(counter)]
            for counter in self.counters
            if counter.folder.enabled
        ]
        in_turn = (
            candidate
            for candidate in chain.from_iterable(zip_longest(*by_counter))
            if candidate is not None
        )
        claimed: list[ClaimedFile] = []
        for counter, path in in_turn:
            if len(claimed) >= self.options.most_per_sweep:
                break
            taken = self._claim(counter, path)
            if taken is not None:
                claimed.append(taken)
        return tuple(claimed)

    def claimed(self, counter_id: str | None = None) -> tuple[ClaimedFile, ...]:
        """List what lies in staging, oldest first, also from before a restart.

        Args:
            counter_id: only this counter's; None: every counter's.
        """
        everywhere = [counter.id for counter in self.counters]
        places = everywhere if counter_id is None else [counter_id]
        found = (file for place in places for file in self._staged(place))
        return tuple(sorted(found, key=lambda claimed: claimed.id))

    def adopt(self, path: Path, counter_id: str) -> ClaimedFile:
        """Copy a file straight into staging; the original stays where it is.

        Raises:
            ConfigError: there is no such counter.
        """
        if counter_id not in {counter.id for counter in self.counters}:
            raise ConfigError(f"no counter {counter_id!r}")
        claim, folder = self._new_claim(counter_id)
        scan, growing = folder / _SCAN, folder / _GROWING
        try:
            with path.open("rb") as source, growing.open("xb") as copy:
                shutil.copyfileobj(source, copy, 1 << 20)
                copy.flush()
                os.fsync(copy.fileno())
            self._write_note(folder, path.name, Look.of(growing.stat()))
            growing.rename(scan)  # a watch must not see half a copy
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return self._to_claimed(claim, counter_id, scan)

    def is_unchanged(self, claimed: ClaimedFile) -> bool:
        """Tell whether nobody wrote to the file since it was claimed.

        A rename does not stop a writer that still holds the file open.
        """
        note = self._note(claimed)
        found = claimed.path.stat()
        return [found.st_size, found.st_mtime_ns] == [note["size"], note["mtime_ns"]]

    def set_aside(self, claimed: ClaimedFile, reason: str, found: str) -> Path:
        """Move the file to its counter's ``set-aside/`` with a reason file beside it.

        The reason file is written first, under a name that belongs to the claim, so
        that doing it again after a crash gives the same two files.
        """
        folder = self._drop(claimed.counter_id) / SET_ASIDE
        folder.mkdir(exist_ok=True)
        target = _free_name(folder, self._note(claimed)["name"], claimed.id)
        reason_file = target.with_name(target.name + ".txt")
        reason_file.write_text(
            self._explain(reason, found), encoding="utf-8-sig", newline="\r\n"
        )
        claimed.path.rename(target)
        self._remove_claim(claimed)
        return target

    def put_back(self, claimed: ClaimedFile) -> None:
        """Return a file that is still being written to its drop folder."""
        drop = self._drop(claimed.counter_id)
        target = _free_name(drop, self._note(claimed)["name"], claimed.id)
        claimed.path.rename(target)
        _return_marker(claimed.path.parent, target)
        self._remove_claim(claimed)

    def release(self, claimed: ClaimedFile) -> None:
        """Remove a claimed file whose original is safe in the store."""
        self._remove_claim(claimed)

    def waiting(self, counter_id: str) -> int:
        """Count the files that the last sweep left in a drop folder."""
        still = self._still.get(counter_id)
        return sum(path.exists() for path in still.paths()) if still else 0

    def post(self, counter_id: str, text: str) -> None:
        """Put *text* into the status file of a drop folder, where it is another."""
        drop = self._drop(counter_id)
        write_status(drop / STATUS_FILE, drop / _PRIVATE, text)

    def problems(self) -> Iterator[str]:
        """Try what the watch does on each drop folder; yields what does not work."""
        for counter in self.counters:
            try:
                _claim, folder = self._new_claim(counter.id)
                (self._drop(counter.id) / f".sohoa-check-{folder.name}").touch()
                (self._drop(counter.id) / f".sohoa-check-{folder.name}").rename(
                    folder / _SCAN
                )
                shutil.rmtree(folder)
            except OSError as error:
                yield f"drop folder of {counter.id}: {error.strerror}"

    def _settled(self, counter: Counter) -> list[Path]:
        """List the files of a folder that are done, oldest first."""
        drop = self._drop(counter.id)
        try:
            drop.mkdir(parents=True, exist_ok=True)
            present = dict(list_scans(drop, counter.folder))
        except OSError as error:
            if counter.id not in self._unreachable:
                log.warning("drop folder of %s: %s", counter.id, error.strerror)
            self._unreachable.add(counter.id)
            return []
        self._unreachable.discard(counter.id)
        now = self.monotonic()
        still = self._still.setdefault(counter.id, StillnessWatch())
        quiet = self.options.quiet_period
        if counter.folder.quiet_period is not None:
            quiet = counter.folder.quiet_period
        done = [
            path
            for path, look in present.items()
            if self._is_done(path, look, still.still_for(path, look, now), quiet)
        ]
        still.forget_all_but(set(present))
        done.sort(key=lambda path: (present[path].mtime_ns, path.name))
        return done[: self._room(counter)]

    def _room(self, counter: Counter) -> int:
        """Tell how many more files of a counter may come into staging."""
        if counter.folder.priority is Priority.DAY:
            return self.options.most_per_sweep
        staged = sum(1 for _ in self._staged(counter.id))
        return max(0, self.options.most_of_backlog - staged)

    def _is_done(self, path: Path, look: Look, still: float, quiet: float) -> bool:
        if still < quiet:
            return False
        if still >= self.options.give_up_after:
            return True
        seen, patience = self._waiting.get(path, (None, 0.0))
        if seen != look:
            try:
                patience = self._look_into(path)
            except OSError:
                return still >= self.options.give_up_after
            self._waiting[path] = (look, patience)
        if still < patience:
            return False
        self._waiting.pop(path, None)
        return True

    def _look_into(self, path: Path) -> float:
        """Tell for how many seconds a file may stand still; 0.0 when it is done."""
        try:
            self.is_whole(path)
        except IncompleteScan:
            return self.options.give_up_after
        except DamagedScan:
            return self.options.damaged_after
        except ScanRejected:
            pass
        return 0.0

    def _claim(self, counter: Counter, path: Path) -> ClaimedFile | None:
        claim, folder = self._new_claim(counter.id)
        scan = folder / _SCAN
        try:
            look = Look.of(path.lstat())
            self._write_note(folder, path.name, look)
            if counter.folder.done_marker:
                # First: a marker left behind would vouch for the next file of the name.
                marker_of(path).rename(folder / _MARKER)
            path.rename(scan)
        except OSError as error:
            log.info("a file of %s was not claimed: %s", counter.id, error.strerror)
            _return_marker(folder, path)
            shutil.rmtree(folder, ignore_errors=True)
            return None
        log.info("claim %s taken at %s", claim, counter.id)
        return self._to_claimed(claim, counter.id, scan)

    def _new_claim(self, counter_id: str) -> tuple[str, Path]:
        claim = f"{self.clock().astimezone(UTC):{_CLAIM_TIME}}-{secrets.token_hex(4)}"
        folder = self._staging(counter_id) / claim
        folder.mkdir(parents=True)
        return claim, folder

    def _write_note(self, folder: Path, name: str, look: Look) -> None:
        note = json.dumps({"name": name, **asdict(look)})
        path = folder / _NOTE
        with path.open("w", encoding="ascii") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())

    def _note(self, claimed: ClaimedFile) -> "_Note":
        text = (claimed.path.parent / _NOTE).read_text(encoding="ascii")
        note: _Note = json.loads(text)
        return note

    def _staged(self, counter_id: str) -> Iterator[ClaimedFile]:
        staging = self._staging(counter_id)
        if not staging.is_dir():
            return
        for folder in staging.iterdir():
            scan = folder / _SCAN
            if scan.is_file():
                yield self._to_claimed(folder.name, counter_id, scan)
            elif self.clock() - _time_of(folder.name) > _ABANDONED:
                self._clear_abandoned(counter_id, folder)

    def _clear_abandoned(self, counter_id: str, folder: Path) -> None:
        """Remove a claim that a crash left without its file."""
        with suppress(OSError, ValueError):  # no note: nothing was moved yet
            note: _Note = json.loads((folder / _NOTE).read_text(encoding="ascii"))
            _return_marker(folder, self._drop(counter_id) / note["name"])
        shutil.rmtree(folder, ignore_errors=True)

    def _to_claimed(self, claim: str, counter_id: str, scan: Path) -> ClaimedFile:
        return ClaimedFile(claim, counter_id, scan, _time_of(claim))

    def _remove_claim(self, claimed: ClaimedFile) -> None:
        shutil.rmtree(claimed.path.parent, ignore_errors=True)

    def _explain(self, reason: str, found: str) -> str:
        when = self.clock().astimezone(_COUNTER_TIME)
        lines = [sentence(reason), advice(reason), f"{when:%H:%M %d/%m/%Y} · {reason}"]
        if found:
            lines.append(found)
        return "\n".join(lines) + "\n"

    def _drop(self, counter_id: str) -> Path:
        return self.root / counter_id

    def _staging(self, counter_id: str) -> Path:
        return self._drop(counter_id) / _PRIVATE / _CLAIMED


def _time_of(claim: str) -> datetime:
    """Read the time out of a claim's id."""
    written = claim.split("-", maxsplit=1)[0]
    return datetime.strptime(written, _CLAIM_TIME).replace(tzinfo=UTC)


def _return_marker(claim: Path, scan: Path) -> None:
    """Lay a claim's marker beside its file again; many claims have none."""
    if scan.exists() and (claim / _MARKER).exists():
        (claim / _MARKER).rename(marker_of(scan))


def _free_name(folder: Path, name: str, claim: str) -> Path:
    """Find a name in *folder* that no other file has; the claim's id makes it so."""
    plain = folder / name
    if len(os.fsencode(name)) <= _LONGEST_NAME and not plain.exists():
        return plain
    suffix = Path(name).suffix
    return folder / f"{claim}{suffix if len(os.fsencode(suffix)) < 16 else ''}"
