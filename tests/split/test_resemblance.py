import pytest

from pipeline.split.doctypes import find_heading
from pipeline.split.evidence import own_rows
from pipeline.split.resemblance import TAKEN, Resemblance, rank_types
from pipeline.split.rows import lay_out
from tests.split.paper import BODY, DOCTYPES, MOTTO, page


def ranked(*lines: str, top: float = 0.05) -> tuple[Resemblance, ...]:
    sheet = page(*lines, top=top)
    rows = own_rows(lay_out(sheet.page, sheet.text))
    return rank_types(rows, DOCTYPES, find_heading(rows, DOCTYPES))


def test_the_type_that_was_taken_comes_first() -> None:
    first, *rest = ranked(*MOTTO, "", "GIẤY KHAI SINH", "", *BODY)

    assert (first.doctype, first.verdict) == ("giay-khai-sinh", TAKEN)
    assert first.box is not None
    assert all(each.verdict != TAKEN for each in rest)
    assert len(rest) == len(DOCTYPES) - 1


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        ((*MOTTO, "", "Giấy khai sinh", "", *BODY), "capitals"),
        ((*MOTTO, "", "kèm theo", "GIẤY KHAI SINH", "", *BODY), "mentioned"),
        ((*MOTTO, *BODY, "GIẤY KHAI SINH"), "top third"),
        ((*MOTTO, "", "GIẤY KHAI THUẾ", "", *BODY), "alike"),
        ((*MOTTO, "", "QUYẾT ĐỊNH", "", "GIẤY KHAI SINH"), "above"),
    ],
    ids=["small letters", "mentioned", "too low", "another word", "second heading"],
)
def test_the_rule_that_speaks_against_a_type_is_named(
    lines: tuple[str, ...], verdict: str
) -> None:
    found = ranked(*lines)
    (birth,) = (each for each in found if each.doctype == "giay-khai-sinh")

    assert verdict in birth.verdict
    assert birth.likeness >= 0.6


def test_a_type_without_heading_resembles_nothing() -> None:
    (letter,) = (each for each in ranked(*BODY) if each.doctype == "cong-van")

    assert (letter.verdict, letter.box) == ("has no heading", None)


def test_a_page_without_words_has_no_nearest_type() -> None:
    assert {each.likeness for each in ranked()} == {0.0}
