"""Find typefaces that have every Vietnamese letter."""

from enum import Enum
from functools import cache
from pathlib import Path

from PIL import ImageFont

from pipeline.errors import ToolMissing

_FOLDERS = (
    Path("/usr/share/texmf/fonts/opentype/public/tex-gyre"),
    Path("/usr/share/fonts/opentype/tex-gyre"),
    Path("/usr/share/fonts/truetype/liberation"),
    Path("/usr/share/fonts/truetype/noto"),
    Path("/usr/share/fonts/truetype/dejavu"),
)


class Face(Enum):
    """A typeface by its use; the value names files in order of preference."""

    REGULAR = (
        "texgyretermes-regular.otf",
        "LiberationSerif-Regular.ttf",
        "NotoSerif-Regular.ttf",
    )
    BOLD = (
        "texgyretermes-bold.otf",
        "LiberationSerif-Bold.ttf",
        "NotoSerif-Bold.ttf",
    )
    ITALIC = (
        "texgyretermes-italic.otf",
        "LiberationSerif-Italic.ttf",
        "NotoSerif-Italic.ttf",
    )
    BOLD_ITALIC = (
        "texgyretermes-bolditalic.otf",
        "LiberationSerif-BoldItalic.ttf",
        "NotoSerif-BoldItalic.ttf",
    )
    NOTO = ("NotoSerif-Regular.ttf",)
    NOTO_BOLD = ("NotoSerif-Bold.ttf",)
    SANS = ("NotoSans-Regular.ttf", "LiberationSans-Regular.ttf", "DejaVuSans.ttf")
    SANS_BOLD = (
        "NotoSans-Bold.ttf",
        "LiberationSans-Bold.ttf",
        "DejaVuSans-Bold.ttf",
    )
    TYPED = (
        "texgyrecursor-regular.otf",
        "LiberationMono-Regular.ttf",
        "DejaVuSansMono.ttf",
    )
    SCRIPT = ("texgyrechorus-mediumitalic.otf", "texgyretermes-italic.otf")
    """As if written: Debian has no handwriting face with every Vietnamese letter
    (looked for in November 2026), and this chancery italic has them."""

    MONO = (
        "NotoSansMono-Regular.ttf",
        "LiberationMono-Regular.ttf",
        "DejaVuSansMono.ttf",
    )


@cache
def find_font(face: Face) -> Path:
    """Find the file of a typeface.

    Raises:
        ToolMissing: none of its files is installed.
    """
    names: tuple[str, ...] = face.value
    for name in names:
        for folder in _FOLDERS:
            path: Path = folder / name
            if path.is_file():
                return path
    raise ToolMissing(
        f"no font for drawing pages: install fonts-texgyre and fonts-noto-core "
        f"(looked for {', '.join(names)})"
    )


@cache
def open_font(face: Face, pixels: int) -> ImageFont.FreeTypeFont:
    """Open a typeface at an em of *pixels*.

    Raises:
        ToolMissing: it is not installed.
    """
    return ImageFont.truetype(str(find_font(face)), pixels)
