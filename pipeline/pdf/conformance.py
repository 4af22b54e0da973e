"""Tell whether a written file is what it says: PDF/A-2u."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream

from pipeline.pdf.pdfa import CLAIM

_FORBIDDEN_IN_CATALOG = ("/AcroForm", "/OpenAction", "/AA", "/OCProperties", "/Perms")
_FORBIDDEN_NAMES = ("/JavaScript", "/EmbeddedFiles")
_FORBIDDEN_IN_STATE = ("/TR", "/TR2", "/HT", "/HTP", "/Font")
_FORBIDDEN_IN_DRAWN = ("/OPI", "/Ref", "/PS", "/Alternates", "/OC", "/AF", "/Metadata")
_DEEPEST_FORM = 12
_LARGEST = 14_400
"""Points (ISO 19005-2, 6.1.13)."""

_FILTERS = frozenset(
    {"/FlateDecode", "/DCTDecode", "/CCITTFaxDecode", "/JBIG2Decode", "/JPXDecode"}
)


def find_faults(path: Path) -> tuple[str, ...]:
    """Look for what this program's own writer could get wrong, clause by clause.

    Cheap, and no substitute for a validator: that nothing is found is no proof. Meant
    for files before they are signed.

    Returns:
        Clauses of ISO 19005-2 that are broken; none where nothing was found.
    """
    try:
        with pikepdf.open(path, access_mode=pikepdf.AccessMode.stream) as pdf:
            return tuple(sorted(set(_find(pdf))))
    except (pikepdf.PdfError, AttributeError, KeyError, TypeError, ValueError):
        return ("6.1.1",)


def drop_claim(path: Path) -> None:
    """Let the file at *path* no longer say that it is PDF/A; all else stays."""
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        metadata = pdf.Root.get("/Metadata")
        if isinstance(metadata, Stream):
            metadata.write(metadata.read_bytes().replace(CLAIM, b""))
        pdf.save(
            path,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )


def _find(pdf: pikepdf.Pdf) -> Iterator[str]:
    root = pdf.Root
    if "/ID" not in pdf.trailer:
        yield "6.1.3"
    if pdf.is_encrypted:
        yield "6.1.3"
    if any(key in root for key in _FORBIDDEN_IN_CATALOG):
        yield "6.5.1"
    names = root.get("/Names")
    if isinstance(names, Dictionary) and any(key in names for key in _FORBIDDEN_NAMES):
        yield "6.8"
    if not any(each.S == Name.GTS_PDFA1 for each in root.get("/OutputIntents", ())):
        yield "6.2.2"
    metadata = root.get("/Metadata")
    if not isinstance(metadata, Stream) or CLAIM not in metadata.read_bytes():
        yield "6.6.4"
    seen: set[tuple[int, int]] = set()
    for page in pdf.pages:
        yield from _find_on_page(page.obj, seen)


def _find_on_page(page: Object, seen: set[tuple[int, int]]) -> Iterator[str]:
    left, bottom, right, top = (float(edge) for edge in page.MediaBox)
    if max(right - left, top - bottom) > _LARGEST:
        yield "6.1.13"
    if "/Annots" in page or "/AA" in page:
        yield "6.3.1"
    yield from _find_in_resources(page.get("/Resources", Dictionary()), seen, 1)


def _find_in_resources(
    resources: Object, seen: set[tuple[int, int]], depth: int
) -> Iterator[str]:
    for font in _new(resources.get("/Font"), seen):
        yield from _find_in_font(font)
    for space in _new(resources.get("/ColorSpace"), seen):
        yield from _find_in_colors(space)
    for state in _new(resources.get("/ExtGState"), seen):
        if any(key in state for key in _FORBIDDEN_IN_STATE):
            yield "6.2.5"
    if any(key in resources for key in ("/Pattern", "/Shading", "/Properties")):
        yield "6.2.2"  # this program's writer has none
    for drawn in _new(resources.get("/XObject"), seen):
        if drawn.get("/Interpolate", False):
            yield "6.2.8"
        if not _filters(drawn) <= _FILTERS:
            yield "6.1.7.2"
        if any(key in drawn for key in _FORBIDDEN_IN_DRAWN):
            yield "6.2.9"
        yield from _find_in_colors(drawn.get("/ColorSpace"))
        if drawn.get("/Subtype") == Name.Form:
            if "/Resources" not in drawn or depth > _DEEPEST_FORM:
                yield "6.2.2"
                continue
            yield from _find_in_resources(drawn.Resources, seen, depth + 1)


def _find_in_colors(space: Object | None) -> Iterator[str]:
    """Look for colors that the output intent does not define."""
    kinds: Sequence[Object | None] = [space]
    if isinstance(space, Array):
        kinds = list(space.as_list())[:2]  # the kind, and what a palette is made of
    if Name.DeviceCMYK in kinds:
        yield "6.2.4.3"


def _new(held: Object | None, seen: set[tuple[int, int]]) -> Iterator[Object]:
    """Yield the resources that no earlier page used."""
    if not isinstance(held, Dictionary):
        return
    for each in held.values():
        if each.objgen not in seen or each.objgen == (0, 0):
            seen.add(each.objgen)
            yield each


def _find_in_font(font: Object) -> Iterator[str]:
    if "/ToUnicode" not in font and not _names_its_letters(font):
        yield "6.2.11.7.2"
    inner = font.DescendantFonts[0] if "/DescendantFonts" in font else font
    descriptor = inner.get("/FontDescriptor", Dictionary())
    if not any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")):
        yield "6.2.11.4.1"


def _names_its_letters(font: Object) -> bool:
    """Tell whether the encoding of a font says which characters its codes are."""
    encoding = font.get("/Encoding")
    if isinstance(encoding, Dictionary):
        encoding = encoding.get("/BaseEncoding")
    return font.get("/Subtype") == Name.TrueType and encoding in (
        Name.WinAnsiEncoding,
        Name.MacRomanEncoding,
    )


def _filters(stream: Object) -> set[str]:
    found = stream.get("/Filter")
    if found is None:
        return set()
    return {str(found)} if isinstance(found, Name) else {str(each) for each in found}
