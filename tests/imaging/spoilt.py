"""Pages as a scanner gives them: one of ink and paper, and some that are more."""

from collections.abc import Callable
from functools import cache, partial

import numpy as np
from PIL import Image, ImageDraw

from tests.drawing import (
    Administrative,
    Pixels,
    draw_administrative,
    draw_id_card,
    jpeg,
    make_person,
)


@cache
def draw_letter(seed: int, *, seal: bool = True, dpi: int = 200) -> Pixels:
    """Draw a decision with seal, signature and the stamp of the office it came to."""
    paper = Administrative(incoming=("1234", "08/12/2025"), seal=seal, seed=seed)
    (page,) = draw_administrative(paper, dpi=dpi)
    return page.image


def scanned(image: Pixels, *, seed: int = 0) -> Pixels:
    """Give the page paper that is not white, the grain of a sensor, and its JPEG."""
    levels = image / 255 * np.array((247, 246, 243))
    levels += np.random.default_rng(seed).normal(0, 3, image.shape)
    return jpeg(levels.clip(0, 255).astype(np.uint8), 90)


def _pencil(level: int) -> Callable[[Pixels], None]:
    def write(image: Pixels) -> None:
        page = Image.fromarray(image)
        y = np.cumsum(np.random.default_rng(1).normal(0, 6, 120))
        line = [(150 + 3.4 * x, 150 + up - y[-1] * x / 120) for x, up in enumerate(y)]
        ImageDraw.Draw(page).line(line, fill=(level,) * 3, width=3)
        image[:] = np.array(page)

    return write


def _stamp(color: tuple[int, int, int]) -> Callable[[Pixels], None]:
    def press(image: Pixels) -> None:
        page = Image.fromarray(image)
        draw = ImageDraw.Draw(page)
        draw.ellipse((200, 110, 450, 360), outline=color, width=8)
        draw.text((240, 215), "CHỨNG THỰC", fill=color, font_size=28)
        image[:] = np.array(page)

    return press


def _mark(image: Pixels) -> None:
    image[700:740, 300:600] = image[700:740, 300:600] * np.array((1, 0.98, 0.6))


def _photograph(image: Pixels) -> None:
    y, x = np.mgrid[:320, :240]
    face = 128 + 90 * np.sin(x / 40) * np.cos(y / 55) + 20 * np.sin(x / 7)
    image[250:570, 200:440] = face[..., None].clip(0, 255) * np.array((1, 0.85, 0.75))


def _guilloche(image: Pixels) -> None:
    y, x = np.mgrid[: image.shape[0], : image.shape[1]]
    waves = np.sin(x / 9 + 6 * np.sin(y / 60)) - np.sin(y / 8 + 5 * np.sin(x / 50))
    lines = (np.abs(waves) < 0.15)[..., None] * np.array((0.03, 0.12, 0.1))
    image[:] = image * (1 - lines)


_CHANGES: dict[str, Callable[[Pixels], None]] = {
    "pencil, dark, over print": _pencil(130),
    "pencil, medium, over print": _pencil(150),
    "pencil, faint": _pencil(215),
    "pencil, hardly there": _pencil(225),
    "stamp, pale red": _stamp((250, 215, 215)),
    "highlighter": _mark,
    "portrait": _photograph,
    "guilloche": _guilloche,
}


def _spoilt(change: Callable[[Pixels], None]) -> Pixels:
    image = draw_letter(0).copy()
    change(image)
    return scanned(image)


SPOILT: dict[str, Callable[[], Pixels]] = {
    **{name: partial(_spoilt, change) for name, change in _CHANGES.items()},
    "identity card": lambda: scanned(draw_id_card(make_person(4)).image),
}
"""What layers would not be faithful to, by name; drawn when called."""
