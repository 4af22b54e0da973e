"""What scanners and years do to a page; the same seed does the same."""

import io
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from demo.fonts import Face, open_font
from demo.sheet import PAPER, RED, Pixels

_INK_BELOW = 150
"""Level at which a bilevel scanner puts ink."""


def tilted(image: Pixels, degrees: float) -> Pixels:
    """Turn the page clockwise by *degrees* in the feeder; the corners are paper."""
    fill = PAPER if image.ndim == 2 else (PAPER,) * 3
    turned = Image.fromarray(image).rotate(
        -degrees, Image.Resampling.BICUBIC, fillcolor=fill
    )
    return np.array(turned, np.uint8)


def turned(image: Pixels, quarter_turns: int) -> Pixels:
    """Feed the page clockwise by quarter turns."""
    return np.ascontiguousarray(np.rot90(image, -quarter_turns))


def speckled(image: Pixels, share: float = 0.01, seed: int = 0) -> Pixels:
    """Sprinkle salt and pepper over a *share* of the pixels."""
    chance = np.random.default_rng(seed)
    dice = chance.random(image.shape[:2])
    worn = image.copy()
    worn[dice < share / 2] = 0
    worn[dice > 1 - share / 2] = 255
    return worn


def blurred(image: Pixels, radius: float = 1.0) -> Pixels:
    """Let the page lie above the focus; *radius* in pixels."""
    return np.array(Image.fromarray(image).filter(ImageFilter.GaussianBlur(radius)))


def jpeg(image: Pixels, quality: int = 40) -> Pixels:
    """Send the page through JPEG and back."""
    out = io.BytesIO()
    Image.fromarray(image).save(out, "JPEG", quality=quality)
    return np.array(Image.open(out), np.uint8)


def uneven_light(image: Pixels, drop: float = 0.35, seed: int = 0) -> Pixels:
    """Photograph the page by a lamp: one corner is darker by *drop*."""
    height, width = image.shape[:2]
    angle = np.random.default_rng(seed).uniform(0, 2 * math.pi)
    x, y = np.linspace(-1, 1, width), np.linspace(-1, 1, height)[:, None]
    slope = (x * math.cos(angle) + y * math.sin(angle)) / math.sqrt(2)
    light = 1 - drop * (slope + 1) / 2
    if image.ndim == 3:
        light = light[..., None]
    return np.asarray(image * light, np.uint8)


def gray(image: Pixels) -> Pixels:
    """Scan without color."""
    return np.array(Image.fromarray(image).convert("L"), np.uint8)


def bilevel(image: Pixels) -> Pixels:
    """Scan in black and white: 0 and 255 only."""
    return np.where(gray(image) < _INK_BELOW, 0, 255).astype(np.uint8)


def bled_through(
    image: Pixels | NDArray[np.float64],
    back: Pixels,
    share: float = 0.2,
    *,
    dpi: int = 200,
) -> Pixels:
    """Let the print on the *back* show through thin paper, mirrored and blurred.

    Args:
        image: grey, of the same size as *back*. Not changed.
        back: what is printed on the other side, grey.
        share: of the print's darkness that comes through, 0-1; thin paper reaches 0.3.
        dpi: pixels per inch.
    """
    mirrored = ImageOps.mirror(Image.fromarray(back))
    shadow = np.array(mirrored.filter(ImageFilter.GaussianBlur(dpi / 130)), np.float32)
    levels = image - share * (PAPER - shadow)
    return np.asarray(np.clip(levels, 0, 255), np.uint8)


def with_staple(image: Pixels, at: float = 11.0, *, dpi: int = 200) -> Pixels:
    """Scan the page with its corner folded over and the staple in it, grey.

    The staple lies across the corner, *at* millimetres from both edges; the sheet
    lifts off the glass there and is darker towards the corner.
    """
    height, width = image.shape
    per_mm = dpi / 25.4
    lift = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(lift)
    corner = 2.2 * at * per_mm
    draw.polygon([(0, 0), (corner, 0), (0, corner)], fill=70)
    lift = lift.filter(ImageFilter.GaussianBlur(2.5 * per_mm))
    middle, half = at * per_mm, 4.5 * per_mm
    draw = ImageDraw.Draw(lift)
    ends = [(middle - half, middle + half), (middle + half, middle - half)]
    draw.line([(x + 5, y + 5) for x, y in ends], fill=130, width=round(0.9 * per_mm))
    draw.line(ends, fill=190, width=round(0.6 * per_mm))
    darker = np.array(lift.filter(ImageFilter.GaussianBlur(1)), np.int16)
    return np.asarray(np.clip(image - darker, 0, 255), np.uint8)


def with_seal(
    image: Pixels,
    at: tuple[float, float],
    text: str = "ỦY BAN NHÂN DÂN XÃ HÒA SƠN",
    *,
    dpi: int = 200,
) -> Pixels:
    """Press a round red seal onto the page, its middle *at* millimetres."""
    side = round(36 * dpi / 25.4)
    seal = Image.new("RGB", (side, side), (255, 255, 255))
    draw = ImageDraw.Draw(seal)
    line = max(2, round(0.6 * dpi / 25.4))
    draw.ellipse([1, 1, side - 2, side - 2], outline=RED, width=2 * line)
    inner = round(side * 0.2)
    draw.ellipse([inner, inner, side - inner, side - inner], outline=RED, width=line)
    _print_star(draw, side / 2, side * 0.15)
    _print_round(seal, text + "  *  ", side * 0.41, dpi)
    return _pressed(image, seal, at, dpi)


def with_stamp(
    image: Pixels,
    number: str,
    day: str,
    at: tuple[float, float] = (57, 58),
    *,
    agency: str = "UBND XÃ HÒA SƠN",
    dpi: int = 200,
) -> Pixels:
    """Stamp the page as incoming (*dấu ĐẾN*, Decree 30/2020, annex VI)."""
    width, height = round(50 * dpi / 25.4), round(30 * dpi / 25.4)
    stamp = Image.new("RGB", (width, height), (255, 255, 255))
    draw = ImageDraw.Draw(stamp)
    draw.rectangle([1, 1, width - 2, height - 2], outline=RED, width=3)
    em = dpi / 72
    small, big = (
        open_font(Face.BOLD, round(9 * em)),
        open_font(Face.BOLD, round(13 * em)),
    )
    plain = open_font(Face.REGULAR, round(10.5 * em))
    draw.text((width / 2, height * 0.15), agency, RED, small, anchor="mm")
    draw.text((width * 0.16, height * 0.42), "ĐẾN", RED, big, anchor="mm")
    for index, row in enumerate(
        (
            f"Số: {number}",
            f"Ngày: {day}",
            "Chuyển: ............",
            "Số và ký hiệu HS: ....",
        )
    ):
        draw.text(
            (width * 0.3, height * (0.34 + 0.18 * index)), row, RED, plain, anchor="lm"
        )
    return _pressed(image, stamp, at, dpi)


def _print_star(draw: ImageDraw.ImageDraw, middle: float, radius: float) -> None:
    points = []
    for corner in range(10):
        reach = radius if corner % 2 == 0 else radius * 0.4
        angle = math.pi * corner / 5 - math.pi / 2
        points.append(
            (middle + reach * math.cos(angle), middle + reach * math.sin(angle))
        )
    draw.polygon(points, fill=RED)


def _print_round(seal: Image.Image, text: str, radius: float, dpi: int) -> None:
    font = open_font(Face.BOLD, round(8.5 * dpi / 72))
    side = seal.width
    for index, letter in enumerate(text):
        angle = 360 * index / len(text) - 160
        layer = Image.new("RGB", (side, side), (255, 255, 255))
        place = (side / 2, side / 2 - radius)
        ImageDraw.Draw(layer).text(place, letter, RED, font, anchor="mm")
        layer = layer.rotate(
            -angle, Image.Resampling.BICUBIC, fillcolor=(255, 255, 255)
        )
        seal.paste(Image.fromarray(np.minimum(np.array(seal), np.array(layer))))


def _pressed(
    image: Pixels, stamp: Image.Image, at: tuple[float, float], dpi: int
) -> Pixels:
    """Multiply the colors of *stamp* into the page, as ink over ink does."""
    color = image if image.ndim == 3 else np.repeat(image[..., None], 3, axis=2)
    ink = np.array(stamp, np.uint16)
    top = max(0, round(at[1] * dpi / 25.4) - ink.shape[0] // 2)
    left = max(0, round(at[0] * dpi / 25.4) - ink.shape[1] // 2)
    worn = color.copy()
    spot = worn[top : top + ink.shape[0], left : left + ink.shape[1]]
    spot[:] = spot * ink[: spot.shape[0], : spot.shape[1]] // 255
    return worn if image.ndim == 3 else gray(worn)
