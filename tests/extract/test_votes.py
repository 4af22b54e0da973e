import pytest

from pipeline.extract.header import understand_number
from pipeline.extract.votes import AGREED_BY_ALL, Candidate, Verdict, decide
from pipeline.model.text import Reading

READERS = ("page", "line", "second-model")


def vote(*texts: str, sure: float = 0.95, doubtful: str = "") -> Verdict | None:
    readings = [Reading(r, t, sure) for r, t in zip(READERS, texts, strict=False)]

    def understand(text: str) -> Candidate | None:
        if not text.strip("~").isdigit():
            return None
        notes = ("repaired",) if "~" in text else ()
        value = text.strip("~")
        return Candidate(value, text, notes, value == doubtful)

    return decide(readings, understand, READERS)


@pytest.mark.parametrize(
    ("line", "again", "agreed"),
    [("12", "12", True), ("12", "13", False), ("12", "14", False), ("?", "12", False)],
)
def test_a_contradiction_counts_only_where_the_other_model_stays_with_it(
    line: str, again: str, agreed: bool
) -> None:
    readings = [
        Reading("page", "12", 0.9),
        Reading("line", line, 0.9),
        Reading("second-model", "13", 0.9),
        Reading("second-model-again", again, 0.9),
    ]

    def understand(text: str) -> Candidate | None:
        return Candidate(text, text) if text.isdigit() else None

    verdict = decide(readings, understand, READERS)
    assert verdict is not None
    assert (verdict.candidate.value, verdict.agreed) == ("12", agreed)
    assert verdict.confidence < AGREED_BY_ALL


@pytest.mark.parametrize(
    ("texts", "agreed"),
    [
        (("12", "12", "12"), True),
        (("12", "12", "?"), True),
        (("?", "12", "12"), True),
        (("~12", "12", "?"), True),
        (("12", "12", "~13"), True),
        (("12", "12", "13"), False),
        (("12", "13", "14"), False),
        (("12", "?", "?"), False),
        (("12",), False),
    ],
)
def test_two_of_three_must_agree_and_none_contradict(
    texts: tuple[str, ...], agreed: bool
) -> None:
    verdict = vote(*texts)
    assert verdict is not None
    assert verdict.agreed is agreed
    assert verdict.candidate.value == "12"


def test_nothing_understood_is_no_verdict() -> None:
    assert vote("?", "?", "?") is None


def test_a_value_that_may_have_lost_a_part_needs_all_three() -> None:
    both = vote("5", "5", "?", doubtful="5"), vote("5", "5", "5", doubtful="5")
    assert [each.agreed for each in both if each] == [False, True]


def test_one_model_alone_must_be_sure() -> None:
    low = vote("12", "12", "?", sure=0.6)
    other_model = vote("12", "?", "12", sure=0.6)
    assert low
    assert not low.agreed
    assert other_model
    assert other_model.agreed


def test_all_three_are_worth_more_than_two() -> None:
    two, three = vote("12", "12", "?"), vote("12", "12", "12")
    assert two
    assert three
    assert two.confidence < three.confidence


@pytest.mark.parametrize(
    ("texts", "agreed"),
    [
        (("Số: 05/QĐ-UBND", "Số: 05/QĐ-UBND", "Số: 05/QĐĐ-UBND"), True),
        (("Số: 04/QĐ-STP", "Số: 04/QĐĐ-STP", "Số: 04/QĐĐ-STP"), False),
        (("Số: 17/TTrVPĐK", "Số: 17/TTr-VPĐK", "Số: 17/TTr-VPĐK"), True),
        (("Số: 17/STP-XYZ", "Số: 17/STP-XYZ", "Số: 17/STP-XYA"), False),
        (("Số: 01/KH-UBND", "Số: 01/KH-UBND", "Số: 09/KH-UBND"), False),
    ],
)
def test_letters_may_differ_only_where_the_others_are_believed(
    texts: tuple[str, ...], agreed: bool
) -> None:
    readings = [Reading(r, t, 0.95) for r, t in zip(READERS, texts, strict=True)]
    verdict = decide(readings, understand_number, READERS)
    assert verdict is not None
    assert verdict.agreed is agreed


@pytest.mark.parametrize(
    ("page", "crops", "agreed"),
    [(0.7, 0.95, True), (0.93, 0.95, False), (0.5, 0.7, False)],
)
def test_both_models_outweigh_the_page_where_they_are_surer(
    page: float, crops: float, agreed: bool
) -> None:
    readings = [
        Reading("page", "13", page),
        Reading("line", "12", crops),
        Reading("second-model", "12", crops),
    ]
    verdict = decide(readings, lambda text: Candidate(text, text), READERS)
    assert verdict is not None
    assert (verdict.candidate.value, verdict.agreed) == ("12", agreed)


def test_one_model_that_reads_the_same_twice_outweighs_no_other() -> None:
    readings = [
        Reading("page", "12", 0.97),
        Reading("line", "12", 0.97),
        Reading("second-model", "13", 0.6),
    ]
    verdict = decide(readings, lambda text: Candidate(text, text), READERS)
    assert verdict is not None
    assert not verdict.agreed
