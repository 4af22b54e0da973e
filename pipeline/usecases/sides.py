"""Join fronts and backs that a one-sided scanner scanned one after the other."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from pipeline.errors import BacksMissing, PipelineError
from pipeline.model.intake import ClaimedFile
from pipeline.model.scan import Counter, Sides
from pipeline.usecases.ports import Catalog, Inbox
from pipeline.usecases.receive import Receiver

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SidePairing:
    """Makes one claim of two, for counters that scan so.

    Nothing is remembered: what lies in staging, in the order it was claimed, says what
    is fronts and what is backs. So a crash at any step changes nothing.
    """

    inbox: Inbox
    catalog: Catalog
    receiver: Receiver
    counters: tuple[Counter, ...]
    clock: Callable[[], datetime]

    def ready(self, claimed: tuple[ClaimedFile, ...]) -> tuple[ClaimedFile, ...]:
        """Give the claims that may be received; fronts that wait are left out.

        Fronts whose backs did not come in time are set aside.
        """
        two_sided = {
            counter.id: counter
            for counter in self.counters
            if counter.folder.sides is not Sides.SINGLE
        }
        others = [each for each in claimed if each.counter_id not in two_sided]
        for counter_id, counter in two_sided.items():
            own = [each for each in claimed if each.counter_id == counter_id]
            try:
                work = partial(self._paired, counter, own)
                others += self.inbox.reach(counter_id, work)
            except (OSError, PipelineError) as error:
                log.warning("sides of %s: %s", counter_id, type(error).__name__)
        return tuple(others)

    def _paired(
        self, counter: Counter, claimed: list[ClaimedFile]
    ) -> list[ClaimedFile]:
        singles = [each for each in claimed if self._is_single(each)]
        ready = [each for each in claimed if each not in singles]
        in_order = counter.folder.sides is Sides.FRONTS_THEN_BACKS_IN_ORDER
        within = timedelta(seconds=counter.folder.sides_within)
        while singles:
            fronts = singles.pop(0)
            if singles and self._gap(fronts, singles[0]) <= within:
                backs = singles.pop(0)
                log.info("claims %s and %s are two sides", fronts.id, backs.id)
                ready.append(self.inbox.join(fronts, backs, reverse=not in_order))
            elif singles or self.clock() - fronts.claimed_at > within:
                minutes = f"no second scan within {within.total_seconds() / 60:.0f} min"
                self.receiver.refuse(fronts, BacksMissing(minutes))
        return ready

    def _is_single(self, claimed: ClaimedFile) -> bool:
        """Tell whether a claim is one side: not joined, brought or received yet."""
        return (
            claimed.backs is None
            and not self.inbox.is_adopted(claimed)
            and self.catalog.batch_of_claim(claimed.id) is None
            and self.catalog.rejection_of_claim(claimed.id) is None
        )

    def _gap(self, fronts: ClaimedFile, backs: ClaimedFile) -> timedelta:
        """Tell how long after the fronts the backs were written.

        Both by the clock of their server; after a standstill of ours both may be
        claimed at once.
        """
        return self.inbox.written_at(backs) - self.inbox.written_at(fronts)
