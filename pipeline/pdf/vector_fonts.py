"""Copy fonts whose every used letter is there, as wide as said, and known by name."""

import io
import re
import struct
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from fontTools.agl import AGL2UV
from fontTools.ttLib import TTFont, TTLibError
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String

from pipeline.pdf.vector_streams import (
    CannotCopy,
    Reader,
    take_dictionary,
    take_name,
    take_number,
    take_numbers,
    take_whole,
)

_TOLERANCE = 1.0
"""Thousandths of an em that a width may differ from the font's own (6.2.11.5)."""

_SYMBOLIC, _NONSYMBOLIC = 4, 32
"""Flags of a font descriptor (ISO 32000-1, table 123)."""

_MOST_CODES = 65_536

_DAMAGE = (
    *(TTLibError, struct.error, AssertionError, AttributeError, LookupError),
    *(OverflowError, TypeError, ValueError),
)
"""What fontTools raises for fonts that are damaged, or were made to do damage."""

_DESCRIPTOR_NUMBERS = (
    *("/Ascent", "/Descent", "/Leading", "/CapHeight", "/XHeight", "/StemV"),
    *("/StemH", "/AvgWidth", "/MaxWidth", "/MissingWidth", "/ItalicAngle"),
)
_CODECS = {"/WinAnsiEncoding": "cp1252", "/MacRomanEncoding": "mac_roman"}

_STAND_INS = {"\u00a0": " ", "\u00ad": "-"}
"""Two codes of WinAnsi print what another prints (ISO 32000-1, annex D, notes)."""

_FORBIDDEN_MEANINGS = ("\0", "\ufeff", "\ufffe")
"""Targets of ToUnicode (ISO 19005-2, 6.2.11.7.2)."""

_MAP = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_TOKEN = re.compile(rb"<([0-9A-Fa-f\s]*)>|(\[)|(\])")


class UsedFont:
    """A font of the page, and the codes that its contents show."""

    def __init__(self, font: Object, place: Object) -> None:
        self._font = font
        self._is_composite = font.get("/Subtype") == Name.Type0
        self._codes: set[int] = set()
        self.place = place
        """The empty dictionary to write the copy into."""

    def use(self, shown: bytes) -> None:
        """Note the codes of a string that is shown.

        Raises:
            CannotCopy: half a code.
        """
        if not self._is_composite:
            self._codes.update(shown)
            return
        if len(shown) % 2:
            raise CannotCopy("half a letter")
        self._codes.update(struct.unpack(f">{len(shown) // 2}H", shown))

    def write(self, out: Pdf, reader: Reader) -> None:
        """Write the copy.

        Raises:
            CannotCopy: the font is not embedded, or a letter is missing from it, has
                another width than the page says, or cannot be told in Unicode.
        """
        copy = _copy_composite if self._is_composite else _copy_simple
        for key, value in copy(out, reader, self._font, self._codes).items():
            self.place[key] = value


def _copy_composite(
    out: Pdf, reader: Reader, font: Object, codes: set[int]
) -> Dictionary:
    """Copy a font of two-byte codes that are those of its glyphs."""
    take_name(font.get("/Encoding"), ("/Identity-H",))
    inner = take_dictionary(font.DescendantFonts[0])
    take_name(inner.get("/Subtype"), ("/CIDFontType2",))
    program = _Program(out, reader, inner)
    glyphs = inner.get("/CIDToGIDMap", Name.Identity)
    table = b""
    if isinstance(glyphs, Stream):
        table = reader.decode(glyphs)
        glyphs = out.make_indirect(Stream(out, table))
    else:
        take_name(glyphs, ("/Identity",))
    default = take_number(inner.get("/DW", 1000))
    widths = dict(_composite_widths(inner.get("/W", Array([]))))
    for code in codes:
        glyph = code
        if table:
            if len(table) < code * 2 + 2:
                raise CannotCopy("a letter without a glyph")
            glyph = int.from_bytes(table[code * 2 : code * 2 + 2], "big")
        program.check(glyph, float(widths.get(code, default)))
    meanings = _meanings(reader, font, codes)
    if meanings is None:
        raise CannotCopy("a font without Unicode")
    copied = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=take_name(inner.get("/BaseFont")),
        CIDSystemInfo=Dictionary(
            Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0
        ),
        FontDescriptor=program.descriptor,
        CIDToGIDMap=glyphs,
        DW=default,
        W=_written_widths(widths),
    )
    return Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=take_name(font.get("/BaseFont")),
        Encoding=Name("/Identity-H"),
        DescendantFonts=Array([out.make_indirect(copied)]),
        ToUnicode=out.make_indirect(Stream(out, meanings)),
    )


def _copy_simple(out: Pdf, reader: Reader, font: Object, codes: set[int]) -> Dictionary:
    """Copy a TrueType font of one-byte codes."""
    take_name(font.get("/Subtype"), ("/TrueType",))
    program = _Program(out, reader, font)
    first = take_number(font.get("/FirstChar", 0))
    widths = take_numbers(font.get("/Widths"))
    letters = _encoding(font.get("/Encoding"), program)
    missing = float(program.descriptor.get("/MissingWidth", 0))
    for code in codes:
        at = code - int(first)
        width = float(widths[at]) if 0 <= at < len(widths) else missing
        if letters is None:
            glyph = program.symbol(code)
        else:
            glyph = program.letter(letters.get(code, ""))
        program.check(glyph, width)
    made = Dictionary(
        Type=Name.Font,
        Subtype=Name.TrueType,
        BaseFont=take_name(font.get("/BaseFont")),
        FirstChar=int(first),
        LastChar=int(first) + len(widths) - 1,
        Widths=widths,
        FontDescriptor=program.descriptor,
    )
    if letters is not None:
        made.Encoding = _copied_encoding(font.Encoding)
    meanings = _meanings(reader, font, codes)
    if meanings is not None:
        made.ToUnicode = out.make_indirect(Stream(out, meanings))
    elif letters is None:
        raise CannotCopy("a font of symbols without Unicode")
    return made


class _Program:
    """The font file, opened to look up glyphs, and its descriptor, copied."""

    def __init__(self, out: Pdf, reader: Reader, font: Object) -> None:
        said = take_dictionary(font.get("/FontDescriptor"))
        data = reader.decode(said.get("/FontFile2"))
        try:
            file = TTFont(io.BytesIO(data), lazy=True)
            self._count, self._em = _measures(file)
            self._advances = _advances(file)
            self._maps = _character_maps(file, self._count)
        except CannotCopy:
            raise
        except _DAMAGE as error:
            raise CannotCopy("a damaged font") from error
        flags = take_whole(said.get("/Flags"), 0, 1 << 30)
        self.is_symbolic = not flags & _NONSYMBOLIC or bool(flags & _SYMBOLIC)
        if self.is_symbolic:  # one of the two, not both and not none
            flags = flags & ~_NONSYMBOLIC | _SYMBOLIC
        descriptor = Dictionary(
            Type=Name.FontDescriptor,
            FontName=take_name(said.get("/FontName")),
            Flags=flags,
            FontBBox=take_numbers(said.get("/FontBBox"), 4),
            FontFile2=out.make_indirect(Stream(out, data, Length1=len(data))),
        )
        for key in _DESCRIPTOR_NUMBERS:
            if key in said:
                descriptor[key] = take_number(said[key])
        self.descriptor: Object = out.make_indirect(descriptor)

    def letter(self, character: str) -> int:
        """Find the glyph of a character; 0 where there is none."""
        unicode = self._maps.get((3, 1))
        if unicode is not None:
            return int(unicode.get(ord(character), 0)) if character else 0
        roman = self._maps.get((1, 0))
        if roman is None or not character:
            return 0
        try:
            return int(roman.get(character.encode("mac_roman")[0], 0))
        except UnicodeEncodeError:
            return 0

    def symbol(self, code: int) -> int:
        """Find the glyph of a code of a symbolic font; 0 where there is none."""
        symbols = self._maps.get((3, 0))
        if symbols is None:
            if len(self._maps) != 1:
                raise CannotCopy("symbols in more than one order")  # 6.2.11.6
            return int(next(iter(self._maps.values())).get(code, 0))
        return next(
            (
                symbols[base + code]
                for base in (0, 0xF000, 0xF100, 0xF200)
                if base + code in symbols
            ),
            0,
        )

    @property
    def has_unicode_map(self) -> bool:
        """Whether glyphs can be found by any name."""
        return (3, 1) in self._maps

    def check(self, glyph: int, width: float) -> None:
        """Raise CannotCopy unless *glyph* is one of the font and that wide."""
        if not 0 < glyph < self._count:
            raise CannotCopy("a letter without a glyph")
        own = self._advances[min(glyph, len(self._advances) - 1)] * 1000 / self._em
        if abs(own - width) > _TOLERANCE:
            raise CannotCopy("a letter of another width")


def _measures(file: Any) -> tuple[int, int]:
    """Read how many glyphs there are, and how many units an em has."""
    if "glyf" not in file or "loca" not in file:
        raise CannotCopy("a font without outlines")
    (count,) = struct.unpack_from(">H", file.reader["maxp"], 4)
    (em,) = struct.unpack_from(">H", file.reader["head"], 18)
    if not em:
        raise CannotCopy("a font without a size")
    return count, em


def _advances(file: Any) -> list[int]:
    (count,) = struct.unpack_from(">H", file.reader["hhea"], 34)
    if not count:
        raise CannotCopy("a font without widths")
    return list(struct.unpack_from(f">{count * 2}H", file.reader["hmtx"])[::2])


def _character_maps(file: Any, count: int) -> dict[tuple[int, int], dict[int, int]]:
    """Read each map from characters to numbers of glyphs."""
    if "cmap" not in file:
        return {}
    # fontTools knows glyphs by name: numbers for names spare it looking for others.
    file.setGlyphOrder([str(number) for number in range(count)])
    return {
        (table.platformID, table.platEncID): {
            code: int(name.removeprefix("glyph")) for code, name in table.cmap.items()
        }
        for table in file["cmap"].tables
    }


def _encoding(found: Object | None, program: _Program) -> dict[int, str] | None:
    """Find the character of each code; None for a font with an order of its own."""
    if found is None or program.is_symbolic:
        if found is None and program.is_symbolic:
            return None
        raise CannotCopy("an encoding where none is allowed, or none where one is due")
    base: Object | None = found
    differences = None
    if isinstance(found, Dictionary):
        base, differences = found.get("/BaseEncoding"), found.get("/Differences")
    name = str(take_name(base, tuple(_CODECS)))
    letters = {}
    for code in range(256):
        character = bytes([code]).decode(_CODECS[name], "ignore")
        letters[code] = _STAND_INS.get(character, character)
    if differences is not None:
        if not program.has_unicode_map:
            raise CannotCopy("letters by name in a font without Unicode")
        letters.update(_differences(differences))
    return letters


def _differences(found: Object) -> Iterator[tuple[int, str]]:
    if not isinstance(found, Array):
        raise CannotCopy("differences that are none")
    code = 0
    listed: list[object] = list(found.as_list())
    for each in listed:
        if isinstance(each, int):
            code = each
            continue
        known = AGL2UV.get(str(take_name(each))[1:])
        if known is None:
            raise CannotCopy("a letter of an unknown name")
        yield code, chr(known)
        code += 1


def _copied_encoding(found: Object) -> Object:
    if isinstance(found, Name):
        return take_name(found)
    made = Dictionary(Type=Name.Encoding, BaseEncoding=take_name(found.BaseEncoding))
    if "/Differences" in found:
        listed: list[object] = list(found.Differences.as_list())
        made.Differences = Array(
            [each if isinstance(each, int) else take_name(each) for each in listed]
        )
    return made


def _composite_widths(found: Object) -> Iterator[tuple[int, float]]:
    """Read the widths of codes (ISO 32000-1, 9.7.4.3)."""
    if not isinstance(found, Array):
        raise CannotCopy("widths that are none")
    values = found.as_list()
    at, count = 0, 0
    while at + 1 < len(values):
        first = int(take_number(values[at]))
        following = values[at + 1]
        if isinstance(following, Array):
            widths = [float(take_number(each)) for each in following.as_list()]
            yield from enumerate(widths, start=first)
            at += 2
            count += len(widths)
        else:
            last = int(take_number(following))
            if at + 2 >= len(values) or not 0 <= first <= last < _MOST_CODES:
                raise CannotCopy("widths that are none")
            width = float(take_number(values[at + 2]))
            yield from ((code, width) for code in range(first, last + 1))
            at += 3
            count += last - first + 1
        if count > 2 * _MOST_CODES:
            raise CannotCopy("more widths than letters")


def _written_widths(widths: dict[int, float]) -> Array:
    """Write widths, those of neighbors together."""
    made: list[object] = []
    row: list[int | Decimal] = []
    after = -1
    for code in sorted(widths):
        if code != after:
            row = []
            made += [code, row]
        row.append(_plain(widths[code]))
        after = code + 1
    return Array([Array(each) if isinstance(each, list) else each for each in made])


def _plain(width: float) -> int | Decimal:
    return int(width) if width == int(width) else Decimal(str(width))


def _meanings(reader: Reader, font: Object, codes: set[int]) -> bytes | None:
    """Take over the map to Unicode; None where the font has none.

    Raises:
        CannotCopy: a used code is not in it, or stands for nothing.
    """
    found = font.get("/ToUnicode")
    if not isinstance(found, Stream):
        return None
    data = reader.decode(found)
    known = dict(_read_map(data))
    for code in codes:
        meaning = known.get(code, "")
        if not meaning or any(each in meaning for each in _FORBIDDEN_MEANINGS):
            raise CannotCopy("a letter without Unicode")
    return data


def _read_map(data: bytes) -> Iterator[tuple[int, str]]:
    """Read what codes stand for out of a CMap (Adobe Technical Note 5411)."""
    for kind, body in _MAP.findall(data):
        tokens = list(_tokens(body))
        step = 2 if kind == b"bfchar" else 3
        if len(tokens) % step:
            raise CannotCopy("a damaged map to Unicode")
        for at in range(0, len(tokens), step):
            first, last, target = (
                tokens[at],
                tokens[at + step - 2],
                tokens[at + step - 1],
            )
            if isinstance(first, list) or isinstance(last, list):
                raise CannotCopy("a damaged map to Unicode")
            low, high = int(first, 16), int(last, 16)
            if not 0 <= low <= high < _MOST_CODES:
                raise CannotCopy("a damaged map to Unicode")
            for code in range(low, high + 1):
                yield code, _meaning(target, code - low)


def _tokens(body: bytes) -> Iterator[bytes | list[bytes]]:
    listed: list[bytes] | None = None
    for digits, opens, closes in _TOKEN.findall(body):
        if opens:
            listed = []
        elif closes:
            if listed is not None:
                yield listed
            listed = None
        elif listed is not None:
            listed.append(b"".join(digits.split()))
        else:
            yield b"".join(digits.split()) or b"0"


def _meaning(target: bytes | list[bytes], offset: int) -> str:
    """Find what the code *offset* places after the first of a range stands for."""
    if isinstance(target, list):
        if offset >= len(target):
            return ""
        target, offset = target[offset], 0
    digits = target.decode("ascii")
    data = bytes.fromhex(digits if len(digits) % 2 == 0 else f"0{digits}")
    if offset and len(data) >= 2:
        last = int.from_bytes(data[-2:], "big") + offset
        data = data[:-2] + (last & 0xFFFF).to_bytes(2, "big")
    if len(data) == 1:
        data = b"\0" + data
    return data.decode("utf-16-be", "replace")
