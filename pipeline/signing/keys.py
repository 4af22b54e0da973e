"""Where the agency's private key lies: in a file, or in a token that never gives it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pkcs11
from pkcs11.exceptions import (
    PinExpired,
    PinIncorrect,
    PinInvalid,
    PinLenRange,
    PinLocked,
    PKCS11Error,
)
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.sign.general import SigningError
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
from pyhanko.sign.signers import Signer as CmsSigner
from pyhanko.sign.signers import SimpleSigner

from pipeline.errors import ConfigError, SigningUnavailable

_PIN_REFUSED = (PinIncorrect, PinInvalid, PinLenRange, PinExpired)

_ADVICE = (
    "the PIN was refused; it is not tried again until it was corrected and"
    " `sohoa sign` is run by hand"
)


@dataclass(frozen=True, slots=True)
class Pkcs12Key:
    """A key in a PKCS#12 file, with its certificate and those above it."""

    file: Path
    passphrase: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pkcs11Key:
    """A key in a token or HSM, reached through its maker's PKCS#11 module."""

    module: Path
    token: str
    """Label of the token."""

    label: str
    """Label of key and certificate in it."""

    pin: str = field(repr=False)
    refused: Path | None = None
    """File that says the PIN was refused; while it is there, it is not tried again: a
    token locks itself after a few wrong ones."""


Key = Pkcs12Key | Pkcs11Key


@contextmanager
def open_key(key: Key) -> Iterator[CmsSigner]:
    """Reach the key for the time of a ``with`` block.

    Raises:
        ConfigError: the file, its passphrase, the module or the PIN is wrong.
        SigningUnavailable: the token is not plugged in, or was pulled out meanwhile.
    """
    if isinstance(key, Pkcs12Key):
        yield _load_file(key)
        return
    _refuse_known_pin(key)
    _load_module(key)
    with _translated(key), _log_in(key) as signer:
        yield signer


def _load_file(key: Pkcs12Key) -> CmsSigner:
    try:
        data = key.file.read_bytes()
    except OSError as error:
        raise ConfigError(f"signing key {key.file}: {error.strerror}") from error
    try:
        signer: CmsSigner = SimpleSigner.load_pkcs12_data(
            data, other_certs=(), passphrase=key.passphrase.encode()
        )
    except (SigningError, ValueError, OSError) as error:
        # What went wrong is not repeated: it may quote what lies in the file.
        raise ConfigError(
            f"signing key {key.file}: not a PKCS#12 file, or another passphrase"
        ) from error
    return signer


def _load_module(key: Pkcs11Key) -> None:
    try:
        pkcs11.lib(str(key.module))
    except (OSError, RuntimeError) as error:
        raise ConfigError(f"PKCS#11 module {key.module}: does not load") from error


@contextmanager
def _log_in(key: Pkcs11Key) -> Iterator[CmsSigner]:
    with open_pkcs11_session(
        str(key.module),
        token_criteria=TokenCriteria(label=key.token),
        user_pin=key.pin,
    ) as session:
        yield PKCS11Signer(
            session,
            cert_label=key.label,
            key_label=key.label,
            other_certs_to_pull=None,
        )


@contextmanager
def _translated(key: Pkcs11Key) -> Iterator[None]:
    """Turn what the token answers into what the pipeline means; never with the PIN."""
    where = f"token {key.token!r}"
    try:
        yield
    except _PIN_REFUSED as error:
        _remember_refused_pin(key)
        raise ConfigError(f"{where}: {_ADVICE}") from error
    except PinLocked as error:
        raise ConfigError(f"{where}: locked; its maker's tool unlocks it") from error
    except PKCS11Error as error:
        raise SigningUnavailable(f"{where}: {type(error).__name__}") from error


def _refuse_known_pin(key: Pkcs11Key) -> None:
    if key.refused is not None and key.refused.exists():
        raise ConfigError(f"token {key.token!r}: {_ADVICE}")


def _remember_refused_pin(key: Pkcs11Key) -> None:
    if key.refused is not None:
        key.refused.parent.mkdir(parents=True, exist_ok=True)
        key.refused.touch()
