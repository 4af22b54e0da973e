"""The agency's signer as the settings describe it, and the roots it is judged by."""

from pathlib import Path

from asn1crypto.x509 import Certificate

from pipeline.errors import ConfigError
from pipeline.settings import Settings, SigningSettings, secret_value
from pipeline.signing.keys import Key, Pkcs11Key, Pkcs12Key
from pipeline.signing.signer import AgencySigner
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
