import io
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest

from pipeline.model.signature import Change, SignatureLevel
from pipeline.pdf.assemble import assemble_pdf
from pipeline.pdf.printed_font import find_font
from pipeline.pdf.sign import Appearance, sign_file
from pipeline.pdf.signatures import SignatureJudge, may_be_signed
from pipeline.signing.keys import Pkcs12Key
from pipeline.signing.signer import AgencySigner
from tests.pdf.drawn import page_of_bars
from tests.pdf.test_assemble import META, pdf_page
from tests.signing.authority import AGENCY, PASSPHRASE, Authority, write_pkcs12

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"


@pytest.fixture(scope="module")
def calls() -> Iterator[tuple[str, list[str]]]:
    """A server that certificates name; gives its address and who called it."""
    server = socket.create_server(("127.0.0.1", 0))
    callers: list[str] = []

    def listen() -> None:
        while True:
            try:
                connection, where = server.accept()
            except OSError:
                return
            callers.append(str(where))
            connection.close()

    threading.Thread(target=listen, daemon=True).start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}/", callers
    server.close()


@pytest.fixture(scope="module")
def authority(calls: tuple[str, list[str]]) -> Authority:
    return Authority(crl_url=f"{calls[0]}ca.crl")


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> bytes:
    """A PDF that a stranger signed."""
    folder = tmp_path_factory.mktemp("signed")
    path = folder / "signed.pdf"
    path.write_bytes(
        assemble_pdf([pdf_page(page_of_bars(), bilevel=True, dpi=100)], META)
    )
    file = write_pkcs12(folder / "key.p12", authority.agency(), authority)
    signer = AgencySigner(lambda: Pkcs12Key(file, PASSPHRASE))
    with signer.session() as session:
        shown = Appearance(("Ký số",), find_font(None))
        sign_file(path, session, shown, SignatureLevel.BASIC)
    return path.read_bytes()


@pytest.fixture
def judge(tmp_path: Path) -> SignatureJudge:
    (tmp_path / "trust").mkdir()
    return SignatureJudge(tmp_path / "trust")


def written(folder: Path, data: bytes) -> Path:
    path = folder / "received.pdf"
    path.write_bytes(data)
    return path


def test_a_signature_is_told_with_signer_and_time(
    judge: SignatureJudge, tmp_path: Path, signed: bytes
) -> None:
    (found,) = judge.judge(written(tmp_path, signed))
    assert (found.signer, found.issuer) == (AGENCY, "Root of a test")
    assert (found.intact, found.change) == (True, Change.NONE)
    assert found.claimed_at is not None


def test_nobody_is_believed_until_a_root_is_there(
    judge: SignatureJudge, tmp_path: Path, signed: bytes, authority: Authority
) -> None:
    path = written(tmp_path, signed)
    assert [each.trusted for each in judge.judge(path)] == [False]
    (judge.trust / "root.pem").write_bytes(authority.root.pem)
    assert [each.trusted for each in judge.judge(path)] == [True]


def test_nobody_is_called(
    judge: SignatureJudge,
    tmp_path: Path,
    signed: bytes,
    authority: Authority,
    calls: tuple[str, list[str]],
) -> None:
    (judge.trust / "root.pem").write_bytes(authority.root.pem)
    judge.judge(written(tmp_path, signed))
    assert calls[0].encode().hex().encode() in signed.lower()
    assert calls[1] == []


def test_changed_bytes_are_noticed(
    judge: SignatureJudge, tmp_path: Path, signed: bytes
) -> None:
    changed = signed.replace(b"%PDF-1.7", b"%PDF-1.6", 1)
    assert [each.intact for each in judge.judge(written(tmp_path, changed))] == [False]


def test_a_page_put_in_afterwards_is_suspicious(
    judge: SignatureJudge, tmp_path: Path, signed: bytes
) -> None:
    from pyhanko.pdf_utils.generic import StreamObject
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    writer.add_stream_to_page(0, writer.add_object(StreamObject(stream_data=b"0 g")))
    target = io.BytesIO()
    writer.write(target)
    (found,) = judge.judge(written(tmp_path, target.getvalue()))
    assert (found.intact, found.change) == (True, Change.SUSPICIOUS)


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        (rb"/Contents ?<[0-9a-fA-F]{64}", b"/Contents <" + b"f" * 64),
        (rb"/ByteRange ?\[[^]]*\]", b"/ByteRange [0 9 99999999999 1]"),
        (rb"/ByteRange ?\[[^]]*\]", b"/ByteRange [0 -9 /x (y)]"),
        (rb"/Type ?/Sig\b", b"/Type /Fig"),
        (rb"startxref.*", b"/ByteRange"),
    ],
    ids=["no CMS", "beyond the end", "no numbers", "no signature", "cut"],
)
def test_a_hostile_signature_kills_nobody(
    judge: SignatureJudge, tmp_path: Path, signed: bytes, there: bytes, instead: bytes
) -> None:
    spoilt, count = re.subn(there, instead, signed, flags=re.DOTALL)
    assert count
    found = judge.judge(written(tmp_path, spoilt))
    assert not any(each.intact for each in found)


def test_a_judge_without_end_is_ended(
    judge: SignatureJudge, tmp_path: Path, signed: bytes
) -> None:
    hasty = SignatureJudge(judge.trust, seconds=-4.8)
    (found,) = hasty.judge(written(tmp_path, signed))
    assert (found.problem, found.intact) == ("LIMIT", False)


def test_a_judge_without_memory_is_ended(
    judge: SignatureJudge, tmp_path: Path, signed: bytes
) -> None:
    narrow = SignatureJudge(judge.trust, memory=1_000_000)
    (found,) = narrow.judge(written(tmp_path, signed))
    assert found.problem in {"LIMIT", "UNREADABLE"}


def test_an_unsigned_file_costs_no_process(tmp_path: Path) -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(tmp_path / "plain.pdf")
    assert not may_be_signed(tmp_path / "plain.pdf")
    assert SignatureJudge(Path("/nowhere")).judge(tmp_path / "plain.pdf") == ()


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples here")
@pytest.mark.parametrize(
    ("name", "intact"),
    [("thong_tu_51_2025_bca.pdf", True), ("nghi_dinh_154_2024_p1-4.pdf", False)],
    ids=["whole", "pages taken out"],
)
def test_documents_of_the_government_are_judged(
    judge: SignatureJudge, name: str, intact: bool
) -> None:
    (found,) = judge.judge(SAMPLES / "scans" / name)
    assert found.signer.casefold() == "cổng thông tin điện tử chính phủ"
    assert found.intact is intact
