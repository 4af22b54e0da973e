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


class Change(StrEnum):
    """What was done to a signed file after it was signed."""

    NONE = "none"
    ALLOWED = "allowed"
    """Further signatures, their proofs, or fields that the signer left open."""

    SUSPICIOUS = "suspicious"
    """Something else; what is shown may not be what was signed."""

    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class IncomingSignature:
    """A signature that a received file brought along, as it was judged at receipt."""

    field: str
    signer: str
    """Common name of the certificate; empty where it could not be read."""

    issuer: str
    """Common name of the authority that issued it."""

    claimed_at: datetime | None
    """Aware, UTC: when it was signed, as the signer's clock said."""

    timestamp: datetime | None
    """Aware, UTC: the same by a timestamp server whose root is believed."""

    intact: bool
    """What it covers is unchanged, and was signed with the certificate's key."""

    trusted: bool
    """The certificate leads to a root that is believed, and was valid at the time."""

    change: Change
    problem: str = ""
    """Why it could not be judged: ``UNREADABLE``, ``LIMIT`` or ``MANY``."""
