"""Find the mã hồ sơ printed on a page, by all readings of its place."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.model.dossier_code import DOSSIER_CODE
from pipeline.model.geometry import BoundingBox
from pipeline.model.text import ReadPage
from pipeline.split.rows import Row

_LABEL = re.compile(r"\bm[ãàáảa]\s*(?:số\s*)?h[ồôổỗoó]\s*s\w*\s*:?", re.IGNORECASE)
"""``Mã hồ sơ:``, also where a mark was lost or misread."""

_DASHES = re.compile("[\u2010-\u2015\u2212]")


@dataclass(frozen=True, slots=True)
class PrintedCode:
    """A mã hồ sơ behind its label."""

    value: str
    """What most readings say."""

    box: BoundingBox
    sure: bool
    """Whether no reading says another code."""


def find_printed_code(page: ReadPage, rows: Sequence[Row]) -> PrintedCode | None:
    """Find the code on the topmost line that has one behind ``Mã hồ sơ:``.

    Args:
        page: with the second looks at its numbers.
        rows: of the page.
    """
    found = (_judge(box, texts) for box, texts in _places(page, rows))
    codes = [code for code in found if code is not None]
    return min(codes, key=lambda code: code.box.top, default=None)


def _places(
    page: ReadPage, rows: Sequence[Row]
) -> Iterator[tuple[BoundingBox, list[str]]]:
    for look in page.second_looks:
        yield look.box, [reading.text for reading in look.readings]
    boxes = [look.box for look in page.second_looks]
    for row in rows:
        if not any(box.overlap(row.box) for box in boxes):
            yield row.box, [row.text]


def _judge(box: BoundingBox, texts: Sequence[str]) -> PrintedCode | None:
    if not any(map(_LABEL.search, texts)):
        return None
    codes = Counter(filter(None, map(_code_in, texts)))
    if not codes:
        return None
    return PrintedCode(codes.most_common(1)[0][0], box, len(codes) == 1)


def _code_in(text: str) -> str | None:
    label = _LABEL.search(text)
    plain = _DASHES.sub("-", text[label.end() :] if label else text)
    match = DOSSIER_CODE.search(plain.replace(" ", ""))
    return match[0] if match else None
