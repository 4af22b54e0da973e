import pytest

from pipeline.extract.digits import is_repaired, strip_fillers, to_digits


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("Ï1", "11"),
        ("3]", "31"),
        ("2Ó", "26"),
        ("O5", "05"),
        ("ÌI", "11"),
        ("١2", "12"),
    ],
)
def test_look_alikes_are_folded_to_digits(read: str, meant: str) -> None:
    assert to_digits(read) == meant
    assert is_repaired(read, meant)


@pytest.mark.parametrize("text", ["", "1a", "tư", "1 2", "4A"])
def test_what_cannot_be_a_number_is_none(text: str) -> None:
    assert to_digits(text) is None


def test_dotted_leaders_are_stripped_from_both_ends() -> None:
    assert strip_fillers("......12.… ") == "12"
