"""Take single values and streams out of a foreign PDF: bounded, typed, nothing else."""

import base64
import binascii
import zlib
from collections.abc import Sequence
from decimal import Decimal

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream

_MOST_BYTES = 48_000_000
"""Of all streams of a page that are decoded: contents, fonts, profiles, pictures kept
without loss. An A4 page at 300 dpi in color has 26 million."""

_PIECE = 1 << 16
"""Bytes decoded at once where only their count matters."""

_LARGEST_NUMBER = 1e7
"""No place on a page is further out; PDF/A-2 itself allows far more (6.1.13)."""

_LONGEST_NAME = 127
"""Bytes (ISO 19005-2, 6.1.13)."""

_PREDICTOR = ("/Predictor", "/Colors", "/BitsPerComponent", "/Columns")
_FAX = (
    *("/K", "/EndOfLine", "/EncodedByteAlign", "/Columns", "/Rows", "/EndOfBlock"),
    *("/BlackIs1", "/DamagedRowsBeforeError"),
)
_KEPT_FILTERS = {
    "/FlateDecode": _PREDICTOR,
    "/DCTDecode": ("/ColorTransform",),
    "/CCITTFaxDecode": _FAX,
}
"""Filters of pictures that are taken over as they are, and their parameters."""


class CannotCopy(ValueError):
    """Something on the page is not, or may not be, what an archive file may hold."""


class Reader:
    """Decodes the streams of one page; altogether no more than fits in memory."""

    def __init__(self) -> None:
        self._left = _MOST_BYTES

    def decode(self, stream: Object | None) -> bytes:
        """Decode a stream of data.

        Raises:
            CannotCopy: it is none, too much, damaged, or in a coding not allowed.
        """
        data, filters = self._peel(stream)
        for name, parameters in filters:
            if name != "/FlateDecode" or parameters.get("/Predictor", 1) != 1:
                raise CannotCopy(f"data coded with {name}")
            data = self._inflate(data)
        return data

    def picture(self, stream: Object) -> tuple[bytes, Dictionary]:
        """Take the coded data of a picture, and how it is coded.

        Returns:
            The data, and entries ``Filter`` and ``DecodeParms`` of its dictionary.
        """
        data, filters = self._peel(stream)
        if not filters:
            self._spend(len(data))
            return data, Dictionary()
        (name, parameters), *others = filters
        if others or name not in _KEPT_FILTERS:
            raise CannotCopy(f"a picture coded with {name}")
        if name == "/FlateDecode":
            self._count(data)
        entries = Dictionary(Filter=Name(name))
        kept = {
            key: parameters[key] for key in _KEPT_FILTERS[name] if key in parameters
        }
        if any(not isinstance(each, (int, bool)) for each in kept.values()):
            raise CannotCopy("parameters of a filter that are none")
        if kept:
            entries.DecodeParms = Dictionary(kept)
        return data, entries

    def _peel(self, stream: Object | None) -> tuple[bytes, list[tuple[str, Object]]]:
        """Undo what only makes bytes printable; gives the filters that remain."""
        if not isinstance(stream, Stream):
            raise CannotCopy("a stream is missing")
        if "/F" in stream:
            raise CannotCopy("data in another file")
        names = _listed(stream.get("/Filter"))
        parameters = _listed(stream.get("/DecodeParms"))
        parameters += [None] * (len(names) - len(parameters))
        if len(names) > 4:
            raise CannotCopy("too many filters")
        try:
            data = bytes(stream.read_raw_bytes())
        except pikepdf.PdfError as error:
            raise CannotCopy("a damaged stream") from error
        filters: list[tuple[str, Object]] = []
        for name, each in zip(names, parameters, strict=False):
            held = each if isinstance(each, Dictionary) else Dictionary()
            filters.append((str(name), held))
        while filters and filters[0][0] in {"/ASCII85Decode", "/ASCIIHexDecode"}:
            data = _from_ascii(data, filters.pop(0)[0])
        return data, filters

    def _inflate(self, data: bytes) -> bytes:
        inflater = zlib.decompressobj()
        try:
            made = inflater.decompress(data, self._left + 1)
        except zlib.error as error:
            raise CannotCopy("a damaged stream") from error
        self._spend(len(made))
        if not inflater.eof:
            raise CannotCopy("a stream without an end")
        return made

    def _count(self, data: bytes) -> None:
        """Make sure that *data* is not a small file of endless zeros."""
        inflater = zlib.decompressobj()
        try:
            while not inflater.eof:
                made = inflater.decompress(data, _PIECE)
                data = inflater.unconsumed_tail
                self._spend(len(made))
                if not made and not data:
                    break
        except zlib.error as error:
            raise CannotCopy("a damaged picture") from error
        if not inflater.eof:
            raise CannotCopy("a picture without an end")

    def _spend(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise CannotCopy(f"more than {_MOST_BYTES} bytes")


def take_number(value: object) -> int | Decimal:
    """Take a number that has a place on a page."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise CannotCopy("no number where one belongs")
    number = value if isinstance(value, int) else Decimal(str(value))
    if not -_LARGEST_NUMBER <= number <= _LARGEST_NUMBER:
        raise CannotCopy("a number beyond all pages")
    return number


def take_whole(value: object, lowest: int, highest: int) -> int:
    """Take a whole number between two."""
    if not isinstance(value, int) or not lowest <= value <= highest:
        raise CannotCopy("no number where one belongs")
    return value


def is_true(value: object) -> bool:
    """Tell whether a switch is on; anything else than true is off."""
    return value is True


def take_numbers(value: object, count: int | None = None) -> Array:
    """Take an array of numbers, of *count* where that is given."""
    if not isinstance(value, Array) or (count is not None and len(value) != count):
        raise CannotCopy("no numbers where they belong")
    return Array([take_number(each) for each in value.as_list()])


def take_name(value: object, allowed: Sequence[str] = ()) -> Name:
    """Take a name, one of those *allowed* where some are given."""
    if not isinstance(value, Name) or (allowed and str(value) not in allowed):
        raise CannotCopy(f"not a name that is allowed: {value!r}"[:80])
    if len(str(value).encode()) > _LONGEST_NAME:
        raise CannotCopy("a name too long")
    return Name(str(value))


def take_dictionary(value: object) -> Object:
    """Take a dictionary, or that of a stream, for looking things up in it."""
    if not isinstance(value, (Dictionary, Stream)):
        raise CannotCopy("no dictionary where one belongs")
    return value


def _listed(value: Object | None) -> list[Object | None]:
    if value is None:
        return []
    return list(value.as_list()) if isinstance(value, Array) else [value]


def _from_ascii(data: bytes, name: str) -> bytes:
    bare = b"".join(data.split())
    try:
        if name == "/ASCIIHexDecode":
            digits = bare.partition(b">")[0]
            return binascii.unhexlify(digits + b"0" * (len(digits) % 2))
        return base64.a85decode(bare.partition(b"~>")[0])
    except ValueError as error:
        raise CannotCopy("a damaged stream") from error
