"""Document types and procedures as data: closed vocabularies, no expressions."""

from dataclasses import dataclass
from enum import StrEnum


class Within(StrEnum):
    """Where on its first page a document type's heading stands."""

    TOP_THIRD = "top-third"
    ANYWHERE = "anywhere"


class Take(StrEnum):
    """Where a field's value stands, seen from its label."""

    RIGHT_OF_LABEL = "right-of-label"
    """On the label's line, up to the next label or the line's end; where nothing is
    left there, the following line."""

    BELOW_LABEL = "below-label"
    HEADER_NUMBER = "header-number"
    """The ``Số:`` line of the header (Decree 30/2020, component 3)."""

    HEADER_DATE = "header-date"
    """Place and date line of the header (component 4)."""

    HEADER_AGENCY = "header-agency"
    """Issuing agency, top left (component 2)."""

    SUBJECT = "subject"
    """Lines below the heading, or ``V/v`` below the number (component 5)."""

    SIGNER = "signer"
    """Full name below the signature, bottom right of the last page (component 7)."""

    TITLE = "title"
    """The kind of document itself: the heading that was found, spelt as configured."""

    LETTER_GRID = "letter-grid"
    """Right of its label, one letter or digit in each of a row of boxes."""

    TABLE_COLUMN = "table-column"
    """In the row of its label, below the words of ``column`` that head a column."""

    ALONE = "alone"
    """Alone on its line, known by its form: the serial of a land certificate."""

    CODE = "code"
    """A barcode or QR code."""


class Kind(StrEnum):
    """What a value is, and so how it is normalised and judged."""

    TEXT = "text"
    PERSON_NAME = "person-name"
    DATE = "date"
    SEX = "sex"
    ETHNICITY = "ethnicity"
    NATIONALITY = "nationality"
    PERSONAL_ID = "personal-id"
    PHONE = "phone"
    ADDRESS = "address"
    DOSSIER_CODE = "dossier-code"
    DOCUMENT_NUMBER = "document-number"
    AGENCY = "agency"
    INTEGER = "integer"
    TAX_NUMBER = "tax-number"
    """Mã số thuế with its check digit, also of a company; or a personal number."""

    BUSINESS_NUMBER = "business-number"
    """Of a household's business: a tax number, or as districts gave them."""

    SOCIAL_INSURANCE = "social-insurance"
    HEALTH_INSURANCE = "health-insurance"
    PROCEDURE_CODE = "procedure-code"
    PLOT = "plot"
    """Of a plot of land or a map sheet: a number, or several."""

    CERTIFICATE_SERIAL = "certificate-serial"
    AREA = "area"
    """Square metres."""

    MONEY = "money"
    """Đồng."""


class Standing(StrEnum):
    """What a paper's word counts where papers of one dossier contradict one another.

    In this order (domain.md 4.1): the first counts for most.
    """

    IDENTITY_CARD = "identity-card"
    CIVIL_STATUS = "civil-status"
    APPLICATION = "application"
    SECTOR = "sector"


class Half(StrEnum):
    """A half of a paper that is printed in two columns."""

    LEFT = "left"
    RIGHT = "right"


class Rule(StrEnum):
    """Checks between fields of one document."""

    NOT_BEFORE = "not-before"
    """``field`` is a date on or after the date in ``other``."""

    ID_MATCHES_BIRTH = "id-matches-birth"
    """Century and year inside the personal id ``field`` fit the date ``other``."""

    ID_MATCHES_SEX = "id-matches-sex"
    SAME_AS = "same-as"


METADATA_KINDS = {
    "so_ky_hieu": Kind.DOCUMENT_NUMBER,
    "ngay_ban_hanh": Kind.DATE,
    "co_quan_ban_hanh": Kind.AGENCY,
    "nguoi_ky": Kind.PERSON_NAME,
    "trich_yeu": Kind.TEXT,
}
"""What the fields are that every paper has; the type of paper is no value."""


@dataclass(frozen=True, slots=True)
class FieldRule:
    """How one field is found and judged."""

    name: str
    take: Take
    kind: Kind
    labels: tuple[str, ...] = ()
    """As printed; compared folded, with small misreadings allowed."""

    required: bool = False
    review_below: float | None = None
    """Confidence under which a person looks; None: the document type's."""

    after: str | None = None
    """A line that must stand above the label, where the form repeats its labels."""

    half: Half | None = None
    """Only this half of the page is looked at: wife left, husband right."""

    column: str | None = None
    """Head of the column, of a field that stands in a table."""

    sensitive: bool = False
    """Masked in lists; see Decree 356/2025, article 4."""


@dataclass(frozen=True, slots=True)
class Check:
    """One rule between fields; where it fails both fields go to review."""

    rule: Rule
    field: str
    other: str


@dataclass(frozen=True, slots=True)
class DocType:
    """One kind of paper."""

    code: str
    title: str
    headings: tuple[str, ...] = ()
    """As printed; a page with one of them alone on its line(s) is a first page. One
    that ends in ``…`` may go on: ``Đơn đề nghị …``."""

    within: Within = Within.TOP_THIRD
    markers: tuple[str, ...] = ()
    """For papers without a heading (công văn): all of these must stand on the page."""

    abbreviations: tuple[str, ...] = ()
    """Letters of the type in a paper's number, ``NĐ`` in ``154/2024/NĐ-CP``: they tell
    the type where a stamp hides the heading (Decree 30/2020, annex III)."""

    further_pages: tuple[str, ...] = ()
    """For papers whose later pages look alike (the back of an ID card): one of these
    stands on each; empty: any page may follow."""

    longest: int | None = None
    """Pages, where the paper has a fixed length (an ID card: 2)."""

    leads_dossier: bool = False
    """The clerk's receipt: the natural first sheet of a dossier."""

    standing: Standing = Standing.SECTOR
    type_code: str | None = None
    """``typeDoc`` of Circular 05/2025/TT-BNV: 01-32."""

    sensitive: bool = False
    layers: bool = True
    """The filed page may be rebuilt from ink and paper. Not for certificates and cards:
    fine patterns in their paper are worth keeping as they were scanned."""

    fields: tuple[FieldRule, ...] = ()
    checks: tuple[Check, ...] = ()
    review_below: float = 0.80
    kinds_below: tuple[tuple[Kind, float], ...] = ()
    """Higher thresholds of kinds, for the fields that every paper has."""

    def least(self, name: str) -> float:
        """Give the confidence under which one of the six metadata goes to review."""
        kind = METADATA_KINDS.get(name)
        return max([self.review_below, *(s for k, s in self.kinds_below if k is kind)])


@dataclass(frozen=True, slots=True)
class Component:
    """A paper that a procedure's dossier is expected to hold."""

    doctype: str
    required: bool = True
    must_digitize: bool = False
    count: int = 1
    """Papers of the type, where one is not enough: two certificates for a wedding."""

    names: tuple[str, ...] = ()
    """Other names that receipts list it by."""


@dataclass(frozen=True, slots=True)
class Procedure:
    """An administrative procedure."""

    code: str
    title: str
    components: tuple[Component, ...] = ()
    retention_code: str | None = None
    """Maintenance code of Circular 05/2025/TT-BNV: 01-07."""

    careful: bool | None = None
    """Whether pages of its counters are read twice; None: as the settings say."""

    mark: str | None = None
    """Code of the mark in ``config/marks.toml``; None: the counter's."""


UNKNOWN = "unknown"
"""Doctype code of a paper that no template knows."""

SEPARATOR = "separator"
"""Doctype code of a separator sheet: kept in the original, not filed as a paper."""
