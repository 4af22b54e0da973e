from datetime import timedelta

import pytest

from pipeline.catalog.catalog import SqlCatalog
from pipeline.catalog.index import first_document_id
from pipeline.model.dossier import DossierStatus
from pipeline.model.search import SearchQuery
from tests.catalog.made_up import START, Clock, a_document, a_manifest


def titles(catalog: SqlCatalog, text: str = "") -> list[str]:
    return [hit.title for hit in catalog.search(SearchQuery(text)).hits]


def test_a_dossier_is_findable_and_queued_at_once(catalog: SqlCatalog) -> None:
    catalog.index(a_manifest("d1", batch_id="b1"), ("Căn cứ Luật Hộ tịch",))

    assert titles(catalog, "luat ho tich") == ["Văn bản"]
    assert catalog.dossiers_of("b1") == ("d1",)
    (delivery,) = catalog.deliveries()
    assert (delivery.dossier_id, delivery.revision) == ("d1", 1)
    assert delivery.manifest_key == "dossiers/d1/r1/manifest.json"


def test_indexing_again_changes_nothing(catalog: SqlCatalog, clock: Clock) -> None:
    catalog.index(a_manifest(), ("một",))
    before = catalog.deliveries()
    clock.pass_by(60)

    catalog.index(a_manifest(), ("hai",))

    assert catalog.deliveries() == before
    assert titles(catalog, "mot") == ["Văn bản"]
    assert titles(catalog, "hai") == []


def test_a_higher_revision_replaces_the_lower_one(catalog: SqlCatalog) -> None:
    two = (a_document(1, title="Đơn"), a_document(2, title="Bản sao"))
    catalog.index(a_manifest("d1", *two), ("đơn xin", "bản sao"))

    catalog.index(
        a_manifest("d1", a_document(title="Tờ khai"), revision=2), ("tờ khai",)
    )

    assert titles(catalog) == ["Tờ khai"]
    assert titles(catalog, "ban sao") == []
    assert [each.revision for each in catalog.deliveries()] == [1, 2]


def test_a_lower_revision_that_comes_late_changes_nothing(
    catalog: SqlCatalog,
) -> None:
    catalog.index(a_manifest("d1", a_document(title="Mới"), revision=2), ("mới",))

    catalog.index(a_manifest("d1", a_document(title="Cũ"), revision=1), ("cũ",))

    assert titles(catalog) == ["Mới"]
    assert [each.revision for each in catalog.deliveries()] == [2]


def test_a_dossier_under_review_is_not_handed_off(catalog: SqlCatalog) -> None:
    catalog.index(a_manifest(status=DossierStatus.REVIEW), ("một",))

    assert titles(catalog, "mot") == ["Văn bản"]
    assert catalog.deliveries(pending=False) == ()


def test_texts_that_do_not_fit_the_documents_change_nothing(
    catalog: SqlCatalog,
) -> None:
    with pytest.raises(ValueError, match="shorter"):
        catalog.index(a_manifest(), ())
    assert titles(catalog) == []


def test_a_delivered_dossier_is_pending_no_more(
    catalog: SqlCatalog, clock: Clock
) -> None:
    for dossier_id in ("d1", "d2"):
        catalog.index(a_manifest(dossier_id), ("một",))
        clock.pass_by(1)

    catalog.delivered("d1", 1)
    clock.pass_by(1)
    catalog.delivered("d1", 1)

    assert [each.dossier_id for each in catalog.deliveries()] == ["d2"]
    first, second = catalog.deliveries(pending=False)
    assert first.delivered_at == START + timedelta(seconds=2)
    assert (first.attempts, second.delivered_at) == (1, None)


def test_a_rebuild_hands_nothing_off_again(catalog: SqlCatalog) -> None:
    manifest = a_manifest(batch_id="b1")
    catalog.index(manifest, ("một",))
    catalog.delivered("d1", 1)

    catalog.begin_rebuild()

    assert titles(catalog) == titles(catalog, "mot") == []
    assert catalog.dossiers_of("b1") == ()
    catalog.index(manifest, ("một",))
    assert titles(catalog, "mot") == ["Văn bản"]
    assert catalog.deliveries() == ()


def test_a_rebuild_in_another_order_answers_in_the_same_order(
    catalog: SqlCatalog,
) -> None:
    names = ["một", "hai", "ba", "bốn"]
    manifests = [
        a_manifest(
            f"d{day}", a_document(title=name), filed_at=START + timedelta(days=day)
        )
        for day, name in enumerate(names)
    ]
    for manifest in (manifests[2], manifests[0], manifests[3], manifests[1]):
        catalog.index(manifest, ("đơn",))

    assert titles(catalog) == titles(catalog, "don") == names[::-1]


def test_a_dossiers_documents_are_listed_in_their_order(catalog: SqlCatalog) -> None:
    papers = tuple(a_document(number, title=f"{number}") for number in (1, 2, 3))
    catalog.index(a_manifest("d1", *papers), ("đơn",) * 3)

    assert titles(catalog, "don") == ["1", "2", "3"]


def test_dossiers_filed_in_the_same_moment_do_not_collide(
    catalog: SqlCatalog,
) -> None:
    for number in range(40):
        catalog.index(a_manifest(f"d{number}", a_document(title=f"{number}")), ("đơn",))

    found = catalog.search(SearchQuery("don", limit=100)).hits
    assert {hit.title for hit in found} == {f"{number}" for number in range(40)}
    ids = {first_document_id(START, f"d{number}") for number in range(40)}
    assert len(ids) < 40  # there were ties


def test_text_that_no_database_takes_is_kept_without_it(catalog: SqlCatalog) -> None:
    paper = a_document(title="nul\0 và \ud800", so_ky_hieu="1\0/2024", x="\udfff")
    catalog.index(a_manifest("d1", paper), ("một\0hai \udc80",))

    assert titles(catalog, "mot hai") == ["nul  và ?"]


def test_a_very_long_document_is_found_by_every_word(catalog: SqlCatalog) -> None:
    words = " ".join(f"x{number}" for number in range(60_000))
    catalog.index(a_manifest(), (f"đầu tiên {words} cuối",))

    for text in ("dau tien x0", "x59999 cuoi", "dau cuoi", "x59999"):
        assert titles(catalog, text) == ["Văn bản"]
