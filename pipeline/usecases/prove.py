"""Prove what the store holds: verify it in stretches, digest what was filed."""

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from pipeline.model.proof import Finding, MadeDigest
from pipeline.usecases.ports import Archive

log = logging.getLogger(__name__)

VIETNAM = timezone(timedelta(hours=7))

_KEEP_EVERY = 2.0
"""Seconds between two notes of how far it is."""


@dataclass(slots=True)
class Bookmark:
    """How far a long job came, in a file, so that the next start goes on there."""

    path: Path
    subject: str
    """What the job is about: of another subject, a bookmark does not count."""

    reached: str = ""
    faults: dict[str, str] = field(default_factory=dict)
    _kept_at: float = 0.0

    def load(self) -> None:
        """Take up what an earlier start left, if anything usable."""
        with suppress(FileNotFoundError, ValueError, KeyError, TypeError):
            kept: dict[str, Any] = json.loads(self.path.read_text(encoding="utf-8"))
            if kept["subject"] == self.subject:
                self.reached = str(kept["reached"])
                self.faults = dict(kept["faults"])

    def keep(self, *, now: bool = False) -> None:
        """Write it down, at most every few seconds."""
        if not now and time.monotonic() - self._kept_at < _KEEP_EVERY:
            return
        self._kept_at = time.monotonic()
        text = json.dumps(
            {"subject": self.subject, "reached": self.reached, "faults": self.faults}
        )
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_suffix(".part")
        beside.write_text(text, encoding="utf-8")
        beside.replace(self.path)

    def clear(self) -> None:
        """Forget it: the job is done."""
        self.path.unlink(missing_ok=True)


def go_on(
    bookmark: Bookmark, work: Callable[[str], Iterator[Finding]]
) -> Iterator[Finding]:
    """Do a long job over the store, from where an earlier start was stopped.

    Faults that the earlier start found come first, then each object looked at now. A
    stop at any moment loses the last few seconds.
    """
    bookmark.load()
    earlier = dict(bookmark.faults)
    yield from (Finding(key, fault) for key, fault in earlier.items())
    ended = False
    try:
        for each in work(bookmark.reached):
            if each.fault is not None:
                bookmark.faults[each.key] = each.fault
            if each.key not in earlier:
                yield each
            if each.reached:
                bookmark.reached = each.reached
                bookmark.keep()
        ended = True
    finally:
        if ended:
            bookmark.clear()
        elif bookmark.reached:
            bookmark.keep(now=True)


@dataclass(frozen=True, slots=True)
class Prover:
    """What `sohoa verify` and the nightly digests do."""

    archive: Archive
    offices: Mapping[str, str]
    """Name of the office by the id of its counter."""

    clock: Callable[[], datetime]

    def verify(self, bookmark: Bookmark) -> Iterator[Finding]:
        """Look at every object, going on where an earlier start was stopped."""
        return go_on(bookmark, lambda after: self.archive.verify(after=after))

    def make_digests(self) -> Iterator[MadeDigest]:
        """Digest all days that are over in Vietnam and are not digested yet."""
        now = self.clock()
        yesterday = now.astimezone(VIETNAM).date() - timedelta(days=1)
        for each in self.archive.make_digests(
            self.offices, until=yesterday, made_at=now
        ):
            log.info("digest %s: %d objects", each.key, each.objects)
            yield each
