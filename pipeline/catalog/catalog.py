"""The catalog in an SQL database: SQLite for one machine, PostgreSQL beyond."""

from collections.abc import Iterable, Sequence

from pipeline.catalog import batches, index, marks, outbox, signings
from pipeline.catalog.database import Database
from pipeline.catalog.fts5 import Fts5
from pipeline.catalog.fulltext import FullText
from pipeline.catalog.likeness import find_alike, find_alike_of
from pipeline.catalog.migrate import migrate
from pipeline.catalog.moments import Clock, Moments
from pipeline.catalog.search import search
from pipeline.catalog.tsvector import TsVector
from pipeline.model.dossier import Manifest
from pipeline.model.quality import PageDefect
from pipeline.model.scan import ScanBatch
from pipeline.model.search import SearchQuery, SearchResult
from pipeline.model.signature import SigningState
from pipeline.model.state import (
    BatchRecord,
    BatchState,
    Delivery,
    Lease,
    MarkKind,
    RejectedScan,
    SigningRecord,
)


class SqlCatalog:
    """Batches, leases, the search index and the outbox; see `usecases.ports.Catalog`.

    It may be used by several threads, and by a forked process. Every method raises
    `CatalogBusy` where the database gives no usable answer in time (nothing is known
    to be written then) and `ConfigError` where it cannot be used as configured.
    """

    def __init__(
        self, url: str, *, clock: Clock | None = None, patience: float = 30.0
    ) -> None:
        """Connect when first used.

        Args:
            url: SQLAlchemy URL of an SQLite file or a PostgreSQL database.
            clock: what time it is, UTC; by default the server's on PostgreSQL.
            patience: seconds to wait while others write.

        Raises:
            ConfigError: the URL is malformed or names another kind of database.
        """
        self._database = Database(url, patience=patience)
        self._moments = Moments(clock, of_server=not self._database.is_sqlite)
        self._full_text: FullText = Fts5() if self._database.is_sqlite else TsVector()

    def migrate(self) -> None:
        """Create or upgrade the tables; safe when several processes start at once."""
        migrate(self._database)

    def close(self) -> None:
        """Close this process's connections."""
        self._database.close()

    def register(self, batch: ScanBatch, claim: str, original_key: str) -> BatchRecord:
        """Record a received batch once, and return the record that counts."""
        return self._database.run(
            lambda each: batches.register(
                each, self._moments, batch, claim, original_key
            )
        )

    def reject(self, rejected: RejectedScan) -> None:
        """Record a file that never became a batch; once for each claim."""
        self._database.run(lambda each: batches.reject(each, rejected))

    def batch(self, batch_id: str) -> BatchRecord | None:
        """Find a batch."""
        return self._database.run(lambda each: batches.find(each, batch_id))

    def batch_of_claim(self, claim: str) -> BatchRecord | None:
        """Find the batch that a claim brought."""
        return self._database.run(lambda each: batches.find_by_claim(each, claim))

    def rejection_of_claim(self, claim: str) -> RejectedScan | None:
        """Find the rejection of a claim."""
        return self._database.run(lambda each: batches.find_rejection(each, claim))

    def batches(
        self,
        *,
        counter_id: str | None = None,
        states: Iterable[BatchState] = (),
        limit: int = 100,
    ) -> tuple[BatchRecord, ...]:
        """List batches, the latest change first."""
        wanted = tuple(states)
        return self._database.run(
            lambda each: batches.latest(
                each, counter_id=counter_id, states=wanted, limit=limit
            )
        )

    def rejections(
        self, *, counter_id: str | None = None, limit: int = 100
    ) -> tuple[RejectedScan, ...]:
        """List files that never became a batch, the latest first."""
        return self._database.run(
            lambda each: batches.latest_rejections(
                each, counter_id=counter_id, limit=limit
            )
        )

    def changed_counters(self, *, seconds: float) -> frozenset[str]:
        """List the counters with a change or a refusal in the last *seconds*."""
        return self._database.run(
            lambda each: batches.changed_counters(each, self._moments, seconds=seconds)
        )

    def lease(
        self, batch_id: str, owner: str, *, seconds: float, attempts: int
    ) -> Lease | None:
        """Take the right to work on a batch; None where it is not free."""
        return self._database.run(
            lambda each: batches.lease(
                each, self._moments, batch_id, owner, seconds=seconds, attempts=attempts
            )
        )

    def renew(self, lease: Lease, *, seconds: float, pages_done: int) -> bool:
        """Keep a lease and record progress; False where another try has it now."""
        return self._database.run(
            lambda each: batches.renew(
                each, self._moments, lease, seconds=seconds, pages_done=pages_done
            )
        )

    def give_up(self, lease: Lease, *, excused: bool = False) -> None:
        """Return a lease so that the next try can begin at once."""
        self._database.run(
            lambda each: batches.give_up(each, self._moments, lease, excused=excused)
        )

    def give_up_owned(
        self, batch_id: str, owner: str, *, excused: bool = False
    ) -> None:
        """Return the lease of a dead owner; nothing where somebody else has it."""
        self._database.run(
            lambda each: batches.give_up_owned(
                each, self._moments, batch_id, owner, excused=excused
            )
        )

    def finish(self, lease: Lease, state: BatchState, reason: str | None) -> bool:
        """End the work on a batch; False where another try has the lease now."""
        return self._database.run(
            lambda each: batches.finish(each, self._moments, lease, state, reason)
        )

    def judge(self, batch_id: str, defects: tuple[PageDefect, ...]) -> None:
        """Record which pages of a batch should be scanned again."""
        self._database.run(
            lambda each: batches.judge(each, self._moments, batch_id, defects)
        )

    def restart(self, batch_id: str) -> BatchRecord | None:
        """Let a batch that failed or was set aside begin again, with all its tries."""
        return self._database.run(
            lambda each: batches.restart(each, self._moments, batch_id)
        )

    def reopen(self, batch_id: str) -> None:
        """Let a filed batch be done again, as the store has lost what it became."""
        self._database.run(lambda each: batches.reopen(each, self._moments, batch_id))

    def stalled(self, *, older_than: float) -> tuple[BatchRecord, ...]:
        """List batches that nobody works on."""
        return self._database.run(
            lambda each: batches.stalled(each, self._moments, older_than=older_than)
        )

    def claim_marks(
        self, batch_id: str, kind: MarkKind, wanted: Iterable[str]
    ) -> frozenset[str]:
        """Note marks of a batch, and tell which an earlier batch has."""
        every = tuple(wanted)
        return self._database.run(
            lambda each: marks.claim(each, batch_id, kind, every), atomic=True
        )

    def index(self, manifest: Manifest, texts: tuple[str, ...]) -> None:
        """Make a dossier findable and queue its hand-off, in one transaction."""
        self.index_many([(manifest, texts)])

    def index_many(self, several: Sequence[tuple[Manifest, tuple[str, ...]]]) -> None:
        """Do the same for several dossiers in one transaction, in their order."""
        prepared = [index.prepare(manifest, texts) for manifest, texts in several]
        self._database.run(
            lambda each: index.write(each, self._moments, self._full_text, prepared),
            atomic=True,
        )

    def find_alike(self, texts: Sequence[str], batch_id: str) -> tuple[str, ...]:
        """Name the dossiers of other batches that hold the same papers."""
        return self._database.run(lambda each: find_alike(each, texts, batch_id))

    def find_alike_of(self, dossier_id: str) -> tuple[str, ...]:
        """Name the dossiers of other batches that hold an indexed one's papers."""
        return self._database.run(lambda each: find_alike_of(each, dossier_id))

    def dossiers_of(self, batch_id: str) -> tuple[str, ...]:
        """List the ids of the dossiers that a batch became."""
        return self._database.run(lambda each: index.dossiers_of(each, batch_id))

    def dossiers_of_code(self, code: str) -> tuple[str, ...]:
        """List the ids of the dossiers that have a mã hồ sơ."""
        return self._database.run(lambda each: index.dossiers_of_code(each, code))

    def search(self, query: SearchQuery) -> SearchResult:
        """Answer a query."""
        return self._database.run(lambda each: search(each, self._full_text, query))

    def deliveries(
        self, *, pending: bool = True, limit: int = 100
    ) -> tuple[Delivery, ...]:
        """List rows of the outbox, oldest first: those still pending, or all."""
        return self._database.run(
            lambda each: outbox.latest(each, pending=pending, limit=limit)
        )

    def delivered(self, dossier_id: str, revision: int) -> None:
        """Record that the portal has a dossier."""
        self._database.run(
            lambda each: outbox.delivered(each, self._moments, dossier_id, revision)
        )

    def waiting_for_signature(self, limit: int) -> tuple[str, ...]:
        """List dossiers that the agency has not signed, longest untried first."""
        return self._database.run(lambda each: signings.waiting(each, limit))

    def signing_failed(self, dossier_id: str, reason: str) -> None:
        """Record a try to sign that failed."""
        self._database.run(
            lambda each: signings.failed(each, self._moments, dossier_id, reason)
        )

    def signing(self, dossier_id: str) -> SigningRecord | None:
        """Find how far the signing of a dossier is."""
        return self._database.run(lambda each: signings.find(each, dossier_id))

    def signing_counts(self) -> dict[SigningState, int]:
        """Count dossiers by the state of their signing."""
        return self._database.run(signings.counts)

    def begin_rebuild(self) -> None:
        """Empty what manifests can restore; keep the outbox and the claims."""
        self._database.run(lambda each: index.clear(each, self._full_text), atomic=True)
