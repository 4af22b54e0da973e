"""Decide whose batch may be started: the day's at once, the backlog's one by one."""

from dataclasses import dataclass, field

from pipeline.model.intake import ClaimedFile
from pipeline.model.scan import Counter, Priority
from pipeline.model.state import BatchRecord, BatchState
from pipeline.usecases.ports import Catalog


@dataclass(slots=True)
class Turns:
    """The order of starting, within one process.

    A run once asked for keeps its place before all later ones. So of the backlog no
    more than one may wait for a worker, and none where a scan of the day does.
    """

    catalog: Catalog
    counters: tuple[Counter, ...]
    _asked: str | None = field(default=None, init=False)
    """The latest batch of the backlog that was let through."""

    def in_order(self, claimed: tuple[ClaimedFile, ...]) -> list[ClaimedFile]:
        """Put the day's files before the backlog's, one of each counter in turn."""
        places: dict[str, int] = {}
        turns = []
        for each in claimed:
            place = places.get(each.counter_id, 0)
            places[each.counter_id] = place + 1
            turns.append((self._is_backlog(each.counter_id), place, each))
        return [each for *_, each in sorted(turns, key=lambda turn: turn[:2])]

    def may_start(self, record: BatchRecord) -> bool:
        """Tell whether a run may be asked for; one that may counts as asked for."""
        if not self._is_backlog(record.batch.counter_id):
            return True
        if self._still_waits() or self._day_waits():
            return False
        self._asked = record.batch.id
        return True

    def _still_waits(self) -> bool:
        asked = self.catalog.batch(self._asked) if self._asked else None
        return asked is not None and asked.state is BatchState.RECEIVED

    def _day_waits(self) -> bool:
        waiting = (BatchState.RECEIVED,)
        return any(
            self.catalog.batches(counter_id=counter.id, states=waiting, limit=1)
            for counter in self.counters
            if not self._is_backlog(counter.id)
        )

    def _is_backlog(self, counter_id: str) -> bool:
        return any(
            counter.id == counter_id and counter.folder.priority is Priority.BACKLOG
            for counter in self.counters
        )
