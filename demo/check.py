"""Compare what the demonstration filed with what was drawn."""

import hashlib
import io
import time
from collections.abc import Iterator, Mapping, Sequence

import pypdfium2

from demo.dossiers import DemoDossier, DemoScan
from pipeline.bootstrap import App
from pipeline.model.dossier import Manifest
from pipeline.model.scan import to_batch_id
from pipeline.model.search import SearchQuery
from pipeline.model.state import BatchRecord
from pipeline.model.unicode import fold

_ENDS = {"Filed", "Review"}

_SECONDS_TO_CLEAR = 20.0
"""A few sweeps of the watch."""


def problems(
    app: App,
    scans: Sequence[DemoScan],
    records: Sequence[BatchRecord],
    manifests: Sequence[Manifest],
    runs: Mapping[str, str],
) -> Iterator[str]:
    """Yield everything that is not as it should be, in words.

    Args:
        app: the use-cases on the demonstration's home.
        scans: what was dropped.
        records: batches in the catalog.
        manifests: dossiers that were filed.
        runs: names of the digitizing runs and of the states they ended in.
    """
    by_code = {manifest.code: manifest for manifest in manifests}
    by_id = {record.batch.id: record for record in records}
    for scan in scans:
        yield from _scan_problems(app, scan, by_id)
        for dossier in scan.dossiers:
            manifest = by_code.get(dossier.code)
            if manifest is None:
                yield f"dossier {dossier.code} was not filed"
                continue
            yield from _dossier_problems(app, dossier, manifest)
    expected = sum(len(scan.dossiers) for scan in scans)
    if len(manifests) != expected:
        yield f"{len(manifests)} dossiers were filed, {expected} were dropped"
    yield from _run_problems(runs, len(scans))
    found = app.archive.verify()
    yield from (f"{each.key}: {each.fault}" for each in found if each.fault)
    if not _is_staging_cleared(app):
        yield "a claimed file was left in staging"


def _is_staging_cleared(app: App) -> bool:
    """Give the watch its next sweeps to let go of what was filed just now."""
    deadline = time.monotonic() + _SECONDS_TO_CLEAR
    while any(True for _ in app.inbox.claimed()):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.5)
    return True


def _scan_problems(
    app: App, scan: DemoScan, by_id: Mapping[str, BatchRecord]
) -> Iterator[str]:
    sha256 = hashlib.sha256(scan.data).hexdigest()
    record = by_id.get(to_batch_id(sha256))
    if record is None:
        yield f"{scan.name} was not received"
    elif app.archive.read(record.original_key) != scan.data:
        yield f"the original of {scan.name} is not what was dropped"


def _dossier_problems(
    app: App, dossier: DemoDossier, manifest: Manifest
) -> Iterator[str]:
    doctypes = tuple(document.doctype for document in manifest.documents)
    if doctypes != dossier.doctypes:
        yield f"{dossier.code}: papers {doctypes}, drawn {dossier.doctypes}"
    pages = [page for document in manifest.documents for page in document.pages]
    if len(pages) != len(dossier.pages):
        yield f"{dossier.code}: {len(pages)} pages, drawn {len(dossier.pages)}"
    for page, drawn in zip(pages, dossier.pages, strict=False):
        if page.blank == bool(drawn.lines):
            yield f"{dossier.code} page {page.number}: blank is {page.blank}"
    lacking = _lacking(manifest)
    if lacking != dossier.lacking:
        yield f"{dossier.code}: {lacking} are lacking, drawn without {dossier.lacking}"
    yield from _pdf_problems(app, dossier, manifest)
    hits = app.catalog.search(SearchQuery(text=fold(dossier.citizen.full_name))).hits
    if manifest.id not in {hit.dossier_id for hit in hits}:
        yield f"{dossier.code}: its citizen is not found without diacritics"


def _lacking(manifest: Manifest) -> tuple[str, ...]:
    """Types of what should be there; what was not compared lacks everything."""
    if manifest.completeness is None or not manifest.completeness.table_whole:
        return ("everything",)
    return tuple(paper.doctype or "?" for paper in manifest.completeness.wanting)


def _pdf_problems(app: App, dossier: DemoDossier, manifest: Manifest) -> Iterator[str]:
    for document in manifest.documents:
        pdf = pypdfium2.PdfDocument(io.BytesIO(app.archive.read(document.key)))
        text = "".join(page.get_textpage().get_text_range() for page in pdf)
        if len(pdf) != len(document.page_numbers):
            yield f"{document.key}: {len(pdf)} pages"
        if not text.strip():
            yield f"{document.key}: no text layer"
    citizen = fold(dossier.citizen.full_name)
    names = (field.value or "" for d in manifest.documents for field in d.fields)
    if not any(citizen in fold(name) for name in names):
        yield f"{dossier.code}: no field names its citizen"


def _run_problems(runs: Mapping[str, str], scans: int) -> Iterator[str]:
    if len(runs) != scans:
        yield f"{len(runs)} runs in Prefect for {scans} scans"
    for name, end in runs.items():
        if end not in _ENDS:
            yield f"run {name} ended {end}"
