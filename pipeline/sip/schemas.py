"""The schemas that packages name and carry, and checking against them."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from lxml import etree

from pipeline.errors import PipelineError

SCHEMAS = Path(__file__).parent / "schemas"

METS_SCHEMAS = (
    "mets1_12.xsd",
    "xlink.xsd",
    "DILCISExtensionMETS.xsd",
    "DILCISExtensionSIPMETS.xsd",
)
DOSSIER_SCHEMA = "ead.xsd"
DOCUMENT_SCHEMA = "ead_doc.xsd"
PREMIS_SCHEMA = "premis-v3-0.xsd"

_METS = "mets-with-extensions.xsd"
"""Not of any package: METS with the extensions, whose attributes METS itself leaves
unchecked."""

_SHOWN_FAULTS = 3


class PackageInvalid(PipelineError):
    """A package that was made does not keep to its schemas: it was not kept."""


def check_xml(path: str, data: bytes) -> None:
    """Check a file of a package against its schema.

    Raises:
        PackageInvalid: names the file and the places, never a value.
    """
    schema = _load(_schema_of(path))
    tree = parse_xml(data)
    if schema.validate(tree):
        return
    found = list(_faults(schema))
    shown = "; ".join(found[:_SHOWN_FAULTS])
    raise PackageInvalid(f"{path}: {len(found)} faults: {shown}")


def parse_xml(data: bytes) -> etree._Element:
    """Parse XML without entities and without a look outside.

    Raises:
        etree.XMLSyntaxError: it is none.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    )
    return etree.fromstring(data, parser)


def _schema_of(path: str) -> str:
    name = path.rpartition("/")[2]
    if name == "METS.xml":
        return _METS
    if name.startswith("PREMIS"):
        return PREMIS_SCHEMA
    return DOSSIER_SCHEMA if name == "EAD.xml" else DOCUMENT_SCHEMA


@cache
def _load(name: str) -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True)
    return etree.XMLSchema(etree.parse(SCHEMAS / name, parser))


def _faults(schema: etree.XMLSchema) -> Iterator[str]:
    """Tell line and kind of each fault: messages of the library quote values."""
    for each in schema.error_log:
        yield f"line {each.line}: {each.type_name}"
