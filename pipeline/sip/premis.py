"""Preservation metadata: what the files are, and what was done to get them (PREMIS 3).

Events bear the terms of the Library of Congress's event types
(http://id.loc.gov/vocabulary/preservation/eventType). Times are those that the manifest
has: reading and making the PDF are dated by the filing, with which they ended.
"""

from collections.abc import Iterable, Iterator

from pipeline.model.dossier import Document
from pipeline.model.mark import Conversion
from pipeline.sip.premis_xml import Agent, Characteristics, Event, Premis
from pipeline.sip.values import (
    FORMATS,
    PackageFile,
    Submission,
    media_type_of,
    object_id,
    write_moment,
)

SOFTWARE = "sohoa"

_PROGRAM = Agent(SOFTWARE, SOFTWARE, "software")
"""What did the work of long ago, in whatever version: the manifest names its recipe."""

_RUNS = "executing program"
_AGENCY = "organization"

_JUDGES = {"writer": "the program's own checks"}


def describe_package(submission: Submission, representations: Iterable[str]) -> bytes:
    """Write ``PREMIS.xml``: the dossier, its representations, how it was packed."""
    manifest = submission.manifest
    whole = object_id(submission.uuid)
    ids = [("local", whole), (SOFTWARE, f"{manifest.id}/r{manifest.revision}")]
    if manifest.code:
        ids.append(("mã hồ sơ", manifest.code))
    premis = Premis()
    premis.add_object("intellectualEntity", ids)
    parts = tuple(_id_of(submission, name) for name in representations)
    for part in parts:
        premis.add_object("representation", [("local", part)], part_of=whole)
    runs = ((_program(submission), _RUNS),)
    checked = Event(
        _id_of(submission, "fixity-check"),
        "fixity check",
        submission.at,
        "Each file was compared with the SHA-256 of the dossier's manifest.",
        runs,
        sources=parts,
        outcome="pass",
    )
    made = Event(
        _id_of(submission, "creation"),
        "information package creation",
        submission.at,
        "Copied from the store into this package.",
        runs,
        sources=parts,
        outcomes=(whole,),
    )
    premis.add_events((checked, made))
    return premis.to_bytes()


def describe_papers(submission: Submission, papers: Iterable[PackageFile]) -> bytes:
    """Write ``PREMIS_rep1.xml``: the PDF of each paper, and how it came about."""
    manifest = submission.manifest
    rep = _id_of(submission, "rep1")
    premis = Premis()
    premis.add_object(
        "representation", [("local", rep)], part_of=object_id(submission.uuid)
    )
    events = [_received(submission, (manifest.original_sha256,))]
    for paper in papers:
        own = _id_of(submission, paper.path)
        premis.add_object(
            "file",
            [("local", own)],
            made_of=Characteristics(
                paper.sha256, paper.format, paper.size, (SOFTWARE, manifest.filed_at)
            ),
            part_of=rep,
            derived_from=manifest.original_sha256,
        )
        if paper.document is not None:
            events.extend(_events_of(submission, own, paper.document))
    # The scan itself may lie outside: it can hold other people's dossiers, too.
    scan = FORMATS[media_type_of(manifest.original_key)]
    premis.add_object(
        "file",
        [("SHA-256", manifest.original_sha256)],
        made_of=Characteristics(manifest.original_sha256, scan),
    )
    premis.add_events(events)
    return premis.to_bytes()


def describe_scan(submission: Submission, scans: Iterable[PackageFile]) -> bytes:
    """Write ``PREMIS_rep2.xml``: the scan as received, and its signatures."""
    rep = _id_of(submission, "rep2")
    premis = Premis()
    premis.add_object(
        "representation", [("local", rep)], part_of=object_id(submission.uuid)
    )
    ids = []
    for scan in scans:
        ids.append(_id_of(submission, scan.path))
        premis.add_object(
            "file",
            [("local", ids[-1]), ("SHA-256", scan.sha256)],
            made_of=Characteristics(scan.sha256, scan.format, scan.size),
            part_of=rep,
        )
    events = [_received(submission, tuple(ids)), *_judgements(submission, tuple(ids))]
    premis.add_events(events)
    return premis.to_bytes()


def _received(submission: Submission, outcomes: tuple[str, ...]) -> Event:
    manifest = submission.manifest
    counter = manifest.counter_id
    office = Agent(f"counter-{counter}", submission.office, _AGENCY)
    return Event(
        _id_of(submission, "capture"),
        "capture",
        manifest.received_at,
        f"Received at counter {counter} and stored unchanged.",
        ((office, "implementer"), (_PROGRAM, _RUNS)),
        outcomes=outcomes,
    )


def _events_of(submission: Submission, own: str, document: Document) -> Iterator[Event]:
    """Tell what was done to one paper, in the order it was done."""
    manifest = submission.manifest
    scan = (manifest.original_sha256,)
    runs = ((_PROGRAM, _RUNS),)
    pages = f"pages {document.first_page} to {document.last_page} of the scan"
    yield Event(
        f"{own}#recognition",
        "metadata extraction",
        manifest.filed_at,
        f"Text recognition and reading of fields, {pages}; recipe {manifest.recipe}.",
        runs,
        sources=scan,
        outcomes=(own,),
    )
    yield Event(
        f"{own}#normalization",
        "normalization",
        manifest.filed_at,
        f"Made into a PDF of two layers, picture and text, from {pages}.",
        runs,
        sources=scan,
        outcomes=(own,),
    )
    if document.conversion is not None:
        yield _conversion(own, document.conversion)
    if document.conformance is not None:
        yield Event(
            f"{own}#validation",
            "validation",
            manifest.filed_at,
            "Conformance to PDF/A-2u (ISO 19005-2), judged by"
            f" {_JUDGES.get(document.conformance.judge, document.conformance.judge)}.",
            runs,
            sources=(own,),
            outcome="pass" if document.conformance.holds else "fail",
            note=", ".join(document.conformance.faults),
        )
    if document.signature is not None:
        signed = document.signature
        yield Event(
            f"{own}#signature",
            "digital signature generation",
            signed.at,
            f"Signed with the agency's key, PAdES {signed.level};"
            f" certificate {signed.serial}.",
            ((Agent(f"signer-{signed.serial}", signed.signer, _AGENCY), "authorizer"),),
            outcomes=(own,),
        )


def _conversion(own: str, mark: Conversion) -> Event:
    agents = [(Agent(f"agency-{mark.agency}", mark.agency, _AGENCY), "authorizer")]
    if mark.converter:
        person = Agent(f"converter-{mark.converter}", mark.converter, "person")
        agents.append((person, "implementer"))
    text = " / ".join(mark.text.splitlines())
    return Event(
        f"{own}#conversion",
        "modification",
        mark.at,
        f"Converted from paper; the mark of conversion says: {text}",
        tuple(agents),
        outcomes=(own,),
    )


def _judgements(submission: Submission, scans: tuple[str, ...]) -> Iterator[Event]:
    """Tell what was found of the signatures that the received file brought along."""
    manifest = submission.manifest
    for number, each in enumerate(manifest.signatures, 1):
        at = each.timestamp or each.claimed_at
        signed = f", signed {write_moment(at)}" if at else ""
        facts = (
            "intact" if each.intact else "not intact",
            "trusted" if each.trusted else "not trusted",
            f"changed afterwards: {each.change}",
            *((each.problem,) if each.problem else ()),
        )
        yield Event(
            _id_of(submission, f"rep2#signature-{number}"),
            "digital signature validation",
            manifest.received_at,
            f"Signature {each.field} of {each.signer or 'unknown'}, issued by"
            f" {each.issuer or 'unknown'}{signed}.",
            ((_PROGRAM, _RUNS),),
            sources=scans,
            outcome="pass" if each.intact and each.trusted else "fail",
            note="; ".join(facts),
        )


def _program(submission: Submission) -> Agent:
    """Name what makes the package."""
    version = submission.software
    return Agent(f"{SOFTWARE}-{version}", SOFTWARE, "software", version)


def _id_of(submission: Submission, path: str) -> str:
    """Name an object or event of the package: unique wherever it goes."""
    return f"{object_id(submission.uuid)}/{path}"
