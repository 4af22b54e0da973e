"""Questions to the catalog and what it answers."""

from dataclasses import dataclass
from datetime import date, datetime

from pipeline.model.dossier import DossierStatus


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What archive staff look for: words, and filters that narrow them."""

    text: str = ""
    """Words with or without diacritics; a "quoted phrase"; a document number."""

    counter_id: str | None = None
    doctype: str | None = None
    procedure: str | None = None
    code: str | None = None
    status: DossierStatus | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    limit: int = 20
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a document's text with the places of the found words."""

    text: str
    marks: tuple[tuple[int, int], ...]
    """Half-open character ranges in ``text``."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One document that answers a query."""

    dossier_id: str
    revision: int
    document_number: int
    dossier_code: str | None
    doctype: str
    title: str
    status: DossierStatus
    counter_id: str
    filed_at: datetime
    first_page: int
    last_page: int
    key: str
    number: str | None
    """``so_ky_hieu``."""

    issued_on: str | None
    agency: str | None
    subject: str | None
    snippet: Snippet
    tier: str
    """``number``, ``phrase``, ``folded-phrase``, ``words`` or ``one-typo``."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The best hits first, newest first inside a tier."""

    hits: tuple[Hit, ...]
    total: int
    """Counted up to a cap."""

    capped: bool
