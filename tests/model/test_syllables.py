import pytest

from pipeline.model.syllables import is_spelt, is_syllable

SPELT = """
    của được người nguyễn quyền quyết quốc quản quý gì giếng giết giày già nghị nghỉ
    kỳ ký lý mỹ thy hy yêu yếu uống ủy uỷ hòa hoà thúy thuý khuya khuỷu huynh thuở
    giữa giường ngoài ngoằn xoong khoác xuân luật tuyến truyền loại oách quạnh thuế
    ước ưu ươn ồn ấn ép ích im in út đường song a ơ ô y
"""
NOT_SPELT = """
    luât quyêt khuc đượć đươc thúê qúy ngỉ cì kà gá̉ nhượg nguơi nbản ttrường bl
    cămp ngh ưuơ giíếng tiêń hỏà aa ngiên gei quyy đăk phầt chàc
"""


@pytest.mark.parametrize("word", SPELT.split())
def test_what_can_be_written_is_a_syllable(word: str) -> None:
    assert is_syllable(word)
    assert is_syllable(word.upper())


@pytest.mark.parametrize("word", NOT_SPELT.split())
def test_what_nobody_can_write_is_none(word: str) -> None:
    assert not is_syllable(word)


@pytest.mark.parametrize(
    ("word", "spelt"),
    [
        ("Thiên-Huế,", True),
        ("(một", True),
        ("01/2024", True),
        ("...", True),
        ("nướcngoài", False),
        ("UBND", False),
    ],
)
def test_a_word_is_spelt_where_all_its_parts_are(word: str, spelt: bool) -> None:
    assert is_spelt(word) is spelt
