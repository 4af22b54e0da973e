"""Batches and dossiers made up for the catalog's tests."""

import hashlib
from datetime import UTC, datetime, timedelta

from pipeline.model.dossier import (
    Document,
    DossierStatus,
    Field,
    FieldStatus,
    Manifest,
)
from pipeline.model.scan import MediaType, ScanBatch, to_batch_id

START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time

    def pass_by(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


def a_batch(name: str = "a", counter_id: str = "ben-quang") -> ScanBatch:
    digest = hashlib.sha256(name.encode()).hexdigest()
    return ScanBatch(
        id=to_batch_id(digest),
        counter_id=counter_id,
        sha256=digest,
        media_type=MediaType.PDF,
        page_count=3,
        size=5_000_000_000,
        received_at=START,
    )


def a_field(name: str, value: str | None) -> Field:
    status = FieldStatus.MISSING if value is None else FieldStatus.OK
    return Field(name, value, value or "", status, 0.9)


def a_document(
    number: int = 1,
    *,
    title: str = "Văn bản",
    doctype: str = "nghi-dinh",
    dossier_id: str = "d1",
    revision: int = 1,
    **values: str | None,
) -> Document:
    return Document(
        number=number,
        doctype=doctype,
        title=title,
        first_page=number,
        last_page=number,
        fields=tuple(a_field(name, value) for name, value in values.items()),
        key=f"dossiers/{dossier_id}/r{revision}/{number:02}-{doctype}.pdf",
        sha256="0" * 64,
        size=1,
        text_key=f"dossiers/{dossier_id}/r{revision}/{number:02}-text.json",
        text_sha256="0" * 64,
    )


def a_manifest(
    dossier_id: str = "d1",
    *documents: Document,
    revision: int = 1,
    status: DossierStatus = DossierStatus.FILED,
    filed_at: datetime = START,
    code: str | None = None,
    counter_id: str = "ben-quang",
    procedure: str | None = None,
    batch_id: str = "b1",
) -> Manifest:
    return Manifest(
        id=dossier_id,
        revision=revision,
        code=code,
        procedure=procedure,
        counter_id=counter_id,
        batch_id=batch_id,
        original_key="originals/x",
        original_sha256="0" * 64,
        received_at=START,
        filed_at=filed_at,
        status=status,
        recipe="r",
        documents=documents or (a_document(dossier_id=dossier_id, revision=revision),),
    )
