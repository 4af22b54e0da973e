"""The agency's signer as the settings describe it, and the roots it is judged by.

The library that signs takes half a second to load: it is imported where it is used.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import ConfigError
from pipeline.settings import Settings, secret_value

if TYPE_CHECKING:
    from asn1crypto.x509 import Certificate

    from pipeline.signing.keys import Key
    from pipeline.signing.signer import AgencySigner


def open_signer(settings: Settings) -> "AgencySigner | None":
    """Make the signer; None where the agency does not sign.

    Key and secret are not touched yet: what is wrong with them shows when it signs.

    Raises:
        ConfigError: a setting is missing.
    """
    signing = settings.signing
    if signing.key == "none":
        return None
    from pipeline.signing.signer import AgencySigner

    if signing.key == "pkcs12" and signing.pkcs12 is None:
        raise ConfigError("signing.key pkcs12 needs the file: signing.pkcs12")
    if signing.key == "pkcs11" and not (
        signing.module and signing.token and signing.label
    ):
        raise ConfigError("signing.key pkcs11 needs signing.module, .token and .label")
    if signing.level != "b-b" and not signing.timestamp_url:
        raise ConfigError(f"signing.level {signing.level} needs signing.timestamp_url")
    find_key = partial(find_signing_key, settings)
    return AgencySigner(find_key, signing.timestamp_url, signing.timestamp_seconds)


def open_roots(settings: Settings) -> "tuple[Certificate, ...]":
    """Read the certificates of those who are believed, ``config/trust/*.pem``.

    Raises:
        ConfigError: a file there holds no certificate.
    """
    from pipeline.signing.trust import load_roots

    return load_roots(settings.config / "trust")


def find_signing_key(settings: Settings) -> "Key":
    """Tell where the key lies, and read its secret.

    Raises:
        ConfigError: the secret's file cannot be read, or there is no key.
    """
    from pipeline.signing.keys import Pkcs11Key, Pkcs12Key

    signing = settings.signing
    if signing.key == "pkcs12" and signing.pkcs12 is not None:
        secret = secret_value(signing.passphrase, signing.passphrase_file)
        return Pkcs12Key(signing.pkcs12, secret)
    if signing.key == "pkcs11" and signing.module is not None:
        return Pkcs11Key(
            signing.module,
            signing.token,
            signing.label,
            secret_value(signing.pin, signing.pin_file),
            refused=refused_pin(settings),
        )
    raise ConfigError("signing.key: the agency has none")


def refused_pin(settings: Settings) -> Path:
    """Name the file that says that the token refused the PIN."""
    return settings.home / "scratch" / "pin-refused"


@dataclass(frozen=True, slots=True)
class DigestSeal:
    """Signs and timestamps the store's digests, as far as the settings allow."""

    signer: "AgencySigner | None"
    timestamp_url: str
    timestamp_seconds: float

    @property
    def signs(self) -> bool:
        """Whether the agency has a key."""
        return self.signer is not None

    @property
    def timestamps(self) -> bool:
        """Whether there is a timestamp server."""
        return bool(self.timestamp_url)

    def sign(self, data: bytes) -> bytes:
        """Sign *data*; raises as `AgencySigner.sign` does."""
        if self.signer is None:
            raise ValueError("there is no key to sign with")
        return self.signer.sign(data)

    def timestamp(self, data: bytes) -> bytes:
        """Have *data* timestamped; raises as `get_token` does."""
        from pipeline.signing.timestamp import get_token

        return get_token(data, self.timestamp_url, seconds=self.timestamp_seconds)


@dataclass(frozen=True, slots=True)
class DigestJudge:
    """Tells what the signatures and tokens of digests are worth."""

    roots: "tuple[Certificate, ...]"
    """Whom to believe; none: whose a signature is, nobody can tell."""

    def signature_fault(self, data: bytes, signature: bytes) -> str | None:
        """Tell why *signature* does not prove *data*, if so."""
        from pipeline.signing.detached import check_signature

        verdict = check_signature(data, signature, self.roots)
        return self._fault("signature", verdict.intact, verdict.trusted)

    def token_fault(self, data: bytes, token: bytes) -> str | None:
        """Tell why *token* does not prove when *data* was there, if so."""
        from pipeline.signing.timestamp import check_token

        verdict = check_token(data, token, self.roots)
        return self._fault("timestamp", verdict.intact, verdict.trusted)

    def _fault(self, kind: str, intact: bool, trusted: bool) -> str | None:
        if not intact:
            return f"the {kind} is not of this digest"
        if not trusted:
            return f"the {kind} is by somebody whom config/trust does not name"
        return None


def open_seal(settings: Settings) -> DigestSeal:
    """Make what seals the store's digests; raises as `open_signer` does."""
    signing = settings.signing
    return DigestSeal(
        open_signer(settings), signing.timestamp_url, signing.timestamp_seconds
    )


def open_judge(settings: Settings) -> DigestJudge:
    """Make what judges seals; raises as `open_roots` does."""
    return DigestJudge(open_roots(settings))
