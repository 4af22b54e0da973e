"""Pages drawn by code for the tests of this room; nobody's real paper."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipeline.imaging.arrays import GrayImage
from pipeline.model.geometry import BoundingBox
from pipeline.model.text import OcrLine, OcrPage, OcrWord

DPI = 200
A4 = 1654, 2339
"""Pixels at 200 dpi."""

_FACES = {
    "regular": ("texgyretermes-regular.otf", "NotoSerif-Regular.ttf"),
    "bold": ("texgyretermes-bold.otf", "NotoSerif-Bold.ttf"),
    "italic": ("texgyretermes-italic.otf", "NotoSerif-Italic.ttf"),
}
_FOLDERS = (
    Path("/usr/share/texmf/fonts/opentype/public/tex-gyre"),
    Path("/usr/share/fonts/truetype/noto"),
)

PROSE = (
    "Nghị định này quy định điều kiện về an ninh, trật tự,",
    "công tác quản lý nhà nước và trách nhiệm của tổ chức,",
    "cá nhân trong hoạt động ngành, nghề đầu tư kinh doanh",
    "có điều kiện về an ninh, trật tự trên lãnh thổ nước ta.",
    "Chính phủ ban hành Nghị định quy định điều kiện chung.",
)


class Text(NamedTuple):
    """Words to draw, and where their left top corner stands, in pixels."""

    text: str
    left: int
    top: int
    face: str = "regular"
    size: float = 13.0
    """Points."""


HEADER = (
    Text("ỦY BAN NHÂN DÂN", 250, 150),
    Text("XÃ AN PHÚ", 330, 200, "bold"),
    Text("Số: 127/UBND-VP", 270, 280),
    Text("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 760, 150, "bold", 12.0),
    Text("Độc lập - Tự do - Hạnh phúc", 880, 200, "bold"),
    Text("An Phú, ngày 18 tháng 9 năm 2024", 840, 280, "italic"),
)
"""The two columns of a document's head as Decree 30/2020 has them."""


def draw(*texts: Text, size: tuple[int, int] = A4) -> GrayImage:
    """Print *texts* on white paper of *size* pixels."""
    page = Image.new("L", size, 255)
    pen = ImageDraw.Draw(page)
    for text in texts:
        pen.text((text.left, text.top), text.text, fill=20, font=_font(text))
    return np.asarray(page)


def paragraph(lines: tuple[str, ...] = PROSE, *, top: int = 500) -> tuple[Text, ...]:
    """Set *lines* below one another, as a typist would."""
    return tuple(Text(line, 250, top + 55 * index) for index, line in enumerate(lines))


def extent(text: Text) -> BoundingBox:
    """Find the box of the ink that `draw` leaves."""
    left, top, right, bottom = _font(text).getbbox(text.text)
    return BoundingBox(
        int(text.left + left),
        int(text.top + top),
        int(text.left + right),
        int(text.top + bottom),
    )


def page_of(*lines: tuple[tuple[str, int], ...], pitch: int = 50) -> OcrPage:
    """Make a page of lines whose words stand at (text, left), without reading any."""
    return OcrPage(
        tuple(
            OcrLine(
                tuple(
                    OcrWord(word, _word_box(word, left, pitch * number), 0.95)
                    for word, left in line
                )
            )
            for number, line in enumerate(lines, start=1)
            if line
        )
    )


def _word_box(word: str, left: int, top: int) -> BoundingBox:
    return BoundingBox(left, top, left + 18 * len(word), top + 30)


def _font(text: Text) -> ImageFont.FreeTypeFont:
    for name in _FACES[text.face]:
        for folder in _FOLDERS:
            if (folder / name).is_file():
                return ImageFont.truetype(folder / name, round(text.size * DPI / 72))
    raise FileNotFoundError("neither TeX Gyre Termes nor Noto Serif is installed")
