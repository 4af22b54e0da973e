"""The golden samples: every shipped type, drawn from its template and read back."""

import zlib

import pytest

from pipeline.extract.rules import extract_fields
from pipeline.model.dossier import FieldStatus
from pipeline.model.template import DocType, Kind
from pipeline.model.unicode import collapse
from pipeline.split.boundaries import split_pages
from pipeline.templates import load_doctypes
from tests.benchmarks.extract import TODAY, to_compare
from tests.drawing import PRINTED, STYLES, draw_form
from tests.reading import CONFIG, read_drawn

DOCTYPES = load_doctypes(CONFIG)
every_type = pytest.mark.parametrize(
    "doctype", DOCTYPES, ids=[doctype.code for doctype in DOCTYPES]
)

_FEWEST_RIGHT = 0.7
"""Of the values printed: rare names and misread letters go to review by design."""


def test_there_is_a_golden_sample_of_forty_types_and_more() -> None:
    assert len(DOCTYPES) >= 60


def test_the_types_use_every_kind_of_value() -> None:
    used = {rule.kind for doctype in DOCTYPES for rule in doctype.fields}
    assert set(Kind) - used <= {Kind.DOCUMENT_NUMBER}


@every_type
def test_all_values_of_a_sample_are_printed_on_it(doctype: DocType) -> None:
    pages = draw_form(doctype, 1, style=STYLES[zlib.crc32(doctype.code.encode()) % 5])
    printed = collapse(" ".join(page.text for page in pages)).casefold()
    boxed = {r.name for r in doctype.fields if r.take in {"letter-grid", "code"}}
    words = {
        word
        for rule in doctype.fields
        if rule.name not in boxed
        for word in pages[0].truth.get(rule.name, "").casefold().split()
    }
    assert {page.doctype for page in pages} == {doctype.code}
    assert [word for word in words if word not in printed] == []


@pytest.mark.slow
@every_type
def test_a_sample_is_recognized_and_no_value_of_it_is_accepted_wrong(
    doctype: DocType,
) -> None:
    drawn = draw_form(doctype, 1, style=PRINTED)
    pages = tuple(read_drawn(drawn))

    (span,) = split_pages(pages, DOCTYPES)
    found = {f.name: f for f in extract_fields(pages, span, doctype, today=TODAY)}

    assert span.doctype == doctype.code
    printed = drawn[0].truth
    judged = {
        name: to_compare(value) == to_compare(found[name].value or "")
        for name, value in printed.items()
    }
    accepted = {n for n in printed if found[n].status is FieldStatus.OK}
    assert [name for name in accepted if not judged[name]] == []
    assert sum(judged.values()) >= _FEWEST_RIGHT * len(judged)
