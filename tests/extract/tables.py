"""Receipts' tables of papers, typed as words with boxes."""

from collections.abc import Sequence

from pipeline.model.scan import Page
from pipeline.model.text import OcrLine, OcrPage, OcrWord, ReadPage
from tests.split.paper import HEIGHT, WIDTH, words

NUMBER, NAME, FIRST, SECOND, THIRD = 275, 347, 977, 1202, 1426
"""Left edges of the columns, as on a receipt at 200 dpi."""

HEADS = [
    [(265, "TT"), (504, "Thành phần hồ sơ"), (1163, "Số lượng")],
    [(930, "Bản chính"), (1119, "Bản chứng thực"), (1378, "Bản photo")],
]
SENTENCE = [(240, "1. Thành phần hồ sơ, số lượng mỗi loại giấy tờ:")]
AFTER = [
    [(240, "2. Số lượng hồ sơ: 01 bộ.")],
    [(240, "3. Thời gian giải quyết hồ sơ theo quy định là: 03 ngày")],
]

Line = list[tuple[int, str]]


def typed(lines: Sequence[tuple[int, Line]]) -> ReadPage:
    """Type lines at rows given in pixels."""
    read = tuple(
        OcrLine(tuple(word for left, text in line for word in narrow(text, left, top)))
        for top, line in lines
    )
    return ReadPage(Page(1, WIDTH, HEIGHT, 200), OcrPage(read))


def narrow(text: str, left: int, top: int) -> list[OcrWord]:
    """Words as wide as print of 12 points is; `words` types wider ones."""
    typed = words(text, 0, top)
    narrowed = []
    for word in typed:
        width = 11 * len(word.text)
        box = type(word.box)(left, top, left + width, top + 26)
        narrowed.append(OcrWord(word.text, box, word.confidence))
        left += width + 12
    return narrowed


FORMS = ("Bản chính", "Bản chứng thực", "Bản photo")

Row = tuple[str, int, int, int]
"""A name and its counts; 0 leaves a cell empty."""


def component_table(
    rows: Sequence[Row], columns: tuple[str, str, str] = FORMS
) -> ReadPage:
    """Type a page with a table of *rows*."""
    lefts = (FIRST, SECOND, THIRD)
    lines = [
        (1000, [(240, "1. Thành phần hồ sơ, số lượng mỗi loại giấy tờ:")]),
        (1060, [(265, "TT"), (504, "Thành phần hồ sơ")]),
        (1110, list(zip((930, 1119, 1378), columns, strict=True))),
    ]
    for number, (name, *counts) in enumerate(rows, start=1):
        cells = [(x, f"{n:02d}") for x, n in zip(lefts, counts, strict=True) if n]
        row = [(NUMBER, str(number)), (NAME, name), *cells]
        lines.append((1110 + 63 * number, row))
    lines.append((1250 + 63 * len(rows), [(240, "2. Số lượng hồ sơ: 01 bộ.")]))
    return typed(lines)
