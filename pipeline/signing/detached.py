"""Tell whether a detached signature is of these bytes, and whose it is."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto.cms import ContentInfo, SignedData
from asn1crypto.x509 import Certificate
from pyhanko.sign.general import CMSStructuralError, extract_certificate_info
from pyhanko.sign.validation import (
    StandardCMSSignatureStatus,
    async_validate_detached_cms,
)
from pyhanko.sign.validation.errors import SignatureValidationError

from pipeline.signing.trust import offline_context


@dataclass(frozen=True, slots=True)
class DetachedVerdict:
    """What a detached signature is worth."""

    intact: bool
    """It was made over exactly these bytes, with the key of its certificate."""

    trusted: bool
    """Its certificate leads to one of the roots, at the time it was signed."""

    signer: str
    """Subject of the certificate, human-readable."""

    timestamp: datetime | None
    """Aware. From a timestamp server that leads to one of the roots; else None."""


_UNREADABLE = (
    ValueError,
    TypeError,
    KeyError,
    NotImplementedError,
    CMSStructuralError,
    SignatureValidationError,
)
"""What is raised for bytes that are no signature; asn1crypto parses when asked."""

_NOT_A_SIGNATURE = DetachedVerdict(False, False, "", None)


def check_signature(
    data: bytes, signature: bytes, roots: Sequence[Certificate]
) -> DetachedVerdict:
    """Judge *signature*, as `AgencySigner.sign` makes them, over *data*.

    Nothing is fetched: neither revocation lists nor certificates. Where a trusted
    timestamp tells when it was signed, certificates are judged at that time, so that a
    signature does not end with its certificate.
    """
    try:
        signed = ContentInfo.load(signature, strict=True)["content"]
        subject = extract_certificate_info(signed).signer_cert.subject.human_friendly
        status = _validate(data, signed, roots, None)
        stamp = status.timestamp_validity
        proven = None
        if stamp is not None and stamp.valid and stamp.intact and stamp.trusted:
            proven = stamp.timestamp
        if not status.trusted and proven is not None:
            status = _validate(data, signed, roots, proven)
    except _UNREADABLE:
        return _NOT_A_SIGNATURE
    intact = bool(status.intact and status.valid)
    return DetachedVerdict(intact, bool(status.trusted), str(subject), proven)


def _validate(
    data: bytes,
    signed: SignedData,
    roots: Sequence[Certificate],
    moment: datetime | None,
) -> StandardCMSSignatureStatus:
    return asyncio.run(
        async_validate_detached_cms(
            data, signed, offline_context(roots, moment=moment), offline_context(roots)
        )
    )
