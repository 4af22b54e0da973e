"""Look for what a filed PDF must not have: whatever runs, opens, sends or hides."""

import io
from collections.abc import Iterator

import pikepdf

FORBIDDEN = frozenset(
    {
        *("/JS", "/JavaScript", "/Launch", "/OpenAction", "/AA", "/Rendition"),
        *("/EmbeddedFile", "/EmbeddedFiles", "/Filespec", "/RichMedia", "/Movie"),
        *("/AcroForm", "/XFA", "/Annots", "/Sound", "/ImportData", "/SubmitForm"),
        *("/URI", "/GoToR", "/GoToE", "/Encrypt"),
    }
)
"""Keys and values: in a dictionary of any object, reachable or not."""


def active_parts(data: bytes) -> set[str]:
    """Name what is forbidden and there, in any object, and as plain text."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        found = {name for each in pdf.objects for name in _names(each)}
        found |= set(_names(pdf.trailer))
    return found & FORBIDDEN


def _names(found: object, depth: int = 0) -> Iterator[str]:
    """List names in an object; others that it refers to stand in the list too."""
    if depth > 50:
        return
    if isinstance(found, pikepdf.Stream):
        found = found.stream_dict
    if isinstance(found, pikepdf.Dictionary):
        for key, value in found.items():
            yield key
            yield from _names(value, depth + 1) if _is_direct(value) else ()
    elif isinstance(found, pikepdf.Array):
        for value in found:
            yield from _names(value, depth + 1) if _is_direct(value) else ()
    elif isinstance(found, pikepdf.Name):
        yield str(found)


def _is_direct(value: object) -> bool:
    return not (isinstance(value, pikepdf.Object) and value.is_indirect)
