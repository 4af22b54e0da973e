"""What is filed: fields, documents, dossiers and the manifest that commits them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.model.geometry import BoundingBox
from pipeline.model.mark import Conversion
from pipeline.model.scan import Page
from pipeline.model.signature import AgencySignature, IncomingSignature

MANIFEST_VERSION = 1
"""Raised whenever a reader of older manifests would misread a newer one."""

METADATA_FIELDS = (
    "so_ky_hieu",
    "ngay_ban_hanh",
    "co_quan_ban_hanh",
    "nguoi_ky",
    "trich_yeu",
    "loai_van_ban",
)
"""What a back office demands of every digitised paper, whatever its type."""


@dataclass(frozen=True, slots=True)
class Span:
    """A run of pages that belong together, and why the cut is there."""

    first: int
    last: int
    doctype: str
    reason: str
    """``heading``, ``marker``, ``code``, ``separator``, ``start`` or ``new-layout``."""

    confidence: float
    heading: str = ""
    """The configured heading that was recognised."""

    heading_box: BoundingBox | None = None
    starts_dossier: bool = False
    dossier_code: str | None = None
    """Mã hồ sơ from a CODE128 or QR code on the span's first page."""

    doubts: tuple[str, ...] = ()
    """Why a person should look at the cut or the code, in English, without values."""

    serial: str | None = None
    """Archive serial number on a sticker: ``ASN00123``."""


class FieldStatus(StrEnum):
    """What may be done with a field."""

    OK = "ok"
    REVIEW = "review"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Field:
    """A value with its evidence."""

    name: str
    value: str | None
    """Normalised: dates ISO 8601, numbers without spaces; None where missing."""

    raw: str
    """As read, before anything was repaired."""

    status: FieldStatus
    confidence: float
    page: int | None = None
    box: BoundingBox | None = None
    rule: str = ""
    """Which rule found it: the take, and what was repaired or disagreed."""

    current_units: tuple[str, ...] = ()
    """Of an address of before 01/07/2025: the commune and province it lies in since.
    Several where the commune was split: nobody knows which without looking."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What one paper of a dossier says."""

    document: int
    """Number of the paper in the dossier."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Papers of one dossier that contradict one another."""

    rule: str
    """What contradicts, in English, without values."""

    statements: tuple[Statement, ...]
    """The paper that counts for most first; nothing is decided by that."""


class CodeSource(StrEnum):
    """Where a mã hồ sơ was read."""

    BARCODE = "barcode"
    QR = "qr"
    SHEET = "sheet"
    """The leader sheet, whether it was trusted or not."""

    PRINT = "print"
    """The letters behind ``Mã hồ sơ:``."""


@dataclass(frozen=True, slots=True)
class CodeReading:
    """A mã hồ sơ as it stands in one place; others may say something else."""

    source: CodeSource
    value: str
    page: int
    box: BoundingBox


class Presence(StrEnum):
    """What became of a paper that a dossier should hold."""

    PRESENT = "present"
    MISSING = "missing"
    FEWER = "fewer"
    """Fewer of the kind were found than the receipt lists."""

    MORE = "more"
    WRONG_PAGES = "wrong-pages"
    """It has not as many pages as the receipt says."""

    EXTRA = "extra"
    """Found, though neither the receipt nor the procedure lists it."""

    SHOWN = "shown"
    """Only shown at the counter, and so not looked for."""

    UNKNOWN = "unknown"
    """Of no type that is known here, so nobody can say but a person."""


@dataclass(frozen=True, slots=True)
class PaperCheck:
    """One paper that should be in a dossier, or that is too many."""

    presence: Presence
    doctype: str | None
    title: str
    """Of its type; empty where that is not known."""

    listed: str
    """Its name on the receipt, where a person's name may stand in it; empty where the
    receipt does not list it."""

    expected: int | None
    """Papers; None where nobody says how many."""

    found: int
    pages_expected: int | None = None
    pages_found: int | None = None
    must_digitize: bool = False
    number: int | None = None
    """Row of the receipt's table."""

    page: int | None = None
    box: BoundingBox | None = None


@dataclass(frozen=True, slots=True)
class Completeness:
    """What a dossier should hold beside what was found."""

    papers: tuple[PaperCheck, ...]
    table: bool
    """Whether a receipt's table was found; else only the procedure's list counts."""

    table_whole: bool
    """Whether every row of it was read."""

    @property
    def wanting(self) -> tuple[PaperCheck, ...]:
        """Papers that a person has to ask for or look for."""
        return tuple(paper for paper in self.papers if paper.presence in WANTING)


WANTING = frozenset({Presence.MISSING, Presence.FEWER, Presence.WRONG_PAGES})
"""What sends a dossier to a person."""


@dataclass(frozen=True, slots=True)
class PlannedDocument:
    """One paper as decided, before its PDF exists."""

    number: int
    """From 1 inside the dossier."""

    span: Span
    title: str
    fields: tuple[Field, ...]
    left_out: tuple[int, ...] = ()
    """Pages of the scan inside the span that are blank backs and are not filed."""

    @property
    def page_numbers(self) -> tuple[int, ...]:
        """Numbers in the scan of the pages that are filed, in order."""
        return _without(self.span.first, self.span.last, self.left_out)


@dataclass(frozen=True, slots=True)
class PlannedDossier:
    """One case file as decided, before anything of it is stored."""

    id: str
    code: str | None
    procedure: str | None
    documents: tuple[PlannedDocument, ...]
    doubts: tuple[str, ...] = ()
    readings: tuple[CodeReading, ...] = ()
    """Every place where a code was read, of its papers and of the sheets before."""

    conflicts: tuple[Conflict, ...] = ()
    completeness: Completeness | None = None
    """None where neither a receipt nor a procedure says what should be there."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The decision how a batch is filed: made once, kept, followed by every try."""

    batch_id: str
    recipe: str
    dossiers: tuple[PlannedDossier, ...]
    separators: tuple[int, ...] = ()
    """Pages that are separator sheets; they stay in the original only."""

    sheets: tuple[str, ...] = ()
    """Nonces of our own sheets in the batch; none is good for another batch."""

    signatures: tuple[IncomingSignature, ...] = ()
    """Those the scan's file brought along: then it is an electronic document."""


class DossierStatus(StrEnum):
    """Whether a person still has to look."""

    FILED = "filed"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Conformance:
    """Whether a filed PDF is PDF/A-2u, as it was judged before it was stored."""

    holds: bool
    """False: it was stored as a plain PDF, which does not say that it is PDF/A."""

    judge: str
    """``writer``: the program's own checks, which find what it is likely to get wrong;
    ``veraPDF``: a validator."""

    faults: tuple[str, ...] = ()
    """Clauses of ISO 19005-2 that are broken."""


@dataclass(frozen=True, slots=True)
class Document:
    """One paper, filed."""

    number: int
    doctype: str
    title: str
    first_page: int
    last_page: int
    fields: tuple[Field, ...]
    key: str
    """Object key of the searchable PDF."""

    sha256: str
    size: int
    text_key: str
    """Object key of the words with their boxes, JSON."""

    text_sha256: str
    reason: str = ""
    confidence: float = 0.0
    sensitive: bool = False
    pages: tuple[Page, ...] = ()
    """What was measured and done on each page."""

    serial: str | None = None
    """Archive serial number on a sticker: ``ASN00123``."""

    conversion: Conversion | None = None
    """The mark of conversion it bears; None: it was no paper, or none was asked for."""

    signature: AgencySignature | None = None
    """The agency's; None: not signed yet."""

    conformance: Conformance | None = None
    """None: filed before this was judged."""

    left_out: tuple[int, ...] = ()
    """Pages of the scan from first to last that are blank backs and that the PDF does
    not hold; the original does."""

    @property
    def page_numbers(self) -> tuple[int, ...]:
        """Numbers in the scan of the PDF's pages, in order."""
        return _without(self.first_page, self.last_page, self.left_out)


@dataclass(frozen=True, slots=True)
class Manifest:
    """One revision of one case file: its existence in the store is the commit."""

    id: str
    revision: int
    code: str | None
    procedure: str | None
    counter_id: str
    batch_id: str
    original_key: str
    original_sha256: str
    received_at: datetime
    filed_at: datetime
    status: DossierStatus
    recipe: str
    documents: tuple[Document, ...]
    doubts: tuple[str, ...] = ()
    separators: tuple[int, ...] = ()
    readings: tuple[CodeReading, ...] = ()
    sheets: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    completeness: Completeness | None = None
    signatures: tuple[IncomingSignature, ...] = ()
    """Those of the original, which is kept byte for byte and is the record then; what
    is filed here are derivatives of it."""

    version: int = MANIFEST_VERSION

    @property
    def fields_to_review(self) -> int:
        """Fields a person has to look at."""
        return sum(
            field.status is FieldStatus.REVIEW
            for document in self.documents
            for field in document.fields
        )


def _without(first: int, last: int, left_out: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(each for each in range(first, last + 1) if each not in left_out)
