"""Numbers that name a person, a dossier, a procedure or a taxpayer."""

import re
from dataclasses import dataclass
from datetime import date

from stdnum.exceptions import ValidationError
from stdnum.vn import mst

from pipeline.extract.digits import DIGIT_CLASS, to_digits
from pipeline.model.dossier_code import DOSSIER_CODE, received_on

PROVINCES = frozenset((
    "001", "002", "004", "006", "008", "010", "011", "012", "014", "015", "017", "019",
    "020", "022", "024", "025", "026", "027", "030", "031", "033", "034", "035", "036",
    "037", "038", "040", "042", "044", "045", "046", "048", "049", "051", "052", "054",
    "056", "058", "060", "062", "064", "066", "067", "068", "070", "072", "074", "075",
    "077", "079", "080", "082", "083", "084", "086", "087", "089", "091", "092", "093",
    "094", "095", "096",
))  # fmt: skip
"""Codes inside personal numbers: the 63 provinces until 30/06/2025, for ever, because a
number never changes after a merger (domain.md 3.1)."""

LONGEST_UNIT = 35
"""Characters of a unit's code (Decision 20/2020/QĐ-TTg)."""

_CODE_LIKE = re.compile(r"[\w.|!\]\[]{3,40}-[\w|!\]\[]{6}-[\w|!\]\[]{4,7}")
_PROCEDURE = re.compile(
    r"(?<![\w.])\d\.\d{6}(?:\.\d{3}\.\d{2}\.\d{2}\.[HG]\d{2})?(?!\w)"
)
_DIGIT_RUN = re.compile(rf"(?<![^\W_])[{DIGIT_CLASS}]+(?:[ .][{DIGIT_CLASS}]+)*(?!\w)")
_TAX_LIKE = re.compile(
    rf"(?<![\w.])([{DIGIT_CLASS}](?:[ .]?[{DIGIT_CLASS}]){{9}})"
    rf"(?:\s?-\s?([{DIGIT_CLASS}]{{3}}))?(?![\w])"
)
_TAX_DIGITS = _INSURANCE_DIGITS = 10

_CARD_GROUPS = frozenset((
    "DN", "HX", "CH", "NN", "TK", "HC", "XK", "HT", "TB", "NO", "CT", "XB", "TN", "CS",
    "QN", "CA", "CY", "XN", "MS", "CC", "CK", "CB", "KC", "HD", "TE", "BT", "HN", "DT",
    "DK", "XD", "TS", "TC", "TQ", "TA", "TY", "HG", "LS", "PV", "HS", "SV", "GB", "GD",
))  # fmt: skip
"""Whom a health insurance card is for (domain.md 3.5); a person looks at others."""

_DASHES = str.maketrans({"–": "-", "—": "-", "−": "-", "‐": "-", ",": "."})
_LETTERS = {"N": "H", "M": "H", "6": "G", "C": "G"}
"""What H and G, the letters of provinces and ministries, are read as."""


@dataclass(frozen=True, slots=True)
class ReadIdentifier:
    """An identifier found in a text, and what speaks against it."""

    value: str
    repaired: bool = False
    doubt: str = ""
    """Why a person should look, in English, without values; empty where it fits."""


def find_personal_id(text: str) -> ReadIdentifier | None:
    """Find a personal number (12 digits), or an old identity card's (9 digits)."""
    best: ReadIdentifier | None = None
    for match in _DIGIT_RUN.finditer(text):
        for run in _runs(match[0]):
            digits = to_digits(run)
            if digits is None or not _mostly_digits(run):
                continue
            if len(digits) == 12:
                doubt = "" if digits[:3] in PROVINCES else "unknown province code"
                return ReadIdentifier(digits, run != digits, doubt)
            if len(digits) == 9 and best is None:
                best = ReadIdentifier(digits, run != digits)
    return best


def birth_year(personal_id: str) -> int | None:
    """Tell the year of birth inside a 12-digit number; None for other numbers."""
    if len(personal_id) != 12:
        return None
    return 1900 + 100 * (int(personal_id[3]) // 2) + int(personal_id[4:6])


def sex_of(personal_id: str) -> str | None:
    """Tell the sex inside a 12-digit number, ``Nam`` or ``Nữ``."""
    if len(personal_id) != 12:
        return None
    return "Nữ" if int(personal_id[3]) % 2 else "Nam"


def find_dossier_code(text: str, *, today: date | None = None) -> ReadIdentifier | None:
    """Find a mã hồ sơ ``{unit}-{yyMMdd}-{serial}``, repairing what OCR confuses.

    Args:
        text: what was read; spaces around its separators do not matter.
        today: a later date inside the code is a doubt; None: not checked.
    """
    closed = re.sub(r"\s*([.\-])\s*", r"\1", text.translate(_DASHES))
    exact = DOSSIER_CODE.search(closed)
    if exact and _stands_alone(exact, closed):
        return ReadIdentifier(exact[0], doubt=_code_doubt(exact, today))
    for like in _CODE_LIKE.finditer(closed):
        repaired = DOSSIER_CODE.fullmatch(_repair_code(like[0]))
        if repaired:
            return ReadIdentifier(repaired[0], True, _code_doubt(repaired, today))
    return None


def code_of_url(text: str) -> str | None:
    """Take the mã hồ sơ out of a look-up URL; nothing else of it is looked at."""
    query = re.search(r"[?&]MHS=([^&#\s]+)", text, re.IGNORECASE)
    if not query:
        return None
    found = find_dossier_code(query[1].replace("%2D", "-").replace("%2E", "."))
    return found.value if found and not found.repaired else None


def find_procedure_code(text: str) -> str | None:
    """Find the code of an administrative procedure, ``1.001193``."""
    found = _PROCEDURE.search(text)
    return found[0] if found else None


def find_tax_number(text: str) -> ReadIdentifier | None:
    """Find a tax number: 10 digits with their check digit, or 13; or a personal id.

    A person's tax number is their personal number since 01/07/2025.
    """
    for match in _TAX_LIKE.finditer(text.translate(_DASHES)):
        main, branch = to_digits(_closed(match[1])), to_digits(match[2] or "")
        if main is None or len(main) != _TAX_DIGITS:
            continue
        value = f"{main}-{branch}" if branch else main
        repaired = value != _closed(match[0])
        try:
            mst.validate(value)
        except ValidationError:
            return ReadIdentifier(value, repaired, "check digit does not fit")
        return ReadIdentifier(value, repaired)
    found = find_personal_id(text)
    return found if found and len(found.value) == 12 else None


def find_business_number(text: str) -> ReadIdentifier | None:
    """Find the number of a household's business.

    A tax number, the owner's personal number since 2025, or district and letter as
    they were given before: ``41A80012345``.
    """
    old = re.search(r"(?<!\w)\d{2}[A-Z]\d{8}(?!\w)", text)
    return ReadIdentifier(old[0]) if old else find_tax_number(text)


def find_social_insurance(text: str) -> ReadIdentifier | None:
    """Find a number of social insurance: 10 digits, without a check digit."""
    for match in _DIGIT_RUN.finditer(text):
        for run in _runs(match[0]):
            digits = to_digits(run)
            if digits and len(digits) == _INSURANCE_DIGITS and _mostly_digits(run):
                return ReadIdentifier(digits, run != digits)
    return None


def find_health_insurance(text: str) -> ReadIdentifier | None:
    """Find the number of a health insurance card.

    15 characters, of which the last ten are the number of social insurance; cards since
    2021 show these alone.
    """
    closed = _closed(text.upper())
    match = re.search(r"(?<![A-Z0-9])([A-Z]{2})([1-5]\d{12})(?!\d)", closed)
    if match is None:
        return find_social_insurance(text)
    doubt = "" if match[1] in _CARD_GROUPS else "unknown group of the insured"
    return ReadIdentifier(match[1] + match[2], doubt=doubt)


def find_certificate_serial(text: str) -> ReadIdentifier | None:
    """Find the serial of a land certificate: ``CN 719597``, ``AA 09273289``.

    The first red books had one letter.
    """
    match = re.search(r"(?<!\w)([A-ZĐ]{1,2})\s?(\d{6}|\d{8})(?!\d)", text)
    return ReadIdentifier(f"{match[1]} {match[2]}") if match else None


def _closed(text: str) -> str:
    return re.sub(r"[\s.]", "", text)


def _runs(text: str) -> list[str]:
    """The printed groups of a number one by one, then joined: ``034 187 000 123``."""
    groups = re.split(r"[ .]", text)
    return [*groups, "".join(groups)]


def _mostly_digits(run: str) -> bool:
    return 3 * sum(character.isdigit() for character in run) >= 2 * len(run)


def _stands_alone(match: re.Match[str], text: str) -> bool:
    before, after = text[: match.start()][-1:], text[match.end() :][:1]
    return not (before.isalnum() or before == "." or after.isalnum())


def _repair_code(text: str) -> str:
    unit, day, serial = text.rsplit("-", 2)
    parts = [_repair_part(part) for part in unit.strip(".").split(".")]
    return "-".join(
        [".".join(parts), to_digits(day) or day, to_digits(serial) or serial]
    )


def _repair_part(part: str) -> str:
    """Repair one component of a unit's code: digits, or a group letter and 2 digits."""
    if part[:2] == "11" and len(part) == 4:
        part = "H" + part[2:]
    head, tail = part[:1].upper(), to_digits(part[1:])
    if tail and len(tail) == 2 and (head.isalpha() and head not in "OIL"):
        return _LETTERS.get(head, head) + tail
    return to_digits(part) or part


def _code_doubt(match: re.Match[str], today: date | None) -> str:
    received = received_on(match[0])
    if received is None:
        return "no real date in the code"
    if today and received > today:
        return "date in the future"
    return "unit code too long" if len(match[1]) > LONGEST_UNIT else ""
