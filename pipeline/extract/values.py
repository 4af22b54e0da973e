"""Bring the printed value of each kind to one form, and say how well it fits."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from rapidfuzz import fuzz, process

from pipeline.extract.agency import NAMES
from pipeline.extract.dates import find_date, find_dates, is_unfilled, words_to_number
from pipeline.extract.digits import DIGIT_CLASS, FILLERS, to_digits
from pipeline.extract.identifiers import (
    ReadIdentifier,
    find_business_number,
    find_certificate_serial,
    find_dossier_code,
    find_health_insurance,
    find_personal_id,
    find_procedure_code,
    find_social_insurance,
    find_tax_number,
)
from pipeline.extract.phrases import respell
from pipeline.extract.places import respell_names, respell_places
from pipeline.extract.symbols import find_symbol
from pipeline.model.template import Kind
from pipeline.model.unicode import collapse, comparable, fold, normalize

FITS = 1.0
"""The text has exactly the form of its kind."""

REPAIRED = 0.75
"""A look-alike was folded: never enough alone, another reading must agree."""

DOUBTFUL = 0.5
"""Something speaks against the value."""

ETHNICITIES = (
    "Kinh", "Tày", "Thái", "Hoa", "Khmer", "Mường", "Nùng", "Mông", "Dao", "Gia Rai",
    "Ngái", "Ê Đê", "Ba Na", "Xơ Đăng", "Sán Chay", "Cơ Ho", "Chăm", "Sán Dìu", "Hrê",
    "Mnông", "Raglay", "Xtiêng", "Bru - Vân Kiều", "Thổ", "Giáy", "Cơ Tu",
    "Gié Triêng", "Mạ", "Khơ Mú", "Co", "Tà Ôi", "Chơ Ro", "Kháng", "Xinh Mun",
    "Hà Nhì", "Chu Ru", "Lào", "La Chí", "La Ha", "Phù Lá", "La Hủ", "Lự", "Lô Lô",
    "Chứt", "Mảng", "Pà Thẻn", "Cơ Lao", "Cống", "Bố Y", "Si La", "Pu Péo", "Brâu",
    "Ơ Đu", "Rơ Măm",
)  # fmt: skip
"""The 54 of Decision 121-TCTK/PPCĐ."""

_OTHER_SPELLINGS = {
    "h'mong": "Mông", "hmong": "Mông", "mong": "Mông", "jrai": "Gia Rai",
    "gia-rai": "Gia Rai", "ede": "Ê Đê", "e-de": "Ê Đê", "bana": "Ba Na",
    "van kieu": "Bru - Vân Kiều", "bru-van kieu": "Bru - Vân Kiều",
    "pa ko": "Tà Ôi", "khome": "Khmer", "kho me": "Khmer", "co-ho": "Cơ Ho",
}  # fmt: skip

NATIONALITIES = (
    "Việt Nam", "Lào", "Campuchia", "Trung Quốc", "Đài Loan", "Hàn Quốc", "Nhật Bản",
    "Thái Lan", "Hoa Kỳ", "Pháp", "Anh", "Đức", "Nga", "Úc", "Ca-na-đa", "Canada",
    "Ấn Độ", "Singapore", "Malaysia", "Philippines", "Indonesia", "Mi-an-ma",
)  # fmt: skip

SPECKS = re.compile(r"(?<!\S)[!|~^`¦]+(?!\S)|(?<=\w)[!|~^`¦]+(?!\S)")
"""What stray ink is read as, alone or behind a word: no value of a paper has these."""

_MOBILE = re.compile(r"0(?:3[2-9]|5[25689]|7[06-9]|8\d|9\d)\d{7}")
_LANDLINE = re.compile(r"02\d{8,9}")
_PHONE_LIKE = re.compile(rf"\(?\+?[{DIGIT_CLASS}][{DIGIT_CLASS} .()\-]{{7,18}}")
_NAME_WORD = re.compile(r"[^\W\d_]+(?:['’\-.][^\W\d_]*)*", re.UNICODE)
_SYLLABLE = re.compile(r"[^aeiouy]{0,3}[aeiouy]{1,3}[^aeiouy]{0,2}")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b")
"""Combining marks of tones and of â, ă, ơ; Đ has none, and stands in abbreviations."""

_VOWEL = re.compile(r"[aeiouy]")
_INTEGER = re.compile(rf"(?<![\w.,])[{DIGIT_CLASS}]{{1,9}}(?![\w]|[.,]\d)")
_THOUSANDS = re.compile(r"(?<![\w.,])\d{1,3}(?:\.\d{3})+(?![\w]|[.,]\d)")

_PLOTS = re.compile(r"\d{1,5}(?:[-/]\d{1,4})?(?:\s*[,;]\s*\d{1,5}(?:[-/]\d{1,4})?)*")
_GROUPED = r"(\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?|\d+(?:[.,]\d{1,2})?)"
"""Vietnamese numbers: a point between thousands, a comma before decimals; or plain, as
`parse` gives them, so that its values can be parsed again."""

_DECIMAL = re.compile(_GROUPED)
_SQUARE_METRES = re.compile(rf"(?<![\w.,]){_GROUPED}\s?m(?:[²2?'’\"]|\b)")
"""``m²`` is also read as ``m2`` and ``m?``."""

_DONG = re.compile(rf"(?<![\w.,]){_GROUPED}\s?(?:đồng|đ\b|VN[DĐ])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A value of a kind, and how well the text has the form of that kind."""

    value: str | None
    """None: nothing is filled in."""

    certainty: float
    """`FITS`, `REPAIRED` or `DOUBTFUL`, or between them for free text."""

    note: str = ""
    """What was repaired or speaks against it, in English, without values."""

    understood: bool = True
    """False: the text does not have the form of its kind, and is the value as it is."""


def parse(kind: Kind, text: str, *, today: date | None = None) -> Parsed:
    """Bring *text* to the normal form of *kind*; never raises.

    A text that does not have the form of its kind at all comes back as it is, doubtful.
    Dotted leaders alone give the value None.
    """
    cleaned = clean(text)
    if not cleaned or (kind is Kind.DATE and is_unfilled(cleaned)):
        return Parsed(None, FITS)
    parsed = _PARSERS[kind](cleaned, today)
    note = f"does not look like {kind.value}"
    return parsed or Parsed(cleaned, DOUBTFUL, note, understood=False)


def clean(text: str) -> str:
    """Normalize *text* and remove leaders: around it, and runs of them inside."""
    without = re.sub(r"(?:[.…·•_]\s?){3,}|…", " ", normalize(text))
    stripped = collapse(SPECKS.sub(" ", without)).strip(FILLERS + " |")
    return stripped if any(character.isalnum() for character in stripped) else ""


def is_spelt(text: str) -> bool:
    """Tell whether *text* can be Vietnamese: its small words are syllables.

    Stains, stamps and lost spaces leave pieces that are not: ``h``, ``dânxã``. Words
    in capitals are names and abbreviations, and may be anything.
    """
    words = re.findall(r"[^\W\d_]+", text)
    return all(_SYLLABLE.fullmatch(fold(word)) for word in words if word.islower())


def _text(text: str, _today: date | None) -> Parsed:
    spelt = respell(text)
    if _is_oddly_cased(text.split()):
        return Parsed(spelt, REPAIRED, "capitals where small letters are usual")
    return Parsed(spelt, FITS)


def _is_oddly_cased(words: list[str]) -> bool:
    """Tell whether capitals stand where a reader puts them, and no writer.

    Inside a word (``CấP``), or in one word alone. Abbreviations and made-up names have
    no tones, and are left alone.
    """
    toned = [word for word in words if _has_tone(word) and len(word) > 1]
    if any(one.islower() and two.isupper() for w in toned for one, two in pairwise(w)):
        return True
    loud = [word for word in words if word.isupper() and len(word) > 1]
    return len(loud) == 1 < len(words) and loud[0] in toned


def _has_tone(word: str) -> bool:
    return any(mark in _TONES for mark in unicodedata.normalize("NFD", word))


def _address(text: str, _today: date | None) -> Parsed:
    return Parsed(respell_places(text), FITS)


def _agency(text: str, _today: date | None) -> Parsed:
    return Parsed(respell_names(respell_places(text), NAMES), FITS)


def _person_name(text: str, _today: date | None) -> Parsed | None:
    bare = re.sub(r"\s*\([^)]*\)?\s*$", "", text)
    words = bare.strip(" .,;:/'\"").split()
    value = " ".join(words)
    if not words or not all(_NAME_WORD.fullmatch(word) for word in words):
        return None
    spoken = all(_VOWEL.search(fold(word)) for word in words)
    capital = all(word[0].isupper() for word in words)
    if not (capital and spoken) or not 2 <= len(words) <= 8:
        return Parsed(value, DOUBTFUL, "unusual for a name")
    return Parsed(value, FITS)


def _date(text: str, today: date | None) -> Parsed | None:
    found = find_date(text)
    if found is None:
        return None
    if {each.value for each in find_dates(text)} - {found.value}:
        return Parsed(found.value, DOUBTFUL, "two dates disagree")
    if today and found.value > today.isoformat()[: len(found.value)]:
        return Parsed(found.value, DOUBTFUL, "date in the future")
    if found.repaired:
        return Parsed(found.value, REPAIRED, "look-alikes folded to digits")
    return Parsed(found.value, FITS)


def _sex(text: str, _today: date | None) -> Parsed | None:
    found = [word for word in fold(text).split() if word in {"nam", "nu"}]
    if len(found) != 1:
        return None
    value = "Nam" if found[0] == "nam" else "Nữ"
    return Parsed(value, FITS if len(text.split()) == 1 else 0.9)


def _ethnicity(text: str, _today: date | None) -> Parsed | None:
    other = _OTHER_SPELLINGS.get(comparable(text).replace("’", "'"))
    if other:
        return Parsed(other, FITS)
    return _one_of(ETHNICITIES, text)


def _nationality(text: str, _today: date | None) -> Parsed | None:
    return _one_of(NATIONALITIES, text)


def _one_of(known: tuple[str, ...], text: str) -> Parsed | None:
    folded = {comparable(name): name for name in known}
    wanted = comparable(text.replace(":", ""))
    if wanted in folded:
        return Parsed(folded[wanted], FITS)
    near = process.extractOne(wanted, folded, scorer=fuzz.ratio, score_cutoff=80)
    return Parsed(near[2], REPAIRED, "nearest known name") if near else None


def _personal_id(text: str, _today: date | None) -> Parsed | None:
    return _identifier(find_personal_id(text))


def _dossier_code(text: str, today: date | None) -> Parsed | None:
    return _identifier(find_dossier_code(text, today=today))


def _identifier(found: ReadIdentifier | None) -> Parsed | None:
    if found is None:
        return None
    if found.doubt:
        return Parsed(found.value, DOUBTFUL, found.doubt)
    if found.repaired:
        return Parsed(found.value, REPAIRED, "look-alikes repaired")
    return Parsed(found.value, FITS)


def _phone(text: str, _today: date | None) -> Parsed | None:
    for match in _PHONE_LIKE.finditer(text):
        printed = re.sub(r"[ .()\-]", "", match[0])
        digits = to_digits(printed.removeprefix("+"))
        if digits is None:
            continue
        national = "0" + digits[2:] if printed.startswith("+84") else digits
        if _MOBILE.fullmatch(national) or _LANDLINE.fullmatch(national):
            repaired = printed.removeprefix("+") != digits
            note = "look-alikes repaired" if repaired else ""
            return Parsed(national, REPAIRED if repaired else FITS, note)
    return None


def _document_number(text: str, _today: date | None) -> Parsed | None:
    found = find_symbol(text)
    if found is None:
        return None
    note = ", ".join(found.repairs)
    return Parsed(found.value, REPAIRED if note else FITS, note)


def _integer(text: str, _today: date | None) -> Parsed | None:
    grouped = _THOUSANDS.search(text)
    if grouped:
        return Parsed(grouped[0].replace(".", ""), FITS)
    match = _INTEGER.search(text)
    if match:
        digits = to_digits(match[0]) or ""
        repaired = digits != match[0]
        note = "look-alikes repaired" if repaired else ""
        return Parsed(str(int(digits)), REPAIRED if repaired else FITS, note)
    number = words_to_number(text)
    return Parsed(str(number), FITS) if number is not None else None


def _found_by(
    find: Callable[[str], ReadIdentifier | None],
) -> Callable[[str, date | None], Parsed | None]:
    return lambda text, _today: _identifier(find(text))


def _procedure_code(text: str, _today: date | None) -> Parsed | None:
    found = find_procedure_code(text)
    return Parsed(found, FITS) if found else None


def _plot(text: str, _today: date | None) -> Parsed | None:
    """A number, or several: ``12``, ``12-1``, ``12, 13``."""
    bare = text.strip(" ,;.")
    if not _PLOTS.fullmatch(bare):
        return None
    return Parsed(re.sub(r"\s*([,;])\s*", r"\1 ", bare), FITS)


def _area(text: str, _today: date | None) -> Parsed | None:
    """Square metres as a decimal: ``1.234,5 m²`` is ``1234.5``."""
    match = _SQUARE_METRES.search(text) or _DECIMAL.fullmatch(text)
    if match is None:
        return None
    plain = re.fullmatch(r"\d+\.\d{1,2}", match[1])
    value = match[1] if plain else match[1].replace(".", "").replace(",", ".")
    return Parsed(value, FITS)


def _money(text: str, _today: date | None) -> Parsed | None:
    """Đồng, whole: ``15.000.000 đồng`` is ``15000000``."""
    match = _DONG.search(text) or _DECIMAL.fullmatch(text)
    if match is None or not match[1].replace(".", "").isdigit():
        return None
    return Parsed(match[1].replace(".", ""), FITS)


_PARSERS: dict[Kind, Callable[[str, date | None], Parsed | None]] = {
    Kind.TEXT: _text,
    Kind.ADDRESS: _address,
    Kind.AGENCY: _agency,
    Kind.PERSON_NAME: _person_name,
    Kind.DATE: _date,
    Kind.SEX: _sex,
    Kind.ETHNICITY: _ethnicity,
    Kind.NATIONALITY: _nationality,
    Kind.PERSONAL_ID: _personal_id,
    Kind.DOSSIER_CODE: _dossier_code,
    Kind.PHONE: _phone,
    Kind.DOCUMENT_NUMBER: _document_number,
    Kind.INTEGER: _integer,
    Kind.TAX_NUMBER: _found_by(find_tax_number),
    Kind.BUSINESS_NUMBER: _found_by(find_business_number),
    Kind.SOCIAL_INSURANCE: _found_by(find_social_insurance),
    Kind.HEALTH_INSURANCE: _found_by(find_health_insurance),
    Kind.CERTIFICATE_SERIAL: _found_by(find_certificate_serial),
    Kind.PROCEDURE_CODE: _procedure_code,
    Kind.PLOT: _plot,
    Kind.AREA: _area,
    Kind.MONEY: _money,
}
