"""File a plan: documents first, the manifest last, then the index."""

import logging
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from pipeline.errors import ObjectConflict, ObjectMissing
from pipeline.model.dossier import (
    Conformance,
    Document,
    DossierStatus,
    FieldStatus,
    Manifest,
    Plan,
    PlannedDocument,
    PlannedDossier,
)
from pipeline.model.mark import Conversion
from pipeline.model.scan import OWN_WORDS, ScanBatch
from pipeline.model.template import DocType
from pipeline.model.text import OcrPage, ReadPage
from pipeline.pdf.assemble import Mark, PdfMetadata, PdfPage, write_pdf
from pipeline.pdf.conformance import drop_claim, find_faults
from pipeline.pdf.layers import LAYERS_SUFFIX
from pipeline.usecases.marking import Marker
from pipeline.usecases.ports import Archive, Catalog
from pipeline.usecases.sign import Signatory, find_stored_signature

log = logging.getLogger(__name__)

FIRST_REVISION = 1
PRODUCER = "sohoa"

_DERIVATIVE = (
    "Bản dẫn xuất của văn bản điện tử đã ký số; bản có chữ ký số là tệp gốc được lưu"
    " nguyên vẹn, có SHA-256 ghi ở mục nguồn."
)
"""What a file says of itself that was made from a signed one, and is not signed by
those who signed that."""

NOT_ARCHIVAL = "a document is stored as a plain PDF: it is not valid PDF/A"

Beat = Callable[[], None]
"""Called for each page: a sign of life, which may end the work."""


@dataclass(frozen=True, slots=True)
class Filer:
    """The way into the archive. Doing it again changes nothing."""

    archive: Archive
    catalog: Catalog
    doctypes: tuple[DocType, ...]
    clock: Callable[[], datetime]
    scratch: Path
    """Folder in which documents are put together before they are stored."""

    layers: bool = True
    """Pages are filed as ink and paper where the page and its document type allow."""

    marker: Marker | None = None
    """Prints how papers were converted; None: papers bear no mark."""

    signatory: Signatory | None = None
    """Signs at filing where it can; None: the agency does not sign."""

    validate: Callable[[Path], tuple[str, ...]] | None = None
    """A validator of PDF/A-2u: gives the clauses a file breaks; None: there is none."""

    def file(
        self, batch: ScanBatch, original_key: str, plan: Plan, beat: Beat
    ) -> Iterator[Manifest]:
        """Make every dossier of *plan* exist and findable, one after another.

        Yields:
            The manifest that counts: where another worker was first, that one's.

        Raises:
            ObjectMissing: the work area lost a page result of this plan.
            ObjectConflict: a dossier of another batch has the same id.
        """
        for dossier in plan.dossiers:
            manifest = self._existing(dossier.id, batch)
            if manifest is None:
                manifest = self._commit(batch, original_key, plan, dossier, beat)
                log.info(
                    "dossier %s %s: %d documents, %d fields to review",
                    manifest.id,
                    manifest.status,
                    len(manifest.documents),
                    manifest.fields_to_review,
                )
            self.index(manifest)
            yield manifest

    def index(self, manifest: Manifest, *, damaged: bool = False) -> None:
        """Make a committed dossier findable.

        Args:
            manifest: the committed manifest.
            damaged: whether a document whose words are lost is indexed without them,
                by its fields alone.

        Raises:
            ObjectMissing, ObjectConflict: the words of a document are lost.
        """
        self.catalog.index(manifest, self.texts(manifest, damaged=damaged))

    def texts(self, manifest: Manifest, *, damaged: bool = False) -> tuple[str, ...]:
        """Load the words of a dossier's documents; arguments and errors as `index`."""
        return tuple(self._text(each, damaged) for each in manifest.documents)

    def _text(self, document: Document, damaged: bool) -> str:
        try:
            pages = self.archive.document_text(document)
        except (ObjectMissing, ObjectConflict) as error:
            if not damaged:
                raise
            log.error("indexed without its words: %s", error)  # noqa: TRY400
            return ""
        return "\n\n".join(page.text for page in pages)

    def _existing(self, dossier_id: str, batch: ScanBatch) -> Manifest | None:
        """Find what an earlier try filed; an id is short, so it may be another's."""
        try:
            found = self.archive.manifest(dossier_id, FIRST_REVISION)
        except ObjectMissing:
            return None
        if found.batch_id != batch.id:
            raise ObjectConflict(
                f"dossier {dossier_id}: of batch {found.batch_id}, not {batch.id}"
            )
        return found

    def _commit(
        self,
        batch: ScanBatch,
        original_key: str,
        plan: Plan,
        dossier: PlannedDossier,
        beat: Beat,
    ) -> Manifest:
        documents = [
            self._document(batch, plan, dossier, planned, beat)
            for planned in dossier.documents
        ]
        manifest = Manifest(
            id=dossier.id,
            revision=FIRST_REVISION,
            code=dossier.code,
            procedure=dossier.procedure,
            counter_id=batch.counter_id,
            batch_id=batch.id,
            original_key=original_key,
            original_sha256=batch.sha256,
            received_at=batch.received_at,
            filed_at=self.clock(),
            status=_status(dossier, documents),
            recipe=plan.recipe,
            documents=tuple(documents),
            doubts=_doubts(dossier, documents),
            conflicts=dossier.conflicts,
            separators=plan.separators,
            readings=dossier.readings,
            sheets=plan.sheets,
            completeness=dossier.completeness,
            signatures=plan.signatures,
        )
        return self.archive.commit(manifest)

    def _document(
        self,
        batch: ScanBatch,
        plan: Plan,
        dossier: PlannedDossier,
        planned: PlannedDocument,
        beat: Beat,
    ) -> Document:
        read = [
            self._page(batch.id, plan.recipe, number) for number in planned.page_numbers
        ]
        conversion = self._conversion(
            batch, dossier.procedure, read, is_signed=bool(plan.signatures)
        )
        said = conversion.text.replace("\n", " | ") if conversion else ""
        mark = self.marker.mark(conversion) if self.marker and conversion else None
        self.scratch.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="filing-", dir=self.scratch) as folder:
            pdf = Path(folder) / "document.pdf"
            meta = PdfMetadata(
                title=planned.title or "Tài liệu",
                created_at=batch.received_at,
                producer=PRODUCER,
                subject=_DERIVATIVE if plan.signatures else said,
                identifier=f"{dossier.id}/{planned.number}",
                source=batch.sha256,
            )
            pages = list(self._ways(batch.id, plan.recipe, planned, read))
            conformance = self._write(pages, meta, pdf, mark, beat)
            if self.signatory is not None:
                beat()
                self.signatory.try_to_sign(pdf, batch.counter_id, dossier.procedure)
            document = self.archive.put_document(
                dossier.id,
                FIRST_REVISION,
                planned,
                pdf=pdf,
                pages=tuple(page.text for page in read),
                sensitive=self._is_sensitive(planned.span.doctype),
            )
            signature = find_stored_signature(self.archive, document, pdf)
        return replace(
            document,
            pages=tuple(page.page for page in read),
            conversion=conversion,
            signature=signature,
            conformance=conformance,
        )

    def _write(
        self,
        pages: list["_Ways"],
        meta: PdfMetadata,
        pdf: Path,
        mark: Mark | None,
        beat: Beat,
    ) -> Conformance:
        """Write a document and judge it; one that fails says no more that it is PDF/A.

        What comes from foreign files is all that could fail: then born-digital pages
        are written as pictures instead.
        """
        write_pdf(_shown(pages, beat), meta, pdf, mark)
        found = self._judge(pdf, beat)
        if not found.holds and any(page.has_vectors() for page in pages):
            log.warning(
                "born-digital pages are filed as pictures, for as they are they would"
                " break %s (%s)",
                ", ".join(found.faults),
                found.judge,
            )
            plain = [replace(page, vectors=None) for page in pages]
            write_pdf(_shown(plain, beat), meta, pdf, mark)
            found = self._judge(pdf, beat)
        if not found.holds:
            log.error(
                "a document is not PDF/A-2u (%s): %s",
                found.judge,
                ", ".join(found.faults),
            )
            drop_claim(pdf)
        return found

    def _judge(self, pdf: Path, beat: Beat) -> Conformance:
        """Judge a file before it is signed.

        Signing adds nothing that could break a rule: the tests prove it level by level.
        """
        faults = find_faults(pdf)
        judge = "writer"
        if not faults and self.validate is not None:
            beat()
            faults, judge = self.validate(pdf), "veraPDF"
        return Conformance(not faults, judge, faults)

    def _conversion(
        self,
        batch: ScanBatch,
        procedure: str | None,
        read: list[ReadPage],
        *,
        is_signed: bool,
    ) -> Conversion | None:
        """Describe the conversion of a paper; an electronic document was none."""
        born_digital = all(page.page.source == OWN_WORDS for page in read)
        if self.marker is None or is_signed or born_digital:
            return None
        return self.marker.convert(batch, procedure)

    def _ways(
        self,
        batch_id: str,
        recipe: str,
        planned: PlannedDocument,
        read: list[ReadPage],
    ) -> Iterator["_Ways"]:
        """Find for each page of a document how it may be shown; loads nothing yet."""
        may_be_layers = self._may_be_layers(planned.span.doctype)
        place = (batch_id, recipe)
        for page in read:
            vectors = layers = None
            if page.page.source == OWN_WORDS:
                vectors = partial(self.archive.vectors, *place, page)
            if may_be_layers:
                layers = partial(self.archive.layers, *place, page)
            picture = partial(self.archive.picture, *place, page)
            yield _Ways(page, vectors, layers, picture)

    def _page(self, batch_id: str, recipe: str, number: int) -> ReadPage:
        page = self.archive.find_page(batch_id, recipe, number)
        if page is None:
            raise ObjectMissing(f"page {number} of batch {batch_id}, recipe {recipe}")
        return page

    def _may_be_layers(self, code: str) -> bool:
        """Tell whether a type allows layers; a paper of no known type may be a card."""
        doctype = self._doctype(code)
        return self.layers and doctype is not None and doctype.layers

    def _is_sensitive(self, code: str) -> bool:
        doctype = self._doctype(code)
        return doctype is not None and doctype.sensitive

    def _doctype(self, code: str) -> DocType | None:
        return next((each for each in self.doctypes if each.code == code), None)


@dataclass(frozen=True, slots=True)
class _Ways:
    """A page and what loads it in the forms that it may be filed in, best first."""

    read: ReadPage
    vectors: Callable[[], bytes | None] | None
    layers: Callable[[], bytes | None] | None
    picture: Callable[[], bytes]

    def has_vectors(self) -> bool:
        """Tell whether the page is filed as letters and lines."""
        return self.vectors is not None and self.vectors() is not None

    def load(self) -> PdfPage:
        """Load the first form that there is."""
        page = self.read.page
        if self.vectors is not None and (vectors := self.vectors()) is not None:
            return PdfPage(vectors, LAYERS_SUFFIX, page, OcrPage())
        if self.layers is not None and (layers := self.layers()) is not None:
            return PdfPage(layers, LAYERS_SUFFIX, page, self.read.text)
        return PdfPage(self.picture(), self.read.picture, page, self.read.text)


def _shown(pages: list[_Ways], beat: Beat) -> Iterator[PdfPage]:
    """Load pages one by one."""
    for page in pages:
        beat()
        yield page.load()


def _doubts(dossier: PlannedDossier, documents: list[Document]) -> tuple[str, ...]:
    judged = [each.conformance for each in documents]
    if all(each is None or each.holds for each in judged):
        return dossier.doubts
    return (*dossier.doubts, NOT_ARCHIVAL)


def _status(dossier: PlannedDossier, documents: list[Document]) -> DossierStatus:
    doubtful = _doubts(dossier, documents) or any(
        field.status is FieldStatus.REVIEW
        for document in dossier.documents
        for field in document.fields
    )
    return DossierStatus.REVIEW if doubtful else DossierStatus.FILED
