from datetime import UTC, datetime

from pipeline.flows.report import to_markdown
from pipeline.model.dossier import DossierStatus, Manifest
from pipeline.model.quality import Defect, PageDefect
from pipeline.model.scan import MediaType, ScanBatch
from pipeline.model.state import BatchRecord, BatchState
from pipeline.model.text import PageReceipt

NOW = datetime(2026, 11, 24, tzinfo=UTC)
BATCH = ScanBatch("ab" * 16, "demo", "ab" * 32, MediaType.PDF, 2, 10, NOW)
RECORD = BatchRecord(BATCH, BatchState.WORKING, "c", "k", 3, 2, None, NOW)
RECEIPTS = (
    PageReceipt(1, "k1", 200, 0.9, seconds=(("recognize", 1.5), ("encode", 0.1))),
    PageReceipt(2, "k2", 0, 0.0, readable=False, seconds=(("recognize", 0.5),)),
)
MANIFEST = Manifest(
    id="abababababababab-01",
    revision=1,
    code="H50.32.05-261008-0007",
    procedure=None,
    counter_id="demo",
    batch_id=BATCH.id,
    original_key="originals/x",
    original_sha256=BATCH.sha256,
    received_at=NOW,
    filed_at=NOW,
    status=DossierStatus.REVIEW,
    recipe="r",
    documents=(),
    doubts=("a page could not be read",),
)


def report() -> str:
    return to_markdown("http://x", RECORD, RECEIPTS, (MANIFEST,))


def test_the_report_counts_pages_words_and_attempts() -> None:
    assert "**2 pages**, 200 words, attempt 3" in report()


def test_the_report_names_pages_that_could_not_be_read() -> None:
    assert "Pages that could not be read: [2]" in report()


def test_the_report_names_pages_to_scan_again() -> None:
    assert "Pages to scan again: none" in report()
    defects = (PageDefect(2, Defect.BLURRED),)
    told = to_markdown("http://x", RECORD, RECEIPTS, (MANIFEST,), defects)
    assert "Pages to scan again: Trang 2 bị mờ" in told


def test_the_report_links_each_dossier_with_its_doubts() -> None:
    line = "| [abababababababab-01](http://x/dossiers/abababababababab-01) | review |"
    assert line in report()
    assert "a page could not be read |" in report()


def test_the_report_shows_seconds_by_stage_and_page() -> None:
    assert "| recognize | 2.00 | 1.000 |" in report()
