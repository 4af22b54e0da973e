"""Tell readers which character each code of a font stands for (ToUnicode)."""

from collections.abc import Iterable

_CMAP = """\
/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
{entries}
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""

_ENTRIES_PER_BLOCK = 100
"""Limit of one ``bfchar`` section (Adobe Technical Note 5014)."""


def write_to_unicode(meanings: Iterable[tuple[int, str]]) -> bytes:
    """Write the CMap for two-byte codes, each with the character it stands for."""
    entries = [
        f"<{code:04X}> <{character.encode('utf-16-be').hex().upper()}>"
        for code, character in meanings
    ]
    blocks = []
    for first in range(0, len(entries), _ENTRIES_PER_BLOCK):
        block = entries[first : first + _ENTRIES_PER_BLOCK]
        blocks += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    return _CMAP.format(entries="\n".join(blocks)).encode("ascii")
