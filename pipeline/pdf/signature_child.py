"""Judge the signatures of one PDF; run as a program by `pipeline.pdf.signatures`.

Reads its job from standard input, and writes what it found to standard output.
"""

import asyncio
import json
import logging
import resource
import socket
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import (
    EmbeddedPdfSignature,
    PdfSignatureStatus,
    async_validate_pdf_signature,
)

from pipeline.model.signature import Change, IncomingSignature
from pipeline.pdf.sign import common_name
from pipeline.pdf.signatures import SIGNATURES, unreadable
from pipeline.signing.trust import load_roots, offline_context

MOST = 32
"""Signatures judged in one file; a contract has a handful."""

_LONGEST_NAME = 200
"""Characters of a name that are kept: a certificate may say anything."""

_ALLOWED = frozenset(
    {
        ModificationLevel.LTA_UPDATES,
        ModificationLevel.FORM_FILLING,
        ModificationLevel.ANNOTATIONS,
    }
)


def judge(path: Path, roots: Sequence[Certificate]) -> tuple[IncomingSignature, ...]:
    """Judge all signatures of the file at *path* by *roots*."""
    with path.open("rb") as file:
        try:
            reader = PdfFileReader(file, strict=False)
            every = reader.embedded_regular_signatures
        except Exception:  # noqa: BLE001 - a hostile file raises anything
            return (unreadable("UNREADABLE"),)
        judged = [_judge_one(each, roots) for each in every[:MOST]]
    if len(every) > MOST:
        judged.append(unreadable("MANY"))
    return tuple(judged)


def _judge_one(
    signature: EmbeddedPdfSignature, roots: Sequence[Certificate]
) -> IncomingSignature:
    try:
        status = _validate(signature, roots, None)
        stamp = status.timestamp_validity
        proven = None
        if stamp is not None and stamp.valid and stamp.intact and stamp.trusted:
            proven = stamp.timestamp.astimezone(UTC)
        claimed = signature.self_reported_timestamp
        # Most certificates end within a few years: they are judged at the time that a
        # server proves, or else at that which the signer claims.
        moment = proven or claimed
        if not status.trusted and moment is not None:
            status = _validate(signature, roots, moment)
        certificate = signature.signer_cert
        return IncomingSignature(
            field=_short(signature.field_name),
            signer=_short(common_name(certificate)),
            issuer=_short(_issuer(certificate)),
            claimed_at=None if claimed is None else claimed.astimezone(UTC),
            timestamp=proven,
            intact=bool(status.intact and status.valid),
            trusted=bool(status.trusted),
            change=_change(status),
        )
    except Exception:  # noqa: BLE001 - a hostile signature raises anything
        return unreadable("UNREADABLE")


def _validate(
    signature: EmbeddedPdfSignature,
    roots: Sequence[Certificate],
    moment: datetime | None,
) -> PdfSignatureStatus:
    return asyncio.run(
        async_validate_pdf_signature(
            signature, offline_context(roots, moment=moment), offline_context(roots)
        )
    )


def _change(status: PdfSignatureStatus) -> Change:
    level = status.modification_level
    if level is None:
        return Change.UNKNOWN
    if level is ModificationLevel.NONE:
        return Change.NONE
    return Change.ALLOWED if level in _ALLOWED else Change.SUSPICIOUS


def _issuer(certificate: Certificate) -> str:
    names = certificate.issuer.native
    found = names.get("common_name") or names.get("organization_name") or ""
    return found if isinstance(found, str) else str(found[0])


def _short(text: object) -> str:
    return "".join(each for each in str(text) if each.isprintable())[:_LONGEST_NAME]


def close_network() -> None:
    """Let this process open no connection, whatever a library thinks it needs."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise OSError("no network here")

    socket.socket.connect = refuse  # type: ignore[method-assign] # for good
    socket.socket.connect_ex = refuse  # type: ignore[method-assign]
    socket.socket.sendto = refuse  # type: ignore[method-assign]
    socket.getaddrinfo = refuse


def main() -> None:
    """Do the job on standard input."""
    name, trust, seconds, memory = json.loads(sys.stdin.buffer.read())
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    close_network()
    logging.disable()  # the library logs what it finds, which may be names
    found = judge(Path(name), load_roots(Path(trust)))
    sys.stdout.buffer.write(SIGNATURES.dump_json(found))


if __name__ == "__main__":
    main()
