"""A timestamp server that OpenSSL answers for, a list of revocations, and a token."""

import contextlib
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.signing.authority import Authority, Identity

_SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")

_OPENSSL = """\
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
certs = {folder}/root.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""

Answer = Callable[[bytes], tuple[str, bytes]]
"""From the body of a request to media type and body of the answer."""


@contextlib.contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """Serve *answer* over HTTP on a free port; gives the URL."""

    class _Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            self._reply(*answer(self.rfile.read(length)))

        def do_GET(self) -> None:
            self._reply(*answer(b""))

        def _reply(self, media_type: str, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def timestamp_server(folder: Path, authority: Authority) -> Iterator[str]:
    """Serve RFC 3161: every answer is made by ``openssl ts``; gives the URL."""
    signer = authority.timestamper()
    (folder / "tsa.pem").write_bytes(signer.pem)
    (folder / "tsa.key").write_bytes(signer.key_pem)
    (folder / "root.pem").write_bytes(authority.root.pem)
    (folder / "serial").write_text("01\n")
    config = folder / "tsa.cnf"
    config.write_text(_OPENSSL.format(folder=folder))
    turn = threading.Lock()

    def answer(request: bytes) -> tuple[str, bytes]:
        with turn:
            (folder / "request").write_bytes(request)
            made = subprocess.run(
                ["openssl", "ts", "-reply", "-config", config,
                 "-queryfile", folder / "request"],
                capture_output=True,
                check=True,
            )  # fmt: skip
        return "application/timestamp-reply", made.stdout

    with serving(answer) as url:
        yield url


def make_token(
    folder: Path, identity: Identity, monkeypatch: pytest.MonkeyPatch, *, pin: str
) -> Path:
    """Make a SoftHSM token ``agency`` that holds *identity* as ``seal``.

    Returns:
        The PKCS#11 module. Skips the test where SoftHSM is not installed.
    """
    if not _SOFTHSM.exists():
        pytest.skip("SoftHSM is not installed: scripts/setup-test")
    tokens = folder / "tokens"
    tokens.mkdir()
    config = folder / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {tokens}\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(config))
    (folder / "key.pem").write_bytes(identity.key_pem)
    _run("softhsm2-util", "--init-token", "--free", "--label", "agency",
         "--so-pin", "87654321", "--pin", pin)  # fmt: skip
    _run("softhsm2-util", "--import", str(folder / "key.pem"), "--token", "agency",
         "--label", "seal", "--id", "01", "--pin", pin)  # fmt: skip
    _put_certificate(identity, pin)
    return _SOFTHSM


def _put_certificate(identity: Identity, pin: str) -> None:
    """SoftHSM's program imports keys only."""
    import pkcs11
    from cryptography.hazmat.primitives.serialization import Encoding
    from pkcs11.util.x509 import decode_x509_certificate

    library = pkcs11.lib(str(_SOFTHSM))
    library.reinitialize()
    token = library.get_token(token_label="agency")
    der = identity.certificate.public_bytes(Encoding.DER)
    attributes = decode_x509_certificate(der)
    attributes[pkcs11.Attribute.TOKEN] = True
    attributes[pkcs11.Attribute.LABEL] = "seal"
    attributes[pkcs11.Attribute.ID] = b"\x01"
    with token.open(user_pin=pin, rw=True) as session:
        session.create_object(attributes)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
