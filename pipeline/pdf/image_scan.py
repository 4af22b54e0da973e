"""Pages of a TIFF, JPEG or PNG as pixels, read with Pillow."""

import struct
from pathlib import Path

import numpy as np
import PIL.Image
from PIL import ImageOps

from pipeline.errors import DamagedScan, OversizedScan, PageUnreadable
from pipeline.imaging.arrays import Image
from pipeline.model.scan import MediaType
from pipeline.pdf.raster import (
    MAX_DPI,
    MAX_PIXELS,
    Raster,
    check_number,
    check_size,
    is_bilevel,
    own_size_limit,
    to_bilevel,
    without_color,
)
from pipeline.pdf.resolution import Resolution, believe_or_guess

_FORMATS = {MediaType.TIFF: "TIFF", MediaType.JPEG: "JPEG", MediaType.PNG: "PNG"}

_DAMAGE = (
    OSError,
    EOFError,
    ValueError,
    SyntaxError,
    ArithmeticError,
    LookupError,
    TypeError,
    AttributeError,
    struct.error,
)
"""What Pillow's readers raise on torn or hostile files (seen, or in its sources)."""

_ORIENTATION = 274
_PHOTOMETRIC = 262
_TURNED = (5, 6, 7, 8)
"""Orientations of TIFF and EXIF that swap width and height."""


class ImageScan:
    """A picture file; a TIFF may hold many pages."""

    def __init__(
        self, path: Path, media_type: MediaType, *, max_pixels: int = MAX_PIXELS
    ) -> None:
        self._max_pixels = max_pixels
        # Given a path, Pillow maps uncompressed files into memory, and garbles a TIFF
        # so mapped whose orientation swaps its sides (seen with 13.0).
        self._stream = path.open("rb")
        try:
            with own_size_limit():
                self._file = PIL.Image.open(
                    self._stream, formats=[_FORMATS[media_type]]
                )
            is_tiff = media_type is MediaType.TIFF
            self._page_count = int(getattr(self._file, "n_frames", 1)) if is_tiff else 1
        except _DAMAGE as error:
            self._stream.close()
            raise DamagedScan(f"does not open as {media_type}") from error
        width, height = self._file.size
        if self._page_count == 1 and width * height > max_pixels:
            self.close()
            raise OversizedScan(
                f"{width} x {height} pixels; at most {max_pixels} are allowed"
            )

    @property
    def page_count(self) -> int:
        """Pages in the file."""
        return self._page_count

    def render(self, number: int, *, max_dpi: float = MAX_DPI) -> Raster:
        """Read page *number* with its orientation obeyed; see `Scan.render`."""
        check_number(number, self._page_count)
        try:
            with own_size_limit():
                if self._page_count > 1:
                    self._file.seek(number - 1)
                check_size(number, *self._file.size, self._max_pixels)
                return self._read(max_dpi)
        except _DAMAGE as error:
            raise PageUnreadable(number, "the picture is damaged") from error

    def copy_page(self, number: int, shown: Raster) -> None:
        """Say that a picture is a picture; see `Scan.copy_page`."""

    def close(self) -> None:
        """Release the file."""
        self._file.close()
        self._stream.close()

    def _read(self, max_dpi: float) -> Raster:
        turned = self._file.getexif().get(_ORIENTATION) in _TURNED
        claimed = _claimed_resolution(self._file)
        self._file.load()
        # Pillow obeys the orientation of a TIFF while loading and forgets it then;
        # for the others, and older versions, this does.
        upright = ImageOps.exif_transpose(self._file)
        if claimed is not None and turned:
            claimed = claimed.turned()
        own = believe_or_guess(*upright.size, claimed)
        wanted = own.squared().limited(max_dpi)
        pixels = _to_pixels(upright, inverted=_is_inverted(self._file))
        bilevel = is_bilevel(pixels)
        pixels = _resized(pixels, own, wanted)
        if bilevel and pixels.ndim == 2:
            pixels = to_bilevel(pixels)
        return Raster(pixels, (wanted.across + wanted.down) / 2, bilevel)


def _claimed_resolution(picture: PIL.Image.Image) -> Resolution | None:
    """Read the resolution out of the headers, before loading drops them."""
    claimed = picture.info.get("dpi") or ()
    try:
        across, down = (float(value) for value in claimed)
    except (TypeError, ValueError, ArithmeticError):
        return None
    if not (0 < across < float("inf") and 0 < down < float("inf")):
        return None
    return Resolution(across, down)


def _is_inverted(picture: PIL.Image.Image) -> bool:
    """Tell whether 0 is white: Pillow turns that round for all but 16 bits."""
    tags = getattr(picture, "tag_v2", {})
    return tags.get(_PHOTOMETRIC) == 0 and picture.mode.startswith("I")


def _to_pixels(picture: PIL.Image.Image, *, inverted: bool) -> Image:
    """Convert any mode of Pillow to grey or colour on white, ink dark."""
    if picture.mode in {"1", "L"} and "transparency" not in picture.info:
        return np.asarray(picture.convert("L"))
    if picture.mode.startswith("I"):
        deep = np.asarray(picture).astype(np.int64).clip(0, 65535)
        grey = (deep >> 8).astype(np.uint8)
        return np.uint8(255) - grey if inverted else grey
    if picture.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or (
        "transparency" in picture.info
    ):
        layers = picture.convert("RGBA")
        white = PIL.Image.new("RGBA", layers.size, "white")
        picture = PIL.Image.alpha_composite(white, layers)
    elif picture.mode not in {"P", "RGB", "RGBX", "CMYK", "YCbCr"}:
        raise ValueError(f"pixels of kind {picture.mode}")
    return without_color(np.asarray(picture.convert("RGB")))


def _resized(pixels: Image, own: Resolution, wanted: Resolution) -> Image:
    """Resample so that one pixel is as high as it is wide, and not too fine."""
    if own == wanted:
        return pixels
    height, width = pixels.shape[:2]
    size = (
        max(1, round(width * wanted.across / own.across)),
        max(1, round(height * wanted.down / own.down)),
    )
    shrinks = size[0] <= width and size[1] <= height
    method = PIL.Image.Resampling.BOX if shrinks else PIL.Image.Resampling.BICUBIC
    return np.asarray(PIL.Image.fromarray(pixels).resize(size, method))
