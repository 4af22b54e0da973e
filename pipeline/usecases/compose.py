"""Decide what a batch is: which pages make which paper, and what the papers say."""

import re
from collections import Counter as Tally
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from pipeline.extract.rules import extract_fields
from pipeline.model.dossier import (
    FieldStatus,
    Plan,
    PlannedDocument,
    PlannedDossier,
    Span,
)
from pipeline.model.scan import Counter, ScanBatch
from pipeline.model.template import SEPARATOR, UNKNOWN, DocType
from pipeline.model.text import ReadPage
from pipeline.split.boundaries import split_pages

DOSSIER_CODE_FIELD = "ma_ho_so"
"""Field of the receipt's template that repeats the barcode in print."""

_ID_DIGITS = 16
"""Digits of the batch id in a dossier id: 64 bits, and short enough to read out."""

_CODE_DATE = re.compile(r"-(\d{2})(\d{2})(\d{2})-\d+$")

NO_CODE = "no dossier code"
SHARED_CODE = "another dossier of this scan has the same code"
FUTURE_CODE = "the dossier code's date lies after the scan"
CODE_DISAGREES = "the printed dossier code disagrees with the barcode"
UNKNOWN_PAPER = "a paper of unknown type"
UNREADABLE_PAGE = "a page could not be read"


@dataclass(frozen=True, slots=True)
class Composer:
    """Turns read pages into a plan; pure, and never fails on paper."""

    doctypes: tuple[DocType, ...]

    def compose(
        self,
        batch: ScanBatch,
        recipe: str,
        pages: tuple[ReadPage, ...],
        counter: Counter | None,
        *,
        today: date,
    ) -> Plan:
        """Cut *pages* into dossiers and documents and read their fields.

        Every page is in exactly one document, or is a separator.
        """
        spans = split_pages(pages, self.doctypes)
        types = {doctype.code: doctype for doctype in self.doctypes}
        groups = _into_dossiers(spans)
        codes = Tally(code for group in groups if (code := _code(group)) is not None)
        dossiers = tuple(
            self._dossier(batch, ordinal, group, pages, types, counter, today, codes)
            for ordinal, group in enumerate(groups, start=1)
        )
        separators = tuple(
            number
            for span in spans
            if span.doctype == SEPARATOR
            for number in range(span.first, span.last + 1)
        )
        return Plan(batch.id, recipe, dossiers, separators)

    def _dossier(  # noqa: PLR0913, PLR0917 - the parts of one decision
        self,
        batch: ScanBatch,
        ordinal: int,
        spans: list[Span],
        pages: tuple[ReadPage, ...],
        types: Mapping[str, DocType],
        counter: Counter | None,
        today: date,
        codes: Tally[str],
    ) -> PlannedDossier:
        documents = tuple(
            _document(number, span, pages, types, today)
            for number, span in enumerate(spans, start=1)
        )
        code = _code(spans)
        doubts = [
            *_code_doubts(code, codes, documents, today),
            *(doubt for span in spans for doubt in span.doubts),
        ]
        if any(span.doctype == UNKNOWN for span in spans):
            doubts.append(UNKNOWN_PAPER)
        if any(not page.page.readable for page in _pages_of(spans, pages)):
            doubts.append(UNREADABLE_PAGE)
        return PlannedDossier(
            id=f"{batch.id[:_ID_DIGITS]}-{ordinal:02d}",
            code=code,
            procedure=counter.procedure if counter else None,
            documents=documents,
            doubts=tuple(dict.fromkeys(doubts)),
        )


def _into_dossiers(spans: Iterable[Span]) -> list[list[Span]]:
    """Group papers: a receipt's code or a separator sheet begins the next dossier."""
    groups: list[list[Span]] = []
    begin = True
    for span in spans:
        if span.doctype == SEPARATOR:
            begin = True
            continue
        if begin or span.starts_dossier:
            groups.append([])
        groups[-1].append(span)
        begin = False
    return groups


def _code(spans: Iterable[Span]) -> str | None:
    return next((span.dossier_code for span in spans if span.dossier_code), None)


def _document(
    number: int,
    span: Span,
    pages: tuple[ReadPage, ...],
    types: Mapping[str, DocType],
    today: date,
) -> PlannedDocument:
    doctype = types.get(span.doctype) or DocType(UNKNOWN, "")
    fields = extract_fields(_pages_of([span], pages), span, doctype, today=today)
    return PlannedDocument(number, span, doctype.title, fields)


def _pages_of(
    spans: Iterable[Span], pages: tuple[ReadPage, ...]
) -> tuple[ReadPage, ...]:
    return tuple(page for span in spans for page in pages[span.first - 1 : span.last])


def _code_doubts(
    code: str | None,
    codes: Tally[str],
    documents: tuple[PlannedDocument, ...],
    today: date,
) -> list[str]:
    """Fail closed: a code that anything speaks against goes to a person."""
    if code is None:
        return [NO_CODE]
    doubts = []
    if codes[code] > 1:
        doubts.append(SHARED_CODE)
    if _is_after(code, today):
        doubts.append(FUTURE_CODE)
    printed = [
        field
        for document in documents
        for field in document.fields
        if field.name == DOSSIER_CODE_FIELD
    ]
    if any(
        f.status is FieldStatus.REVIEW or f.value not in (None, code) for f in printed
    ):
        doubts.append(CODE_DISAGREES)
    return doubts


def _is_after(code: str, today: date) -> bool:
    match = _CODE_DATE.search(code)
    if match is None:
        return False
    year, month, day = (int(part) for part in match.groups())
    return (2000 + year, month, day) > (today.year, today.month, today.day)
