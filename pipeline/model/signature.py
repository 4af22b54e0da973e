"""Signatures: the agency's own on what was filed, and those that documents bring."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SignatureLevel(StrEnum):
    """How long a signature can be proved (PAdES, ETSI EN 319 142-1)."""

    BASIC = "b-b"
    """Who signed; the time is what the signer's clock said."""

    TIMESTAMPED = "b-t"
    """When, by a timestamp server."""

    LONG_TERM = "b-lt"
    """With what proves that no certificate was revoked."""

    ARCHIVAL = "b-lta"
    """With a timestamp over all that, to be renewed before its certificate ends."""


@dataclass(frozen=True, slots=True)
class AgencySignature:
    """The agency's signature on a filed document."""

    signer: str
    """Common name of the certificate."""

    serial: str
    """Serial number of the certificate, hexadecimal."""

    at: datetime
    """Aware, UTC: when it was signed, as the file says."""

    level: str
    """A `SignatureLevel`."""


class SigningState(StrEnum):
    """Whether the agency signed what was filed of a dossier."""

    UNSIGNED = "unsigned"
    SIGNED = "signed"
    FAILED = "failed"
    """Tried, and something is wrong that time alone does not mend."""
