import json
import math
import traceback
from dataclasses import replace
from datetime import UTC, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from pipeline.errors import ConfigError, ObjectConflict
from pipeline.model.dossier import (
    Document,
    Field,
    Manifest,
    Plan,
    PlannedDocument,
    PlannedDossier,
    Span,
)
from pipeline.model.geometry import BoundingBox
from pipeline.model.scan import Page
from pipeline.model.text import (
    OcrLine,
    OcrPage,
    OcrWord,
    PageCode,
    Reading,
    ReadPage,
    SecondLook,
)
from pipeline.storage.manifest import (
    manifest_schema,
    read_manifest,
    read_page,
    read_plan,
    read_text,
    write_manifest,
    write_page,
    write_plan,
    write_text,
)
from tests.storage.records import FIELD, PLAN, RECEIVED, TEXT, manifest
from tests.storage.records import read_page as a_page

SCHEMA = Path(__file__).parents[2] / "docs" / "manifest.schema.json"

DOCUMENT = Document(
    number=1,
    doctype="giay-khai-sinh",
    title="Giấy khai sinh",
    first_page=1,
    last_page=2,
    fields=(FIELD,),
    key="dossiers/0123456789abcdef-01/r1/01-giay-khai-sinh.pdf",
    sha256="ab" * 32,
    size=12_345,
    text_key="dossiers/0123456789abcdef-01/r1/01-giay-khai-sinh.json",
    text_sha256="cd" * 32,
)
MANIFEST = manifest(DOCUMENT)

fractions = st.floats(0, 1)
boxes = st.builds(
    lambda left, top, width, height: BoundingBox(left, top, left + width, top + height),
    *[st.integers(0, 20_000)] * 2,
    *[st.integers(1, 20_000)] * 2,
)
times = st.datetimes(timezones=st.just(UTC))
words = st.builds(OcrWord, box=boxes, confidence=fractions)
lines = st.builds(OcrLine, st.lists(words, min_size=1, max_size=3).map(tuple))
texts = st.builds(OcrPage, st.lists(lines, max_size=3).map(tuple))
readings = st.builds(Reading, confidence=fractions)
looks = st.builds(SecondLook, boxes, st.lists(readings, max_size=2).map(tuple))
fields = st.builds(
    Field, confidence=fractions, page=st.none() | st.integers(), box=st.none() | boxes
)
some_fields = st.lists(fields, max_size=2).map(tuple)
documents = st.builds(Document, fields=some_fields, confidence=fractions)
manifests = st.builds(
    Manifest,
    received_at=times,
    filed_at=times,
    documents=st.lists(documents, max_size=2).map(tuple),
    doubts=st.lists(st.text()).map(tuple),
)
spans = st.builds(Span, confidence=fractions, heading_box=st.none() | boxes)
planned = st.builds(PlannedDocument, span=spans, fields=some_fields)
dossiers = st.builds(PlannedDossier, documents=st.lists(planned, max_size=2).map(tuple))
plans = st.builds(Plan, dossiers=st.lists(dossiers, max_size=2).map(tuple))
pages = st.builds(
    ReadPage,
    page=st.builds(Page, dpi=st.floats(1, 1200), skew=st.floats(-45, 45)),
    text=texts,
    codes=st.lists(st.builds(PageCode, box=boxes), max_size=2).map(tuple),
    second_looks=st.lists(looks, max_size=2).map(tuple),
)


@given(manifests)
def test_every_manifest_survives(original: Manifest) -> None:
    assert read_manifest(write_manifest(original), "key") == original


@given(plans)
def test_every_plan_survives(original: Plan) -> None:
    assert read_plan(write_plan(original), "key") == original


@given(pages)
def test_every_page_result_survives(original: ReadPage) -> None:
    record = read_page(write_page(original, picture_sha256="ab"), "key")

    assert (record.page, record.picture_sha256) == (original, "ab")


@given(st.lists(texts, max_size=3).map(tuple))
def test_the_words_of_every_document_survive(original: tuple[OcrPage, ...]) -> None:
    assert read_text(write_text(original), "key") == original


def test_a_manifest_is_readable_without_this_program() -> None:
    text = write_manifest(MANIFEST).decode("utf-8")

    assert "Đỗ Thị Ví Dụ" in text
    assert text == text.rstrip() + "\n"
    parsed = json.loads(text)
    assert list(parsed) == sorted(parsed)
    assert parsed["received_at"] == "2026-11-24T07:30:00Z"


def test_the_same_manifest_is_written_the_same() -> None:
    assert write_manifest(MANIFEST) == write_manifest(replace(MANIFEST))


def test_the_documented_schema_is_current() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == manifest_schema(), (
        "run: python -m pipeline.storage.schema > docs/manifest.schema.json"
    )


@given(manifests)
def test_every_manifest_fits_the_documented_schema(original: Manifest) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))

    Draft202012Validator(schema).validate(json.loads(write_manifest(original)))


def test_a_field_of_a_later_program_is_passed_over() -> None:
    later = json.loads(write_manifest(MANIFEST)) | {"signed_by": "somebody"}

    assert read_manifest(json.dumps(later).encode(), "key") == MANIFEST


def test_a_manifest_without_later_fields_is_read() -> None:
    earlier = json.loads(write_manifest(replace(MANIFEST, doubts=())))
    del earlier["doubts"], earlier["separators"]

    assert read_manifest(json.dumps(earlier).encode(), "key").doubts == ()


@pytest.mark.parametrize("also", [{}, {"documents": "in another form"}])
def test_a_newer_version_asks_for_an_update(also: dict[str, str]) -> None:
    newer = json.loads(write_manifest(MANIFEST)) | {"version": 2} | also

    with pytest.raises(ConfigError, match=r"version 2 of a manifest.* up to 1"):
        read_manifest(json.dumps(newer).encode(), "key")


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"null", b"\xff", b'{"version": 1}', write_plan(PLAN)]
)
def test_what_is_not_a_manifest_is_a_conflict(data: bytes) -> None:
    with pytest.raises(ObjectConflict, match="key: not a manifest"):
        read_manifest(data, "key")


def test_a_number_in_quotes_is_not_taken_for_a_number() -> None:
    odd = json.loads(write_manifest(MANIFEST)) | {"revision": "1"}

    with pytest.raises(ObjectConflict, match="revision: int_type"):
        read_manifest(json.dumps(odd).encode(), "key")


def test_what_a_damaged_manifest_says_gets_into_no_message() -> None:
    odd = json.loads(write_manifest(MANIFEST)) | {"status": "Nguyễn Văn Ví Dụ"}

    with pytest.raises(ObjectConflict) as caught:
        read_manifest(json.dumps(odd).encode(), "key")

    assert "Nguyễn" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("confidence", [math.nan, math.inf])
def test_a_value_that_json_cannot_carry_is_never_written(confidence: float) -> None:
    doubtful = replace(DOCUMENT, confidence=confidence)

    with pytest.raises(ValueError, match="would not survive"):
        write_manifest(replace(MANIFEST, documents=(doubtful,)))


def test_a_time_without_zone_is_never_written() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        write_manifest(replace(MANIFEST, filed_at=RECEIVED.replace(tzinfo=None)))


def test_another_time_zone_is_the_same_moment() -> None:
    local = MANIFEST.filed_at.astimezone(timezone(timedelta(hours=7)))

    again = read_manifest(write_manifest(replace(MANIFEST, filed_at=local)), "key")

    assert again.filed_at == MANIFEST.filed_at


def test_words_of_a_page_are_kept_with_their_boxes() -> None:
    assert json.loads(write_text((TEXT,)))["pages"][0]["lines"][0]["words"][0] == {
        "text": "Giấy",
        "box": {"left": 10, "top": 20, "right": 110, "bottom": 60},
        "confidence": 0.96,
        "second": None,
        "doubtful": False,
    }


def test_a_page_result_names_its_picture() -> None:
    assert (
        json.loads(write_page(a_page(), picture_sha256="ab"))["picture_sha256"] == "ab"
    )
