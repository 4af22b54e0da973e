"""Take finished files out of the counters' drop folders, by rename, into staging.

<root>/<counter>/              where clerks drop
<root>/<counter>/set-aside/    what must be done again, each with its reason
<root>/<counter>/processed/    filed scans, where the counter keeps them
<root>/<counter>/.sohoa/       staging (`pipeline.intake.staging`)
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

from pipeline.errors import ConfigError
from pipeline.intake.lanes import Lanes, ShareHangs
from pipeline.intake.listing import STATUS_FILE
from pipeline.intake.places import PRIVATE, SET_ASIDE
from pipeline.intake.readiness import Candidate, Patience, Readiness
from pipeline.intake.staging import Note, Staging
from pipeline.intake.status_file import write_status
from pipeline.intake.trial import Trouble, try_folder
from pipeline.model.intake import ClaimedFile, Probe
from pipeline.model.scan import Counter, Priority, Share

log = logging.getLogger(__name__)

__all__ = ["SET_ASIDE", "DropFolders", "InboxOptions", "Patience"]

_EARLY = 0.05
"""Seconds that a sweep may come before its time: sleeping is not exact."""

_LISTING = "listing"
_STAGED = "staged"
_TRIAL = "trial"
"""Names of what shares are asked; an answer that comes late is of use all the same."""

_CHANGING = 10.0
"""Seconds that a share may take to move a file; to be asked, it has fewer."""

T = TypeVar("T")

_Listed = tuple[Iterator[Candidate | None], int]
"""The files of a folder that are done, and how many may be claimed."""


@dataclass(frozen=True, slots=True)
class InboxOptions:
    """How much one sweep may do."""

    patience: Patience
    poll_interval: float = 0.0
    """Seconds between two sweeps of a folder; 0: each time it is asked for."""

    most_per_sweep: int = 50
    """Files claimed in one sweep, so that a flooded folder does not hold it up."""

    sweep_seconds: float = 5.0
    """Time that one sweep may spend on looking into files. Where it does not suffice,
    the next one begins with the counters that this one did not come to."""

    most_of_backlog: int = 20
    """Files of a backlog folder in staging at a time: each costs a look a sweep."""

    most_of_backlog_per_sweep: int = 2
    """Files of a backlog folder claimed in one sweep. Each is looked into twice on its
    way in, while scans of the day may wait for the next sweep."""


@dataclass(slots=True)
class DropFolders:
    """The drop folders of all counters."""

    root: Path
    counters: tuple[Counter, ...]
    options: InboxOptions
    is_whole: Callable[[Path], Probe]
    """Raises `ScanRejected` for a file that is not whole, or not a scan at all."""

    clock: Callable[[], datetime]
    monotonic: Callable[[], float] = time.monotonic
    lanes: Lanes = field(default_factory=lambda: Lanes(kept=frozenset([_LISTING])))
    """Where remote shares are touched."""

    _staging: Staging = field(init=False)
    _remote: frozenset[str] = field(init=False)
    _ready: dict[str, Readiness] = field(default_factory=dict, init=False)
    _swept_at: dict[str, float] = field(default_factory=dict, init=False)
    _unreachable: set[str] = field(default_factory=set, init=False)
    _first: int = field(default=0, init=False)
    """Place of the counter that the next sweep begins with."""

    def __post_init__(self) -> None:
        places = {counter.id: counter.drop for counter in self.counters}
        ignores = {counter.id: counter.folder.ignore for counter in self.counters}
        self._staging = Staging(self.root, self.clock, places, ignores)
        self._remote = frozenset(
            counter.id
            for counter in self.counters
            if counter.folder.share is Share.REMOTE
        )

    def sweep(self) -> tuple[ClaimedFile, ...]:
        """Claim every file that is done, one of each counter in turn.

        A remote share that does not answer is left out until it does.
        """
        began = self.monotonic()
        in_turn = self.counters[self._first :] + self.counters[: self._first]
        due = [
            counter
            for counter in in_turn
            if counter.folder.enabled and self._is_due(counter, began)
        ]
        candidates = [
            (counter, *listed) for counter, listed in self._list_all(due, began)
        ]
        claimed: list[ClaimedFile] = []
        while candidates:
            counter, done, room = candidates.pop(0)
            if len(claimed) >= self.options.most_per_sweep or (
                self.monotonic() - began > self.options.sweep_seconds
            ):
                self._first = self.counters.index(counter)
                break
            if room <= 0:
                continue
            try:
                step = self.reach(counter.id, partial(self._step, counter, done))
            except ShareHangs:
                continue
            for taken in step:
                if taken is not None:
                    claimed.append(taken)
                candidates.append((counter, done, room - (taken is not None)))
        return tuple(claimed)

    def reach(self, counter_id: str, work: Callable[[], T], *, name: str = "") -> T:
        """Do what touches a counter's files so that a dead share holds up nobody.

        A local folder is touched at once.

        Args:
            counter_id: whose files they are.
            work: may go on after this has given up, and must be safe to do again.
            name: for the caller who may have an answer that comes too late.

        Raises:
            TimeoutError: the share does not answer; what was asked may yet be done.
        """
        return self._reach(counter_id, work, name=name)

    def hanging(self, counter_id: str) -> float | None:
        """Tell for how many seconds a share gives no answer; None: it does."""
        return self.lanes.hanging(counter_id)

    def _reach(
        self,
        counter_id: str,
        work: Callable[[], T],
        *,
        name: str = "",
        patience: float | None = None,
    ) -> T:
        if counter_id not in self._remote:
            return work()
        return self.lanes.call(counter_id, work, name=name, patience=patience)

    def claimed(self, counter_id: str | None = None) -> tuple[ClaimedFile, ...]:
        """List what lies in staging, oldest first, also from before a restart.

        Args:
            counter_id: only this counter's; None: those of every counter whose share
                answers.

        Raises:
            TimeoutError: this counter's share does not answer.
        """
        if counter_id is not None:
            return self._in_order(self._staged(counter_id))
        everywhere = [counter.id for counter in self.counters]
        for each in self._remote.intersection(everywhere):
            self.lanes.begin(each, partial(self._list_staged, each), _STAGED)
        found: list[ClaimedFile] = []
        for each in everywhere:
            with suppress(ShareHangs):
                found += self._staged(each)
        return self._in_order(found)

    def _staged(self, counter_id: str) -> list[ClaimedFile]:
        return self._reach(
            counter_id, partial(self._list_staged, counter_id), name=_STAGED
        )

    def _list_staged(self, counter_id: str) -> list[ClaimedFile]:
        return list(self._staging.listed(counter_id))

    def _in_order(self, claimed: Iterable[ClaimedFile]) -> tuple[ClaimedFile, ...]:
        return tuple(sorted(claimed, key=lambda each: each.id))

    def adopt(
        self,
        path: Path,
        counter_id: str,
        backs: Path | None = None,
        *,
        reverse: bool = True,
    ) -> ClaimedFile:
        """Copy a file straight into staging; the original stays where it is.

        Args:
            path: the file.
            counter_id: whose it is.
            backs: the scan of the other sides, where they were scanned apart.
            reverse: whether that begins with the last sheet.

        Raises:
            ConfigError: there is no such counter.
        """
        if counter_id not in {counter.id for counter in self.counters}:
            raise ConfigError(f"no counter {counter_id!r}")
        return self._staging.adopt(path, counter_id, backs, reverse=reverse)

    def join(
        self, fronts: ClaimedFile, backs: ClaimedFile, *, reverse: bool
    ) -> ClaimedFile:
        """Make one claim of two scans of the same sheets; one rename, or nothing."""
        return self._change(
            fronts, lambda: self._staging.join(fronts, backs, reverse=reverse)
        )

    def is_adopted(self, claimed: ClaimedFile) -> bool:
        """Tell whether a file was brought by a command, not by a counter's clerk."""
        return self._note(claimed).get("adopted", False)

    def written_at(self, claimed: ClaimedFile) -> datetime:
        """Tell when a file was last written to, by the clock of its server."""
        seconds = self._note(claimed)["mtime_ns"] / 1e9
        return datetime.fromtimestamp(seconds, UTC)

    def is_unchanged(self, claimed: ClaimedFile) -> bool:
        """Tell whether nobody wrote to the file since it was claimed.

        A rename does not stop a writer that still holds the file open.
        """
        return self.reach(
            claimed.counter_id, lambda: self._staging.is_unchanged(claimed)
        )

    def set_aside(
        self, claimed: ClaimedFile, reason: str, found: str, bad: str = ""
    ) -> Path:
        """Move the file to its counter's ``set-aside/`` with a reason file beside it.

        Doing it again after a crash gives the same two files.
        """
        return self._change(
            claimed, lambda: self._staging.set_aside(claimed, reason, found, bad)
        )

    def drop_again(self, counter_id: str, claim: str) -> bool:
        """Return what was set aside of a claim to the drop folder."""
        work = partial(self._staging.drop_again, counter_id, claim)
        return self._reach(counter_id, work, patience=_CHANGING)

    def put_back(self, claimed: ClaimedFile) -> bool:
        """Return a file that is still being written to its drop folder.

        Returns:
            Whether that was possible; not for a folder in whose place there is another.
        """
        return self._change(claimed, lambda: self._staging.put_back(claimed))

    def release(self, claimed: ClaimedFile) -> None:
        """Remove a claimed file whose original is safe in the store.

        Some counters keep it in ``processed/`` for a while.
        """
        keep = any(
            counter.folder.keep_days > 0
            for counter in self.counters
            if counter.id == claimed.counter_id
        )
        self._change(claimed, lambda: self._staging.release(claimed, keep=keep))

    def park(self, claimed: ClaimedFile) -> None:
        """Let a file that failed lie in staging without taking a place there."""
        self._change(claimed, lambda: self._staging.park(claimed))

    def expire_processed(self) -> int:
        """Remove filed scans that were kept for long enough; returns how many.

        A share that does not answer, or is away, has its turn the next time.
        """
        removed = 0
        for counter in self.counters:
            keep = timedelta(days=counter.folder.keep_days)
            work = partial(self._staging.expire, counter.id, keep)
            try:
                removed += self._reach(counter.id, work, patience=_CHANGING)
            except OSError as error:
                log.warning("drop folder of %s: %s", counter.id, error.strerror)
        return removed

    def waiting(self, counter_id: str) -> int:
        """Count the files that the last sweep left in a drop folder.

        Raises:
            TimeoutError: the share does not answer.
        """
        ready = self._ready.get(counter_id)
        paths = ready.still.paths() if ready else ()
        if not paths:
            return 0
        return self.reach(counter_id, lambda: sum(path.exists() for path in paths))

    def post(self, counter_id: str, text: str) -> None:
        """Put *text* into the status file of a drop folder, where it is another.

        Raises:
            OSError: it cannot be written, or the share does not answer.
        """
        drop = self._staging.drop(counter_id)
        target, private = drop / STATUS_FILE, drop / PRIVATE
        self.reach(counter_id, lambda: write_status(target, private, text))

    def problems(self) -> Iterator[tuple[Counter, Trouble]]:
        """Try what the watch does on each drop folder; yields what does not work."""
        tries = {
            counter.id: partial(_troubles, counter, self._staging)
            for counter in self.counters
        }
        for counter in self.counters:
            if counter.id in self._remote:
                self.lanes.begin(counter.id, tries[counter.id], _TRIAL)
        for counter in self.counters:
            for trouble in self._tried(counter, tries[counter.id]):
                yield counter, trouble

    def _tried(
        self, counter: Counter, work: Callable[[], list[Trouble]]
    ) -> list[Trouble]:
        try:
            return self._reach(counter.id, work, name=_TRIAL, patience=_CHANGING)
        except ShareHangs:
            return [Trouble(f"the share gives no answer within {_CHANGING:.0f} s")]

    def _change(self, claimed: ClaimedFile, work: Callable[[], T]) -> T:
        return self._reach(claimed.counter_id, work, patience=_CHANGING)

    def _note(self, claimed: ClaimedFile) -> Note:
        return self.reach(claimed.counter_id, lambda: self._staging.note(claimed))

    def _list_all(
        self, counters: list[Counter], now: float
    ) -> Iterator[tuple[Counter, _Listed]]:
        """List the folders of all counters, the remote ones at the same time."""
        questions = {
            counter.id: partial(self._list, counter, now) for counter in counters
        }
        for counter in counters:
            if counter.id in self._remote:
                self.lanes.begin(counter.id, questions[counter.id], _LISTING)
        for counter in counters:
            with suppress(ShareHangs):
                work = questions[counter.id]
                yield counter, self.reach(counter.id, work, name=_LISTING)

    def _list(self, counter: Counter, now: float) -> _Listed:
        done = self._done(counter, now)
        ready = self._ready.get(counter.id)
        # An empty folder need not be asked for its next file.
        return done, self._room(counter) if ready and ready.still.paths() else 0

    def _step(
        self, counter: Counter, done: Iterator[Candidate | None]
    ) -> tuple[ClaimedFile | None, ...]:
        """Claim the next file that is done; empty where there is no more."""
        for found in islice(done, 1):
            return (self._claim(counter, found) if found else None,)
        return ()

    def _is_due(self, counter: Counter, now: float) -> bool:
        interval = counter.folder.poll_interval or self.options.poll_interval
        last = self._swept_at.get(counter.id)
        if last is not None and now - last < interval - _EARLY:
            return False
        self._swept_at[counter.id] = now
        return True

    def _done(self, counter: Counter, now: float) -> Iterator[Candidate | None]:
        """Find the files of a folder that are done; none where it is away.

        A folder is made when it is first swept, and never again: a share that is away
        must not come back to a folder in its place.
        """
        drop = self._staging.drop(counter.id)
        ready = self._ready.get(counter.id)
        try:
            if ready is None:
                if counter.folder.share is Share.LOCAL:
                    drop.mkdir(parents=True, exist_ok=True)
                ready = Readiness(self.options.patience, self.is_whole)
            done = ready.done(drop, counter.folder, now)
        except OSError as error:
            if counter.id not in self._unreachable:
                log.warning("drop folder of %s: %s", counter.id, error.strerror)
            self._unreachable.add(counter.id)
            if ready is not None:  # what happens meanwhile is not seen
                ready.still.forget_all_but(set())
            return iter(())
        self._ready[counter.id] = ready
        if counter.id in self._unreachable:
            log.info("drop folder of %s: it is back", counter.id)
        self._unreachable.discard(counter.id)
        return done

    def _room(self, counter: Counter) -> int:
        """Tell how many more files of a counter may come into staging."""
        if counter.folder.priority is Priority.DAY:
            return self.options.most_per_sweep
        staged = self._staging.listed(counter.id)
        places = sum(1 for each in staged if not self._staging.is_parked(each))
        free = self.options.most_of_backlog - places
        return min(free, self.options.most_of_backlog_per_sweep)

    def _claim(self, counter: Counter, found: Candidate) -> ClaimedFile | None:
        path, look = found
        marked = counter.folder.done_marker
        within = timedelta(seconds=counter.folder.late_within)
        try:
            late = bool(look.parts) and self._staging.is_late(
                counter.id, path.name, within
            )
            return self._staging.take(counter.id, path, look, marked=marked, late=late)
        except OSError as error:  # the share went away meanwhile
            log.warning("drop folder of %s: %s", counter.id, error.strerror)
            return None


def _troubles(counter: Counter, staging: Staging) -> list[Trouble]:
    return list(try_folder(counter, staging))
