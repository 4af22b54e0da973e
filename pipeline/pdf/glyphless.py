"""A font whose every character is one box that is never seen.

PDFium and Chromium drop one-letter texts whose glyph has no outline; a box cures it. In
rendering mode 3 nothing of it is drawn. Each character of a document gets a code of its
own, so that any Unicode text can be written, and a ToUnicode entry, as PDF/A-2u asks.
"""

import struct
from functools import cache

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from pipeline.pdf.tounicode import write_to_unicode

ADVANCE = 0.5
"""Em from one character to the next, before stretching."""

ASCENT = 0.8
DESCENT = -0.2
"""Em above and below the baseline that the box reaches: what a selection marks."""

_EM = 1000
_NAME = "SohoaGlyphless"
_LARGEST_CODE = 0xFFFE
_REPLACEMENT = "\ufffd"

_UNWRITABLE = frozenset({0xFEFF})
"""Targets of ToUnicode that PDF/A-2u forbids (ISO 19005-2, 6.2.11.7.2)."""


class GlyphlessFont:
    """The font of one document; it learns characters as they are used."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    def encode(self, text: str) -> bytes:
        """Turn *text* into two-byte codes.

        Characters that no document may hold are left out (controls) or replaced
        (halves of surrogate pairs, and what is beyond 65,534 different characters).
        """
        return b"".join(
            struct.pack(">H", self._code(character))
            for character in text
            if _is_writable(character)
        )

    def to_object(self, pdf: pikepdf.Pdf) -> Dictionary:
        """Build the font dictionary for all characters used until now."""
        descriptor = Dictionary(
            Type=Name.FontDescriptor,
            FontName=Name("/" + _NAME),
            Flags=4,
            FontBBox=Array([0, DESCENT * _EM, ADVANCE * _EM, ASCENT * _EM]),
            ItalicAngle=0,
            Ascent=int(ASCENT * _EM),
            Descent=int(DESCENT * _EM),
            CapHeight=int(ASCENT * _EM),
            StemV=80,
            FontFile2=pdf.make_indirect(
                Stream(pdf, _font_file(), Length1=len(_font_file()))
            ),
        )
        glyphs = b"\0\0" + b"\0\1" * len(self._codes)
        descendant = Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=Name("/" + _NAME),
            CIDSystemInfo=Dictionary(
                Registry=pikepdf.String("Adobe"),
                Ordering=pikepdf.String("Identity"),
                Supplement=0,
            ),
            FontDescriptor=pdf.make_indirect(descriptor),
            DW=int(ADVANCE * _EM),
            CIDToGIDMap=pdf.make_indirect(Stream(pdf, glyphs)),
        )
        return Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=Name("/" + _NAME),
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(descendant)]),
            ToUnicode=pdf.make_indirect(Stream(pdf, self._to_unicode())),
        )

    def _code(self, character: str) -> int:
        if 0xD800 <= ord(character) <= 0xDFFF or ord(character) & 0xFFFE == 0xFFFE:
            character = _REPLACEMENT
        if character not in self._codes and len(self._codes) >= _LARGEST_CODE - 1:
            character = _REPLACEMENT
        return self._codes.setdefault(character, len(self._codes) + 1)

    def _to_unicode(self) -> bytes:
        return write_to_unicode((code, each) for each, code in self._codes.items())


def _is_writable(character: str) -> bool:
    code = ord(character)
    is_control = code < 0x20 or 0x7F <= code < 0xA0
    return not is_control and code not in _UNWRITABLE


@cache
def _font_file() -> bytes:
    """Build the TrueType file: an empty ``.notdef`` and the box, nothing else."""
    left, right = 50, int(ADVANCE * _EM) - 50
    bottom, top = int(DESCENT * _EM), int(ASCENT * _EM)
    advance = int(ADVANCE * _EM)
    # One contour of four points; the deltas of a box are words, all points on curve.
    box = struct.pack(">5hHH", 1, left, bottom, right, top, 3, 0) + bytes([1] * 4)
    box += struct.pack(">4h", left, 0, right - left, 0)
    box += struct.pack(">4h", bottom, top - bottom, 0, bottom - top)
    box += bytes(-len(box) % 4)
    tables = {
        b"glyf": box,
        b"head": struct.pack(
            ">4IHHQQ4hHHhhh",
            *(0x00010000, 0x00010000, 0, 0x5F0F3CF5, 0x000B, _EM, 0, 0),
            *(left, bottom, right, top, 0, 8, 2, 0, 0),
        ),
        b"hhea": struct.pack(
            ">I3hH11hH",
            *(0x00010000, top, bottom, 0, advance, left, left, right),
            *(1, 0, 0, 0, 0, 0, 0, 0, 2),
        ),
        b"hmtx": struct.pack(">HhHh", advance, 0, advance, left),
        b"loca": struct.pack(">3H", 0, 0, len(box) // 2),
        b"maxp": struct.pack(">IHHH11H", 0x00010000, 2, 4, 1, 0, 0, 1, *[0] * 8),
    }
    return _sfnt(tables)


def _sfnt(tables: dict[bytes, bytes]) -> bytes:
    """Put *tables* into a TrueType file with its directory and checksums."""
    power = len(tables).bit_length() - 1
    header = struct.pack(
        ">I4H",
        *(0x00010000, len(tables), 16 << power, power),
        (len(tables) - (1 << power)) * 16,
    )
    offset = len(header) + 16 * len(tables)
    directory, body = b"", b""
    for tag, data in sorted(tables.items()):
        padded = data + bytes(-len(data) % 4)
        checksum = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        directory += tag + struct.pack(">3I", checksum, offset + len(body), len(data))
        body += padded
    return header + directory + body
