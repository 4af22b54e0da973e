from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.confidence import of_value, of_words
from pipeline.extract.values import DOUBTFUL, FITS, Parsed
from pipeline.model.template import Kind
from tests.extract.typed import line

SHARES = st.floats(0, 1)


@given(SHARES, SHARES)
def test_a_surer_word_is_never_worth_less(one: float, other: float) -> None:
    low, high = (line(0, 0, "12 hai", sure).words for sure in sorted((one, other)))
    for kind in (Kind.TEXT, Kind.INTEGER):
        assert of_words(low, kind) <= of_words(high, kind)


@given(st.sampled_from(list(Kind)), SHARES, SHARES, SHARES)
def test_nothing_that_gets_worse_raises_a_field(
    kind: Kind, sure: float, one: float, other: float
) -> None:
    words = line(0, 0, "12 hai", sure).words
    low, high = sorted((one, other))
    worse = of_value(words, kind, Parsed("12", low), 1.0, exact=False)
    better = of_value(words, kind, Parsed("12", high), 1.0, exact=False)
    assert worse <= better
    assert of_value(words, kind, Parsed("12", FITS), low, exact=False) <= of_value(
        words, kind, Parsed("12", FITS), high, exact=False
    )


def test_a_number_read_once_passes_only_without_any_doubt() -> None:
    values = [
        of_value(line(0, 0, "0912345678", sure).words, Kind.PHONE, parsed, 1.0, False)
        for sure, parsed in (
            (0.997, Parsed("0912345678", FITS)),
            (0.95, Parsed("0912345678", FITS)),
            (0.997, Parsed("0912345678", DOUBTFUL)),
        )
    ]
    assert [value >= 0.80 for value in values] == [True, False, False]


def test_words_without_digits_do_not_judge_a_number() -> None:
    sure, unsure = line(0, 0, "12", 0.97).words, line(50, 0, "bộ", 0.3).words
    assert of_words(sure + unsure, Kind.INTEGER) == of_words(sure, Kind.INTEGER)
    assert of_words(sure + unsure, Kind.TEXT) < of_words(sure, Kind.TEXT)


def test_no_words_are_worth_nothing() -> None:
    assert of_words((), Kind.TEXT) == 0.0
