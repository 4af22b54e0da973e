"""Get a time stamping authority's word for when something was there, and check it."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto.cms import ContentInfo
from asn1crypto.x509 import Certificate
from pyhanko.sign.general import CMSExtractionError
from pyhanko.sign.timestamps import TimestampRequestError
from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus

from pipeline.errors import SigningUnavailable
from pipeline.signing.trust import offline_context

_HASH = "sha256"

_UNREADABLE = (
    ValueError,
    TypeError,
    KeyError,
    CMSExtractionError,
    SignatureValidationError,
)


@dataclass(frozen=True, slots=True)
class TokenVerdict:
    """What a timestamp token is worth."""

    intact: bool
    """It is an authority's token for exactly these bytes."""

    trusted: bool
    """Its certificate leads to one of the roots, at the time it tells."""

    timestamp: datetime | None
    """Aware; None where the token cannot be read."""


_NOT_A_TOKEN = TokenVerdict(False, False, None)


def get_token(data: bytes, url: str, *, seconds: float = 10.0) -> bytes:
    """Have *data* timestamped (RFC 3161); only its hash is sent.

    Returns:
        The token, DER; ``openssl ts -verify -token_in`` reads it.

    Raises:
        SigningUnavailable: the server gave no usable answer.
    """
    server = RequestsHTTPTimeStamper(  # type: ignore[no-untyped-call] # the library's
        url, timeout=seconds
    )
    digest = hashlib.sha256(data).digest()
    try:
        token = asyncio.run(server.async_timestamp(digest, _HASH))
    except (TimestampRequestError, OSError, ValueError) as error:
        raise SigningUnavailable(
            "the timestamp server gave no usable answer"
        ) from error
    dumped: bytes = token.dump()
    return dumped


def check_token(
    data: bytes, token: bytes, roots: Sequence[Certificate]
) -> TokenVerdict:
    """Judge *token*, as `get_token` gives it, over *data*; nothing is fetched."""
    try:
        signed = ContentInfo.load(token, strict=True)["content"]
        timestamp = signed["encap_content_info"]["content"].parsed["gen_time"].native
        found = asyncio.run(
            validate_tst_signed_data(
                signed,
                offline_context(roots, moment=timestamp),
                lambda algorithm: hashlib.new(algorithm, data).digest(),
            )
        )
    except _UNREADABLE:
        return _NOT_A_TOKEN
    status = TimestampSignatureStatus(**found)
    intact = bool(status.intact and status.valid)
    return TokenVerdict(intact, bool(status.trusted), timestamp)
