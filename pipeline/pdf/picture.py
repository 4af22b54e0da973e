"""Encode a page's picture the way it is kept: lossless if bilevel, else JPEG."""

import io
from dataclasses import dataclass

import numpy as np
import PIL.Image

from pipeline.imaging.arrays import Image

JPEG_QUALITY = 75
"""Libjpeg's scale. At 75, text reads as before (WER +0.1 points on real scans, which is
the noise of rendering); 85 costs 12-26 % more bytes, 60 saves 11-19 %."""

_CHROMA_420 = 2
"""Half the colour resolution each way: seals and ink stay sharp in the luma."""

_ONE_STRIP = 1 << 30
"""Bytes; more than any page has, so that all rows lie in one strip."""

_ROWS_PER_STRIP = 278


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded picture and the file name ending that tells its kind."""

    suffix: str
    """``.tif`` (CCITT Group 4, one strip) or ``.jpg``."""

    data: bytes


def encode_picture(
    image: Image, *, bilevel: bool, dpi: float, quality: int = JPEG_QUALITY
) -> Picture:
    """Encode *image* for the work area and the PDF.

    The same pixels always give the same bytes.

    Args:
        image: gray or colour, ink dark.
        bilevel: *image* holds only 0 and 255; it is then kept without any loss.
        dpi: written into the file for people who open it by itself.
        quality: of the JPEG.

    Raises:
        ValueError: *bilevel*, but the image is in colour.
    """
    if bilevel and image.ndim != 2:
        raise ValueError("a bilevel picture has one channel")
    picture = PIL.Image.fromarray(image)
    target = io.BytesIO()
    if bilevel:
        picture.convert("1", dither=PIL.Image.Dither.NONE).save(
            target,
            "TIFF",
            compression="group4",
            dpi=(dpi, dpi),
            tiffinfo={_ROWS_PER_STRIP: picture.height},
        )
        return Picture(".tif", target.getvalue())
    picture.save(
        target,
        "JPEG",
        quality=quality,
        subsampling=_CHROMA_420,
        optimize=True,
        dpi=(round(dpi), round(dpi)),
    )
    return Picture(".jpg", target.getvalue())


def decode_picture(data: bytes) -> Image:
    """Decode what `encode_picture` made: grey, or red, green and blue."""
    with PIL.Image.open(io.BytesIO(data)) as opened:
        mode = "RGB" if opened.mode == "RGB" else "L"
        return np.array(opened.convert(mode), np.uint8)


def encode_png(image: Image) -> bytes:
    """Encode *image* as PNG, for people to look at."""
    target = io.BytesIO()
    PIL.Image.fromarray(image).save(target, "PNG")
    return target.getvalue()
