"""Find the codes on a page: mã hồ sơ, separator sheets, serial numbers, ID cards."""

import re
from collections.abc import Sequence

import numpy as np
import zxingcpp

from pipeline.imaging.arrays import GrayImage
from pipeline.imaging.clean import despeckle
from pipeline.model.dossier_code import received_on
from pipeline.model.geometry import BoundingBox
from pipeline.model.text import PageCode
from pipeline.split.patch import find_patches

_FORMATS = {
    zxingcpp.BarcodeFormat.Code128: "code128",
    zxingcpp.BarcodeFormat.Code39: "code39",
    zxingcpp.BarcodeFormat.QRCode: "qr",
}
"""What is looked for; everything else costs time and finds codes in tables."""

_PATCH = "patch"
_PATCH_T = "PATCHT"

_MAX_PIXELS = 12_000_000
"""A4 at 300 dpi has 8.7 million; a receipt's bars are 0.2 mm, 2.7 pixels there."""

_MAX_CODES = 32
"""Of one page: a receipt has three, a sheet made to hurt has hundreds."""

_QUERY = re.compile(r"[?&]MHS=([^&#\s]+)", re.IGNORECASE)
_IDENTITY_CARD = re.compile(r"\d{12}\|(?:\d{9})?\|[^|]+(?:\|[^|]*){3,8}")
_SERIAL = re.compile(r"ASN[- ]?(\d{1,9})", re.IGNORECASE | re.ASCII)


def find_codes(gray: GrayImage, dpi: float) -> tuple[PageCode, ...]:
    """Find bar codes, QR codes and Patch T bars, in any orientation.

    Args:
        gray: the page, shape (height, width), dark ink on light paper. Not changed.
        dpi: its resolution; decides what is shrunk and how large patch bars are.

    Returns:
        The codes, top to bottom, boxes in pixels of *gray*; at most 32 codes.
    """
    image, factor = _shrunk(gray)
    found = [_to_code(symbol, factor, gray) for symbol in _read(image)]
    found += [
        PageCode(_PATCH, _PATCH_T, _scaled(box, factor, gray))
        for box in find_patches(image, dpi / factor)
    ]
    return tuple(sorted(found, key=lambda code: (code.box.top, code.box.left)))


def dossier_codes(codes: Sequence[PageCode]) -> tuple[str, ...]:
    """List the different mã hồ sơ among *codes*, in the order they stand.

    Of a QR code only the ``MHS=`` part of its address is taken. The address is never
    followed, and must not be logged: ``SGT=`` beside it is a citizen's number.
    """
    every = (_dossier_code_of(code) for code in codes)
    return tuple(dict.fromkeys(code for code in every if code))


def dossier_code(codes: Sequence[PageCode]) -> str | None:
    """Find the mã hồ sơ of a page; None where there is none, or more than one."""
    every = dossier_codes(codes)
    return every[0] if len(every) == 1 else None


def is_dossier_code(text: str) -> bool:
    """Tell whether *text* is a mã hồ sơ, with a day that exists."""
    return received_on(text) is not None


def is_separator(codes: Sequence[PageCode]) -> bool:
    """Tell whether a page carries the Patch T, as bars or as a bar code's text."""
    return any(
        re.sub(r"[^A-Z]", "", code.text.upper()) == _PATCH_T
        for code in codes
        if code.symbology != "qr"
    )


def serials(codes: Sequence[PageCode]) -> tuple[str, ...]:
    """List the different archive serial numbers (``ASN00123``) among *codes*."""
    found = (_SERIAL.fullmatch(code.text.strip()) for code in codes)
    return tuple(dict.fromkeys(f"ASN{match[1]}" for match in found if match))


def is_identity_card(codes: Sequence[PageCode]) -> bool:
    """Tell whether a page carries the QR of a citizen's card: 6 to 11 parts by bars."""
    return any(
        code.symbology == "qr" and _IDENTITY_CARD.fullmatch(code.text) is not None
        for code in codes
    )


def _dossier_code_of(code: PageCode) -> str | None:
    text = code.text.strip()
    if code.symbology == "qr" and (query := _QUERY.search(text)):
        text = _unquoted(query[1])
    elif code.symbology not in ("code128", "qr"):
        return None
    return text if is_dossier_code(text) else None


def _unquoted(text: str) -> str:
    """Undo percent-encoding; the pure rooms do not import urllib."""
    escaped = text.encode("utf-8", "replace")
    plain = re.sub(
        rb"%([0-9A-Fa-f]{2})", lambda part: bytes.fromhex(part[1].decode()), escaped
    )
    return plain.decode("utf-8", "replace").strip()


def _shrunk(gray: GrayImage) -> tuple[GrayImage, int]:
    factor = 1
    while gray.size > _MAX_PIXELS * factor * factor:
        factor += 1
    if factor == 1:
        return gray, 1
    height, width = (side // factor for side in gray.shape)
    blocks = gray[: height * factor, : width * factor]
    means = blocks.reshape(height, factor, width, factor).mean(axis=(1, 3))
    return means.astype(np.uint8), factor


def _read(image: GrayImage) -> list[zxingcpp.Barcode]:
    if min(image.shape) == 0:
        return []
    wanted = zxingcpp.BarcodeFormats(list(_FORMATS))
    calm = despeckle(image)
    found: dict[tuple[object, str], zxingcpp.Barcode] = {}
    for page in (image,) if calm is image else (image, calm):
        for symbol in zxingcpp.read_barcodes(page, formats=wanted):
            if symbol.valid and symbol.text:
                found.setdefault((symbol.format, symbol.text), symbol)
    return list(found.values())[:_MAX_CODES]


def _to_code(symbol: zxingcpp.Barcode, factor: int, gray: GrayImage) -> PageCode:
    place = symbol.position
    corners = (
        place.top_left,
        place.top_right,
        place.bottom_right,
        place.bottom_left,
    )
    across = [corner.x for corner in corners]
    down = [corner.y for corner in corners]
    box = (min(across), min(down), max(across) + 1, max(down) + 1)
    return PageCode(_FORMATS[symbol.format], symbol.text, _scaled(box, factor, gray))


def _scaled(
    box: tuple[int, int, int, int], factor: int, gray: GrayImage
) -> BoundingBox:
    """Bring *box* to pixels of the page and inside it."""
    height, width = gray.shape
    left, top, right, bottom = (edge * factor for edge in box)
    left = min(max(left, 0), width - 1)
    top = min(max(top, 0), height - 1)
    return BoundingBox(
        left, top, max(left + 1, min(right, width)), max(top + 1, min(bottom, height))
    )
