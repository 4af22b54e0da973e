"""Put the agency's signature on a PDF/A, so that it stays one (PAdES).

The file is only added to: the bytes that were there stay first. Whatever is saved over
a signed file afterwards, by pikepdf for example, breaks the signature.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from math import ceil
from pathlib import Path

import pikepdf
from asn1crypto.x509 import Certificate
from pikepdf import Dictionary, Stream
from pyhanko.pdf_utils import layout
from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.fetchers.requests_fetchers import RequestsFetcherBackend

from pipeline.errors import ObjectConflict
from pipeline.imaging.margins import find_room
from pipeline.model.geometry import POINTS_PER_INCH
from pipeline.model.signature import AgencySignature, SignatureLevel
from pipeline.pdf.printed_font import PrintedFont
from pipeline.pdf.stamp import LEADING, glance_at_pdf, write_lines
from pipeline.signing.signer import DIGEST, SigningSession, certificate_of
from pipeline.signing.trust import online_context

FIELD = "AgencySignature"
"""Name of the signature's field; a file has one."""

_FROM_THE_RIGHT = (1.0, 0.95, 0.9, 0.85, 0.8)
"""Where in the top margin room is looked for: the corner, then beside what is there."""

_GLANCE_DPI = 50.0
_MM_PER_POINT = 25.4 / POINTS_PER_INCH

_FETCH_SECONDS = 10
"""Time an authority's server may take to say what it revoked."""

_WITH_PROOF = (SignatureLevel.LONG_TERM, SignatureLevel.ARCHIVAL)


@dataclass(frozen=True, slots=True)
class Appearance:
    """What the signature shows: text, never a picture (Decree 30/2020)."""

    lines: tuple[str, ...]
    font: Path
    size: float = 10.0
    """Points."""


def sign_file(
    path: Path,
    session: SigningSession,
    appearance: Appearance,
    level: SignatureLevel,
    roots: Sequence[Certificate] = (),
) -> None:
    """Sign the PDF at *path*, top right of its first page.

    The signature is added at the end of the file, which is not loaded as a whole; where
    it fails, the file is as it was.

    Args:
        path: a PDF/A that is complete.
        session: the agency's key, open.
        appearance: what is shown.
        level: what is added to the signature so that it can be proved for longer.
        roots: of the agency's certificate and of the timestamp server, for the levels
            that carry proof.

    Raises:
        SigningUnavailable: from *session*, where it is left.
        ObjectConflict: the file does not open as a PDF.
    """
    size = path.stat().st_size
    with path.open("r+b") as file:
        try:
            frame = _find_frame(path, appearance)
            signer = PdfSigner(
                _describe(session, level, roots),
                session.signer,
                timestamper=None
                if level is SignatureLevel.BASIC
                else session.timestamper,
                stamp_style=_style(frame),
                new_field_spec=SigFieldSpec(FIELD, on_page=0, box=frame.box),
            )
            signer.sign_pdf(IncrementalPdfFileWriter(file), in_place=True)
        except (PdfError, pikepdf.PdfError) as error:
            file.truncate(size)
            raise ObjectConflict(f"{path.name}: does not open as a PDF") from error
        except BaseException:
            file.truncate(size)
            raise


def find_agency_signature(path: Path) -> AgencySignature | None:
    """Read who signed the PDF at *path* in the agency's name, without judging it.

    Raises:
        ObjectConflict: it does not open as a PDF.
    """
    try:
        with path.open("rb") as file:
            return _find_signature(PdfFileReader(file))
    except (PdfError, ValueError) as error:
        raise ObjectConflict(f"{path.name}: does not open as a PDF") from error


def _find_signature(reader: PdfFileReader) -> AgencySignature | None:
    every = reader.embedded_regular_signatures
    signature = next((each for each in every if each.field_name == FIELD), None)
    if signature is None:
        return None
    certificate = signature.signer_cert
    stamped = any(
        attribute["type"].native == "signature_time_stamp_token"
        for attribute in signature.signer_info["unsigned_attrs"]
    )
    level = _level(
        stamped=stamped,
        proved="/DSS" in reader.root,
        later=bool(reader.embedded_timestamp_signatures),
    )
    said = signature.self_reported_timestamp
    if said is None:
        raise ValueError("a signature without a time")
    return AgencySignature(
        signer=common_name(certificate),
        serial=f"{certificate.serial_number:x}",
        at=said.astimezone(UTC),
        level=level.value,
    )


def common_name(certificate: Certificate) -> str:
    """Read whom a certificate is for."""
    names = certificate.subject.native
    found = names.get("common_name") or names.get("organization_name") or ""
    return found if isinstance(found, str) else str(found[0])


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where the signature stands on the page, and how it looks."""

    box: tuple[int, int, int, int]
    """User space of the page: left, bottom, right, top; whole points."""

    page: bytes
    """A PDF of one page, the appearance."""


def _style(frame: _Frame) -> StaticStampStyle:
    return StaticStampStyle(
        border_width=0,
        background=_Printed(frame.page),
        background_layout=_AS_IT_IS,
        background_opacity=1.0,
    )


_AS_IT_IS = layout.SimpleBoxLayoutRule(
    x_align=layout.AxisAlignment.ALIGN_MIN,
    y_align=layout.AxisAlignment.ALIGN_MIN,
    margins=layout.Margins(),
    inner_content_scaling=layout.InnerScaling.NO_SCALING,
)


class _Printed(PdfContent):
    """An appearance that was drawn as a page.

    The library's own ways to write text embed no font, or one whose widths are wrong
    unless its em has 1,000 units.
    """

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self._page = page

    def render(self) -> bytes:
        writer: BasePdfFileWriter = self._ensure_writer
        drawn = writer.import_page_as_xobject(PdfFileReader(io.BytesIO(self._page)))
        self.resources.xobject[pdf_name("/Drawn")] = drawn
        left, bottom, right, top = drawn.get_object()["/BBox"]
        self.box = layout.BoxConstraints(width=right - left, height=top - bottom)
        return b"/Drawn Do"


def _describe(
    session: SigningSession, level: SignatureLevel, roots: Sequence[Certificate]
) -> PdfSignatureMetadata:
    proof: ValidationContext | None = None
    if level in _WITH_PROOF:
        proof = online_context(roots, RequestsFetcherBackend(_FETCH_SECONDS))
    return PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm=DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        name=common_name(certificate_of(session.signer)),
        validation_context=proof,
        embed_validation_info=proof is not None,
        use_pades_lta=level is SignatureLevel.ARCHIVAL,
        signer_key_usage=set(),
    )


def _level(*, stamped: bool, proved: bool, later: bool) -> SignatureLevel:
    if not stamped:
        return SignatureLevel.BASIC
    if not proved:
        return SignatureLevel.TIMESTAMPED
    return SignatureLevel.ARCHIVAL if later else SignatureLevel.LONG_TERM


def _find_frame(path: Path, appearance: Appearance) -> _Frame:
    """Lay the text out and find room for it, as the page is seen."""
    with pikepdf.open(path) as opened:
        page = opened.pages[0]
        left, bottom, right, top = (float(edge) for edge in page.cropbox)
        turned = int(page.rotation) % 360
    font = PrintedFont(appearance.font, appearance.lines)
    # Whole points, as the library wants them.
    width = ceil(max(map(font.width, appearance.lines)) * appearance.size)
    height = ceil(len(appearance.lines) * LEADING * appearance.size)
    across, down = right - left, top - bottom
    seen = (down, across) if turned in {90, 270} else (across, down)
    x, y = _find_place(path, seen, width, height)
    corners = [
        _to_user_space(turned, across, down, *corner)
        for corner in ((x, y), (x + width, y + height))
    ]
    xs, ys = zip(*corners, strict=True)
    lowest = round(left + min(xs)), round(bottom + min(ys))
    size = (height, width) if turned in {90, 270} else (width, height)
    box = (*lowest, lowest[0] + size[0], lowest[1] + size[1])
    return _Frame(box, _draw(font, appearance, turned, width, height))


def _find_place(
    path: Path, seen: tuple[float, float], width: float, height: float
) -> tuple[float, float]:
    """Find the top left corner, points from the top left corner of the page."""
    pixels = [max(1, round(side / POINTS_PER_INCH * _GLANCE_DPI)) for side in seen]
    room = find_room(
        glance_at_pdf(path, *pixels),
        pixels[0] / seen[0] * POINTS_PER_INCH,
        width * _MM_PER_POINT,
        height * _MM_PER_POINT,
        from_top=True,
        sides=_FROM_THE_RIGHT,
        both_margins=False,
    )
    return room.left / _MM_PER_POINT, room.top / _MM_PER_POINT


def _to_user_space(
    turned: int, across: float, down: float, x: float, y: float
) -> tuple[float, float]:
    """Bring a place as seen, from the top left, to the page's own axes.

    A page with ``/Rotate`` is turned clockwise when it is shown (ISO 32000-1, 7.7.3.3).
    """
    return {
        0: (x, down - y),
        90: (y, x),
        180: (across - x, y),
        270: (across - y, down - x),
    }[turned]


def _draw(
    font: PrintedFont, appearance: Appearance, turned: int, width: int, height: int
) -> bytes:
    """Draw the text as a page of its own, turned so that it is seen upright."""
    upright = {
        0: b"",
        90: b"0 1 -1 0 %.3f 0 cm\n" % height,
        180: b"-1 0 0 -1 %.3f %.3f cm\n" % (width, height),
        270: b"0 -1 1 0 0 %.3f cm\n" % width,
    }[turned]
    shown = write_lines(
        font, "F0", appearance.lines, size=appearance.size, left=0, top=height
    )
    size = (height, width) if turned in {90, 270} else (width, height)
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=size)
        page = pdf.pages[0]
        page.obj.Resources = Dictionary(
            Font=Dictionary(F0=pdf.make_indirect(font.to_object(pdf)))
        )
        page.obj.Contents = Stream(pdf, upright + b"0 g\n" + shown)
        target = io.BytesIO()
        pdf.save(target, deterministic_id=True)
    return target.getvalue()
