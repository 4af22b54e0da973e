"""How far a batch has come, as the catalog records it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.model.quality import PageDefect
from pipeline.model.scan import ScanBatch
from pipeline.model.signature import SigningState


class BatchState(StrEnum):
    """Where a batch stands."""

    RECEIVED = "received"
    """Its original is safe; nobody has begun."""

    WORKING = "working"
    """A worker holds its lease."""

    FILED = "filed"
    REVIEW = "review"
    """Filed, and a person has to look at something."""

    SET_ASIDE = "set_aside"
    FAILED = "failed"
    """Tried as often as allowed without success: an operator has to look."""

    @property
    def final(self) -> bool:
        """Whether nothing more happens without a person."""
        return self not in (BatchState.RECEIVED, BatchState.WORKING)


ENDED_BADLY = (BatchState.SET_ASIDE, BatchState.FAILED)
"""A batch that stands so may begin anew: by ``retry``, or when it is dropped again."""


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """What the catalog knows of a batch."""

    batch: ScanBatch
    state: BatchState
    claim: str
    """Id of the claim that brought the file: the name of its staging folder."""

    original_key: str
    attempt: int
    """Number of the latest try; it only ever grows, so an old lease stays void."""

    pages_done: int
    reason: str | None
    """Code of the reason it was set aside or failed."""

    changed_at: datetime
    lease_until: datetime | None = None
    excused: int = 0
    """Tries that do not count against the allowed number: ended by an outage or from
    outside, or from before an operator's or a clerk's new start."""

    defects: tuple[PageDefect, ...] | None = None
    """Pages that should be scanned again; None while nobody has looked."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a batch until a time; void once another try began."""

    batch_id: str
    attempt: int
    owner: str
    until: datetime


class MarkKind(StrEnum):
    """What only one batch may carry; with another one a person has to look."""

    CODE = "code"
    """The mã hồ sơ of a dossier."""

    SHEET = "sheet"
    """The nonce of a separator or leader sheet printed by us."""


@dataclass(frozen=True, slots=True)
class RejectedScan:
    """A file that was set aside before it became a batch."""

    claim: str
    counter_id: str
    sha256: str | None
    reason: str
    rejected_at: datetime
    batch_id: str | None = None
    """The earlier batch, for a duplicate."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of the outbox: a finished dossier that the portal must get once."""

    dossier_id: str
    revision: int
    manifest_key: str
    queued_at: datetime
    attempts: int
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class SigningRecord:
    """How far the agency's signature on a dossier is."""

    dossier_id: str
    state: SigningState
    attempts: int
    """Tries that failed since the dossier's last revision."""

    reason: str | None
    """``UNAVAILABLE``, ``CONFIG`` or ``DAMAGED`` where the last try failed."""

    changed_at: datetime
