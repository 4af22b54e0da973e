"""The pages of what was filed: a dossier, a document, its pictures and its PDF."""

import logging
import re
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response

from pipeline.bootstrap import App
from pipeline.errors import ObjectConflict, ObjectMissing
from pipeline.model.dossier import (
    METADATA_FIELDS,
    Document,
    Field,
    FieldStatus,
    Manifest,
    Statement,
)
from pipeline.model.geometry import BoundingBox
from pipeline.model.scan import Page
from pipeline.model.text import OcrPage
from pipeline.web.labels import FieldLabels
from pipeline.web.memory import Kept
from pipeline.web.pages import covered, local_date, show

log = logging.getLogger(__name__)

_KEPT_PICTURES = 64_000_000
"""Bytes of page pictures in memory: the last few hundred pages that were looked at."""

_MARGIN = 8
"""Pixels around a field's place, in the cut-out beside its value."""

_CUT_OUT_DPI = 105
"""Pixels per inch of those cut-outs: print is as large as the value beside it."""

_UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")
"""What may not stand in the name of a downloaded file."""

DossierId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}-[0-9]{2,4}$")]
Number = Annotated[int, Path(ge=1, le=9_999)]


class Size(StrEnum):
    """How large a page is drawn: few sizes, so that the pictures kept are shared."""

    SCREEN = "screen"
    LARGE = "large"


_WIDTHS = {Size.SCREEN: 1_100, Size.LARGE: 2_200}
"""Pixels: a column of the document page on a sharp screen; fine print."""


def dossier_pages(app: App) -> APIRouter:
    """Make the pages over *app*."""
    pages = APIRouter()
    viewer = app.viewer
    labels = FieldLabels(app.doctypes)
    procedures = {procedure.code: procedure.title for procedure in app.procedures}
    counters = {counter.id: counter.name for counter in app.counters}
    pictures: Kept[tuple[str, int, Size], bytes] = Kept(_KEPT_PICTURES, weigh=len)

    sensitive = {
        (doctype.code, rule.name)
        for doctype in app.doctypes
        for rule in doctype.fields
        if rule.sensitive
    }

    def stated(document: Document, said: Statement) -> str:
        """What a paper says, sensitive values covered: lists show them to all."""
        if (document.doctype, said.field) in sensitive:
            return covered(said.value)
        return local_date(said.value)

    @pages.get("/dossiers/{dossier_id}")
    def dossier(dossier_id: DossierId) -> Response:
        manifest = viewer.manifest(dossier_id)
        return show(
            "dossier.html",
            manifest=manifest,
            papers={document.number: document for document in manifest.documents},
            stated=stated,
            same_code=_others(app, manifest),
            document_of=_document_of(manifest),
            alike=app.catalog.find_alike_of(dossier_id),
            counters=counters,
            procedures=procedures,
            label=labels,
            value=_value,
        )

    @pages.get("/dossiers/{dossier_id}/{number}")
    def document(dossier_id: DossierId, number: Number) -> Response:
        manifest, found = viewer.document(dossier_id, number)
        fields = tuple(enumerate(found.fields, start=1))
        return show(
            "document.html",
            manifest=manifest,
            document=found,
            metadata=[each for each in fields if each[1].name in METADATA_FIELDS],
            own=[each for each in fields if each[1].name not in METADATA_FIELDS],
            doubtful=[each for each in fields if each[1].status is FieldStatus.REVIEW],
            sheets=_sheets(found, _words_of(app, found)),
            measured={page.number: page for page in found.pages},
            place_in_pdf={page: n for n, page in enumerate(found.page_numbers, 1)},
            cut_out=cut_out,
            CUT_OUT_DPI=_CUT_OUT_DPI,
            label=labels,
        )

    @pages.get("/dossiers/{dossier_id}/{number}/pdf")
    def pdf(dossier_id: DossierId, number: Number) -> Response:
        manifest, found = viewer.document(dossier_id, number)
        name = _UNSAFE.sub("-", manifest.code or dossier_id)
        paper = _UNSAFE.sub("-", PurePosixPath(found.key).name)
        return Response(
            viewer.pdf(found),
            media_type="application/pdf",
            headers={"Content-Disposition": f'attachment; filename="{name}-{paper}"'},
        )

    @pages.get("/dossiers/{dossier_id}/{number}/pages/{page}.png")
    def picture(
        dossier_id: DossierId, number: Number, page: Number, size: Size = Size.SCREEN
    ) -> Response:
        _, found = viewer.document(dossier_id, number)
        key = (found.sha256, page, size)
        image = pictures.find(key)
        if image is None:
            image = viewer.page_image(found, page, width=_WIDTHS[size])
            pictures.keep(key, image)
        return Response(image, media_type="image/png")

    return pages


def cut_out(field: Field, page: Page) -> BoundingBox | None:
    """Where to look on *page* for a field, with a little paper around it."""
    if field.box is None or field.page != page.number:
        return None
    try:
        return field.box.padded(_MARGIN, width=page.width, height=page.height)
    except ValueError:  # outside the page: an older manifest, or a damaged one
        return None


def _others(app: App, manifest: Manifest) -> tuple[str, ...]:
    """List other dossiers with the same code, of any batch."""
    if manifest.code is None:
        return ()
    found = app.catalog.dossiers_of_code(manifest.code)
    return tuple(each for each in found if each != manifest.id)


def _document_of(manifest: Manifest) -> dict[int, int]:
    """Tell in which document a page of the scan is; sheets are in none."""
    return {
        page: document.number
        for document in manifest.documents
        for page in document.page_numbers
    }


def _value(document: Document, name: str) -> str | None:
    found = (field.value for field in document.fields if field.name == name)
    return next(found, None)


def _sheets(
    document: Document, words: tuple[OcrPage, ...]
) -> list[tuple[int, Page | None, OcrPage]]:
    """Number in the scan, measurements and words of each of the document's pages."""
    measured = {page.number: page for page in document.pages}
    numbers = document.page_numbers
    texts = [*words, *[OcrPage()] * len(numbers)]
    return [
        (number, measured.get(number), texts[i]) for i, number in enumerate(numbers)
    ]


def _words_of(app: App, document: Document) -> tuple[OcrPage, ...]:
    """The words of a document; none where they are lost, the pictures still tell."""
    try:
        return app.archive.document_text(document)
    except (ObjectMissing, ObjectConflict) as error:
        log.error("shown without its words: %s", error)  # noqa: TRY400
        return ()
