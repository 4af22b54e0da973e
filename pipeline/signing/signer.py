"""Sign in the agency's name: anything at all, with the time if a server tells it."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto.x509 import Certificate
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import Signer as CmsSigner
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError
from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper

from pipeline.errors import ConfigError, SigningUnavailable
from pipeline.signing.keys import Key, open_key

log = logging.getLogger(__name__)

DIGEST = "sha256"


@dataclass(frozen=True, slots=True)
class AgencySigner:
    """The agency's key and, where there is one, its timestamp server."""

    find_key: Callable[[], Key]
    """Reads where the key lies and its secret, when it is needed: processes that sign
    nothing need no right to read secrets."""

    timestamp_url: str = ""
    """RFC 3161 over HTTP; empty: signatures tell the time of this machine's clock."""

    timestamp_seconds: float = 10.0

    def sign(self, data: bytes) -> bytes:
        """Sign *data*.

        Returns:
            A detached CMS signature (RFC 5652), DER, with the certificates it needs
            and, if a server is set, a timestamp. `detached.check_signature` and
            ``openssl cms -verify`` read it.

        Raises:
            ConfigError: the key cannot be used as configured, or has expired.
            SigningUnavailable: token or timestamp server do not answer.
        """
        with self.session() as session:
            signed = asyncio.run(
                session.signer.async_sign_general_data(
                    data,
                    digest_algorithm=DIGEST,
                    timestamper=session.timestamper,
                    use_cades=True,
                )
            )
        dumped: bytes = signed.dump()
        return dumped

    def certificate(self) -> Certificate:
        """Read the certificate that goes with the key; raises as `sign` does."""
        with open_key(self.find_key()) as signer:
            return certificate_of(signer)

    @contextmanager
    def session(self) -> Iterator["SigningSession"]:
        """Hold the key, for several signatures; raises as `sign` does."""
        with open_key(self.find_key()) as signer, _translated():
            _refuse_expired(certificate_of(signer))
            yield SigningSession(signer, self._timestamper())

    def _timestamper(self) -> TimeStamper | None:
        if not self.timestamp_url:
            return None
        return RequestsHTTPTimeStamper(  # type: ignore[no-untyped-call] # the library's
            self.timestamp_url, timeout=self.timestamp_seconds
        )


@dataclass(frozen=True, slots=True)
class SigningSession:
    """A key that is open, in the library's terms."""

    signer: CmsSigner
    timestamper: TimeStamper | None


def certificate_of(signer: CmsSigner) -> Certificate:
    """Read the signer's own certificate.

    Raises:
        ConfigError: there is none beside the key.
    """
    certificate = signer.signing_cert
    if certificate is None:
        raise ConfigError("no certificate lies beside the signing key")
    return certificate


def _refuse_expired(certificate: Certificate) -> None:
    now = datetime.now(UTC)
    if now > certificate.not_valid_after:
        raise ConfigError(
            f"the signing certificate expired on {certificate.not_valid_after:%d/%m/%Y}"
        )
    if now < certificate.not_valid_before:
        raise ConfigError("the signing certificate is not valid yet")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except TimestampRequestError as error:
        raise SigningUnavailable(
            "the timestamp server gave no usable answer"
        ) from error
    except SigningError as error:
        raise SigningUnavailable(f"signing failed: {error}") from error
