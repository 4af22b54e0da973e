import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature

from pipeline.errors import ObjectConflict, SigningUnavailable
from pipeline.model.scan import Page
from pipeline.model.signature import SignatureLevel
from pipeline.model.text import OcrPage
from pipeline.pdf.assemble import Mark, PdfPage, assemble_pdf
from pipeline.pdf.layers import encode_layers
from pipeline.pdf.printed_font import find_font
from pipeline.pdf.sign import Appearance, find_agency_signature, sign_file
from pipeline.signing.keys import Pkcs11Key, Pkcs12Key
from pipeline.signing.signer import AgencySigner
from pipeline.signing.trust import offline_context, read_certificates
from tests.imaging.spoilt import draw_letter, scanned
from tests.pdf.drawn import page_of_bars, with_entries
from tests.pdf.test_assemble import META, pdf_page
from tests.pdf.verapdf import validate
from tests.signing.authority import (
    AGENCY,
    PASSPHRASE,
    Authority,
    Identity,
    write_pkcs12,
)
from tests.signing.servers import make_token, serving, timestamp_server

SHOWN = ("SAO Y", AGENCY, "24-11-2026 15:30:00 +07:00")
A4 = page_of_bars(1654, 2339)


@pytest.fixture(scope="module")
def agency(tmp_path_factory: pytest.TempPathFactory) -> Iterator["House"]:
    folder = tmp_path_factory.mktemp("agency")
    lists: dict[str, bytes] = {}
    with serving(lambda _: ("application/pkix-crl", lists["crl"])) as url:
        authority = Authority(crl_url=f"{url}ca.crl")
        identity = authority.agency()
        lists["crl"] = authority.crl()
        with timestamp_server(folder, authority) as clock:
            yield House(folder, authority, identity, clock)


class House:
    """An agency with all it needs to sign at every level."""

    def __init__(
        self, folder: Path, authority: Authority, identity: Identity, clock: str
    ) -> None:
        self.authority, self.identity = authority, identity
        file = write_pkcs12(folder / "agency.p12", identity, authority)
        self.signer = AgencySigner(lambda: Pkcs12Key(file, PASSPHRASE), clock)

    @property
    def roots(self) -> tuple[Certificate, ...]:
        return read_certificates(self.authority.root.pem)

    def sign(
        self,
        path: Path,
        level: SignatureLevel = SignatureLevel.BASIC,
        signer: AgencySigner | None = None,
    ) -> Path:
        appearance = Appearance(SHOWN, find_font(None))
        with (signer or self.signer).session() as session:
            sign_file(path, session, appearance, level, self.roots)
        return path


def filed(folder: Path, name: str = "filed.pdf", **entries: object) -> Path:
    data = assemble_pdf([pdf_page(A4, bilevel=True)], META)
    path = folder / name
    path.write_bytes(with_entries(data, **entries) if entries else data)
    return path


@pytest.mark.parametrize("level", list(SignatureLevel))
def test_every_level_is_valid_and_trusted(
    agency: House, tmp_path: Path, level: SignatureLevel
) -> None:
    path = agency.sign(filed(tmp_path), level)
    with path.open("rb") as file:
        signature = PdfFileReader(file).embedded_regular_signatures[0]
        status = validate_pdf_signature(signature, offline_context(agency.roots))
    assert status.bottom_line
    found = find_agency_signature(path)
    assert found is not None
    assert (found.signer, found.level) == (AGENCY, level.value)
    assert datetime.now(UTC) - found.at < timedelta(minutes=5)


def test_every_level_and_shape_stays_pdf_a(agency: House, tmp_path: Path) -> None:
    paths = [
        agency.sign(filed(tmp_path, f"{level.value}.pdf"), level)
        for level in SignatureLevel
    ]
    paths.append(agency.sign(layered(tmp_path / "layered.pdf")))
    paths += [
        agency.sign(filed(tmp_path, f"turned{turned}.pdf", Rotate=turned))
        for turned in (90, 180, 270)
    ]
    verdicts = validate(*paths)
    assert verdicts == {path.stem: True for path in paths}


def layered(path: Path) -> Path:
    image = scanned(draw_letter(0))
    mark = Mark(("Chuyển từ giấy", "Ủy ban | 2026"), find_font(None))
    layers = encode_layers(image, 200)
    assert layers is not None
    page = Page(1, image.shape[1], image.shape[0], 200)
    item = PdfPage(layers, ".pdf", page, OcrPage())
    path.write_bytes(assemble_pdf([item], META, mark))
    return path


def test_what_was_there_stays_as_it_was(agency: House, tmp_path: Path) -> None:
    path = filed(tmp_path)
    before = path.read_bytes()
    agency.sign(path)
    assert path.read_bytes().startswith(before)


def test_poppler_calls_it_valid_too(agency: House, tmp_path: Path) -> None:
    path = agency.sign(filed(tmp_path))
    said = subprocess.run(
        ["pdfsig", "-nocert", path], capture_output=True, text=True, check=False
    ).stdout
    assert "Signature is Valid." in said
    assert "Total document signed" in said


def test_a_later_save_breaks_it(agency: House, tmp_path: Path) -> None:
    path = agency.sign(filed(tmp_path))
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.save(path)
    said = subprocess.run(
        ["pdfsig", "-nocert", path], capture_output=True, text=True, check=False
    ).stdout
    assert "Signature is Valid." not in said


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_it_stands_top_right_and_upright_as_seen(
    agency: House, tmp_path: Path, turned: int
) -> None:
    path = agency.sign(filed(tmp_path, Rotate=turned))
    box = words_seen(path)["SAO"]
    width, height = (841.9, 595.3) if turned in {90, 270} else (595.3, 841.9)
    assert box[0] > width / 2
    assert box[3] < height * 0.15
    assert box[2] - box[0] > box[3] - box[1]


def words_seen(path: Path) -> dict[str, tuple[float, ...]]:
    """Where poppler sees the words of annotations, points from the top left."""
    drawn = path.with_suffix(".seen.pdf")
    subprocess.run(["pdftocairo", "-pdf", path, drawn], check=True)
    said = subprocess.run(
        ["pdftotext", "-bbox", drawn, "-"], capture_output=True, text=True, check=True
    ).stdout
    found = {}
    for line in said.splitlines():
        if "<word" in line:
            parts = line.split('"')
            text = line.split(">")[1].split("<")[0]
            found[text] = tuple(float(parts[i]) for i in (1, 3, 5, 7))
    return found


def test_a_failing_clock_leaves_the_file_as_it_was(
    agency: House, tmp_path: Path
) -> None:
    path = filed(tmp_path)
    before = path.read_bytes()
    silent = AgencySigner(agency.signer.find_key, "http://127.0.0.1:9/", 1)
    with pytest.raises(SigningUnavailable):
        agency.sign(path, SignatureLevel.TIMESTAMPED, silent)
    assert path.read_bytes() == before


def test_a_revoked_certificate_gets_no_proof(tmp_path: Path) -> None:
    lists: dict[str, bytes] = {}
    with serving(lambda _: ("application/pkix-crl", lists["crl"])) as url:
        authority = Authority(crl_url=f"{url}ca.crl")
        identity = authority.agency()
        lists["crl"] = authority.crl(identity)
        with timestamp_server(tmp_path, authority) as clock:
            house = House(tmp_path, authority, identity, clock)
            with pytest.raises(SigningUnavailable, match="could not be validated"):
                house.sign(filed(tmp_path), SignatureLevel.LONG_TERM)


def test_a_token_signs_documents(
    agency: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = make_token(tmp_path, agency.identity, monkeypatch, pin="1234")
    token = AgencySigner(lambda: Pkcs11Key(module, "agency", "seal", "1234"))
    path = agency.sign(filed(tmp_path), signer=token)
    assert find_agency_signature(path) is not None


def test_what_does_not_open_is_a_conflict(agency: House, tmp_path: Path) -> None:
    path = tmp_path / "torn.pdf"
    path.write_bytes(b"%PDF-1.7\nnothing")
    with pytest.raises(ObjectConflict, match=r"torn\.pdf"):
        agency.sign(path)
    assert path.read_bytes() == b"%PDF-1.7\nnothing"


def test_an_unsigned_file_has_no_signature(tmp_path: Path) -> None:
    assert find_agency_signature(filed(tmp_path)) is None
