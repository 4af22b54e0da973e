from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.dossier import DossierStatus
from pipeline.web.forms import LONGEST_TEXT, Question, understand

TYPES, COUNTERS = {"can-cuoc"}, {"quan-ba-01"}


def test_a_form_becomes_a_query() -> None:
    form = {"text": "  Đỗ \0 Lộc ", "doctype": "can-cuoc", "review": "1"}
    question, faults = understand(form, TYPES, COUNTERS)
    query = question.to_query(limit=20, offset=40)
    assert not faults
    assert (query.text, query.doctype, query.counter_id) == ("Đỗ Lộc", "can-cuoc", None)
    assert (query.status, query.limit, query.offset) == (DossierStatus.REVIEW, 20, 40)


@pytest.mark.parametrize(
    "typed", ["2026-09-05", "05/09/2026", "5/9/2026", "5.9.2026", "05-09-2026"]
)
def test_dates_are_understood_as_people_write_them(typed: str) -> None:
    question, faults = understand({"issued_from": typed}, TYPES, COUNTERS)
    assert not faults
    assert question.issued_from == date(2026, 9, 5)


@pytest.mark.parametrize(
    "typed", ["31/02/2026", "2026", "0000-01-01", "٥/٩/٢٠٢٦", "5/9/26"]
)
def test_what_is_no_date_is_a_fault(typed: str) -> None:
    question, faults = understand({"issued_to": typed}, TYPES, COUNTERS)
    assert len(faults) == 1
    assert question.issued_to is None


@given(
    st.dictionaries(
        st.sampled_from([*Question.__dataclass_fields__, "x"]), st.text(max_size=600)
    )
)
def test_any_form_is_understood_or_told_what_is_wrong(form: dict[str, str]) -> None:
    question, _ = understand(form, TYPES, COUNTERS)
    assert len(question.text) <= LONGEST_TEXT
    assert question.doctype in {"", *TYPES}
    assert question.counter in {"", *COUNTERS}
