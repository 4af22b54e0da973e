"""METS 1.12 as E-ARK (CSIP 2, SIP 2) and Circular 05/2025/TT-BNV want it.

Two documents: one of the package, one of each representation in it. Ids are
``uuid-…``, those of files ``ID-…``, in capitals; hashes too.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from lxml import etree

from pipeline.model.dossier_code import agency_of
from pipeline.sip.describe import file_code
from pipeline.sip.values import PackageFile, Submission, object_id, write_moment
from pipeline.sip.xml import XLINK, XSI, to_bytes, xml_text

METS = "http://www.loc.gov/METS/"
CSIP = "https://DILCIS.eu/XML/METS/CSIPExtensionMETS"
SIP = "https://DILCIS.eu/XML/METS/SIPExtensionMETS"

_EARK_PROFILE = "https://earksip.dilcis.eu/profile/E-ARK-SIP-v2-2-0.xml"
_CIRCULAR_PROFILE = "https://earkcsip.dilcis.eu/profile/E-ARK-CSIP.xml"
"""The Circular names that of all packages, E-ARK that of submissions."""

_NAMES = {None: METS, "xlink": XLINK, "xsi": XSI, "csip": CSIP, "sip": SIP}
_SCHEMAS = (
    (METS, "mets1_12.xsd"),
    (XLINK, "xlink.xsd"),
    (CSIP, "DILCISExtensionMETS.xsd"),
    (SIP, "DILCISExtensionSIPMETS.xsd"),
)
_MIXED = "MIXED"

DESCRIPTIVE, PRESERVATION = "DC", "PREMIS"
"""``MDTYPE``: the Circular's own list counts as Dublin Core, as in its examples."""

_VERSIONS = {DESCRIPTIVE: "1.0", PRESERVATION: "3.0"}


@dataclass(frozen=True, slots=True)
class Representation:
    """A representation: one way to have the dossier."""

    name: str
    """Its folder below ``representations/``."""

    label: str
    status: str
    """``ORIGINAL``: what the division is of, as the Circular has it."""

    data: tuple[PackageFile, ...]
    descriptive: tuple[PackageFile, ...] = ()
    """One for each of *data*, in its order; or none."""

    preservation: tuple[PackageFile, ...] = ()

    @property
    def folder(self) -> str:
        """Its folder, from that of the package."""
        return f"representations/{self.name}"


@dataclass(frozen=True, slots=True)
class Group:
    """Files of the package that belong together."""

    use: str
    files: tuple[PackageFile, ...]


def write_package(
    submission: Submission,
    *,
    label: str,
    descriptive: Sequence[PackageFile],
    preservation: Sequence[PackageFile],
    groups: Sequence[Group],
    representations: Sequence[tuple[Representation, PackageFile]],
) -> bytes:
    """Write the package's ``METS.xml``; each representation comes with its own."""
    mets = _Mets(submission, "", object_id(submission.uuid), label)
    mets.add_header()
    described, administered = mets.add_metadata(descriptive, preservation)
    for group in groups:
        mets.add_group(group.use, group.files)
    for rep, file in representations:
        mets.add_group(f"Representations/{rep.name}", [file])
    whole = mets.add_map(object_id(submission.uuid))
    mets.add_metadata_division(whole, described, administered)
    for group in groups:
        division = mets.add_division(whole, group.use)
        mets.point(division, mets.id(group.use))
    for rep, file in representations:
        use = f"Representations/{rep.name}"
        division = mets.add_division(whole, use)
        pointer = mets.add(division, "mptr", LOCTYPE="URL")
        pointer.set(f"{{{XLINK}}}type", "simple")
        pointer.set(f"{{{XLINK}}}href", file.path)
        pointer.set(f"{{{XLINK}}}title", mets.id(use))
    return mets.to_bytes()


def write_representation(submission: Submission, rep: Representation) -> bytes:
    """Write the ``METS.xml`` of a representation."""
    mets = _Mets(submission, f"{rep.folder}/", rep.name, rep.label)
    mets.add_header()
    described, administered = mets.add_metadata(rep.descriptive, rep.preservation)
    mets.add_group("Data", rep.data)
    whole = mets.add_map(rep.name, TYPE=rep.status)
    mets.add_metadata_division(whole, described, administered)
    mets.point(mets.add_division(whole, "Data"), mets.id("Data"))
    if rep.descriptive:
        # To E-ARK each division of the map "CSIP" is a folder, and this one is none.
        around = mets.add_map(rep.name, "links") if submission.shape.eark else whole
        links = mets.add_division(around, "MetadataLink")
        pairs = zip(described, rep.data, strict=True)
        for number, (description, file) in enumerate(pairs, 1):
            link = mets.add_division(
                links, "MetadataLink/File", key=f"link-{number}", DMDID=description
            )
            mets.point(link, mets.file_id(file))
    return mets.to_bytes()


class _Mets:
    """A METS document that is being written; paths are relative to its folder."""

    def __init__(
        self, submission: Submission, folder: str, object_name: str, label: str
    ) -> None:
        self._submission = submission
        self._folder = folder
        up = "../" * folder.count("/")
        self._root = root = etree.Element(f"{{{METS}}}mets", nsmap=_NAMES)
        root.set("OBJID", object_name)
        root.set("LABEL", xml_text(label))
        root.set("TYPE", "Mixed")
        root.set(f"{{{CSIP}}}CONTENTINFORMATIONTYPE", _MIXED)
        is_eark = submission.shape.eark
        root.set("PROFILE", _EARK_PROFILE if is_eark else _CIRCULAR_PROFILE)
        places = " ".join(f"{name} {up}schemas/{file}" for name, file in _SCHEMAS)
        root.set(f"{{{XSI}}}schemaLocation", places)
        self._files: etree._Element | None = None

    def add(
        self, parent: etree._Element, name: str, **attributes: str
    ) -> etree._Element:
        return etree.SubElement(parent, f"{{{METS}}}{name}", attributes)

    def id(self, role: str) -> str:
        """Name a part of this document; the same in every run."""
        return _written("uuid", self._submission.uuid, f"{self._folder}#{role}")

    def file_id(self, file: PackageFile) -> str:
        return _written("ID", self._submission.uuid, f"{self._folder}#{file.path}")

    def add_header(self) -> None:
        submission = self._submission
        at = write_moment(submission.at)
        header = self.add(
            self._root,
            "metsHdr",
            CREATEDATE=at,
            LASTMODDATE=at,
            RECORDSTATUS="NEW",
        )
        header.set(f"{{{CSIP}}}OAISPACKAGETYPE", "SIP")
        code = file_code(submission.manifest)
        fonds = submission.fonds or agency_of(submission.manifest.code or "") or code
        office = submission.office
        self._add_agent(
            header, "sohoa", ("SOFTWARE VERSION", submission.software), software=True
        )
        self._add_agent(header, office, ("IDENTIFICATIONCODE", fonds))
        identity = self.add(header, "altRecordID", TYPE="SUBMISSIONAGREEMENT")
        identity.text = xml_text(submission.agreement or code)

    def _add_agent(
        self,
        header: etree._Element,
        name: str,
        note: tuple[str, str],
        *,
        software: bool = False,
    ) -> None:
        kind = {"TYPE": "OTHER", "OTHERTYPE": "SOFTWARE"}
        if not software:
            kind = {"TYPE": "ORGANIZATION"}
        agent = self.add(header, "agent", ROLE="CREATOR", **kind)
        self.add(agent, "name").text = xml_text(name)
        written = self.add(agent, "note")
        written.set(f"{{{CSIP}}}NOTETYPE", note[0])
        written.text = xml_text(note[1])

    def add_metadata(
        self, descriptive: Iterable[PackageFile], preservation: Iterable[PackageFile]
    ) -> tuple[list[str], list[str]]:
        """Refer to metadata; gives the ids of both kinds of sections."""
        described = []
        for file in descriptive:
            described.append(self.id(file.path))
            section = self.add(
                self._root,
                "dmdSec",
                ID=described[-1],
                CREATED=write_moment(file.created),
                STATUS="CURRENT",
            )
            self._refer(section, file, DESCRIPTIVE)
        # Without PREMIS too there is one, empty, as the Circular's examples have it.
        around = self.add(self._root, "amdSec", ID=self.id("amdSec"))
        administered = []
        for file in preservation:
            administered.append(self.id(file.path))
            section = self.add(
                around, "digiprovMD", ID=administered[-1], STATUS="CURRENT"
            )
            self._refer(section, file, PRESERVATION)
        return described, administered

    def _refer(self, section: etree._Element, file: PackageFile, kind: str) -> None:
        self._locate(
            self.add(
                section,
                "mdRef",
                ID=self.file_id(file),
                MDTYPE=kind,
                MDTYPEVERSION=_VERSIONS[kind],
                **_described(file),
            ),
            file,
        )

    def add_group(self, use: str, files: Iterable[PackageFile]) -> None:
        if self._files is None:
            self._files = self.add(self._root, "fileSec", ID=self.id("fileSec"))
        group = self.add(self._files, "fileGrp", ID=self.id(use), USE=use)
        if use.startswith("Representations") or use == "Data":
            group.set(f"{{{CSIP}}}CONTENTINFORMATIONTYPE", _MIXED)
        for file in files:
            element = self.add(group, "file", ID=self.file_id(file), **_described(file))
            if file.format.pronom or file.format.version:
                element.set(f"{{{SIP}}}FILEFORMATNAME", file.format.name)
            if file.format.version:
                element.set(f"{{{SIP}}}FILEFORMATVERSION", file.format.version)
            if file.format.pronom:
                element.set(f"{{{SIP}}}FORMATREGISTRY", "PRONOM")
                element.set(f"{{{SIP}}}FORMATREGISTRYKEY", file.format.pronom)
            self._locate(self.add(element, "FLocat"), file)

    def _locate(self, element: etree._Element, file: PackageFile) -> None:
        element.set("LOCTYPE", "URL")
        element.set(f"{{{XLINK}}}type", "simple")
        element.set(f"{{{XLINK}}}href", file.path.removeprefix(self._folder))

    def add_map(
        self, label: str, name: str = "CSIP", **attributes: str
    ) -> etree._Element:
        """Begin a structural map; gives its one division."""
        around = self.add(
            self._root,
            "structMap",
            ID=self.id(f"structMap {name}"),
            TYPE="PHYSICAL" if name == "CSIP" else "LOGICAL",
            LABEL=name,
        )
        return self.add_division(around, label, key=f"whole {name}", **attributes)

    def add_division(
        self, parent: etree._Element, label: str, key: str = "", **attributes: str
    ) -> etree._Element:
        own = self.id(f"div {key or label}")
        return self.add(parent, "div", ID=own, LABEL=label, **attributes)

    def add_metadata_division(
        self,
        whole: etree._Element,
        described: Sequence[str],
        administered: Sequence[str],
    ) -> None:
        division = self.add_division(whole, "Metadata")
        if administered:
            division.set("ADMID", " ".join(administered))
        if described:
            division.set("DMDID", " ".join(described))

    def point(self, division: etree._Element, target: str) -> None:
        self.add(division, "fptr", FILEID=target)

    def to_bytes(self) -> bytes:
        return to_bytes(self._root)


def _described(file: PackageFile) -> Mapping[str, str]:
    return {
        "MIMETYPE": file.media_type,
        "SIZE": str(file.size),
        "CREATED": write_moment(file.created),
        "CHECKSUM": file.sha256.upper(),
        "CHECKSUMTYPE": "SHA-256",
    }


def _written(prefix: str, package: UUID, role: str) -> str:
    return f"{prefix}-{str(uuid5(package, role)).upper()}"
