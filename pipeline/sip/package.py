"""A package as a whole: which files it has, and what its metadata say of them."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from pipeline.messages import translate
from pipeline.model.dossier import Document, Manifest
from pipeline.sip.describe import describe_dossier, describe_paper, paper_name
from pipeline.sip.mets import (
    Group,
    Representation,
    write_package,
    write_representation,
)
from pipeline.sip.premis import describe_package, describe_papers, describe_scan
from pipeline.sip.schemas import (
    DOCUMENT_SCHEMA,
    DOSSIER_SCHEMA,
    METS_SCHEMAS,
    PREMIS_SCHEMA,
    SCHEMAS,
    check_xml,
    parse_xml,
)
from pipeline.sip.values import (
    FORMATS,
    PDF_A,
    PackageFile,
    Submission,
    media_type_of,
)

ROOT_METS = "METS.xml"

PAPERS = "representations/rep1"
SCAN = "representations/rep2"

_XML = "application/xml"
_SCHEMA_TYPE = "application/octet-stream"
"""As in the Circular's examples; its table of media types has no schemas."""

PDF_A_PAPERS = "Papers as searchable PDF/A"
SCAN_AS_RECEIVED = "Scan as received"

EXPLANATION = (
    (
        "This folder is one dossier of an administrative procedure, digitized, as a"
        " submission package (SIP_hoso, Circular 05/2025/TT-BNV; E-ARK CSIP and SIP)."
    ),
    "METS.xml lists all files with size and SHA-256.",
    (
        "metadata/descriptive/EAD.xml describes the dossier; there is one such file for"
        " each paper in representations/rep1/metadata/descriptive."
    ),
    "representations/rep1/data holds the papers as searchable PDF/A.",
    (
        "representations/rep2/data, where it is there, holds the scan byte for byte as"
        " it was received; of a signed electronic document that is the original."
    ),
    (
        "metadata/preservation tells where the files came from and what was done to"
        " them (PREMIS 3)."
    ),
    (
        "documentation/manifest.json is the record of the office that digitized the"
        " dossier; its SHA-256 stands in that office's digest of the day."
    ),
    "It holds personal data: pass it on to the archive only.",
)
"""What a stranger to the package is told in it."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What was copied from the store, as it was found on arrival."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Package:
    """A package that can be written, or compared with one that was."""

    metadata: Mapping[str, bytes]
    """Contents by path."""

    contents: tuple[PackageFile, ...]
    """What lies beside them, copied from the store."""

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(map(len, self.metadata.values())) + sum(
            each.size for each in self.contents
        )


def paper_path(manifest: Manifest, document: Document) -> str:
    """Say where the PDF of a paper lies."""
    return f"{PAPERS}/data/{paper_name(manifest, document)}.pdf"


def scan_path(name: str) -> str:
    """Say where a received file lies."""
    return f"{SCAN}/data/{name}"


def build(submission: Submission, stored: Mapping[str, Stored]) -> Package:
    """Write all metadata of a package, and check them against their schemas.

    Args:
        submission: what is to be packed.
        stored: what was copied, by its path in the package.

    Raises:
        PackageInvalid: a defect; nothing may be kept of it.
    """
    made = _Maker(submission)
    manifest = submission.manifest
    papers = tuple(
        _paper(submission, document, stored[paper_path(manifest, document)])
        for document in manifest.documents
    )
    scans = tuple(
        _scan(submission, path, found)
        for path, found in sorted(stored.items())
        if path.startswith(f"{SCAN}/")
    )
    dossier = made.add("metadata/descriptive/EAD.xml", describe_dossier(submission))
    descriptions = tuple(
        made.add(
            f"{PAPERS}/metadata/descriptive/EAD_doc_{paper_name(manifest, each)}.xml",
            describe_paper(submission, each),
        )
        for each in manifest.documents
    )
    representations = [
        Representation(
            "rep1",
            translate(PDF_A_PAPERS),
            "ORIGINAL",
            papers,
            descriptions,
            made.preserve(PAPERS, "rep1", describe_papers, papers),
        )
    ]
    if scans:
        representations.append(
            Representation(
                "rep2",
                translate(SCAN_AS_RECEIVED),
                "ORIGINAL",
                scans,
                (),
                made.preserve(SCAN, "rep2", describe_scan, scans),
            )
        )
    inner = [
        (
            each,
            made.add(f"{each.folder}/METS.xml", write_representation(submission, each)),
        )
        for each in representations
    ]
    whole: tuple[PackageFile, ...] = ()
    if submission.shape.preservation:
        names = [each.name for each in representations]
        whole = (
            made.add(
                "metadata/preservation/PREMIS.xml", describe_package(submission, names)
            ),
        )
    groups = [*made.document(), made.schemas()]
    made.add(
        ROOT_METS,
        write_package(
            submission,
            label=_label(made.files[dossier.path]),
            descriptive=[dossier],
            preservation=whole,
            groups=groups,
            representations=inner,
        ),
    )
    for path, data in made.files.items():
        if path.endswith(".xml"):
            check_xml(path, data)
    return Package(made.files, (*papers, *scans))


def find_moment(mets: bytes) -> datetime | None:
    """Tell when a package was made, from its ``METS.xml``; None where it is none."""
    try:
        root = parse_xml(mets)
        header = root.find("{http://www.loc.gov/METS/}metsHdr")
        moment = datetime.fromisoformat(header.get("CREATEDATE", ""))
    except (etree.XMLSyntaxError, AttributeError, ValueError):
        return None
    return moment if moment.tzinfo is not None else None


class _Maker:
    """Collects the metadata of a package."""

    def __init__(self, submission: Submission) -> None:
        self._submission = submission
        self.files: dict[str, bytes] = {}

    def add(self, path: str, data: bytes, media_type: str = _XML) -> PackageFile:
        self.files[path] = data
        return PackageFile(
            path,
            len(data),
            hashlib.sha256(data).hexdigest(),
            media_type,
            self._submission.at,
            FORMATS.get(media_type, FORMATS[_XML]),
        )

    def preserve(
        self,
        folder: str,
        name: str,
        describe: Callable[[Submission, Sequence[PackageFile]], bytes],
        files: Sequence[PackageFile],
    ) -> tuple[PackageFile, ...]:
        """Add the PREMIS of a representation, where it is wanted."""
        if not self._submission.shape.preservation:
            return ()
        path = f"{folder}/metadata/preservation/PREMIS_{name}.xml"
        return (self.add(path, describe(self._submission, files)),)

    def document(self) -> list[Group]:
        """Add what explains the package, where it is wanted."""
        if not self._submission.shape.documentation:
            return []
        text = "".join(f"{translate(line)}\n" for line in EXPLANATION)
        manifest = self._submission.manifest_file
        files = (
            self.add("documentation/README.txt", text.encode(), "text/plain"),
            self.add("documentation/manifest.json", manifest, "application/json"),
        )
        return [Group("Documentation", files)]

    def schemas(self) -> Group:
        """Add the schemas that the metadata name."""
        names = [*METS_SCHEMAS, DOSSIER_SCHEMA, DOCUMENT_SCHEMA]
        if self._submission.shape.preservation:
            names.append(PREMIS_SCHEMA)
        files = tuple(
            self.add(f"schemas/{name}", (SCHEMAS / name).read_bytes(), _SCHEMA_TYPE)
            for name in names
        )
        return Group("Schemas", files)


def _paper(submission: Submission, document: Document, found: Stored) -> PackageFile:
    conforms = document.conformance is not None and document.conformance.holds
    pdf = "application/pdf"
    return PackageFile(
        paper_path(submission.manifest, document),
        found.size,
        found.sha256,
        pdf,
        submission.manifest.filed_at,
        PDF_A if conforms else FORMATS[pdf],
        document,
    )


def _scan(submission: Submission, path: str, found: Stored) -> PackageFile:
    kind = media_type_of(path)
    return PackageFile(
        path,
        found.size,
        found.sha256,
        kind,
        submission.manifest.received_at,
        FORMATS[kind],
    )


def _label(dossier: bytes) -> str:
    return parse_xml(dossier).findtext("title") or ""
