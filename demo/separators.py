"""Draw separator sheets, and codes on stickers."""

import random
from dataclasses import replace

import numpy as np
import pypdfium2
import zxingcpp
from PIL import Image

from demo.codes import draw_code
from demo.fonts import Face
from demo.plain import page_of_text
from demo.sheet import DrawnPage, Pixels, Sheet

_QUIET = 3.0
"""Millimetres of white around the code on a sticker."""


def draw_code_sheet(
    text: str, symbology: str = "Code39", *, dpi: int = 200
) -> DrawnPage:
    """Draw a separator sheet that carries *text* as a bar code, and says what it is."""
    sheet = Sheet(dpi)
    kind = zxingcpp.barcode_format_from_str(symbology)
    bars = draw_code(text, kind, dpi, module=0.5, height=25)
    sheet.paste(bars, 105 - bars.width * 25.4 / dpi / 2, 60)
    sheet.print("SEPARATOR", 105, 140, 40, Face.SANS_BOLD, align="middle")
    note = "Đặt giữa hai tài liệu khi quét"
    sheet.print(note, 105, 160, 16, Face.SANS, align="middle")
    return sheet.finish()


def draw_printed(pdf: bytes, *, dpi: int = 200) -> tuple[DrawnPage, ...]:
    """Print a PDF: give its pages as a scanner of *dpi* sees them."""
    document = pypdfium2.PdfDocument(pdf)
    pages = (page.render(scale=dpi / 72).to_pil() for page in document)
    return tuple(
        DrawnPage(np.array(page.convert("RGB"), np.uint8), dpi, "") for page in pages
    )


def with_sticker(
    image: Pixels,
    text: str,
    symbology: str,
    at: tuple[float, float],
    degrees: float = 0.0,
    *,
    dpi: int = 200,
) -> Pixels:
    """Stick a white label with a code onto a page, its corner *at* millimetres."""
    kind = zxingcpp.barcode_format_from_str(symbology)
    code = draw_code(text, kind, dpi, module=0.33, height=9)
    quiet = round(_QUIET * dpi / 25.4)
    size = (code.width + 2 * quiet, code.height + 2 * quiet)
    label = Image.new("L", size, 255)
    label.paste(code, (quiet, quiet))
    mask = Image.new("L", size, 255)
    turned = label.rotate(-degrees, Image.Resampling.BICUBIC, expand=True)
    shape = mask.rotate(-degrees, Image.Resampling.NEAREST, expand=True)
    page = Image.fromarray(image)
    place = (round(at[0] * dpi / 25.4), round(at[1] * dpi / 25.4))
    page.paste(turned.convert(page.mode), place, shape)
    return np.array(page, np.uint8)


def draw_labelled(
    text: str, symbology: str, seed: int = 0, *, dpi: int = 200
) -> DrawnPage:
    """Draw a page of prose with a label stuck over its lines, a little crooked."""
    chance = random.Random(seed)
    at = (chance.uniform(25, 90), chance.uniform(20, 220))
    page = page_of_text(seed=seed, dpi=dpi)
    degrees = chance.uniform(-4, 4)
    image = with_sticker(page.image, text, symbology, at, degrees, dpi=dpi)
    return replace(page, image=image)
