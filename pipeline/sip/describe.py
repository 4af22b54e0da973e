"""What is known of a dossier and its papers, in the words of Circular 05/2025/TT-BNV.

Annex III calls them ``EAD.xml`` and ``EAD_doc_*.xml``; inside is a list of its own,
``simpledc``. A value that nobody confirmed is left out, one that does not fit is never
cut in the middle of what would still look like a value.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime

from lxml import etree

from pipeline.messages import translate
from pipeline.model.dossier import Document, FieldStatus, Manifest
from pipeline.model.dossier_code import received_on
from pipeline.model.scan import OWN_WORDS
from pipeline.sip.values import VIETNAM, Submission
from pipeline.sip.xml import XSI, to_bytes, xml_text

_SAFE_CODE = re.compile(r"[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*")
_LONGEST_CODE = 40

_NUMBER = re.compile(r"(\d{1,10}[A-Za-z]?)\s*[/-]\s*(\S.*)")
"""Number and notation of a paper: ``154`` and ``2024/NĐ-CP``; a stroke between them."""

VIETNAMESE = "01"
OTHER_TYPE = "32"
BORN_DIGITAL, DIGITIZED, MIXED = "01", "02", "03"

_LONGEST = {
    "title": 1000,
    "subject": 500,
    "organName": 200,
    "codeNumber": 11,
    "codeNotation": 30,
}
"""Characters, as the Circular has them."""

UNTITLED = "Dossier of an administrative procedure"
MADE_FROM = "Id where it was digitized: {dossier}, revision {revision}"
UNCONFIRMED = "Parts of it were not confirmed by a person yet"
DERIVED = "The original is a signed electronic document; the PDF/A is derived from it"
NUMBER = "Number and notation: {value}"
SIGNER = "Signed by: {value}"
KIND = "Kind of paper: {value}"
LEFT_OUT = "Not confirmed and therefore left out: {value}"

_LONGEST_DOSSIER_NOTE = 2000
_LONGEST_PAPER_NOTE = 500


def file_code(manifest: Manifest) -> str:
    """Name the dossier: its mã hồ sơ, or our own id where it has none that is safe."""
    code = manifest.code or ""
    if _SAFE_CODE.fullmatch(code) and len(code) <= _LONGEST_CODE:
        return code
    return manifest.id


def paper_name(manifest: Manifest, document: Document) -> str:
    """Name a paper's file, without its ending: mã hồ sơ, dot, number (article 8)."""
    return f"{file_code(manifest)}.{document.number}"


def describe_dossier(submission: Submission) -> bytes:
    """Write ``EAD.xml``: 18 elements."""
    manifest = submission.manifest
    first, last = _span(manifest)
    code = file_code(manifest)
    title = submission.title or translate(UNTITLED)
    values = {
        "fileCode": code,
        "title": _fitting("title", f"{title} ({code})"),
        "maintenance": submission.maintenance,
        "mode": submission.mode,
        "language": VIETNAMESE,
        "startDate": _day(first),
        "endDate": _day(last),
        "keyword": "",
        "totalDoc": str(len(manifest.documents)),
        "numberOfPaper": "",  # sheets: nobody counted them, and pages are not sheets
        "numberOfPage": str(sum(map(_pages, manifest.documents))),
        "format": "",
        "inforSign": "",
        "confidenceLevel": _origin(manifest),
        "paperFileCode": "",  # its place in the paper store: only the archive knows
        **_backup(submission),
        "description": _noted(_notes_on(manifest), _LONGEST_DOSSIER_NOTE),
    }
    return _write(values, "../../schemas/ead.xsd")


def describe_paper(submission: Submission, document: Document) -> bytes:
    """Write ``EAD_doc_*.xml``: 21 elements."""
    manifest = submission.manifest
    known = _confirmed(document)
    number, notation, unfit = _split_number(known.get("so_ky_hieu", ""))
    values = {
        "docId": f"{manifest.id}.{document.number}",
        "docCode": f"{file_code(manifest)}.{document.number:07d}",
        "maintenance": submission.maintenance,
        "typeName": submission.type_codes.get(document.doctype, OTHER_TYPE),
        "codeNumber": number,
        "codeNotation": notation,
        "issuedDate": _day(_date(known.get("ngay_ban_hanh"))),
        "organName": _fitting("organName", known.get("co_quan_ban_hanh", "")),
        "subject": _fitting("subject", known.get("trich_yeu") or document.title),
        "language": VIETNAMESE,
        "numberOfPage": str(_pages(document)),
        "inforSign": "",
        "keyword": "",
        "mode": submission.mode,
        "confidenceLevel": _origin_of(manifest, document),
        "autograph": "",
        "format": "",
        **_backup(submission),
        "process": "",
        "description": _noted(
            _notes_on_paper(document, known, unfit), _LONGEST_PAPER_NOTE
        ),
    }
    return _write(values, "../../../../schemas/ead_doc.xsd")


def _write(values: dict[str, str], schema: str) -> bytes:
    root = etree.Element("simpledc", nsmap={"xsi": XSI})
    root.set(f"{{{XSI}}}noNamespaceSchemaLocation", schema)
    for name, value in values.items():
        etree.SubElement(root, name).text = xml_text(value) or None
    return to_bytes(root)


def _pages(document: Document) -> int:
    return document.last_page - document.first_page + 1


def _span(manifest: Manifest) -> tuple[date, date]:
    """Find when the dossier began and ended: its reception, and its latest paper.

    Older papers in it, a birth certificate of long ago, were only brought along.
    """
    filed = manifest.filed_at.astimezone(VIETNAM).date()
    received = manifest.received_at.astimezone(VIETNAM).date()
    first = received_on(manifest.code or "") or received
    days = [
        day
        for document in manifest.documents
        if (day := _date(_confirmed(document).get("ngay_ban_hanh")))
    ]
    return first, max([first, *(day for day in days if day <= filed)])


def _confirmed(document: Document) -> dict[str, str]:
    return {
        field.name: field.value
        for field in document.fields
        if field.status is FieldStatus.OK and field.value
    }


def _date(text: str | None) -> date | None:
    try:
        return datetime.fromisoformat(text).date() if text else None
    except ValueError:
        return None


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def _split_number(text: str) -> tuple[str, str, str]:
    """Give number and notation of a paper, or what fits neither."""
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        return ("", text, "") if _fits("codeNotation", text) else ("", "", text)
    number, notation = match[1], match[2]
    if _fits("codeNumber", number) and _fits("codeNotation", notation):
        return number, notation, ""
    return "", "", text


def _fits(name: str, text: str) -> bool:
    return len(text) <= _LONGEST[name]


def _fitting(name: str, text: str) -> str:
    return _shortened(text, _LONGEST[name])


def _shortened(text: str, longest: int) -> str:
    """Cut running text at a word, and show that it was cut."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 1].rsplit(" ", 1)[0].rstrip()
    return f"{cut[: longest - 1]}…"


def _noted(notes: Iterable[str], longest: int) -> str:
    return _shortened("; ".join(notes), longest)


def _origin(manifest: Manifest) -> str:
    found = {_origin_of(manifest, each) for each in manifest.documents}
    return found.pop() if len(found) == 1 else MIXED


def _origin_of(manifest: Manifest, document: Document) -> str:
    """Tell whether a paper was born digital, digitized, or is of both kinds."""
    if manifest.signatures:
        return BORN_DIGITAL
    own = {page.source == OWN_WORDS for page in document.pages}
    if own == {True, False}:
        return MIXED
    return BORN_DIGITAL if own == {True} else DIGITIZED


def _backup(submission: Submission) -> dict[str, str]:
    """Say that there is a backup copy, and then that it is not made yet."""
    kept = submission.backup_copy
    return {
        "riskRecovery": "1" if kept else "0",
        "riskRecoveryStatus": "02" if kept else "",
    }


def _notes_on(manifest: Manifest) -> list[str]:
    notes = [
        translate(MADE_FROM).format(dossier=manifest.id, revision=manifest.revision)
    ]
    if manifest.doubts or manifest.fields_to_review:
        notes.append(translate(UNCONFIRMED))
    if manifest.signatures:
        notes.append(translate(DERIVED))
    return notes


def _notes_on_paper(document: Document, known: dict[str, str], unfit: str) -> list[str]:
    """Say what the Circular has no element for."""
    open_fields = ", ".join(
        field.name for field in document.fields if field.status is FieldStatus.REVIEW
    )
    kind = document.title if known.get("trich_yeu") else ""
    found = (
        (NUMBER, unfit),
        (SIGNER, known.get("nguoi_ky", "")),
        (KIND, kind),
        (LEFT_OUT, open_fields),
    )
    return [translate(note).format(value=value) for note, value in found if value]
