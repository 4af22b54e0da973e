from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from pipeline.catalog.typos import neighbors

LETTERS = st.text("abcxyz", min_size=1, max_size=6)


@given(LETTERS)
def test_neighbors_are_one_slip_away(word: str) -> None:
    assert {OSA.distance(word, each) for each in neighbors(word)} == {1}


@given(LETTERS, LETTERS)
def test_every_word_one_slip_away_is_a_neighbor(one: str, other: str) -> None:
    assert (other in neighbors(one)) == (OSA.distance(one, other) == 1)
