"""The agency's signer as the settings describe it, and the roots it is judged by."""

from dataclasses import dataclass
from pathlib import Path

from asn1crypto.x509 import Certificate

from pipeline.errors import ConfigError
from pipeline.settings import Settings, SigningSettings, secret_value
from pipeline.signing.detached import check_signature
from pipeline.signing.keys import Key, Pkcs11Key, Pkcs12Key
from pipeline.signing.signer import AgencySigner
from pipeline.signing.timestamp import check_token, get_token
from pipeline.signing.trust import load_roots


def open_signer(settings: Settings) -> AgencySigner | None:
    """Make the signer; None where the agency does not sign.

    The key is not touched yet: a token that is away is noticed when it is needed.

    Raises:
        ConfigError: a setting is missing, or a secret's file cannot be read.
    """
    signing = settings.signing
    if signing.key == "none":
        return None
    key = _file_key(signing) if signing.key == "pkcs12" else _token_key(settings)
    if signing.level != "b-b" and not signing.timestamp_url:
        raise ConfigError(f"signing.level {signing.level} needs signing.timestamp_url")
    return AgencySigner(key, signing.timestamp_url, signing.timestamp_seconds)


def open_roots(settings: Settings) -> tuple[Certificate, ...]:
    """Read the certificates of those who are believed, ``config/trust/*.pem``.

    Raises:
        ConfigError: a file there holds no certificate.
    """
    return load_roots(settings.config / "trust")


def _file_key(signing: SigningSettings) -> Key:
    if signing.pkcs12 is None:
        raise ConfigError("signing.key pkcs12 needs the file: signing.pkcs12")
    return Pkcs12Key(
        signing.pkcs12, secret_value(signing.passphrase, signing.passphrase_file)
    )


def _token_key(settings: Settings) -> Key:
    signing = settings.signing
    if signing.module is None or not (signing.token and signing.label):
        raise ConfigError("signing.key pkcs11 needs signing.module, .token and .label")
    return Pkcs11Key(
        signing.module,
        signing.token,
        signing.label,
        secret_value(signing.pin, signing.pin_file),
        refused=_marker(settings.home),
    )


def _marker(home: Path) -> Path:
    return home / "scratch" / "pin-refused"


@dataclass(frozen=True, slots=True)
class DigestSeal:
    """Signs and timestamps the store's digests, as far as the settings allow."""

    signer: AgencySigner | None
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
        return get_token(data, self.timestamp_url, seconds=self.timestamp_seconds)


@dataclass(frozen=True, slots=True)
class DigestJudge:
    """Tells what the signatures and tokens of digests are worth."""

    roots: tuple[Certificate, ...]
    """Whom to believe; none: whose a signature is, nobody can tell."""

    def signature_fault(self, data: bytes, signature: bytes) -> str | None:
        """Tell why *signature* does not prove *data*, if so."""
        verdict = check_signature(data, signature, self.roots)
        return self._fault("signature", verdict.intact, verdict.trusted)

    def token_fault(self, data: bytes, token: bytes) -> str | None:
        """Tell why *token* does not prove when *data* was there, if so."""
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
