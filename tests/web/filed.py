"""A home with real filed dossiers, put there without reading a page."""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.bootstrap import open_archive, open_catalog
from pipeline.model.dossier import (
    CodeReading,
    CodeSource,
    Completeness,
    Conflict,
    Field,
    FieldStatus,
    Manifest,
    PaperCheck,
    Plan,
    PlannedDocument,
    PlannedDossier,
    Presence,
    Span,
    Statement,
)
from pipeline.model.geometry import BoundingBox
from pipeline.model.quality import Defect, PageDefect
from pipeline.model.scan import MediaType, Page, ScanBatch, to_batch_id
from pipeline.model.state import BatchState, RejectedScan
from pipeline.model.text import OcrLine, OcrPage, OcrWord, ReadPage
from pipeline.pdf.picture import encode_picture
from pipeline.settings import Settings, default_config
from pipeline.templates import load_doctypes
from pipeline.usecases.file import Filer
from pipeline.usecases.ports import Archive, Catalog
from tests.drawing import (
    Administrative,
    DrawnPage,
    draw_administrative,
    draw_birth_certificate,
    draw_id_card,
    make_family,
)

COUNTER = "huong-phung-01"
OTHER_COUNTER = "quan-ba-01"
QUIET_COUNTER = "demo"
CODE = "H50.32.05-261008-0007"
MISREAD = "H50.32.05-261008-0001"
"""What a speck makes of the code in print."""

FAMILY = make_family(7)
CITIZEN = FAMILY.father
DPI = 72
PAPERS = (
    PaperCheck(
        Presence.PRESENT,
        "giay-khai-sinh",
        "Giấy khai sinh",
        "Giấy khai sinh",
        1,
        1,
        number=1,
    ),
    PaperCheck(
        Presence.MISSING,
        "giay-chung-sinh",
        "Giấy chứng sinh",
        f"Giấy chứng sinh của {FAMILY.child.full_name}",
        1,
        0,
        must_digitize=True,
        number=2,
    ),
    PaperCheck(Presence.MISSING, None, "", "<b>Hợp đồng</b>", None, 0, number=3),
)
HOSTILE = "<script>alert('x')</script> \"&amp;\u202e"

OLD_HOME = "Xã Yên Định, huyện Bắc Mê, tỉnh Hà Giang"
UNITS = ("Xã Minh Ngọc, Tỉnh Tuyên Quang", "Xã Ngọc Đường, Tỉnh Tuyên Quang")

_RECIPE = "0123abcd4567"
_SUBJECT = "Về việc phê duyệt quy hoạch điểm dân cư nông thôn"
_START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Filed:
    """What lies in the home."""

    settings: Settings
    certificate: Manifest
    """Dossier in review: a birth certificate and an ID card, with doubts."""

    decisions: tuple[Manifest, ...]
    """Dossiers without doubts, one decision each."""


def make_home(folder: Path, *, decisions: int = 23) -> Filed:
    """File dossiers and set scans aside; every store is a real one."""
    settings = Settings(home=folder, config=default_config())
    archive = open_archive(settings)
    with open_catalog(settings) as catalog:
        doctypes = load_doctypes(settings.config)
        filer = Filer(archive, catalog, doctypes, lambda: _START, folder / "scratch")
        put = _Putter(filer, archive, catalog, folder)
        (page,) = draw_administrative(Administrative(subject=_SUBJECT), dpi=DPI)
        filed = tuple(
            _file_decision(put, page, ordinal) for ordinal in range(1, decisions + 1)
        )
        certificate = _file_certificate(put)
        _leave_others(put)
    return Filed(settings, certificate, filed)


def _measured(number: int, width: int, height: int) -> Page:
    """A page's measurements; the first was tilted and is blurred."""
    first = number == 1
    return Page(
        number,
        width,
        height,
        DPI,
        skew=-1.4 * first,
        skew_confidence=0.91 * first,
        turns_confidence=0.87 * first,
        sharpness=0.33,
        contrast=0.82,
        defects=(Defect.BLURRED,) * first,
    )


def typed(page: DrawnPage) -> OcrPage:
    """The words of a drawn page, row under row: right words, made-up places."""
    rows = [line.split() for line in page.lines if line.strip()]
    return OcrPage(
        tuple(
            OcrLine(
                tuple(
                    OcrWord(word, BoundingBox(40 + 50 * i, y, 85 + 50 * i, y + 12), 0.9)
                    for i, word in enumerate(row)
                )
            )
            for y, row in enumerate(rows, start=20)
        )
    )


def field(
    name: str,
    value: str | None,
    *,
    review: str = "",
    raw: str | None = None,
    page: int = 1,
    row: int = 0,
) -> Field:
    """A field in the *row*-th row of *page*; *review* says why it is doubtful."""
    if value is None and not review:
        return Field(name, None, "", FieldStatus.MISSING, 0.0)
    status = FieldStatus.REVIEW if review else FieldStatus.OK
    box = BoundingBox(80, 60 + 40 * row, 420, 90 + 40 * row)
    shown = (value or "") if raw is None else raw
    return Field(
        name, value, shown, status, 0.61 if review else 0.97, page, box, review
    )


GLANCE = b"a small picture"


@dataclass(slots=True)
class _Putter:
    filer: Filer
    archive: Archive
    catalog: Catalog
    folder: Path
    batches: int = 0

    def receive(self, pages: int, counter: str = COUNTER) -> ScanBatch:
        self.batches += 1
        scan = self.folder / "scan.pdf"
        scan.write_bytes(b"%%PDF scan %d" % self.batches)
        digest = hashlib.sha256(scan.read_bytes()).hexdigest()
        batch = ScanBatch(
            id=to_batch_id(digest),
            counter_id=counter,
            sha256=digest,
            media_type=MediaType.PDF,
            page_count=pages,
            size=scan.stat().st_size,
            received_at=_START + timedelta(minutes=self.batches),
        )
        key = self.archive.put_original(batch, scan)
        self.catalog.register(batch, f"20261124T010000000000Z-{self.batches:08x}", key)
        return batch

    def file(
        self, batch: ScanBatch, pages: list[DrawnPage], dossier: PlannedDossier
    ) -> Manifest:
        for number, page in enumerate(pages, start=1):
            height, width = page.image.shape[:2]
            picture = encode_picture(page.image, bilevel=False, dpi=DPI)
            measured = _measured(number, width, height)
            read = ReadPage(measured, typed(page), picture=picture.suffix)
            self.archive.put_page(batch.id, _RECIPE, read, picture.data)
        plan = Plan(batch.id, _RECIPE, (dossier,))
        (manifest,) = self.filer.file(batch, "originals/x", plan, lambda: None)
        self.finish(batch, BatchState(manifest.status.value))
        return manifest

    def finish(
        self, batch: ScanBatch, state: BatchState, reason: str | None = None
    ) -> None:
        lease = self.catalog.lease(batch.id, "test", seconds=600, attempts=3)
        assert lease is not None
        assert self.catalog.finish(lease, state, reason)


def _file_decision(put: _Putter, page: DrawnPage, ordinal: int) -> Manifest:
    subject = f"{_SUBJECT} số {ordinal}"
    batch = put.receive(1, OTHER_COUNTER)
    fields = (
        field("so_ky_hieu", f"{ordinal}/QĐ-UBND", row=1),
        field("ngay_ban_hanh", "2026-09-05", raw="ngày 05 tháng 9 năm 2026", row=2),
        field("trich_yeu", subject, row=3),
    )
    span = Span(1, 1, "quyet-dinh", "heading", 0.95)
    document = PlannedDocument(1, span, "Quyết định", fields)
    code = f"H22.18.03-261008-{ordinal:04d}"
    planned = PlannedDossier(f"{batch.id[:16]}-01", code, None, (document,))
    return put.file(batch, [page], planned)


def _file_certificate(put: _Putter) -> Manifest:
    pages = [
        draw_birth_certificate(FAMILY, dpi=DPI),
        draw_id_card(CITIZEN, "front", magnified=1.5, dpi=DPI),
        draw_id_card(CITIZEN, "back", magnified=1.5, dpi=DPI),
    ]
    child, born = FAMILY.child, FAMILY.child.born
    own = (
        field("so_ky_hieu", "12/2025"),
        field("nguoi_ky", None),
        field("full_name", child.full_name, raw=child.full_name.upper(), row=2),
        field("date_of_birth", born.isoformat(), review="not-before", row=3),
        field("mother_residence", HOSTILE, review="unusual for a name", row=4),
        field("so_phu", "7", review="a rule nobody knows", row=500),
        replace(field("hometown", OLD_HOME, row=5), current_units=UNITS[:1]),
        replace(field("father_residence", OLD_HOME, row=6), current_units=UNITS),
    )
    card = (
        field("so_ky_hieu", None),
        field("personal_id", CITIZEN.personal_id, page=2, row=1),
        replace(field("chip_id", CITIZEN.personal_id, page=3, row=1), rule="code"),
    )
    birth = Span(1, 1, "giay-khai-sinh", "heading", 0.95)
    batch = put.receive(3)
    planned = PlannedDossier(
        f"{batch.id[:16]}-01",
        CODE,
        "1.001193",
        (
            PlannedDocument(1, birth, "Giấy khai sinh", own),
            PlannedDocument(
                2, Span(2, 3, "can-cuoc", "heading", 0.9), "Căn cước", card
            ),
        ),
        ("the printed dossier code disagrees with the barcode",),
        readings=(
            CodeReading(CodeSource.BARCODE, CODE, 1, BoundingBox(10, 10, 90, 30)),
            CodeReading(CodeSource.PRINT, MISREAD, 2, BoundingBox(10, 10, 90, 30)),
        ),
        completeness=Completeness(PAPERS, table=True, table_whole=True),
        conflicts=(
            Conflict(
                "one person, two dates of birth",
                (
                    Statement(2, "date_of_birth", "1990-01-02"),
                    Statement(1, "date_of_birth", "1990-01-03"),
                ),
            ),
            Conflict(
                "one person, two personal numbers",
                (Statement(2, "personal_id", CITIZEN.personal_id),),
            ),
        ),
    )
    return put.file(batch, pages, planned)


def _leave_others(put: _Putter) -> None:
    """Scans in every other state: waiting, being read, set aside, refused, double."""
    put.receive(2)
    working = put.receive(9)
    put.archive.put_glance(working.id, GLANCE)
    lease = put.catalog.lease(working.id, "test", seconds=600, attempts=3)
    assert lease is not None
    put.catalog.renew(lease, seconds=600, pages_done=4)
    put.catalog.judge(working.id, (PageDefect(2, Defect.CUT_OFF),))
    put.finish(put.receive(5), BatchState.SET_ASIDE, "ENCRYPTED")
    causes = (("INCOMPLETE", None), ("DUPLICATE", working.id))
    for ordinal, (reason, earlier) in enumerate(causes):
        put.catalog.reject(
            RejectedScan(
                f"20261124T020000000000Z-{ordinal:08x}",
                COUNTER,
                None,
                reason,
                datetime.now(UTC),
                earlier,
            )
        )
