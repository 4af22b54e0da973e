"""Results in words, for people at a terminal."""

from pipeline.cli.console import say
from pipeline.model.dossier import Document, FieldStatus, Manifest
from pipeline.model.search import Hit


def say_manifest(manifest: Manifest) -> None:
    """Print a dossier, its doubts and its papers."""
    code = manifest.code or "no code"
    say(f"  dossier {manifest.id} ({code}) {manifest.status}")
    for doubt in manifest.doubts:
        say(f"    ? {doubt}", "yellow")
    for document in manifest.documents:
        _say_document(document)


def _say_document(document: Document) -> None:
    title = document.title or document.doctype
    pages = f"pages {document.first_page}-{document.last_page}"
    say(f"    {document.number}. {title}, {pages}")
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
