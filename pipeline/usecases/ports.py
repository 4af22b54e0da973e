"""What the use-cases need from the world, as structural protocols.

`pipeline.bootstrap` introduces the adapters; mypy checks there that they fit.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Protocol, TypeVar

from pipeline.model.dossier import Document, Manifest, Plan, PlannedDocument
from pipeline.model.intake import ClaimedFile, Probe
from pipeline.model.joined import Joined
from pipeline.model.proof import Finding, MadeDigest
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
from pipeline.model.text import OcrPage, ReadPage

T = TypeVar("T")


class Prober(Protocol):
    """Looks inside a hostile file."""

    def __call__(self, path: Path) -> Probe:
        """Tell what *path* is, by content.

        Raises:
            ScanRejected: one of its subclasses, with what was found.
        """


class Inbox(Protocol):
    """The drop folders of all counters and the staging behind them."""

    def sweep(self) -> tuple[ClaimedFile, ...]:
        """Claim every file that is done, one counter after another."""

    def claimed(self, counter_id: str | None = None) -> tuple[ClaimedFile, ...]:
        """List what lies in staging, oldest first, also from before a restart.

        Args:
            counter_id: only this counter's; None: those of every counter whose share
                answers.

        Raises:
            TimeoutError: this counter's share does not answer.
        """

    def reach(self, counter_id: str, work: Callable[[], T]) -> T:
        """Do what touches a counter's files so that a dead share holds up nobody.

        Args:
            counter_id: whose files they are.
            work: may go on after this has given up, and must be safe to do again.

        Raises:
            TimeoutError: the share does not answer; what was asked may yet be done.
        """

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

    def join(
        self, fronts: ClaimedFile, backs: ClaimedFile, *, reverse: bool
    ) -> ClaimedFile:
        """Make one claim of two scans of the same sheets; one rename, or nothing."""

    def is_adopted(self, claimed: ClaimedFile) -> bool:
        """Tell whether a file was brought by a command, not by a counter's clerk."""

    def written_at(self, claimed: ClaimedFile) -> datetime:
        """Tell when a file was last written to, by the clock of its server."""

    def is_unchanged(self, claimed: ClaimedFile) -> bool:
        """Tell whether nobody wrote to the file since it was claimed."""

    def set_aside(
        self, claimed: ClaimedFile, reason: str, found: str, bad: str = ""
    ) -> Path:
        """Move the file to its counter's ``set-aside/`` with a reason file beside it.

        Doing it again after a crash is harmless.

        Args:
            claimed: what is set aside.
            reason: its code.
            found: what was found, for whoever has to look.
            bad: the name of the one of a folder's files that it was found in.
        """

    def drop_again(self, counter_id: str, claim: str) -> bool:
        """Return what was set aside of a claim to the drop folder, to run again.

        Returns:
            Whether any of it still lay there.

        Raises:
            OSError: the folder cannot be written to.
        """

    def put_back(self, claimed: ClaimedFile) -> bool:
        """Return a file that is still being written to its drop folder.

        Returns:
            Whether that was possible; not for a folder in whose place there is another.
        """

    def release(self, claimed: ClaimedFile) -> None:
        """Remove a claimed file whose original is safe in the store."""

    def park(self, claimed: ClaimedFile) -> None:
        """Let a file that failed lie in staging without taking a place there."""

    def expire_processed(self) -> int:
        """Remove filed scans that were kept for long enough; returns how many."""

    def waiting(self, counter_id: str) -> int:
        """Count the files that the last sweep left in a drop folder."""

    def post(self, counter_id: str, text: str) -> None:
        """Put *text* into the status file of a drop folder, where it is another."""


class Archive(Protocol):
    """Originals, page results, plans, documents and manifests in an object store."""

    def put_original(self, batch: ScanBatch, path: Path) -> str:
        """Store the scan, read it back by hash, and return its key.

        Raises:
            StoreUnavailable: no usable answer.
            ObjectConflict: what was read back is not what was written.
        """

    def fetch_original(self, key: str, path: Path, *, sha256: str) -> None:
        """Write the stored scan to *path*.

        Raises:
            ObjectMissing: nothing is stored under *key*.
            ObjectConflict: the stored bytes are not those of *sha256*.
        """

    def put_joined(
        self, batch: ScanBatch, joined: Joined, paths: Sequence[Path]
    ) -> str:
        """Store several files, then what joins them; returns the key of that.

        Raises:
            StoreUnavailable: no usable answer.
            ObjectConflict: what was read back is not what was written.
        """

    def joined(self, key: str, *, sha256: str) -> Joined:
        """Load what joins several files.

        Raises:
            ObjectMissing: nothing is stored under *key*.
            ObjectConflict: the stored bytes are not those of *sha256*.
        """

    def fetch_joined(
        self, key: str, folder: Path, *, sha256: str
    ) -> tuple[Joined, tuple[Path, ...]]:
        """Write the files that an original joins into *folder*.

        Raises:
            ObjectMissing: one of them, or what joins them, is not stored.
            ObjectConflict: stored bytes are not those of their hash.
        """

    def put_page(
        self,
        batch_id: str,
        recipe: str,
        page: ReadPage,
        picture: bytes,
        layers: bytes | None = None,
        vectors: bytes | None = None,
    ) -> str:
        """Keep a page result and its picture in the work area; returns its key.

        *layers* are the same page as ink and paper, where that is faithful, *vectors*
        as letters and lines, where it is made of them.
        """

    def find_page(self, batch_id: str, recipe: str, number: int) -> ReadPage | None:
        """Find the result of a page; None where it is not read yet."""

    def picture(self, batch_id: str, recipe: str, page: ReadPage) -> bytes:
        """Load the picture that goes with a page result.

        Raises:
            ObjectMissing: the work area no longer holds it.
        """

    def layers(self, batch_id: str, recipe: str, page: ReadPage) -> bytes | None:
        """Load the layers that go with a page result; None where there are none.

        Raises:
            ObjectMissing: the work area no longer holds them.
        """

    def vectors(self, batch_id: str, recipe: str, page: ReadPage) -> bytes | None:
        """Load the vectors that go with a page result; likewise."""

    def put_glance(self, batch_id: str, jpeg: bytes) -> None:
        """Keep the small picture of a batch's first page; the first one stays."""

    def glance(self, batch_id: str) -> bytes:
        """Load it.

        Raises:
            ObjectMissing: the page was not looked at yet, or it expired.
        """

    def decide(self, plan: Plan) -> Plan:
        """Keep *plan* if it is the first for its batch; return the one that counts."""

    def find_plan(self, batch_id: str) -> Plan | None:
        """Find the plan that counts for a batch."""

    def put_document(
        self,
        dossier_id: str,
        revision: int,
        planned: PlannedDocument,
        *,
        pdf: Path,
        pages: tuple[OcrPage, ...],
        sensitive: bool,
    ) -> Document:
        """Store a document's PDF and its words; invisible until the manifest is put."""

    def fetch_document(self, document: Document, path: Path) -> None:
        """Write a document's PDF to *path*.

        Raises:
            ObjectMissing: it is gone.
            ObjectConflict: it is not what the manifest says.
        """

    def put_signed(
        self, dossier_id: str, revision: int, document: Document, pdf: Path
    ) -> Document:
        """Store a document's PDF anew for *revision*; its words stay where they are."""

    def commit(self, manifest: Manifest) -> Manifest:
        """Put the manifest if it is the first; return the one that counts."""

    def manifest(self, dossier_id: str, revision: int | None = None) -> Manifest:
        """Load a manifest, the latest revision by default.

        Raises:
            ObjectMissing: there is no such dossier.
        """

    def manifest_file(self, manifest: Manifest) -> bytes:
        """Load a manifest as it is stored: its hash is what digests name."""

    def manifests(self) -> Iterator[Manifest]:
        """Load every manifest, in no promised order."""

    def document_text(self, document: Document) -> tuple[OcrPage, ...]:
        """Load the words of a document, one `OcrPage` a page."""

    def read(self, key: str) -> bytes:
        """Load any object.

        Raises:
            ObjectMissing: nothing is stored under *key*.
        """

    def batches_at_work(self) -> Iterator[str]:
        """List the ids of the batches that the work area holds page results of."""

    def expire_work(self, batch_id: str) -> int:
        """Remove a filed batch's page results; returns how many objects went."""

    def verify(self, *, after: str = "") -> Iterator[Finding]:
        """Compare every object with what names it, going on after `Finding.reached`."""

    def make_digests(
        self, offices: Mapping[str, str], *, until: date, made_at: datetime
    ) -> Iterator[MadeDigest]:
        """Chain what was filed up to the end of *until* and is in no digest yet.

        Args:
            offices: name of the office by the id of its counter.
            until: the last day that is over in Vietnam.
            made_at: the time now.
        """

    def retain(self, manifest: Manifest) -> bool:
        """Lock a dossier for as long as its procedure demands; False: nothing to do.

        Raises:
            ConfigError: the store or the identity in use cannot.
        """

    def hold(self, name: str, on: bool) -> int:
        """Put a dossier or a batch under legal hold, or end it; counts its objects.

        Raises:
            ConfigError: the store or the identity in use cannot.
            ObjectMissing: there is no such dossier or batch.
            ValueError: *name* is the id of neither.
        """

    def last_digests(self) -> tuple[MadeDigest, ...]:
        """Find the last digest of each office."""


class Catalog(Protocol):
    """The index over batches and dossiers, the claims, and the outbox."""

    def register(self, batch: ScanBatch, claim: str, original_key: str) -> BatchRecord:
        """Record a received batch, once.

        Returns:
            The record that counts: of an earlier claim where the same bytes were
            received before. A batch that failed or was set aside starts again under
            *claim*, with all its tries.
        """

    def reject(self, rejected: RejectedScan) -> None:
        """Record a file that never became a batch; once for each claim."""

    def batch(self, batch_id: str) -> BatchRecord | None:
        """Find a batch."""

    def batch_of_claim(self, claim: str) -> BatchRecord | None:
        """Find the batch that a claim brought."""

    def rejection_of_claim(self, claim: str) -> RejectedScan | None:
        """Find the rejection of a claim."""

    def batches(
        self,
        *,
        counter_id: str | None = None,
        states: Iterable[BatchState] = (),
        limit: int = 100,
    ) -> tuple[BatchRecord, ...]:
        """List batches, the latest change first."""

    def rejections(
        self, *, counter_id: str | None = None, limit: int = 100
    ) -> tuple[RejectedScan, ...]:
        """List files that never became a batch, the latest first."""

    def changed_counters(self, *, seconds: float) -> frozenset[str]:
        """List the counters with a change or a refusal in the last *seconds*."""

    def lease(
        self, batch_id: str, owner: str, *, seconds: float, attempts: int
    ) -> Lease | None:
        """Take the right to work on a batch.

        Free are batches *received*, and *working* ones whose lease ran out.

        Returns:
            None where the batch is final, unknown, or leased to somebody else. A
            batch out of *attempts*, excused ones not counted, becomes *failed* with
            reason ``ATTEMPTS``.
        """

    def renew(self, lease: Lease, *, seconds: float, pages_done: int) -> bool:
        """Keep a lease and record progress; False where another try has it now."""

    def give_up(self, lease: Lease, *, excused: bool = False) -> None:
        """Return a lease so that the next try can begin at once.

        Args:
            lease: what `lease` gave.
            excused: whether this try leaves the number of those allowed as it is.
        """

    def give_up_owned(
        self, batch_id: str, owner: str, *, excused: bool = False
    ) -> None:
        """Return the lease of a dead owner; nothing where somebody else has it."""

    def finish(self, lease: Lease, state: BatchState, reason: str | None) -> bool:
        """End the work on a batch; False where another try has the lease now."""

    def judge(self, batch_id: str, defects: tuple[PageDefect, ...]) -> None:
        """Record which pages of a batch should be scanned again.

        Neither its state nor whose turn it is changes; the same bytes have the same
        defects, so they outlast a new start.
        """

    def restart(self, batch_id: str) -> BatchRecord | None:
        """Let a batch that failed or was set aside begin again, with all its tries.

        Returns:
            The record as it is now, whether or not this changed it; None where there
            is no such batch.
        """

    def reopen(self, batch_id: str) -> None:
        """Let a filed batch be done again, as the store has lost what it became."""

    def stalled(self, *, older_than: float) -> tuple[BatchRecord, ...]:
        """List batches nobody works on.

        Those received *older_than* seconds ago and not begun, and those whose lease
        ran out.
        """

    def claim_marks(
        self, batch_id: str, kind: MarkKind, wanted: Iterable[str]
    ) -> frozenset[str]:
        """Note marks of a batch; the first batch keeps a mark for good.

        Returns:
            Those of *wanted* that an earlier batch has.
        """

    def index(self, manifest: Manifest, texts: tuple[str, ...]) -> None:
        """Make a dossier findable and queue its hand-off, in one transaction.

        Indexing the same revision again changes nothing, the outbox included.

        Args:
            manifest: the committed manifest.
            texts: the plain text of each document, in the manifest's order.
        """

    def index_many(self, several: Sequence[tuple[Manifest, tuple[str, ...]]]) -> None:
        """Do the same for several dossiers in one transaction, in their order."""

    def find_alike(self, texts: Sequence[str], batch_id: str) -> tuple[str, ...]:
        """Name the indexed dossiers that seem to hold the same papers.

        Args:
            texts: what was read on each paper of one dossier.
            batch_id: the batch those are of; its own dossiers do not count.
        """

    def find_alike_of(self, dossier_id: str) -> tuple[str, ...]:
        """Name the dossiers of other batches that seem to hold its papers, too."""

    def dossiers_of(self, batch_id: str) -> tuple[str, ...]:
        """List the ids of the dossiers that a batch became."""

    def dossiers_of_code(self, code: str) -> tuple[str, ...]:
        """List the ids of the dossiers that have a mã hồ sơ, in any batch."""

    def search(self, query: SearchQuery) -> SearchResult:
        """Answer a query."""

    def deliveries(
        self, *, pending: bool = True, limit: int = 100
    ) -> tuple[Delivery, ...]:
        """List rows of the outbox, oldest first."""

    def delivered(self, dossier_id: str, revision: int) -> None:
        """Record that the portal has a dossier."""

    def waiting_for_signature(self, limit: int) -> tuple[str, ...]:
        """List dossiers that the agency has not signed, longest untried first."""

    def signing_failed(self, dossier_id: str, reason: str) -> None:
        """Record a try to sign that failed; the dossier goes to the end of the queue.

        Nothing where it was signed meanwhile.
        """

    def signing(self, dossier_id: str) -> SigningRecord | None:
        """Find how far the signing of a dossier is; None where it is not indexed."""

    def signing_counts(self) -> dict[SigningState, int]:
        """Count dossiers by the state of their signing."""

    def begin_rebuild(self) -> None:
        """Empty what manifests can restore; keep the outbox and the claims."""
