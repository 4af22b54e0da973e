"""An empty A4 sheet to print on, in millimetres and points."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from demo.fonts import Face, open_font

Pixels = NDArray[np.uint8]
"""Shape (height, width) grey or (height, width, 3) RGB."""

WIDTH, HEIGHT = 210.0, 297.0
"""A4, millimetres."""

LEFT, RIGHT, TOP, BOTTOM = 30.0, 195.0, 20.0, 275.0
"""Edges of the text, millimetres (Decree 30/2020, annex I)."""

MIDDLE = (LEFT + RIGHT) / 2

PAPER = 252
"""Level of bare paper as a scanner sees it."""

INK = (25, 25, 25)
BLUE = (35, 55, 150)
RED = (205, 35, 40)

_MM_PER_POINT = 25.4 / 72
_LEADING = 1.32
"""Baseline to baseline, in ems: single spacing with 3 points after."""

_LEADER_BELOW, _VALUE_ABOVE = 0.4, 1.0
"""Millimetres off the label's baseline: who types into a form stays clear of the dots,
so that those below the letters (dấu nặng) are not lost among them."""

Align = Literal["left", "middle", "right"]
_ANCHORS = {"left": "ls", "middle": "ms", "right": "rs"}


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """A page and what is printed on it."""

    image: Pixels
    dpi: int
    doctype: str
    """Code of the document type in ``config/doctypes``; empty for none."""

    truth: Mapping[str, str] = field(default_factory=dict)
    """Field name of the document type to its value as printed."""

    lines: tuple[str, ...] = ()
    """Everything printed, top to bottom, left to right."""

    @property
    def text(self) -> str:
        """Everything printed, one line after the other."""
        return "\n".join(self.lines)

    def through(self, change: Callable[..., Pixels], *args: object) -> "DrawnPage":
        """Put the picture through *change*, such as ``tilted`` with its degrees."""
        return replace(self, image=change(self.image, *args))


class Sheet:
    """A4 paper that remembers what was printed on it.

    Places are millimetres from the top left corner, ``y`` is a baseline; sizes are
    points.
    """

    def __init__(self, dpi: int = 200) -> None:
        self.dpi = dpi
        size = (self.px(WIDTH), self.px(HEIGHT))
        self.image = Image.new("RGB", size, (PAPER, PAPER, PAPER))
        self._draw = ImageDraw.Draw(self.image)
        self._printed: list[tuple[float, float, str]] = []

    @property
    def printed(self) -> tuple[str, ...]:
        """What was printed so far, in the order of printing."""
        return tuple(text for _, _, text in self._printed)

    def px(self, mm: float) -> int:
        """Convert millimetres to pixels."""
        return round(mm * self.dpi / 25.4)

    def width_of(self, text: str, size: float, face: Face = Face.REGULAR) -> float:
        """Measure *text*, millimetres."""
        return float(self._font(face, size).getlength(text) * 25.4 / self.dpi)

    def print(
        self,
        text: str,
        x: float,
        y: float,
        size: float = 13,
        face: Face = Face.REGULAR,
        *,
        align: Align = "left",
        color: tuple[int, int, int] = INK,
    ) -> float:
        """Print a line; gives the x of its right end."""
        width = self.width_of(text, size, face)
        start = {"left": x, "middle": x - width / 2, "right": x - width}[align]
        self._put(text, start, y, self._font(face, size), color)
        self._printed.append((round(y), start, text))
        return start + width

    def paragraph(
        self,
        text: str,
        y: float,
        size: float = 13,
        face: Face = Face.REGULAR,
        *,
        indent: float = 10,
        left: float = LEFT,
        right: float = RIGHT,
    ) -> float:
        """Print justified lines from the baseline *y*; gives the next baseline."""
        rows = self.wrap(text, right - left, size, face, indent=indent)
        for index, row in enumerate(rows):
            start = left + (indent if index == 0 else 0)
            last = index == len(rows) - 1
            self._justify(row, start, None if last else right, y, size, face)
            y += self.leading(size)
        return y

    def wrap(
        self,
        text: str,
        width: float,
        size: float,
        face: Face = Face.REGULAR,
        *,
        indent: float = 0,
    ) -> list[list[str]]:
        """Break *text* into rows of words that fit *width*."""
        rows: list[list[str]] = [[]]
        for word in text.split():
            room = width - (indent if len(rows) == 1 else 0)
            if (
                rows[-1]
                and self.width_of(" ".join([*rows[-1], word]), size, face) > room
            ):
                rows.append([])
            rows[-1].append(word)
        return rows

    def filled(
        self,
        label: str,
        value: str,
        y: float,
        size: float = 13,
        *,
        edges: tuple[float, float] = (LEFT, RIGHT),
        dotted: bool = True,
        ink: tuple[int, int, int] = INK,
    ) -> float:
        """Print ``label: value`` with the value above a dotted leader.

        A long value goes on below; gives the next baseline.
        """
        left, right = edges
        start = self.print(label, left, y, size) + 1.5
        indent = start - left
        for index, row in enumerate(
            self.wrap(value, right - left, size, indent=indent)
        ):
            x = start if index == 0 else left
            if dotted:
                self.dots(x, right, y + _LEADER_BELOW, size)
            if row:
                raised = _VALUE_ABOVE if dotted else 0
                self.print(" ".join(row), x + 1, y - raised, size, color=ink)
            y += self.leading(size) + (_LEADER_BELOW if dotted else 0)
        return y

    def dots(self, left: float, right: float, y: float, size: float = 13) -> None:
        """Print a dotted leader."""
        font = self._font(Face.REGULAR, size)
        count = int((right - left) / self.width_of(".", size))
        self._put("." * max(count, 0), left, y, font, INK)

    def rule(self, x0: float, y0: float, x1: float, y1: float, mm: float = 0.2) -> None:
        """Draw a thin straight line."""
        points = [(self.px(x0), self.px(y0)), (self.px(x1), self.px(y1))]
        self._draw.line(points, fill=INK, width=max(1, self.px(mm)))

    def box(self, x0: float, y0: float, x1: float, y1: float, mm: float = 0.2) -> None:
        """Draw an empty frame."""
        corners = (self.px(x0), self.px(y0), self.px(x1), self.px(y1))
        self._draw.rectangle(corners, outline=INK, width=max(1, self.px(mm)))

    def sign(self, x: float, y: float, seed: int) -> None:
        """Sign in blue ballpoint around the middle (x, y)."""
        chance = random.Random(seed)
        turns = [chance.uniform(0.6, 1.6) for _ in range(6)]
        points = []
        for step in range(240):
            t = step / 239
            rise = sum(
                np.sin(2 * np.pi * turn * (k + 1) * t + turn) / (k + 1)
                for k, turn in enumerate(turns)
            )
            points.append(
                (self.px(x - 16 + 32 * t), self.px(y - 4 * rise * (1 - t / 2)))
            )
        self._draw.line(points, fill=BLUE, width=max(1, self.px(0.4)), joint="curve")

    def paste(self, picture: Image.Image, x: float, y: float) -> None:
        """Put a picture of this sheet's resolution with its corner at (x, y)."""
        self.image.paste(picture, (self.px(x), self.px(y)))

    def leading(self, size: float) -> float:
        """Baseline to baseline, millimetres."""
        return size * _LEADING * _MM_PER_POINT

    def finish(
        self, doctype: str = "", truth: Mapping[str, str] | None = None
    ) -> DrawnPage:
        """Take the page out of the printer."""
        lines = tuple(text for _, _, text in sorted(self._printed))
        pixels = np.array(self.image, np.uint8)
        return DrawnPage(pixels, self.dpi, doctype, dict(truth or {}), lines)

    def _justify(
        self,
        words: list[str],
        left: float,
        right: float | None,
        y: float,
        size: float,
        face: Face,
    ) -> None:
        gap = self.width_of(" ", size, face)
        if right is not None and len(words) > 1:
            inked = sum(self.width_of(word, size, face) for word in words)
            gap = (right - left - inked) / (len(words) - 1)
        x = left
        for word in words:
            self._put(word, x, y, self._font(face, size), INK)
            x += self.width_of(word, size, face) + gap
        self._printed.append((round(y), left, " ".join(words)))

    def _put(
        self,
        text: str,
        x: float,
        y: float,
        font: ImageFont.FreeTypeFont,
        color: tuple[int, int, int],
    ) -> None:
        self._draw.text(
            (x * self.dpi / 25.4, self.px(y)), text, fill=color, font=font, anchor="ls"
        )

    def _font(self, face: Face, size: float) -> ImageFont.FreeTypeFont:
        return open_font(face, max(1, round(size * self.dpi / 72)))


def national_heading(sheet: Sheet, x: float, y: float, size: float = 12) -> float:
    """Print the country's name and motto around *x*; gives the next free baseline."""
    sheet.print(
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", x, y, size, Face.BOLD, align="middle"
    )
    y += sheet.leading(size + 1)
    motto = "Độc lập - Tự do - Hạnh phúc"
    sheet.print(motto, x, y, size + 1, Face.BOLD, align="middle")
    half = sheet.width_of(motto, size + 1, Face.BOLD) / 2
    sheet.rule(x - half, y + 1.8, x + half, y + 1.8)
    return y + 8
