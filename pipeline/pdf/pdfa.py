"""What makes a PDF an archive file: colours defined, metadata embedded (PDF/A-2u)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream
from PIL import ImageCms

LANGUAGE = "vi-VN"

_PROFILE_DATE = bytes.fromhex("07e8 0001 0001 0000 0000 0000")
"""1 January 2024 in bytes 24-35 of the profile: littleCMS writes the time of the call
there, and two builds of the same document would differ."""

_ILLEGAL_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

CLAIM = b"""\
<pdfaid:part>2</pdfaid:part>
<pdfaid:conformance>U</pdfaid:conformance>
"""
"""What a file says that it is; dropped where it turns out not to be."""

_XMP = """\
<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about=""
  xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
  xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
  xmlns:xmp="http://ns.adobe.com/xap/1.0/">
{claim}<dc:format>application/pdf</dc:format>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
{optional}<pdf:Producer>{producer}</pdf:Producer>
<xmp:CreatorTool>{producer}</xmp:CreatorTool>
<xmp:CreateDate>{date}</xmp:CreateDate>
<xmp:ModifyDate>{date}</xmp:ModifyDate>
<xmp:MetadataDate>{date}</xmp:MetadataDate>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""

_DESCRIPTION = (
    '<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{}</rdf:li></rdf:Alt>'
    "</dc:description>\n"
)
_IDENTIFIER = "<dc:identifier>{}</dc:identifier>\n"
_SOURCE = """\
<dc:source>urn:sha256:{0}</dc:source>
<xmpMM:DerivedFrom xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
  xmlns:stRef="http://ns.adobe.com/xap/1.0/sType/ResourceRef#"
  rdf:parseType="Resource">
<stRef:documentID>urn:sha256:{0}</stRef:documentID>
</xmpMM:DerivedFrom>
"""


@dataclass(frozen=True, slots=True)
class PdfMetadata:
    """What the file says about itself, to readers and to archives.

    Raises:
        ValueError: ``created_at`` has no time zone.
    """

    title: str
    created_at: datetime
    """Aware. The same value gives the same bytes: take the batch's, not the clock's."""

    producer: str = "sohoa"
    subject: str = ""
    identifier: str = ""
    """Id of the dossier or document, where it has one."""

    source: str = ""
    """SHA-256 of the file that this one was made from: it says that it is a
    derivative, and of what."""

    def __post_init__(self) -> None:
        if self.created_at.tzinfo is None:
            raise ValueError("created_at has no time zone")


def mark_as_archive(pdf: pikepdf.Pdf, meta: PdfMetadata) -> None:
    """Give *pdf* an output intent, language, title and PDF/A-2u identification.

    That its pages keep the rules (fonts embedded, device colours only) is the
    business of whoever writes them.
    """
    profile = pdf.make_indirect(Stream(pdf, srgb_profile(), N=3))
    pdf.Root.OutputIntents = Array(
        [
            Dictionary(
                Type=Name.OutputIntent,
                S=Name.GTS_PDFA1,
                OutputConditionIdentifier=pikepdf.String("sRGB"),
                Info=pikepdf.String("sRGB IEC61966-2.1"),
                DestOutputProfile=profile,
            )
        ]
    )
    pdf.Root.Lang = pikepdf.String(LANGUAGE)
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    pdf.Root.Metadata = pdf.make_indirect(
        Stream(pdf, _xmp(meta), Type=Name.Metadata, Subtype=Name.XML)
    )
    pdf.trailer.Info = pdf.make_indirect(_info(meta))


@cache
def srgb_profile() -> bytes:
    """Build the sRGB profile of littleCMS, the same bytes at any time."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return made[:24] + _PROFILE_DATE + made[36:]


def _xmp(meta: PdfMetadata) -> bytes:
    optional = ""
    if meta.subject:
        optional += _DESCRIPTION.format(_xml(meta.subject))
    if meta.identifier:
        optional += _IDENTIFIER.format(_xml(meta.identifier))
    if meta.source:
        optional += _SOURCE.format(_xml(meta.source))
    return _XMP.format(
        claim=CLAIM.decode(),
        language=LANGUAGE,
        title=_xml(meta.title),
        producer=_xml(meta.producer),
        optional=optional,
        date=_utc(meta).strftime("%Y-%m-%dT%H:%M:%SZ"),
    ).encode()


def _info(meta: PdfMetadata) -> Dictionary:
    date = pikepdf.String(_utc(meta).strftime("D:%Y%m%d%H%M%SZ"))
    info = Dictionary(
        Title=pikepdf.String(_legal(meta.title)),
        Producer=pikepdf.String(_legal(meta.producer)),
        Creator=pikepdf.String(_legal(meta.producer)),
        CreationDate=date,
        ModDate=date,
    )
    if meta.subject:
        info.Subject = pikepdf.String(_legal(meta.subject))
    return info


def _utc(meta: PdfMetadata) -> datetime:
    return meta.created_at.astimezone(UTC)


def _xml(text: str) -> str:
    return escape(_legal(text))


def _legal(text: str) -> str:
    """Leave out what XML cannot hold: controls, halves of surrogate pairs."""
    return _ILLEGAL_IN_XML.sub("", text)
