"""How an S3 server is reached: encrypted, or not at all."""

import ipaddress
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from pipeline.errors import ConfigError
from pipeline.storage.init import init_buckets
from pipeline.storage.s3 import S3Connection
from tests import servers
from tests.servers import S3Server, ServerUnavailable
from tests.storage.conftest import connect, open_store


def reach(endpoint: str, **other: bool) -> S3Connection:
    return S3Connection(endpoint=endpoint, access_key="a", secret_key="b", **other)


@pytest.mark.parametrize("endpoint", ["minio:9000", "10.0.0.5:9000", "s3.tinh.vn"])
def test_papers_do_not_go_to_another_machine_in_the_clear(endpoint: str) -> None:
    with pytest.raises(ConfigError, match="allow_plain_http"):
        reach(endpoint, secure=False)

    assert reach(endpoint, secure=True).secure
    assert not reach(endpoint, secure=False, allow_plain_http=True).secure


@pytest.mark.parametrize("endpoint", ["127.0.0.1:9000", "localhost:9000", "[::1]:9000"])
def test_this_machine_may_be_reached_without_encryption(endpoint: str) -> None:
    assert not reach(endpoint, secure=False).secure


def test_a_bundle_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="ca_bundle"):
        S3Connection(
            endpoint="s3.tinh.vn", access_key="a", secret_key="b", ca_bundle=tmp_path
        )


@pytest.fixture(scope="module")
def tls_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """MinIO with a certificate that only our own bundle makes believable."""
    folder = tmp_path_factory.mktemp("certificates")
    certify(folder)
    try:
        with servers.minio(folder) as server:
            yield server
    except ServerUnavailable as error:
        pytest.skip(f"MinIO NOT TESTED: {error}")


def certify(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    pem = certificate.public_bytes(Encoding.PEM)
    (folder / "public.crt").write_bytes(pem)
    (folder / "root.pem").write_bytes(pem)
    (folder / "private.key").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )


@pytest.mark.server
def test_an_authority_of_our_own_is_believed(tls_server: S3Server) -> None:
    connection = connect(tls_server)
    init_buckets(connection)

    open_store(connection).create("work/a", b"over TLS")

    assert open_store(connection).get("work/a") == b"over TLS"
    (tls,) = (f for f in open_store(connection).check().features if f.name == "TLS")
    assert tls.has == "yes"


@pytest.mark.server
def test_an_authority_nobody_named_is_not_believed(tls_server: S3Server) -> None:
    store = open_store(connect(tls_server), ca_bundle=None)

    with pytest.raises(ConfigError, match="TLS failed"):
        store.get("work/a")
