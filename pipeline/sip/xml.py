"""XML as packages have it: UTF-8, indented, the same values always the same bytes."""

import re

from lxml import etree

XSI = "http://www.w3.org/2001/XMLSchema-instance"
XLINK = "http://www.w3.org/1999/xlink"

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """Replace what XML 1.0 cannot carry: a paper may hold any character."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def to_bytes(root: etree._Element) -> bytes:
    """Write an element as a file."""
    etree.indent(root, space="  ")
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return written + b"\n"
