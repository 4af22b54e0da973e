"""Sign the QR codes of our own sheets, and tell ours from foreign ones.

A code is one line of the characters that QR packs two into eleven bits (ISO/IEC 18004,
alphanumeric mode)::

    SOHOA1:L:H15.50.05.13-261008-0975:DEMO:261124:<nonce>:<key id>:<signature>

The signature is the first 160 bits of HMAC-SHA256 over all that stands before it, in
base 32. It says that somebody who has the key printed the sheet; that the paper is not
a photocopy only its nonce can say, which is good for one batch.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from pipeline.model.dossier_code import received_on
from pipeline.model.geometry import BoundingBox
from pipeline.model.sheet import NONCE_LENGTH, Separates, SheetKind, SheetToken
from pipeline.model.text import PageCode

Keyring = Mapping[str, bytes]
"""Key id to key. Sheets signed by any of them are ours."""

FOREIGN = "a sheet that was not printed here stands before this"
COPIED = "a copy of a sheet that was scanned before stands before this"
UNREADABLE_SHEET = "a separator sheet whose code cannot be read stands before this"
OTHER_COUNTER = "the leader sheet was printed for another counter"
TWO_SHEETS = "the codes of two sheets stand on one page"

_MARK = "SOHOA"
_VERSION = "1"
_SIGNATURE_BYTES = 20
_NONE = "-"
"""Stands for a dossier code where there is none."""

_PARTS = re.compile(
    rf"{_MARK}{_VERSION}:(?P<kind>[DPL]):(?P<code>[0-9A-Z.-]{{1,40}})"
    rf":(?P<counter>[0-9A-Z-]{{1,63}}):(?P<day>\d{{6}})"
    rf":(?P<nonce>[A-Z2-7]{{{NONCE_LENGTH}}}):(?P<key>[0-9A-Z]{{1,12}})"
    r":(?P<signature>[A-Z2-7]{32})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """A code of one of our sheets, or of one that pretends to be."""

    token: SheetToken | None
    """None where the signature is not ours: then nothing it says counts."""

    box: BoundingBox


@dataclass(frozen=True, slots=True)
class SheetRules:
    """What is made of separator sheets at one counter."""

    patch: Separates = Separates.DOSSIER
    """What begins behind a Patch T, which does not say so itself."""

    counter_id: str = ""
    keys: Keyring = field(default_factory=dict, repr=False)
    used: frozenset[str] = frozenset()
    """Nonces of sheets that came with an earlier batch."""


ANY_COUNTER = SheetRules()
"""Where it is not known whose scan this is: no sheet is ours."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A separator on a page, as far as it is trusted."""

    separates: Separates
    code: str | None = None
    """Mã hồ sơ of what is behind it."""

    nonce: str | None = None
    doubts: tuple[str, ...] = ()
    """Where there are any, it only separates dossiers: whatever it really meant, no two
    citizens' papers join."""


def judge_sheet(
    codes: Sequence[PageCode], rules: SheetRules, *, patched: bool, titled: bool
) -> Sheet | None:
    """Decide what the separator on a page means; None where there is none.

    Args:
        codes: of the page.
        rules: of its counter.
        patched: a Patch T stands on the page.
        titled: the title of a separator sheet was read there.
    """
    found = find_sheets(codes, rules.keys)
    tokens = [each.token for each in found if each.token is not None]
    if len(tokens) < len(found):
        return _doubtful(FOREIGN)
    if len(tokens) > 1:
        return _doubtful(TWO_SHEETS)
    if tokens:
        return _judge_token(tokens[0], rules)
    if patched:
        return Sheet(rules.patch)
    return _doubtful(UNREADABLE_SHEET) if titled else None


def _judge_token(token: SheetToken, rules: SheetRules) -> Sheet:
    if token.nonce in rules.used:
        return _doubtful(COPIED)
    if token.kind is SheetKind.LEADER and token.counter_id != rules.counter_id:
        return _doubtful(OTHER_COUNTER)
    paper = token.kind is SheetKind.PAPER
    separates = Separates.PAPER if paper else Separates.DOSSIER
    return Sheet(separates, token.code, token.nonce)


def _doubtful(doubt: str) -> Sheet:
    return Sheet(Separates.DOSSIER, doubts=(doubt,))


def write_token(token: SheetToken, key_id: str, key: bytes) -> str:
    """Write what the QR code of a sheet says, signed.

    Raises:
        ValueError: a part holds what cannot stand in a code.
    """
    signed = ":".join(
        (
            _MARK + _VERSION,
            token.kind.value,
            token.code or _NONE,
            token.counter_id.upper(),
            f"{token.printed_on:%y%m%d}",
            token.nonce,
            key_id,
        )
    )
    text = f"{signed}:{_sign(signed, key)}"
    if _PARTS.fullmatch(text) is None:
        raise ValueError("a part of the sheet cannot stand in its code")
    return text


def find_sheets(codes: Sequence[PageCode], keys: Keyring) -> tuple[ReadSheet, ...]:
    """List the codes of sheets on a page, genuine or not; one of each printed sheet."""
    found: dict[str, ReadSheet] = {}
    for code in codes:
        text = code.text.strip()
        if code.symbology == "qr" and text.upper().startswith(_MARK):
            found.setdefault(text, ReadSheet(_read(text, keys), code.box))
    return tuple(found.values())


def _read(text: str, keys: Keyring) -> SheetToken | None:
    match = _PARTS.fullmatch(text)
    key = keys.get(match["key"]) if match else None
    if match is None or key is None:
        return None
    signed = text[: match.start("signature") - 1]
    if not hmac.compare_digest(_sign(signed, key), match["signature"]):
        return None
    kind = SheetKind(match["kind"])
    code = None if match["code"] == _NONE else match["code"]
    day = _day(match["day"])
    is_whole = (kind is SheetKind.LEADER) == (received_on(code or "") is not None)
    if day is None or not is_whole:
        return None
    return SheetToken(kind, match["counter"].lower(), day, match["nonce"], code)


def _sign(text: str, key: bytes) -> str:
    digest = hmac.new(key, text.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:_SIGNATURE_BYTES]).decode()


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%y%m%d").date()  # noqa: DTZ007 no time in it
    except ValueError:
        return None
