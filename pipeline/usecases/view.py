"""Show what was filed: manifests, pages as pictures, words on a page."""

import threading
from dataclasses import dataclass, field

from pipeline.errors import ObjectMissing
from pipeline.model.dossier import Document, Manifest
from pipeline.pdf.view import render_page
from pipeline.usecases.ports import Archive


@dataclass(frozen=True, slots=True)
class Viewer:
    """Reads the archive for people."""

    archive: Archive
    _rendering: threading.Lock = field(default_factory=threading.Lock)
    """PDFium is not safe in threads."""

    def manifest(self, dossier_id: str) -> Manifest:
        """Load the latest revision of a dossier.

        Raises:
            ObjectMissing: there is none.
        """
        return self.archive.manifest(dossier_id)

    def document(self, dossier_id: str, number: int) -> tuple[Manifest, Document]:
        """Load a document and the manifest it is in.

        Raises:
            ObjectMissing: there is no such document.
        """
        manifest = self.manifest(dossier_id)
        for document in manifest.documents:
            if document.number == number:
                return manifest, document
        raise ObjectMissing(f"document {number} of dossier {dossier_id}")

    def pdf(self, document: Document) -> bytes:
        """Load a document's searchable PDF."""
        return self.archive.read(document.key)

    def page_image(self, document: Document, page: int, *, width: int) -> bytes:
        """Render a page of the scan as PNG.

        Args:
            document: the document that holds the page.
            page: number of the page in the scan.
            width: pixels.

        Raises:
            ObjectMissing: the document does not hold this page.
        """
        if page not in document.page_numbers:
            raise ObjectMissing(f"page {page} of {document.key}")
        number = document.page_numbers.index(page) + 1
        pdf = self.pdf(document)
        with self._rendering:
            return render_page(pdf, number, width=width)
