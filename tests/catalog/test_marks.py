from pipeline.catalog.catalog import SqlCatalog
from pipeline.model.state import MarkKind

CODES = [f"H15-261008-{number:04d}" for number in range(1_000)]


def test_the_first_batch_keeps_a_mark(catalog: SqlCatalog) -> None:
    assert catalog.claim_marks("first", MarkKind.CODE, ["a", "b"]) == set()
    assert catalog.claim_marks("second", MarkKind.CODE, ["b", "c"]) == {"b"}
    assert catalog.claim_marks("first", MarkKind.CODE, ["a", "b", "c"]) == {"c"}


def test_marks_of_two_kinds_have_nothing_to_do_with_each_other(
    catalog: SqlCatalog,
) -> None:
    catalog.claim_marks("first", MarkKind.CODE, ["a"])
    assert catalog.claim_marks("second", MarkKind.SHEET, ["a"]) == set()


def test_a_batch_may_ask_for_many_marks_again_and_again(catalog: SqlCatalog) -> None:
    for _ in range(2):
        assert catalog.claim_marks("first", MarkKind.CODE, CODES) == set()
    assert catalog.claim_marks("second", MarkKind.CODE, CODES) == set(CODES)
    assert catalog.claim_marks("second", MarkKind.CODE, []) == set()


def test_a_rebuild_forgets_no_mark(catalog: SqlCatalog) -> None:
    catalog.claim_marks("first", MarkKind.CODE, ["a"])
    catalog.begin_rebuild()
    assert catalog.claim_marks("second", MarkKind.CODE, ["a"]) == {"a"}
