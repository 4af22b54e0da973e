"""A certificate authority of one test: an agency's key, a timestamp server's key."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PASSPHRASE = "mật khẩu"
AGENCY = "Ủy ban nhân dân xã Hướng Phùng"

_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Identity:
    """A key and its certificate."""

    key: RSAPrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


class Authority:
    """A root that issues certificates."""

    def __init__(self, name: str = "Root of a test", crl_url: str = "") -> None:
        self._crl_url = crl_url
        key = generate_private_key(65537, 2048)
        self.root = Identity(key, self._issue(name, key, None, ca=True))

    def agency(self, *, expired: bool = False, name: str = AGENCY) -> Identity:
        """Issue the certificate of an agency."""
        key = generate_private_key(65537, 2048)
        return Identity(key, self._issue(name, key, self.root, expired=expired))

    def timestamper(self) -> Identity:
        """Issue the certificate of a timestamp server."""
        key = generate_private_key(65537, 2048)
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        return Identity(key, self._issue("Time of a test", key, self.root, usage))

    def crl(self, *revoked: Identity) -> bytes:
        """Write the list of revoked certificates, DER."""
        now = datetime.now(UTC)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.root.certificate.subject)
            .last_update(now - timedelta(hours=1))
            .next_update(now + timedelta(days=7))
            .add_extension(x509.CRLNumber(1), critical=False)
        )
        for each in revoked:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(each.certificate.serial_number)
                .revocation_date(now - timedelta(minutes=30))
                .build()
            )
        return builder.sign(self.root.key, SHA256()).public_bytes(Encoding.DER)

    def _issue(
        self,
        name: str,
        key: RSAPrivateKey,
        issuer: Identity | None,
        usage: x509.ExtendedKeyUsage | None = None,
        *,
        ca: bool = False,
        expired: bool = False,
    ) -> x509.Certificate:
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
                x509.NameAttribute(NameOID.COMMON_NAME, name),
            ]
        )
        end = datetime.now(UTC) + (-timedelta(days=1) if expired else _YEAR)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.certificate.subject if issuer else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(end - 2 * _YEAR)
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), True)
            .add_extension(_key_usage(ca=ca), True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False
            )
        )
        if issuer is not None:
            above = issuer.key.public_key()
            builder = builder.add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(above), False
            )
        if usage is not None:
            builder = builder.add_extension(usage, critical=True)
        if issuer is not None and self._crl_url:
            place = x509.DistributionPoint(
                [x509.UniformResourceIdentifier(self._crl_url)], None, None, None
            )
            builder = builder.add_extension(x509.CRLDistributionPoints([place]), False)
        return builder.sign(issuer.key if issuer else key, SHA256())


def write_pkcs12(path: Path, identity: Identity, authority: Authority) -> Path:
    """Write key and certificates into one file, locked with `PASSPHRASE`."""
    data = pkcs12.serialize_key_and_certificates(
        b"agency",
        identity.key,
        identity.certificate,
        [authority.root.certificate],
        BestAvailableEncryption(PASSPHRASE.encode()),
    )
    path.write_bytes(data)
    return path


def _key_usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=not ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )
