"""Give the phrases of every second paper the marks that OCR takes from them."""

import re

from pipeline.model.unicode import fold, normalize

_PHRASES = (
    "chi tiết", "bổ sung", "sửa đổi", "hướng dẫn", "quy định", "điều kiện", "thi hành",
    "ban hành", "biện pháp", "thủ tục", "phòng cháy", "chữa cháy", "biển số",
)  # fmt: skip
"""What OCR misreads by one mark (``chỉ tiết``): as printed, these exist in no other
spelling."""

_BY_FOLD = {fold(phrase): phrase for phrase in _PHRASES}
_PHRASE = re.compile(r"\b(" + "|".join(_BY_FOLD) + r")\b")


def respell(text: str) -> str:
    """Give common phrases their marks back; capitals stay where they were."""
    normal = normalize(text)
    pieces, last = [], 0
    for match in _PHRASE.finditer(fold(normal)):
        printed, spelt = normal[match.start() : match.end()], _BY_FOLD[match[0]]
        if not printed.isupper():
            spelt = spelt.capitalize() if printed[0].isupper() else spelt
            pieces += [normal[last : match.start()], spelt]
            last = match.end()
    return "".join([*pieces, normal[last:]])
