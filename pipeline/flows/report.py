"""The page an operator reads about a finished run."""

from collections import defaultdict
from collections.abc import Iterable

from prefect.artifacts import create_link_artifact, create_markdown_artifact

from pipeline.bootstrap import describe_defects
from pipeline.model.dossier import Manifest
from pipeline.model.quality import PageDefect
from pipeline.model.state import BatchRecord
from pipeline.model.text import PageReceipt
from pipeline.settings import WebSettings


def publish_report(
    web: WebSettings,
    record: BatchRecord,
    receipts: tuple[PageReceipt, ...],
    manifests: tuple[Manifest, ...],
    defects: tuple[PageDefect, ...] = (),
) -> None:
    """Leave counts, times and links; no values, no text, no names."""
    base = f"http://{web.host}:{web.port}"
    create_markdown_artifact(
        markdown=to_markdown(base, record, receipts, manifests, defects),
        description=f"batch {record.batch.id}",
    )
    for manifest in manifests:
        create_link_artifact(
            link=f"{base}/dossiers/{manifest.id}", link_text=f"dossier {manifest.id}"
        )


def publish_defects(record: BatchRecord, defects: tuple[PageDefect, ...]) -> None:
    """Leave a note, before any page is read, where some should be scanned again."""
    if defects:
        said = describe_defects(defects, record.batch.page_count)
        create_markdown_artifact(
            markdown="\n".join(f"- {sentence}" for sentence in said),
            description=f"batch {record.batch.id}: pages to scan again",
        )


def to_markdown(
    base: str,
    record: BatchRecord,
    receipts: tuple[PageReceipt, ...],
    manifests: tuple[Manifest, ...],
    defects: tuple[PageDefect, ...] = (),
) -> str:
    """Write the report.

    Args:
        base: address of the web page, without a slash at its end.
        record: the batch.
        receipts: one a page.
        manifests: what the batch became.
        defects: pages that should be scanned again.
    """
    batch = record.batch
    unreadable = [r.number for r in receipts if not r.readable]
    words = sum(receipt.words for receipt in receipts)
    lines = [
        f"**{batch.page_count} pages**, {words} words, attempt {record.attempt}",
        "",
        f"Pages that could not be read: {unreadable or 'none'}",
        "",
        "Pages to scan again: "
        + (" ".join(describe_defects(defects, batch.page_count)) or "none"),
        "",
        "| dossier | status | documents | fields to review | doubts |",
        "|---|---|--:|--:|---|",
    ]
    lines += [
        f"| [{m.id}]({base}/dossiers/{m.id}) | {m.status} | {len(m.documents)} "
        f"| {m.fields_to_review} | {'; '.join(m.doubts) or 'none'} |"
        for m in manifests
    ]
    lines += ["", "| stage | seconds | seconds a page |", "|---|--:|--:|"]
    lines += [
        f"| {stage} | {seconds:.2f} | {seconds / len(receipts):.3f} |"
        for stage, seconds in _stages(receipts).items()
    ]
    return "\n".join(lines)


def _stages(receipts: Iterable[PageReceipt]) -> dict[str, float]:
    total: dict[str, float] = defaultdict(float)
    for receipt in receipts:
        for stage, seconds in receipt.seconds:
            total[stage] += seconds
    return total
