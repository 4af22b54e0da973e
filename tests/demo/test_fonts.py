import pytest
from PIL import ImageFont

from demo.fonts import Face, find_font

LETTERS = "ạảãàáâậầấẩẫăặằắẳẵđẹẻẽêệềếểễịỉĩọỏõôộồốổỗơợờớởỡụủũưựừứửữỵỷỹ"


@pytest.mark.parametrize("face", Face)
def test_every_face_draws_every_letter_differently(face: Face) -> None:
    font = ImageFont.truetype(str(find_font(face)), 40)
    missing = bytes(font.getmask("\ue000"))
    shapes = [bytes(font.getmask(letter)) for letter in LETTERS + LETTERS.upper()]
    assert missing not in shapes
    assert len(set(shapes)) == len(shapes)
