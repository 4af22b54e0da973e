"""Tell the counter, in its own drop folder, what became of the scans of today.

For counters without a browser. The list holds times, short ids, counts of pages and
dossier codes: no name of a person, and no file name, as names get into those.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from pipeline.messages import advice, paper_name, sentence, status_word
from pipeline.model.dossier import Manifest
from pipeline.model.scan import Counter, Sides
from pipeline.model.state import (
    ENDED_BADLY,
    BatchRecord,
    BatchState,
    RejectedScan,
)
from pipeline.usecases.inspect import describe_defects
from pipeline.usecases.ports import Archive, Catalog, Inbox

_COUNTER_TIME = ZoneInfo("Asia/Ho_Chi_Minh")
_SHORT_ID = 8
"""Digits of an id that a clerk reads out to an operator."""

_MOST = 300
"""Scans looked through: more than a counter does in a day."""

_INDENT = " " * 8
"""Below a scan: what must be scanned again, where the eye falls on it."""

_FILED = (BatchState.FILED, BatchState.REVIEW)

_OVERLAP = 60.0
"""Seconds before the last question that are asked for again: a change may become
visible a little after its time, and clocks of two machines differ."""

_Entry = tuple[datetime, str]
_Seen = tuple[date, int, tuple[str, ...]]
"""The day, the number of files that wait, the claims in staging."""


@dataclass(frozen=True, slots=True)
class StatusFile:
    """Writes the list of each counter when it changed."""

    inbox: Inbox
    archive: Archive
    catalog: Catalog
    clock: Callable[[], datetime]
    monotonic: Callable[[], float] = time.monotonic
    _filed: dict[str, tuple[datetime, str]] = field(default_factory=dict, init=False)
    """What to say of a filed batch, with the time of the change it was made for."""

    _written: dict[str, tuple[_Seen, str]] = field(default_factory=dict, init=False)
    """The list of each counter, and what its folder looked like then."""

    _asked_at: list[float] = field(default_factory=list, init=False)
    """When the catalog was last asked for changes; empty: never."""

    def forget_changed(self) -> None:
        """Ask the catalog, once for all counters, whose lists are out of date.

        Raises:
            CatalogBusy: no usable answer; the lists stay as they are for now.
        """
        now = self.monotonic()
        if self._asked_at:
            seconds = now - self._asked_at[-1] + _OVERLAP
            for counter_id in self.catalog.changed_counters(seconds=seconds):
                self._written.pop(counter_id, None)
        self._asked_at[:] = [now]

    def post(self, counter: Counter) -> None:
        """Bring the list of a counter up to date; nothing where it says so already.

        Raises:
            OSError: the drop folder cannot be written to.
            CatalogBusy, StoreUnavailable: no usable answer.
        """
        if not counter.folder.enabled or not counter.folder.status_file:
            return
        seen = self._look(counter)
        written, text = self._written.get(counter.id, (None, ""))
        if written != seen:
            text = self.compose(counter)
            self._written[counter.id] = (seen, text)
        self.inbox.post(counter.id, text)

    def _look(self, counter: Counter) -> _Seen:
        """See what a list says beside what the catalog knows."""
        staged = tuple(each.id for each in self.inbox.claimed(counter.id))
        today = self.clock().astimezone(_COUNTER_TIME).date()
        return today, self.inbox.waiting(counter.id), staged

    def compose(self, counter: Counter) -> str:
        """Write the list, the latest scan first."""
        today = self.clock().astimezone(_COUNTER_TIME).date()
        entries = sorted(
            (
                entry
                for entry in self._entries(counter)
                if entry[0].astimezone(_COUNTER_TIME).date() == today
            ),
            reverse=True,
        )
        waiting = self.inbox.waiting(counter.id)
        head = f"{status_word('TITLE')} {today:%d/%m/%Y} · {counter.name}"
        lines = [
            f"{at.astimezone(_COUNTER_TIME):%H:%M} · {said}" for at, said in entries
        ]
        lines = lines or [status_word("NOTHING")]
        return "\n".join([head, f"{status_word('WAITING')}: {waiting}", "", *lines, ""])

    def _entries(self, counter: Counter) -> Iterator[_Entry]:
        counter_id = counter.id
        records = self.catalog.batches(counter_id=counter_id, limit=_MOST)
        refused = self.catalog.rejections(counter_id=counter_id, limit=_MOST)
        known = {record.claim for record in records} | {each.claim for each in refused}
        for claimed in self.inbox.claimed(counter_id):
            if claimed.id not in known:
                alone = claimed.backs is None and not self.inbox.is_adopted(claimed)
                waits = alone and counter.folder.sides is not Sides.SINGLE
                told = sentence("FRONTS" if waits else "RECEIVED")
                yield claimed.claimed_at, told
        for record in records:
            yield record.batch.received_at, self._of_record(record)
        for rejected in refused:
            yield rejected.rejected_at, _of_rejection(rejected)

    def _of_record(self, record: BatchRecord) -> str:
        batch = record.batch
        pages = f"{batch.page_count} {status_word('PAGES')}"
        if record.state is BatchState.WORKING:
            pages = f"{record.pages_done}/{pages}"
        said = sentence(record.reason or record.state.name)
        if record.state in ENDED_BADLY:
            said = f"{said} {advice(record.reason or record.state.name)}"
        if record.state in _FILED:
            said = f"{said} {self._dossiers(record)}"
        again = describe_defects(record.defects, batch.page_count)
        lines = [f"{batch.id[:_SHORT_ID]} · {pages} · {said}"]
        return "\n".join([*lines, *(f"{_INDENT}! {sentence}" for sentence in again)])

    def _dossiers(self, record: BatchRecord) -> str:
        """Say what a batch was filed as; the store is asked once for each change."""
        batch_id = record.batch.id
        at, said = self._filed.get(batch_id, (None, ""))
        if at != record.changed_at:
            manifests = map(self.archive.manifest, self.catalog.dossiers_of(batch_id))
            said = "; ".join(map(_of_dossier, manifests))
            if len(self._filed) > _MOST * 10:
                self._filed.clear()
            self._filed[batch_id] = (record.changed_at, said)
        return said


def _of_dossier(manifest: Manifest) -> str:
    papers = f"{len(manifest.documents)} {status_word('PAPERS')}"
    said = f"{manifest.code or status_word('NO_CODE')}: {papers}"
    found = manifest.completeness
    if found is None or not found.wanting:
        return said
    names = ", ".join(paper_name(each.title, each.number) for each in found.wanting)
    return f"{said}, {status_word('WANTING')}: {names}"


def _of_rejection(rejected: RejectedScan) -> str:
    name = rejected.sha256 or rejected.claim.rsplit("-", maxsplit=1)[-1]
    told = f"{sentence(rejected.reason)} {advice(rejected.reason)}"
    return f"{name[:_SHORT_ID]} · {told}"
