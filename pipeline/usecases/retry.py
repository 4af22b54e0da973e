"""Give a scan another try that was set aside, or that failed."""

from dataclasses import dataclass

from pipeline.model.state import ENDED_BADLY
from pipeline.usecases.ports import Catalog, Inbox


@dataclass(frozen=True, slots=True)
class Retrier:
    """Behind the button at the counter and behind ``sohoa retry``."""

    inbox: Inbox
    catalog: Catalog

    def again(self, counter_id: str, claim: str) -> bool:
        """Let what became of a claim begin anew; harmless where nothing ended badly.

        A file that lies in ``set-aside/`` goes back to the drop folder and through all
        checks again. Where it no longer lies there, or is not needed, the stored
        original is read again.

        Returns:
            Whether there was anything to begin.

        Raises:
            OSError: the drop folder cannot be written to.
            CatalogBusy: no usable answer.
        """
        record = self.catalog.batch_of_claim(claim)
        if record is None:
            return self.inbox.drop_again(counter_id, claim)
        if record.state not in ENDED_BADLY or record.batch.counter_id != counter_id:
            return False
        return self.inbox.drop_again(counter_id, claim) or (
            self.catalog.restart(record.batch.id) is not None
        )
