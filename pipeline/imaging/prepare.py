"""Make of one scanned page a picture to keep and a reading copy for the engine."""

import math
from dataclasses import dataclass, field

import numpy as np

from pipeline.imaging.arrays import WHITE, GrayImage, Image, resize_to_dpi
from pipeline.imaging.boxes import BoxRow
from pipeline.imaging.clean import despeckle, red_free
from pipeline.imaging.defects import DefectLimits, find_defects
from pipeline.imaging.deskew import NO_SKEW, estimate_skew, rotate
from pipeline.imaging.marks import wipe_leaders
from pipeline.imaging.quality import Quality, measure_quality, see_ink
from pipeline.model.geometry import BoundingBox
from pipeline.model.quality import Defect

_LOWEST_READING_DPI = 150
"""From here on a page is read as it is: enlarging adds nothing. Coarser ones are
enlarged, because the engine knows no smaller letters."""


_UNEVEN_LIGHT, _LITTLE_LIGHT = 0.12, 0.7
"""Missing part of the light from which the reading copy is evened out, and brightness
of the paper below which it is. A lamp that left half the light at one end hid an
identity card from the reader (100 % CER, evened out 2 %) and half of a letter."""


@dataclass(frozen=True, slots=True)
class PrepareOptions:
    """What may be done to a page."""

    reading_dpi: int = 200
    """Resolution of the reading copy; finer ones read worse and take longer."""

    picture_dpi: int = 300
    """Largest resolution of the picture that is kept."""

    straighten_from: float = 0.15
    """Degrees from which the picture is straightened: 0.5 mm across an A4 page."""

    read_straightened_from: float = 1.0
    """Degrees from which the reading copy is, too: turning one that is tilted by half a
    degree took words wrong from 26 to 42, by one degree from 37 to 28."""

    limits: DefectLimits = field(default_factory=DefectLimits)
    """From where on a page counts as badly scanned."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A page in two copies, and how places move between them."""

    picture: Image
    """Straight, colors kept, never binarized; bilevel pages keep 0 and 255 only."""

    picture_dpi: float
    bilevel: bool
    reading: GrayImage
    """Grey, cleaned, at ``reading_dpi``."""

    reading_dpi: int
    skew: float
    """Degrees, clockwise positive, that the sheet was tilted as scanned."""

    quality: Quality
    residual: float = 0.0
    """Degrees, clockwise, by which the reading is tilted against the picture."""

    skew_confidence: float = 0.0
    defects: tuple[Defect, ...] = ()
    """Why the page should be scanned again."""

    box_rows: tuple[BoxRow, ...] = ()
    """Boxes for single letters, in pixels of the reading, which lacks their rules."""

    def to_picture(self, box: BoundingBox) -> BoundingBox:
        """Map a box of the reading to the picture, clipped to the page.

        The middle is turned, the size is scaled: a box drawn round a turned box would
        grow each time, while the word in it does not.
        """
        return _moved(box, self.reading.shape, self.picture.shape, -self.residual)

    def to_reading(self, box: BoundingBox) -> BoundingBox:
        """Map a box of the picture to the reading, clipped to the page."""
        return _moved(box, self.picture.shape, self.reading.shape, self.residual)


def prepare(
    image: Image, dpi: float, *, bilevel: bool, options: PrepareOptions
) -> Prepared:
    """Prepare one upright page.

    Args:
        image: grey or color, rows across (see ``orientation``). Not changed.
        dpi: its resolution, pixels per inch.
        bilevel: it has 0 and 255 only.
        options: resolutions, and from which tilt on a copy is straightened.
    """
    picture, picture_dpi = _shrink(image, dpi, options.picture_dpi, bilevel=bilevel)
    reading_dpi = options.reading_dpi
    if _LOWEST_READING_DPI <= dpi < reading_dpi:
        reading_dpi = round(dpi)
    reading = resize_to_dpi(red_free(image, dpi), dpi, reading_dpi)
    ink = see_ink(reading)
    quality = measure_quality(ink, reading_dpi)
    defects = find_defects(ink, reading_dpi, quality, options.limits, scanned_dpi=dpi)
    has_rows = not (quality.blank or quality.is_picture)
    found = estimate_skew(reading) if has_rows else NO_SKEW
    skew = found.degrees
    residual = 0.0
    if not quality.blank:
        if ink.shade > _UNEVEN_LIGHT or ink.paper < _LITTLE_LIGHT:
            reading = ink.flat()
        reading = despeckle(reading)  # before a turn spreads the specks
    if abs(skew) >= options.straighten_from:
        picture = rotate(picture, -skew, bilevel=bilevel)
        residual = skew
    if abs(skew) >= options.read_straightened_from:
        reading = rotate(reading, -skew)
        residual = 0.0
    box_rows: tuple[BoxRow, ...] = ()
    if not quality.blank:
        reading, box_rows = wipe_leaders(reading, reading_dpi)
    return Prepared(
        picture,
        picture_dpi,
        bilevel,
        reading,
        reading_dpi,
        skew,
        quality,
        residual,
        found.confidence,
        defects,
        box_rows,
    )


def _shrink(
    image: Image, dpi: float, target_dpi: float, *, bilevel: bool
) -> tuple[Image, float]:
    if dpi <= target_dpi:
        return image, dpi
    small = resize_to_dpi(image, dpi, target_dpi)
    if bilevel:
        small = np.where(small > WHITE // 2, WHITE, 0).astype(np.uint8)
    return small, target_dpi


def _moved(
    box: BoundingBox,
    source: tuple[int, ...],
    target: tuple[int, ...],
    degrees: float,
) -> BoundingBox:
    """Turn the middle of *box* clockwise about the page's, and scale it all."""
    across, down = target[1] / source[1], target[0] / source[0]
    x, y = box.middle
    dx, dy = (x - source[1] / 2) * across, (y - source[0] / 2) * down
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    middle_x = target[1] / 2 + dx * cos - dy * sin
    middle_y = target[0] / 2 + dx * sin + dy * cos
    left, right = _span(middle_x, box.width * across, target[1])
    top, bottom = _span(middle_y, box.height * down, target[0])
    return BoundingBox(left, top, right, bottom)


def _span(middle: float, length: float, limit: int) -> tuple[int, int]:
    """Place *length* around *middle* on whole pixels from 0 to *limit*, never empty."""
    start = min(max(0, round(middle - length / 2)), limit - 1)
    return start, min(limit, max(start + 1, round(middle + length / 2)))
