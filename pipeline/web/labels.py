"""Names of fields, doubts, reasons and tiers as staff know them."""

from collections.abc import Iterable

from pipeline.messages import translate
from pipeline.model.dossier import CodeSource, Field, Presence
from pipeline.model.quality import Defect
from pipeline.model.template import DocType, FieldRule

_FIELDS = {
    "so_ky_hieu": "Document number",
    "ngay_ban_hanh": "Date of issue",
    "co_quan_ban_hanh": "Issuing agency",
    "nguoi_ky": "Signed by",
    "trich_yeu": "Subject",
    "loai_van_ban": "Kind of document",
    "ma_ho_so": "Dossier code",
    "full_name": "Full name",
    "personal_id": "Personal number",
    "chip_id": "Personal number in the QR code",
    "applicant": "Applicant",
    "mother_residence": "Mother's residence",
    "father_residence": "Father's residence",
    "bride_name": "Bride's full name",
    "bride_birth": "Bride's date of birth",
    "groom_name": "Groom's full name",
    "groom_birth": "Groom's date of birth",
    "born_on": "Born on",
    "died_on": "Died on",
    "agency": "Agency in charge",
}
"""Fields whose printed label would not do: metadata, and labels that are a sentence's
beginning, the same for two fields, or not printed at all."""

_TIERS = {
    "number": "number",
    "phrase": "phrase",
    "folded-phrase": "phrase without diacritics",
    "words": "words",
    "one-typo": "similar words",
}

REASONS = {
    "stands far below the agency": "it stands far below the agency's name",
    "not in its place": "it does not stand in its usual place",
    "two dates": "several dates stand there",
    "filled in, but not understood": "something is filled in, but was not understood",
    "required, but not found": "it is required, but was not found",
    "date in the future": "the date lies in the future",
    "damaged": "the print is damaged or covered",
    "letters disagree": "agency and document number do not fit each other",
    "the name was not read": "there is a signature, but no name was read",
    "not a common family name": "the family name is unusual",
    "not below the office": "the name does not stand below an office",
    "unusual for a name": "it does not look like a name",
    "another kind is typed": "the heading names another kind of document",
    "unknown province code": "the number's province code does not exist",
    "check digit": "the number's check digit does not fit",
    "no real date in the code": "the code holds no real date",
    "unit code too long": "the code's unit part is too long",
    "readings do not agree": "several readings do not agree",
    "another reading contradicts": "several readings do not agree",
    "may be missing": "a digit or letter may be missing",
    "look-alikes": "letters were taken for digits",
    "from the list of abbreviations": "letters were repaired from a list",
    "nearest known name": "the nearest known name was taken",
    "print differs from code": "the print differs from the barcode or QR code",
    "codes differ": "the codes on the paper differ",
    "capitals where small": "a letter may have been misread",
    "written, but not read": "something is written there that could not be read",
    "does not look like": "it does not have the usual form",
    "not-before": "two dates are in the wrong order",
    "id-matches-birth": "personal number and year of birth do not fit",
    "id-matches-sex": "personal number and sex do not fit",
    "same-as": "two places on the paper that should be the same differ",
}
"""What a field's rule says, and how a person is told."""

_PRESENCES = {
    Presence.PRESENT: "there",
    Presence.MISSING: "missing",
    Presence.FEWER: "too few",
    Presence.MORE: "more than listed",
    Presence.WRONG_PAGES: "wrong number of pages",
    Presence.EXTRA: "not listed",
    Presence.SHOWN: "only shown, not kept",
    Presence.UNKNOWN: "cannot be compared",
}

_SOURCES = {
    CodeSource.BARCODE: "Barcode",
    CodeSource.QR: "QR code",
    CodeSource.SHEET: "Leader sheet",
    CodeSource.PRINT: "Printed on the paper",
}

_LITTLE_CONFIDENCE = "it was read with little confidence"


_SIDES = {
    "wife": "wife",
    "husband": "husband",
    "bride": "bride",
    "groom": "groom",
    "seller": "seller",
    "buyer": "buyer",
}
"""How names of fields begin of which a paper has two, and whose each is."""


class FieldLabels:
    """Names fields by what is printed before them on their type of paper."""

    def __init__(self, doctypes: Iterable[DocType]) -> None:
        self._printed = {
            (doctype.code, rule.name): _printed_label(rule, doctype.fields)
            for doctype in doctypes
            for rule in doctype.fields
            if rule.labels
        }
        self._anywhere = {name: text for (_, name), text in self._printed.items()}

    def __call__(self, doctype: str, name: str) -> str:
        """Name a field; its own name where there is no better one."""
        # A dossier may be older than the template it is shown with.
        printed = self._printed.get((doctype, name)) or self._anywhere.get(name)
        return field_label(name, printed)


def _printed_label(rule: FieldRule, others: Iterable[FieldRule]) -> str:
    """What is printed before a field, and whose it is where that is printed twice."""
    label = rule.labels[0].split(" / ")[0]
    alike = sum(rule.labels[:1] == other.labels[:1] for other in others)
    side = _SIDES.get(rule.name.split("_")[0])
    return f"{label} ({translate(side)})" if side and alike > 1 else label


def field_label(name: str, printed: str | None = None) -> str:
    """Name a field by hand where its printed label would not do."""
    if name in _FIELDS:
        return translate(_FIELDS[name])
    return printed or name.replace("_", " ")


_DEFECTS = {
    Defect.BLURRED: "blurred",
    Defect.FAINT: "faint",
    Defect.DARK: "too dark",
    Defect.CUT_OFF: "cut off",
    Defect.COARSE: "too coarse",
    Defect.WRONG_SIDE: "wrong side",
}


def defect_label(defect: Defect) -> str:
    """Say in a word what is wrong with the scan of a page."""
    return translate(_DEFECTS[defect])


def doubt_label(doubt: str) -> str:
    """Put a doubt about a dossier before staff."""
    return translate(doubt)


def presence_label(presence: Presence) -> str:
    """Say what became of a paper that a dossier should hold."""
    return translate(_PRESENCES[presence])


def source_label(source: CodeSource) -> str:
    """Say where a mã hồ sơ was read."""
    return translate(_SOURCES[source])


def review_reasons(field: Field) -> tuple[str, ...]:
    """Say why a person should look at a field, in whole clauses."""
    said = (meaning for sign, meaning in REASONS.items() if sign in field.rule)
    reasons = tuple(dict.fromkeys(translate(each) for each in said))
    return reasons or (translate(_LITTLE_CONFIDENCE),)


def tier_label(tier: str) -> str:
    """Say why a document was found."""
    return translate(_TIERS.get(tier, tier))
