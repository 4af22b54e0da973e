"""Small records of an archive, made by hand for the tests of storage."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pipeline.model.dossier import (
    Document,
    DossierStatus,
    Field,
    FieldStatus,
    Manifest,
    Plan,
    PlannedDocument,
    PlannedDossier,
    Span,
)
from pipeline.model.geometry import BoundingBox
from pipeline.model.scan import MediaType, Page, ScanBatch, to_batch_id
from pipeline.model.text import (
    OcrLine,
    OcrPage,
    OcrWord,
    PageCode,
    Reading,
    ReadPage,
    SecondLook,
)
from pipeline.storage.archive import ObjectArchive

SCAN = b"%PDF-1.7 the scan of a counter"
SCAN_SHA256 = hashlib.sha256(SCAN).hexdigest()
BATCH_ID = to_batch_id(SCAN_SHA256)
DOSSIER_ID = f"{BATCH_ID[:16]}-01"
RECIPE = "0123abcd4567"
RECEIVED = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
BOX = BoundingBox(10, 20, 110, 60)

BATCH = ScanBatch(
    id=BATCH_ID,
    counter_id="tu-phap",
    sha256=SCAN_SHA256,
    media_type=MediaType.PDF,
    page_count=1,
    size=len(SCAN),
    received_at=RECEIVED,
)

TEXT = OcrPage(
    (
        OcrLine((OcrWord("Giấy", BOX, 0.96), OcrWord("khai", BOX, 0.91))),
        OcrLine((OcrWord("Đỗ", BOX, 0.5),)),
    )
)

FIELD = Field(
    name="nguoi_ky",
    value="Đỗ Thị Ví Dụ",
    raw="Đỗ Thị Vi Dụ",
    status=FieldStatus.REVIEW,
    confidence=0.61,
    page=1,
    box=BOX,
    rule="signer",
)

SPAN = Span(1, 1, "giay-khai-sinh", "heading", 0.93, "Giấy khai sinh", BOX, True)
PLANNED = PlannedDocument(1, SPAN, "Giấy khai sinh", (FIELD,))

PLAN = Plan(
    BATCH_ID,
    RECIPE,
    (PlannedDossier(DOSSIER_ID, "000.00.05.H20-261124-0007", None, (PLANNED,)),),
    separators=(2,),
)


def read_page(number: int = 1, *, width: int = 1654) -> ReadPage:
    """Make the result of reading a page, with everything a page can carry."""
    return ReadPage(
        page=Page(number, width, 2339, 200.0, skew=-0.3),
        text=TEXT,
        codes=(PageCode("code128", "000.00.05.H20-261124-0007", BOX),),
        second_looks=(SecondLook(BOX, (Reading("line", "Số: 12/QĐ", 0.8),)),),
        picture=".jpg",
    )


def manifest(*documents: Document) -> Manifest:
    """Make the manifest of the first revision over *documents*."""
    return Manifest(
        id=DOSSIER_ID,
        revision=1,
        code="000.00.05.H20-261124-0007",
        procedure="1.000656",
        counter_id=BATCH.counter_id,
        batch_id=BATCH.id,
        original_key=f"originals/2026/11/{BATCH_ID}/scan.pdf",
        original_sha256=SCAN_SHA256,
        received_at=RECEIVED,
        filed_at=RECEIVED.replace(hour=8),
        status=DossierStatus.REVIEW,
        recipe=RECIPE,
        documents=documents,
        doubts=("no dossier code",),
    )


def file_dossier(
    archive: ObjectArchive, folder: Path, *, revision: int = 1
) -> Manifest:
    """File a dossier of one document, as the pipeline does."""
    scan = folder / "scan.pdf"
    scan.write_bytes(SCAN)
    archive.put_original(BATCH, scan)
    archive.decide(PLAN)
    pdf = folder / "document.pdf"
    pdf.write_bytes(b"%PDF-1.7 searchable")
    document = archive.put_document(
        DOSSIER_ID,
        revision,
        PLANNED,
        pdf=pdf,
        pages=(TEXT,),
        sensitive=False,
    )
    return archive.commit(replace(manifest(document), revision=revision))
