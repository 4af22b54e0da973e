from dataclasses import replace

import pytest

from pipeline.model.text import Reading, ReadPage, SecondLook
from pipeline.split.printed_code import PrintedCode, find_printed_code
from pipeline.split.rows import lay_out
from tests.split.paper import BODY, CODE, OTHER_CODE, page


def found(sheet: ReadPage) -> PrintedCode | None:
    return find_printed_code(sheet, lay_out(sheet.page, sheet.text))


def looked_at(*readings: str) -> ReadPage:
    """A page whose code was read again, with other results."""
    sheet = page(readings[0], *BODY)
    looks = tuple(Reading(f"reader {n}", each, 0.9) for n, each in enumerate(readings))
    return replace(sheet, second_looks=(SecondLook(sheet.text.lines[0].box, looks),))


@pytest.mark.parametrize(
    "text",
    [
        f"Mã hồ sơ: {CODE}",
        f"Mã số hồ sơ {CODE}",
        f"Ma ho so: {CODE}",
        f"Mã hồ sơ: {CODE.replace('-', '–')}",
        f"MÃ HỒ SƠ: {CODE}",
    ],
)
def test_a_code_is_found_behind_its_label(text: str) -> None:
    code = found(page(text, *BODY))
    assert code is not None
    assert (code.value, code.sure) == (CODE, True)


@pytest.mark.parametrize(
    "text", [CODE, "Mã hồ sơ:", "Mã hồ sơ: H15.50", f"Số hồ sơ: {CODE}"]
)
def test_without_label_or_code_there_is_none(text: str) -> None:
    assert found(page(text, *BODY)) is None


def test_other_readings_tell_what_the_first_one_missed() -> None:
    code = found(looked_at("Mã hồ sn H15500513", f"Mã hồ sơ: {CODE}", CODE))
    assert code is not None
    assert (code.value, code.sure) == (CODE, True)


def test_readings_that_differ_are_not_sure() -> None:
    code = found(looked_at(f"Mã hồ sơ: {CODE}", OTHER_CODE, CODE))
    assert code is not None
    assert (code.value, code.sure) == (CODE, False)
