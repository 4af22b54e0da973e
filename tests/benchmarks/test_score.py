import unicodedata

from tests.benchmarks.score import score, total


def test_a_faithful_reading_has_no_errors() -> None:
    found = score("Giấy khai\nsinh", ["Giấy khai sinh"])

    assert (found.letter_errors, found.word_errors, found.found) == (0, 0, 3)


def test_decomposed_letters_are_the_same_letters() -> None:
    assert score(unicodedata.normalize("NFD", "Giấy"), ["Giấy"]).letter_errors == 0


def test_a_lost_mark_is_one_letter_and_one_word_and_nothing_without_marks() -> None:
    found = score("Giây khai sinh", ["Giấy khai sinh"])

    assert (found.letter_errors, found.plain_errors, found.word_errors) == (1, 0, 1)


def test_the_order_that_fits_best_counts() -> None:
    assert score("a b\nc d", ["a c b d", "a b c d"]).word_errors == 0


def test_words_are_found_wherever_they_stand_but_only_as_often_as_printed() -> None:
    found = score("hai một một", ["một hai ba"])

    assert (found.found, found.words, found.read) == (2, 3, 3)


def test_leaders_do_not_count_but_the_end_of_a_sentence_does() -> None:
    found = score("Tên: ........ An", ["Tên: An."])

    assert (found.letter_errors, found.word_errors) == (1, 1)


def test_a_total_adds_up() -> None:
    whole = total([score("a", ["a b"]), score("a b", ["a b"])])

    assert (whole.words, whole.found) == (4, 3)
