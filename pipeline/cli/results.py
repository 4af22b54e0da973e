"""Results as JSON: the contract with scripts; names here do not change."""

from typing import Any

from pipeline.bootstrap import Ingested, Signed, TriedPaper, describe_defects
from pipeline.messages import sentence
from pipeline.model.dossier import Document, Field, Manifest
from pipeline.model.geometry import BoundingBox
from pipeline.model.quality import PageDefect
from pipeline.model.search import Hit
from pipeline.model.state import BatchRecord, RejectedScan
from pipeline.model.text import ReadPage
from pipeline.selfcheck import Finding


def ingested_to_json(file: str, result: Ingested) -> dict[str, Any]:
    """Describe what became of a file."""
    return {
        "file": file,
        "batch": result.batch_id,
        "sha256": result.sha256,
        "outcome": result.outcome,
        "reason": result.reason,
        "message": sentence(result.reason or result.outcome.upper()),
        "pages": result.pages,
        "rescan": _defects_to_json(result.defects, result.pages),
        "dossiers": [manifest_to_json(manifest) for manifest in result.manifests],
    }


def _defects_to_json(
    defects: tuple[PageDefect, ...] | None, pages: int
) -> dict[str, Any] | None:
    """Describe which pages to scan again; None where nobody has looked."""
    if defects is None:
        return None
    return {
        "pages": [{"page": each.page, "defect": each.defect} for each in defects],
        "messages": list(describe_defects(defects, pages)),
    }


def batch_to_json(record: BatchRecord, dossiers: tuple[str, ...]) -> dict[str, Any]:
    """Describe a batch and what it became."""
    return {
        "batch": record.batch.id,
        "counter": record.batch.counter_id,
        "state": record.state.value,
        "reason": record.reason,
        "pages_done": record.pages_done,
        "pages": record.batch.page_count,
        "attempt": record.attempt,
        "excused": record.excused,
        "received_at": record.batch.received_at.isoformat(),
        "changed_at": record.changed_at.isoformat(),
        "rescan": _defects_to_json(record.defects, record.batch.page_count),
        "original": record.original_key,
        "dossiers": list(dossiers),
    }


def rejected_to_json(rejected: RejectedScan) -> dict[str, Any]:
    """Describe a file that never became a batch; its name is not recorded."""
    return {
        "claim": rejected.claim,
        "counter": rejected.counter_id,
        "reason": rejected.reason,
        "message": sentence(rejected.reason),
        "rejected_at": rejected.rejected_at.isoformat(),
        "sha256": rejected.sha256,
        "batch": rejected.batch_id,
    }


def tried_to_json(paper: TriedPaper) -> dict[str, Any]:
    """Describe what a trial of templates found of one paper."""
    span = paper.span
    return {
        "doctype": span.doctype,
        "pages": [span.first, span.last],
        "reason": span.reason,
        "confidence": span.confidence,
        "doubts": list(span.doubts),
        "fields": {field.name: field_to_json(field) for field in paper.fields},
        "types": {
            page.number: [
                {
                    "doctype": each.doctype,
                    "heading": each.heading,
                    "alike": each.likeness,
                    "verdict": each.verdict,
                }
                for each in page.types
            ]
            for page in paper.pages
        },
    }


def manifest_to_json(manifest: Manifest) -> dict[str, Any]:
    """Describe a dossier."""
    return {
        "id": manifest.id,
        "code": manifest.code,
        "procedure": manifest.procedure,
        "status": manifest.status.value,
        "doubts": list(manifest.doubts),
        "conflicts": [
            {
                "rule": conflict.rule,
                "statements": [
                    {"document": s.document, "field": s.field, "value": s.value}
                    for s in conflict.statements
                ],
            }
            for conflict in manifest.conflicts
        ],
        "separators": list(manifest.separators),
        "documents": [document_to_json(document) for document in manifest.documents],
    }


def signed_to_json(signed: Signed) -> dict[str, Any]:
    """Describe what became of a dossier in the queue of those to sign."""
    return {
        "dossier": signed.dossier_id,
        "state": signed.state.value,
        "reason": signed.reason or None,
    }


def document_to_json(document: Document) -> dict[str, Any]:
    """Describe a document with its fields."""
    return {
        "number": document.number,
        "doctype": document.doctype,
        "title": document.title,
        "pages": [document.first_page, document.last_page],
        "left_out": list(document.left_out),
        "key": document.key,
        "sha256": document.sha256,
        "bytes": document.size,
        "fields": {field.name: field_to_json(field) for field in document.fields},
    }


def field_to_json(field: Field) -> dict[str, Any]:
    """Describe a field with its evidence."""
    return {
        "value": field.value,
        "raw": field.raw,
        "confidence": round(field.confidence, 4),
        "status": field.status.value,
        "page": field.page,
        "box": _box(field.box),
        "rule": field.rule,
        "current_units": list(field.current_units),
    }


def hit_to_json(hit: Hit) -> dict[str, Any]:
    """Describe a search hit."""
    return {
        "dossier": hit.dossier_id,
        "revision": hit.revision,
        "number": hit.document_number,
        "code": hit.dossier_code,
        "doctype": hit.doctype,
        "title": hit.title,
        "status": hit.status.value,
        "counter": hit.counter_id,
        "filed_at": hit.filed_at.isoformat(),
        "pages": [hit.first_page, hit.last_page],
        "key": hit.key,
        "so_ky_hieu": hit.number,
        "ngay_ban_hanh": hit.issued_on,
        "co_quan_ban_hanh": hit.agency,
        "trich_yeu": hit.subject,
        "snippet": hit.snippet.text,
        "marks": [list(mark) for mark in hit.snippet.marks],
        "tier": hit.tier,
    }


def page_to_json(page: ReadPage) -> dict[str, Any]:
    """Describe a page with its words."""
    return {
        "number": page.page.number,
        "width": page.page.width,
        "height": page.page.height,
        "dpi": page.page.dpi,
        "skew": page.page.skew,
        "skew_confidence": page.page.skew_confidence,
        "quarter_turns": page.page.quarter_turns,
        "turns_confidence": page.page.turns_confidence,
        "sharpness": page.page.sharpness,
        "contrast": page.page.contrast,
        "defects": list(page.page.defects),
        "blank": page.page.blank,
        "readable": page.page.readable,
        "source": page.page.source,
        "confidence": round(page.text.confidence, 4),
        "text": page.text.text,
        "lines": [
            [
                {
                    "text": word.text,
                    "box": _box(word.box),
                    "confidence": round(word.confidence, 4),
                }
                for word in line.words
            ]
            for line in page.text.lines
        ],
    }


def finding_to_json(finding: Finding) -> dict[str, Any]:
    """Describe what a check found."""
    return {
        "subject": finding.subject,
        "outlook": finding.outlook.value,
        "found": finding.found,
        "exit_code": int(finding.exit_code),
    }


def _box(box: BoundingBox | None) -> list[int] | None:
    return [box.left, box.top, box.right, box.bottom] if box else None
