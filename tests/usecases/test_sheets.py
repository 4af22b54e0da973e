import io
from collections.abc import Iterator
from datetime import UTC, date, datetime

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest

from pipeline.errors import ConfigError
from pipeline.messages import translate
from pipeline.model.scan import Counter
from pipeline.model.sheet import SHEET_TITLES, SheetKind, SheetToken
from pipeline.split.separators import find_codes
from pipeline.split.sheets import find_sheets
from pipeline.usecases.sheets import EVERY_SHEET, INSTRUCTIONS, SheetPrinter
from tests.split.paper import CODE, KEYS, OTHER_CODE

COUNTER = Counter("quan-ba-01", "Bưu điện Quản Bạ, quầy 1", "UBND xã Quản Bạ")
LATE = datetime(2026, 10, 8, 18, 0, tzinfo=UTC)
"""One o'clock on the ninth in Vietnam."""


def printer() -> SheetPrinter:
    return SheetPrinter({"K9": b"k" * 32, **KEYS}, lambda: LATE)


def tokens(pdf: bytes) -> Iterator[SheetToken | None]:
    """Read every page as a scanner of 150 dpi sees it."""
    for page in pdfium.PdfDocument(pdf):
        image = np.array(page.render(scale=150 / 72).to_pil().convert("L"))
        middle = image.shape[0] // 2
        for half in (image[:middle], image[middle:]):
            assert len(find_codes(half, 150)) == 1  # one torn off, the other is left
        codes = find_codes(image, 150)
        (sheet,) = find_sheets(codes, {"K9": b"k" * 32})
        yield sheet.token


def test_leaders_carry_their_codes_and_are_each_different() -> None:
    first, second = tokens(printer().leaders(COUNTER, [CODE, OTHER_CODE]))

    assert first is not None
    assert second is not None
    assert (first.kind, first.code, second.code) == (
        SheetKind.LEADER,
        CODE,
        OTHER_CODE,
    )
    assert (first.counter_id, first.printed_on) == ("quan-ba-01", date(2026, 10, 9))
    assert first.nonce != second.nonce


@pytest.mark.parametrize("kind", [SheetKind.DOSSIER, SheetKind.PAPER])
def test_separators_are_as_many_as_asked_for(kind: SheetKind) -> None:
    made = list(tokens(printer().separators(COUNTER, kind, 3)))

    assert [each.kind for each in made if each] == [kind] * 3
    assert len({each.nonce for each in made if each}) == 3


@pytest.mark.parametrize("kind", [SheetKind.DOSSIER, SheetKind.PAPER])
def test_a_sheet_tells_the_clerk_what_to_do(kind: SheetKind) -> None:
    pdf = pdfium.PdfDocument(printer().separators(COUNTER, kind, 1))
    text = " ".join(pdf[0].get_textpage().get_text_range().split())

    assert SHEET_TITLES[kind] in text
    for told in (INSTRUCTIONS[kind], *EVERY_SHEET):
        assert translate(told) in text
        assert translate(told) != told
    assert "Bưu điện Quản Bạ, quầy 1 · 09/10/2026" in text


def test_a_sheet_is_a4_and_has_its_letters_inside() -> None:
    with pikepdf.open(io.BytesIO(printer().leaders(COUNTER, [CODE]))) as pdf:
        page = pdf.pages[0]
        assert [round(float(edge)) for edge in page.mediabox] == [0, 0, 595, 842]
        for font in page.Resources.Font.values():
            assert "/FontFile2" in font.DescendantFonts[0].FontDescriptor
            assert "/ToUnicode" in font


def test_nothing_is_printed_without_a_key() -> None:
    bare = SheetPrinter({}, lambda: LATE)
    with pytest.raises(ConfigError, match="sohoa sheets key"):
        bare.separators(COUNTER, SheetKind.PAPER, 1)


def test_keys_are_not_shown() -> None:
    assert "kkkk" not in repr(printer())
