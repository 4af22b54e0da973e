"""Names of fields, doubts and tiers as staff know them."""

from pipeline.messages import translate

_FIELDS = {
    "so_ky_hieu": "Document number",
    "ngay_ban_hanh": "Date of issue",
    "co_quan_ban_hanh": "Issuing agency",
    "nguoi_ky": "Signed by",
    "trich_yeu": "Subject",
    "loai_van_ban": "Kind of document",
    "ma_ho_so": "Dossier code",
}

_TIERS = {
    "number": "number",
    "phrase": "phrase",
    "folded-phrase": "phrase without diacritics",
    "words": "words",
    "one-typo": "similar words",
}


def field_label(name: str) -> str:
    """Name a field; its own name where there is no better one."""
    known = _FIELDS.get(name)
    return translate(known) if known else name.replace("_", " ")


def doubt_label(doubt: str) -> str:
    """Put a doubt about a dossier before staff."""
    return translate(doubt)


def tier_label(tier: str) -> str:
    """Say why a document was found."""
    return translate(_TIERS.get(tier, tier))
