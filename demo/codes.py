"""Bar and QR codes to print on a sheet."""

import numpy as np
import zxingcpp
from PIL import Image

_MODULE = 0.25
"""Millimetres of a narrow bar on a receipt."""

_DOT = 0.5
"""Millimetres of a QR module."""


def draw_code128(text: str, dpi: int, *, height: float = 9.0) -> Image.Image:
    """Draw *text* as CODE128, *height* millimetres high, with its quiet zones."""
    kind = zxingcpp.BarcodeFormat.Code128
    return draw_code(text, kind, dpi, module=_MODULE, height=height)


def draw_code(
    text: str,
    kind: zxingcpp.BarcodeFormat,
    dpi: int,
    *,
    module: float,
    height: float,
) -> Image.Image:
    """Draw *text* with its quiet zones; *module* and *height* in millimetres.

    The height is that of bars; a code of dots is as high as it is wide.
    """
    if kind == zxingcpp.BarcodeFormat.QRCode:
        return draw_qr(text, dpi, module=module)
    row = _modules(text, kind)[10:11]
    across = max(1, round(module * dpi / 25.4))
    down = round(height * dpi / 25.4)
    return Image.fromarray(np.repeat(np.repeat(row, across, axis=1), down, axis=0))


def draw_qr(text: str, dpi: int, *, module: float = _DOT) -> Image.Image:
    """Draw *text* as a QR code with its quiet zone; *module* in millimetres."""
    dots = _modules(text, zxingcpp.BarcodeFormat.QRCode)
    side = max(1, round(module * dpi / 25.4))
    return Image.fromarray(np.repeat(np.repeat(dots, side, axis=0), side, axis=1))


def _modules(text: str, kind: zxingcpp.BarcodeFormat) -> np.ndarray:
    code = zxingcpp.create_barcode(text, kind)
    return np.array(zxingcpp.write_barcode_to_image(code, scale=1), np.uint8)
