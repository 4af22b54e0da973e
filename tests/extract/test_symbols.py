import pytest

from pipeline.extract.symbols import find_symbol


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Số: 154/2024/NĐ-CP", "154/2024/NĐ-CP"),
        ("Số: 45 /2016/ QĐ - TTg", "45/2016/QĐ-TTg"),
        ("468/QĐ-TTg", "468/QĐ-TTg"),
        ("Luật số: 20/2023/QH15", "20/2023/QH15"),
        ("Số: 7288/UBND-KGVX", "7288/UBND-KGVX"),
        ("12/TTr-UBND", "12/TTr-UBND"),
        ("Số: 51/⁄2025/TT-BCA", "51/2025/TT-BCA"),
        ("Số: 96/2016/NÐ-CP.", "96/2016/NĐ-CP"),
    ],
)
def test_a_number_is_read_by_its_grammar(text: str, value: str) -> None:
    found = find_symbol(text)
    assert found is not None
    assert (found.value, found.repairs) == (value, ())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Ï2/QD-UBND", "12/QĐ-UBND"),
        ("05/2024/NDCP", "05/2024/NĐ-CP"),
        ("04/202]/TT-BLDTBXH", "04/2021/TT-BLĐTBXH"),
        ("20/2023/QHl5", "20/2023/QH15"),
    ],
)
def test_confusions_are_repaired_and_named(text: str, value: str) -> None:
    found = find_symbol(text)
    assert found is not None
    assert found.value == value
    assert found.repairs


@pytest.mark.parametrize(
    "text",
    ["12/05/2024", "Số: 12/2024", "Số: /QĐ-UBND", "Số 867 + 868", "79/2024/77-BCA"],
)
def test_other_numbers_are_not_taken(text: str) -> None:
    assert find_symbol(text) is None


def test_a_register_number_has_no_letters() -> None:
    found = find_symbol("Số: 12/2024", bare=True)
    assert found is not None
    assert (found.value, found.year) == ("12/2024", 2024)


@pytest.mark.parametrize(
    ("text", "suspicious"),
    [
        ("2025/TT-BCA", True),
        ("5/QĐ-UBND", True),
        ("2025/UBND-VX", True),
        ("05/QĐ-UBND", False),
        ("51/2025/TT-BCA", False),
    ],
)
def test_a_number_that_may_have_lost_a_part_is_suspicious(
    text: str, suspicious: bool
) -> None:
    found = find_symbol(text)
    assert found is not None
    assert found.suspicious is suspicious


@pytest.mark.parametrize(
    ("text", "issuer"),
    [
        ("154/2024/NĐ-CP", "Chính phủ"),
        ("51/2025/TT-BCA", "Bộ Công an"),
        ("20/2023/QH15", "Quốc hội"),
        ("12/ABC-XYZ", None),
    ],
)
def test_the_letters_tell_the_issuer(text: str, issuer: str | None) -> None:
    found = find_symbol(text)
    assert found is not None
    assert found.issuer == issuer
