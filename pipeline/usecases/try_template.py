"""Try document types out on a scan, and show on its pages what matched where."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline.errors import ConfigError
from pipeline.extract.form import Form
from pipeline.extract.labels import Label
from pipeline.extract.rules import extract_fields
from pipeline.imaging.mark import Mark, draw_marks
from pipeline.model.dossier import Field, FieldStatus, Span
from pipeline.model.geometry import enclosing
from pipeline.model.template import SEPARATOR, UNKNOWN, DocType
from pipeline.model.text import ReadPage
from pipeline.pdf.picture import decode_picture, encode_png
from pipeline.split.boundaries import split_pages
from pipeline.split.doctypes import find_heading
from pipeline.split.evidence import own_rows
from pipeline.split.resemblance import TAKEN, Resemblance, rank_types
from pipeline.split.rows import lay_out

_HEADING, _LABEL = (200, 30, 30), (30, 70, 200)
_VALUES = {
    FieldStatus.OK: (20, 130, 50),
    FieldStatus.REVIEW: (215, 120, 0),
    FieldStatus.MISSING: (120, 120, 120),
}
"""Colours of the boxes: red, green, blue."""

_TOLD = "told"
"""Reason of a span whose type somebody gave."""


@dataclass(frozen=True, slots=True)
class FoundLabel:
    """A configured label on a page."""

    label: str
    fields: tuple[str, ...]
    """Fields of the type that begin with this label."""

    score: float


@dataclass(frozen=True, slots=True)
class TriedPage:
    """What one page says, in words and as a picture."""

    number: int
    types: tuple[Resemblance, ...]
    labels: tuple[FoundLabel, ...]
    picture: bytes
    """PNG: heading red, labels blue, values green, orange where in review."""


@dataclass(frozen=True, slots=True)
class TriedPaper:
    """A paper that the scan was cut into."""

    span: Span
    fields: tuple[Field, ...]
    pages: tuple[TriedPage, ...]


@dataclass(frozen=True, slots=True)
class TemplateTrial:
    """Reads one file, cuts it, extracts, and keeps nothing.

    For another file open another trial: a page that was read is not read again.
    """

    read: Callable[[Path], Iterator[ReadPage]]
    picture: Callable[[ReadPage], bytes]
    doctypes: tuple[DocType, ...]

    def run(
        self, path: Path, told: str | None = None, *, today: date | None = None
    ) -> Iterator[TriedPaper]:
        """Try all types on the file; papers in order.

        Args:
            path: the scan.
            told: the type that the whole file is; None: it is cut and recognized.
            today: see `extract_fields`.

        Raises:
            ConfigError: there is no type *told*.
            ScanRejected: the file cannot be read.
        """
        types = {doctype.code: doctype for doctype in self.doctypes}
        if told is not None and told not in types:
            raise ConfigError(f"no document type {told!r}")
        pages = tuple(self.read(path))
        if told is None:
            spans = split_pages(pages, self.doctypes)
        else:
            spans = (self._told(pages, types[told]),)
        for span in spans:
            doctype = types.get(span.doctype) or DocType(UNKNOWN, "")
            own = pages[span.first - 1 : span.last]
            fields: tuple[Field, ...] = ()
            if span.doctype != SEPARATOR:
                fields = extract_fields(own, span, doctype, today=today)
            tried = tuple(self._page(page, doctype, fields) for page in own)
            yield TriedPaper(span, fields, tried)

    def _told(self, pages: Sequence[ReadPage], doctype: DocType) -> Span:
        first = pages[0]
        heading = find_heading(own_rows(lay_out(first.page, first.text)), [doctype])
        return Span(
            1,
            len(pages),
            doctype.code,
            _TOLD,
            heading.confidence if heading else 0.0,
            heading.text if heading else "",
            heading.box if heading else None,
        )

    def _page(
        self, read: ReadPage, doctype: DocType, fields: tuple[Field, ...]
    ) -> TriedPage:
        rows = own_rows(lay_out(read.page, read.text))
        ranked = rank_types(rows, self.doctypes, find_heading(rows, self.doctypes))
        form = Form(read, doctype.fields)
        marks = [
            *(
                Mark(each.box, f"{each.doctype} {each.likeness:.2f}", _HEADING)
                for each in ranked
                if each.verdict == TAKEN and each.box is not None
            ),
            *(
                _mark_label(form, label, _fields_of(label, doctype))
                for label in form.labels
            ),
            *(
                Mark(f.box, f"{f.name} {f.confidence:.2f}", _VALUES[f.status])
                for f in fields
                if f.page == read.page.number and f.box is not None
            ),
        ]
        image = decode_picture(self.picture(read))
        return TriedPage(
            number=read.page.number,
            types=ranked,
            labels=tuple(
                FoundLabel(each.label, _fields_of(each, doctype), each.score)
                for each in form.labels
            ),
            picture=encode_png(draw_marks(image, marks, read.page.dpi)),
        )


def _fields_of(label: Label, doctype: DocType) -> tuple[str, ...]:
    return tuple(rule.name for rule in doctype.fields if label.label in rule.labels)


def _mark_label(form: Form, label: Label, fields: tuple[str, ...]) -> Mark:
    words = form.lines[label.line].words[label.first : label.last]
    box = enclosing(word.box for word in words)
    return Mark(box, f"label {'/'.join(fields)} {label.score:.2f}", _LABEL)
