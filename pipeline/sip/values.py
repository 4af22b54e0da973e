"""What a submission package is made of, before anything is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from pipeline.model.dossier import Document, Manifest
from pipeline.model.scan import MediaType

VIETNAM = timezone(timedelta(hours=7))

_PACKAGES = uuid5(NAMESPACE_URL, "urn:sohoa:sip")
"""Namespace of the packages' ids."""


class FileFormat(NamedTuple):
    """A format as PRONOM, the register of the UK's National Archives, knows it."""

    name: str
    version: str = ""
    pronom: str = ""


PDF_A = FileFormat("Acrobat PDF/A - Portable Document Format", "2u", "fmt/478")

FORMATS = {
    MediaType.PDF.value: FileFormat("Portable Document Format"),
    MediaType.TIFF.value: FileFormat("Tagged Image File Format", "", "fmt/353"),
    MediaType.JPEG.value: FileFormat("JPEG File Interchange Format"),
    MediaType.PNG.value: FileFormat("Portable Network Graphics"),
    "application/json": FileFormat("JSON Data Interchange Format", "", "fmt/817"),
    "application/xml": FileFormat("Extensible Markup Language", "1.0", "fmt/101"),
    "text/plain": FileFormat("Plain Text File", "", "x-fmt/111"),
}
"""By media type; the version of a received file is nobody's claim here."""


@dataclass(frozen=True, slots=True)
class PackageFile:
    """A file of a package."""

    path: str
    """From the folder of the package, with ``/``."""

    size: int
    """Bytes."""

    sha256: str
    """Lower-case hexadecimal."""

    media_type: str
    created: datetime
    format: FileFormat
    document: Document | None = None
    """The paper that it is, of the first representation."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a package holds beside the papers."""

    scan: bool = True
    """The scan as it was received, as a second representation."""

    preservation: bool = True
    """PREMIS."""

    documentation: bool = True
    """The manifest, and a text that explains the package."""

    eark: bool = True
    """Where E-ARK and the Circular differ, E-ARK's word counts; else the Circular's."""

    @property
    def name(self) -> str:
        """What tells packages of one dossier apart."""
        kept = (self.scan, self.preservation, self.documentation, self.eark)
        return "".join("1" if each else "0" for each in kept)


FULL = Shape()
CIRCULAR = Shape(scan=False, preservation=False, documentation=False, eark=False)
"""What annex III of the Circular lists and no more."""


@dataclass(frozen=True, slots=True)
class Submission:
    """All that a package is made from, but the contents of its files."""

    manifest: Manifest
    manifest_file: bytes
    """The manifest as the store has it: its hash stands in the day's digest."""

    office: str
    """Name of the office that received the dossier."""

    title: str
    """Of the procedure; empty where that is not known."""

    maintenance: str
    """Code of how long it is kept, 01-07."""

    type_codes: Mapping[str, str]
    """``typeName`` of the Circular, by the code of a document type."""

    at: datetime
    """When the package was made; aware."""

    software: str
    """Version of this program."""

    shape: Shape
    fonds: str = ""
    """Code of the fonds (mã phông); empty: that of the agency in the mã hồ sơ."""

    agreement: str = ""
    """Code of the registered submission; empty: the mã hồ sơ."""

    mode: str = "02"
    """Who may use it: 01 everybody, 02 under conditions, 03 secret."""

    backup_copy: bool = False

    @property
    def uuid(self) -> UUID:
        """The package's own; the same dossier in the same shape has the same."""
        return package_uuid(self.manifest, self.shape)


def package_uuid(manifest: Manifest, shape: Shape) -> UUID:
    """Derive the id of a package: one for each revision of a dossier, and shape."""
    return uuid5(_PACKAGES, f"{manifest.id}/r{manifest.revision}/{shape.name}")


def object_id(package: UUID) -> str:
    """Write OBJID, which names the folder too: no personal data is in it."""
    return f"uuid-{str(package).upper()}"


def media_type_of(key: str) -> str:
    """Tell the media type of an original by the end of its key."""
    ending = f".{key.rpartition('.')[2]}"
    for each in MediaType:
        if not each.joins and each.suffix == ending:
            return each.value
    return "application/json"


def write_moment(moment: datetime) -> str:
    """Write a time as the Circular wants it: with milliseconds and ``+07:00``."""
    return moment.astimezone(VIETNAM).isoformat(timespec="milliseconds")
