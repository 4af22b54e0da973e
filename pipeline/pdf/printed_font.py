"""A font that is seen: the few letters of a mark or stamp, cut out of a font file."""

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from pipeline.errors import ToolMissing
from pipeline.pdf.tounicode import write_to_unicode

FONT_PLACES = (
    Path("/usr/share/texmf/fonts/opentype/public/tex-gyre/texgyretermes-regular.otf"),
    Path("/usr/share/fonts/truetype/noto/NotoSerif-Regular.ttf"),
)
"""Where Debian puts faces that have all Vietnamese letters (Liberation Serif 1.07 does
not). The first has the shapes and widths of Times New Roman, which Decree 30/2020 asks
for; the other stands in."""

_CAPITALS = 0.75
"""Em above the baseline that a capital reaches, its hook or tilde not counted."""

_MISSING = "?"
"""Shown for a letter the font lacks: its empty box is not allowed in PDF/A."""

_EM = 1000
_SERIF_SYMBOLIC = 4
"""Flags of the font descriptor: its own set of characters."""

_TAG = "SOHOAM+"
"""Marks a part of a font (ISO 32000-1, 9.6.4)."""


def find_font(chosen: Path | None) -> Path:
    """Find the file of the font: the chosen one, or the first that is installed.

    Raises:
        ToolMissing: there is none.
    """
    for path in (chosen,) if chosen else FONT_PLACES:
        if path.is_file():
            return path
    wanted = chosen or "fonts-texgyre or fonts-noto-core"
    raise ToolMissing(f"no font to print marks with: {wanted} is not installed")


class PrintedFont:
    """Some letters of a font, to be shown on pages. The same letters, the same bytes.

    Widths are scaled to the 1,000 units an em has in PDF, whatever the file's own em.
    """

    def __init__(self, path: Path, characters: Iterable[str]) -> None:
        """Cut *characters* out of the font at *path*.

        Raises:
            ToolMissing: it is not a font of outlines.
        """
        wanted = {ord(character) for text in characters for character in text}
        wanted.add(ord(_MISSING))
        self._font = _subset(path, wanted)
        self._glyphs: dict[int, str] = self._font.getBestCmap()
        self._scale = _EM / self._font["head"].unitsPerEm

    @property
    def ascent_of_capitals(self) -> float:
        """Em above the baseline that capitals reach."""
        return _CAPITALS

    def width(self, text: str) -> float:
        """Measure *text*, em."""
        return sum(self._advance(each) for each in self._names(text)) / _EM

    def encode(self, text: str) -> bytes:
        """Turn *text* into two-byte codes; a letter the font lacks shows as ``?``."""
        return b"".join(
            self._font.getGlyphID(name).to_bytes(2, "big") for name in self._names(text)
        )

    def to_object(self, pdf: pikepdf.Pdf) -> Dictionary:
        """Build the font dictionary."""
        name = Name("/" + _TAG + self._postscript_name())
        kind, file_key, file = self._file(pdf)
        head = self._font["head"]
        descriptor = Dictionary(
            Type=Name.FontDescriptor,
            FontName=name,
            Flags=_SERIF_SYMBOLIC,
            FontBBox=Array(
                [
                    round(edge * self._scale)
                    for edge in (head.xMin, head.yMin, head.xMax, head.yMax)
                ]
            ),
            ItalicAngle=0,
            Ascent=round(self._font["hhea"].ascent * self._scale),
            Descent=round(self._font["hhea"].descent * self._scale),
            CapHeight=round(_CAPITALS * _EM),
            StemV=80,
        )
        descriptor[file_key] = file
        descendant = Dictionary(
            Type=Name.Font,
            Subtype=kind,
            BaseFont=name,
            CIDSystemInfo=Dictionary(
                Registry=pikepdf.String("Adobe"),
                Ordering=pikepdf.String("Identity"),
                Supplement=0,
            ),
            FontDescriptor=pdf.make_indirect(descriptor),
            W=Array([0, Array(self._widths())]),
        )
        if kind == Name.CIDFontType2:
            descendant.CIDToGIDMap = Name.Identity
        return Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=name,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(descendant)]),
            ToUnicode=pdf.make_indirect(Stream(pdf, self._to_unicode())),
        )

    def _names(self, text: str) -> list[str]:
        other = self._glyphs[ord(_MISSING)]
        return [self._glyphs.get(ord(character), other) for character in text]

    def _advance(self, name: str) -> float:
        return float(self._font["hmtx"][name][0] * self._scale)

    def _widths(self) -> list[int]:
        return [round(self._advance(name)) for name in self._font.getGlyphOrder()]

    def _postscript_name(self) -> str:
        name = self._font["name"].getDebugName(6) or "Font"
        return "".join(each for each in name if each.isascii() and each.isalnum())

    def _file(self, pdf: pikepdf.Pdf) -> tuple[Name, str, pikepdf.Object]:
        """Give kind of font, key of the descriptor, and the embedded file."""
        if "CFF " in self._font:
            outlines = self._font.getTableData("CFF ")
            stream = Stream(pdf, outlines, Subtype=Name.CIDFontType0C)
            return Name.CIDFontType0, "/FontFile3", pdf.make_indirect(stream)
        target = io.BytesIO()
        self._font.save(target, reorderTables=True)
        data = target.getvalue()
        stream = Stream(pdf, data, Length1=len(data))
        return Name.CIDFontType2, "/FontFile2", pdf.make_indirect(stream)

    def _to_unicode(self) -> bytes:
        return write_to_unicode(
            (self._font.getGlyphID(name), chr(code))
            for code, name in sorted(self._glyphs.items())
        )


def _subset(path: Path, wanted: set[int]) -> Any:
    # A fifth of a second to load; most processes print nothing.
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont, TTLibError

    options = Options()
    options.layout_features = []
    options.drop_tables += ["FFTM"]  # of FontForge; unknown to the library
    options.notdef_outline = True
    options.hinting = False
    options.desubroutinize = True
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=wanted)
    try:
        font = TTFont(path, lazy=True, recalcTimestamp=False)
        subsetter.subset(font)
        has_letters = ord(_MISSING) in (font.getBestCmap() or {})
    except (TTLibError, OSError) as error:
        raise ToolMissing(f"{path}: cannot be read as a font") from error
    if not has_letters:
        raise ToolMissing(f"{path}: a font without letters")
    return font
