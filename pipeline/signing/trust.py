"""Whom to believe: the roots in ``config/trust``, and nobody else."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from asn1crypto import pem
from asn1crypto.x509 import Certificate
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.fetchers import FetcherBackend

from pipeline.errors import ConfigError


@cache
def load_roots(folder: Path) -> tuple[Certificate, ...]:
    """Read the certificates of all ``*.pem`` files in *folder*, which may be missing.

    Raises:
        ConfigError: a file holds no certificate.
    """
    found: list[Certificate] = []
    for path in sorted(folder.glob("*.pem")):
        try:
            found.extend(read_certificates(path.read_bytes()))
        except (OSError, ValueError) as error:
            raise ConfigError(f"{path}: holds no certificate in PEM form") from error
    return tuple(found)


def read_certificates(data: bytes) -> tuple[Certificate, ...]:
    """Read certificates in PEM form.

    Raises:
        ValueError: there are none, or one is damaged.
    """
    blocks = pem.unarmor(data, multiple=True)
    found = tuple(Certificate.load(der, strict=True) for _, _, der in blocks)
    for each in found:
        _ = each.native  # parsed only when asked for
    if not found:
        raise ValueError("no certificate")
    return found


def offline_context(
    roots: Iterable[Certificate],
    *,
    moment: datetime | None = None,
    others: Iterable[Certificate] = (),
) -> ValidationContext:
    """Judge certificates by *roots* alone; nothing is fetched from anywhere.

    A hostile file names addresses to ask; asking them would tell its maker that and
    when it is read, and would let a stranger decide how long it takes.

    Args:
        roots: whom to believe.
        moment: time to judge at; None: now.
        others: certificates that may stand between.
    """
    return ValidationContext(
        trust_roots=list(roots),
        other_certs=list(others),
        moment=moment or datetime.now(UTC),
        allow_fetching=False,
        revocation_mode="soft-fail",
    )


def online_context(
    roots: Iterable[Certificate], fetchers: FetcherBackend
) -> ValidationContext:
    """Judge our own certificates, and fetch what says that they were not revoked."""
    return ValidationContext(
        trust_roots=list(roots),
        allow_fetching=True,
        fetcher_backend=fetchers,
        revocation_mode="hard-fail",
    )
