import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from pikepdf import Name

from pipeline.errors import ObjectConflict, ObjectMissing, WorkTakenOver
from pipeline.model.dossier import Conformance, DossierStatus, Manifest, Plan
from pipeline.model.scan import OWN_WORDS
from pipeline.model.search import SearchQuery
from pipeline.model.state import BatchRecord
from pipeline.pdf.layers import encode_layers
from pipeline.pdf.pdfa import CLAIM
from pipeline.pdf.signatures import unreadable
from pipeline.pdf.vector import copy_vectors
from pipeline.usecases.file import NOT_ARCHIVAL
from tests.pdf.drawn import text_pdf
from tests.split.paper import CODE, HEIGHT, WIDTH, blank, continued, stack
from tests.usecases.fakes import (
    PICTURE,
    SHORT_SCAN,
    TWO_SLIPS,
    House,
    open_house,
    scan,
    slip,
)


@pytest.fixture
def house(home: Path) -> House:
    return open_house(home, TWO_SLIPS)


@contextmanager
def planned(house: House) -> Iterator[tuple[BatchRecord, Plan]]:
    record = house.receive(SHORT_SCAN)
    with house.digitizer.work_on(record.batch.id, "worker") as work:
        assert work is not None
        list(work.read_pages())
        yield record, work.compose()


def rest() -> None:
    pass


def test_a_manifest_says_what_was_filed_and_where_it_came_from(house: House) -> None:
    with planned(house) as (record, plan):
        first, _ = house.filer.file(record.batch, record.original_key, plan, rest)

    assert (first.code, first.procedure, first.status) == (CODE, "1.001193", "filed")
    assert (first.batch_id, first.counter_id) == (record.batch.id, "demo")
    assert house.archive.read(first.original_key) == SHORT_SCAN
    assert first.received_at == record.batch.received_at
    assert first.documents[0].pages[0].number == 1


def test_the_filed_pdf_is_what_the_manifest_describes(house: House) -> None:
    with planned(house) as (record, plan):
        manifests = house.filer.file(record.batch, record.original_key, plan, rest)
        document = next(manifests).documents[0]

    assert [each for each in house.archive.verify() if each.fault] == []
    with pikepdf.open(io.BytesIO(house.archive.read(document.key))) as pdf:
        assert len(pdf.pages) == 1


def filed_images(house: House, **changes: object) -> set[str]:
    """File pages that also have layers; tells what images the first document has."""
    layers = encode_layers(np.full((HEIGHT, WIDTH), 200, np.uint8), 200)
    with planned(house) as (record, plan):
        for number in range(1, record.batch.page_count + 1):
            page = replace(TWO_SLIPS[number - 1], picture=PICTURE.suffix)
            house.archive.put_page(
                record.batch.id, "layered", page, PICTURE.data, layers
            )
        filer = replace(house.filer, **changes)
        layered = replace(plan, recipe="layered")
        filing = filer.file(record.batch, record.original_key, layered, rest)
        document = next(filing).documents[0]
    with pikepdf.open(io.BytesIO(house.archive.read(document.key))) as pdf:
        return set(pdf.pages[0].Resources.XObject.keys())


def test_a_page_is_filed_as_its_layers(house: House) -> None:
    assert filed_images(house) == {"/Im0", "/Im1"}


def test_layers_are_not_filed_where_they_are_not_wanted(house: House) -> None:
    assert filed_images(house, layers=False) == {"/Im0"}


def test_a_document_type_can_forbid_layers(house: House) -> None:
    strict = tuple(replace(each, layers=False) for each in house.filer.doctypes)
    assert filed_images(house, doctypes=strict) == {"/Im0"}


def test_a_paper_of_no_known_type_is_filed_as_scanned(house: House) -> None:
    assert filed_images(house, doctypes=()) == {"/Im0"}


def test_blank_backs_are_left_out_of_the_pdf_and_named(home: Path) -> None:
    house = open_house(home, stack(slip(CODE), blank(), continued()))
    composer = replace(house.digitizer.composer, keep_blank_backs=False)
    house.digitizer = replace(house.digitizer, composer=composer)
    (manifest,) = house.digitize(house.receive(scan(3)).batch.id)
    (document,) = manifest.documents

    assert (document.first_page, document.last_page, document.left_out) == (1, 3, (2,))
    assert [page.number for page in document.pages] == [1, 3]
    assert len(house.archive.document_text(document)) == 2
    with pikepdf.open(io.BytesIO(house.archive.read(document.key))) as pdf:
        assert len(pdf.pages) == 2
    assert house.viewer.page_image(document, 3, width=60)
    with pytest.raises(ObjectMissing):
        house.viewer.page_image(document, 2, width=60)


def filed_letters(house: House, *faults: str) -> tuple[Manifest, set[str], bool]:
    """File a born-digital page, in whose letters the validator finds *faults*.

    Returns:
        The manifest, what the page paints, and whether words were laid over it.
    """

    def validate(path: Path) -> tuple[str, ...]:
        with pikepdf.open(path) as pdf:
            (shown,) = pdf.pages[0].Resources.XObject.values()
            return faults if shown.Subtype == Name.Form else ()

    with planned(house) as (record, plan):
        for number in range(1, record.batch.page_count + 1):
            read = replace(TWO_SLIPS[number - 1], picture=PICTURE.suffix)
            read = replace(read, page=replace(read.page, source=OWN_WORDS))
            vectors = copy_vectors(text_pdf())
            house.archive.put_page(
                record.batch.id, "letters", read, PICTURE.data, None, vectors
            )
        filer = replace(house.filer, validate=validate)
        plans = replace(plan, recipe="letters")
        manifest = next(filer.file(record.batch, record.original_key, plans, rest))
    with pikepdf.open(io.BytesIO(house.archive.read(manifest.documents[0].key))) as pdf:
        resources = pdf.pages[0].Resources
        return manifest, set(resources.XObject.keys()), "/Font" in resources


def test_a_born_digital_page_is_filed_as_letters_without_a_second_text(
    house: House,
) -> None:
    manifest, painted, has_words = filed_letters(house)
    assert manifest.documents[0].conformance == Conformance(True, "veraPDF")
    assert (painted, has_words) == ({"/Fm0"}, False)


def test_letters_that_are_no_pdf_a_are_filed_as_a_picture_with_words(
    house: House,
) -> None:
    manifest, painted, has_words = filed_letters(house, "6.2.11.5")
    assert manifest.documents[0].conformance == Conformance(True, "veraPDF")
    assert (painted, has_words) == ({"/Im0"}, True)


def test_filing_again_changes_nothing(house: House) -> None:
    with planned(house) as (record, plan):
        once = list(house.filer.file(record.batch, record.original_key, plan, rest))
        keys = house.keys()
        house.clock.pass_by(10)
        again = list(house.filer.file(record.batch, record.original_key, plan, rest))

    assert again == once
    assert house.keys() == keys
    assert len(house.catalog.deliveries()) == 2


def test_a_dossier_of_another_batch_is_not_taken_for_ours(house: House) -> None:
    with planned(house) as (record, plan):
        list(house.filer.file(record.batch, record.original_key, plan, rest))
        other = replace(record.batch, id="f" * 32)
        with pytest.raises(ObjectConflict, match=r"not f{32}"):
            next(house.filer.file(other, record.original_key, plan, rest))

    assert {each.batch_id for each in house.archive.manifests()} == {record.batch.id}


def test_a_dossier_is_not_there_before_its_manifest(house: House) -> None:
    def stop() -> None:
        raise WorkTakenOver("batch")

    with planned(house) as (record, plan):
        filing = house.filer.file(record.batch, record.original_key, plan, stop)
        with pytest.raises(WorkTakenOver):
            next(filing)

    assert list(house.archive.manifests()) == []
    assert house.catalog.deliveries() == ()


def test_each_page_is_a_sign_of_life(house: House) -> None:
    beats: list[None] = []
    with planned(house) as (record, plan):
        for _ in house.filer.file(
            record.batch, record.original_key, plan, lambda: beats.append(None)
        ):
            pass

    assert len(beats) == record.batch.page_count


def test_a_page_result_that_is_lost_stops_the_filing(house: House) -> None:
    with planned(house) as (record, plan):
        house.archive.expire_work(record.batch.id)
        filing = house.filer.file(record.batch, record.original_key, plan, rest)
        with pytest.raises(ObjectMissing):
            next(filing)

    assert list(house.archive.manifests()) == []


def test_a_doubt_of_the_plan_is_one_of_the_dossier(house: House) -> None:
    with planned(house) as (record, plan):
        doubtful = replace(plan.dossiers[0], doubts=("look at this",))
        changed = replace(plan, dossiers=(doubtful,))
        (manifest,) = house.filer.file(record.batch, record.original_key, changed, rest)

    assert manifest.status is DossierStatus.REVIEW
    assert manifest.doubts == ("look at this",)


def test_what_is_filed_is_found_without_diacritics(house: House) -> None:
    with planned(house) as (record, plan):
        for _ in house.filer.file(record.batch, record.original_key, plan, rest):
            pass

    found = house.catalog.search(SearchQuery("giay tiep nhan ho so"))

    assert {hit.dossier_code for hit in found.hits} >= {CODE}
    assert found.total == 2


def test_a_file_that_is_no_pdf_a_does_not_say_so_and_goes_to_a_person(
    house: House,
) -> None:
    with planned(house) as (record, plan):
        filer = replace(house.filer, validate=lambda _: ("6.2.11.8",))
        manifest = next(filer.file(record.batch, record.original_key, plan, rest))

    (document,) = manifest.documents
    assert document.conformance == Conformance(False, "veraPDF", ("6.2.11.8",))
    assert (manifest.status, manifest.doubts[-1]) == ("review", NOT_ARCHIVAL)
    assert b"pdfaid" not in _metadata(house.archive.read(document.key))


def test_a_file_that_conforms_is_filed_as_such(house: House) -> None:
    with planned(house) as (record, plan):
        filer = replace(house.filer, validate=lambda _: ())
        manifest = next(filer.file(record.batch, record.original_key, plan, rest))

    (document,) = manifest.documents
    assert document.conformance == Conformance(True, "veraPDF")
    assert CLAIM in _metadata(house.archive.read(document.key))


def test_a_derivative_of_a_signed_file_says_so_and_bears_no_mark(house: House) -> None:
    with planned(house) as (record, plan):
        signed = replace(plan, signatures=(unreadable("UNREADABLE"),))
        manifest = next(
            house.filer.file(record.batch, record.original_key, signed, rest)
        )

    said = _metadata(house.archive.read(manifest.documents[0].key)).decode()
    assert "Bản dẫn xuất" in said
    assert f"urn:sha256:{record.batch.sha256}" in said
    assert manifest.documents[0].conversion is None


def _metadata(pdf: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return opened.Root.Metadata.read_bytes().replace(b"xmlns:pdfaid", b"")
