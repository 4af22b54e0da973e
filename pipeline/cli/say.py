"""Results in words, for people at a terminal."""

from datetime import datetime

from pipeline.cli.console import print_json, say
from pipeline.model.dossier import (
    WANTING,
    Document,
    FieldStatus,
    Manifest,
    PaperCheck,
)
from pipeline.model.proof import Finding
from pipeline.model.search import Hit
from pipeline.model.state import BatchRecord, BatchState, RejectedScan


def say_finding(found: Finding, as_json: bool) -> None:
    """Print what is wrong with an object."""
    if as_json:
        print_json({"key": found.key, "fault": found.fault})
    else:
        say(f"{found.key}: {found.fault}")


def say_manifest(manifest: Manifest) -> None:
    """Print a dossier, its doubts and its papers."""
    code = manifest.code or "no code"
    say(f"  dossier {manifest.id} ({code}) {manifest.status}")
    for doubt in manifest.doubts:
        say(f"    ? {doubt}", "yellow")
    for document in manifest.documents:
        _say_document(document)
    if manifest.completeness is not None:
        for paper in manifest.completeness.papers:
            _say_paper(paper)


def _say_paper(paper: PaperCheck) -> None:
    name = paper.title or f"row {paper.number}"
    expected = "?" if paper.expected is None else paper.expected
    style = "yellow" if paper.presence in WANTING else None
    say(f"    {name}: {paper.presence}, {paper.found} of {expected}", style)


def _say_document(document: Document) -> None:
    title = document.title or document.doctype
    pages = f"pages {document.first_page}-{document.last_page}"
    left_out = ", ".join(map(str, document.left_out))
    without = f" without blank {left_out}" if left_out else ""
    say(f"    {document.number}. {title}, {pages}{without}")
    for field in document.fields:
        if field.status is not FieldStatus.MISSING:
            mark = "?" if field.status is FieldStatus.REVIEW else " "
            say(f"      {mark} {field.name}: {field.value}")


def say_hit(hit: Hit) -> None:
    """Print a document that was found, and by what to open it."""
    number = f" {hit.number}" if hit.number else ""
    say(f"{hit.title or hit.doctype}{number}", "bold")
    say(f"  dossier {hit.dossier_id}, document {hit.document_number}, {hit.status}")
    say(f"  {' '.join(hit.snippet.text.split())}")
    say(f"  {hit.key}", "dim")


def say_batch(record: BatchRecord, dossiers: tuple[str, ...]) -> None:
    """Print how a batch stands, and the dossiers it became."""
    batch = record.batch
    excused = f" ({record.excused} excused)" if record.excused else ""
    parts = (
        f"{record.state:<9}",
        batch.id,
        batch.counter_id,
        f"{record.pages_done}/{batch.page_count} pages",
        f"attempt {record.attempt}{excused}",
        _local(record.changed_at),
        record.reason,
    )
    say("  ".join(part for part in parts if part), _STYLES.get(record.state))
    for dossier in dossiers:
        say(f"  dossier {dossier}")


_STYLES = {BatchState.FAILED: "red", BatchState.SET_ASIDE: "yellow"}


def say_rejected(rejected: RejectedScan) -> None:
    """Print why and when a file was refused."""
    when = _local(rejected.rejected_at)
    earlier = f"  batch {rejected.batch_id}" if rejected.batch_id else ""
    claim = f"{rejected.claim}  {rejected.counter_id}"
    say(f"{rejected.reason:<11}  {claim}  {when}{earlier}")


def _local(moment: datetime) -> str:
    """Write a time as the clocks of this machine show it."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M%z}"
