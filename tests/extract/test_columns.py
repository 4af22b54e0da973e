import pytest

from pipeline.extract.columns import rejoin, spell
from pipeline.extract.form import Form
from pipeline.model.geometry import BoundingBox
from pipeline.model.template import FieldRule, Half, Kind, Take
from pipeline.model.text import OcrLine, OcrPage, OcrWord, ReadPage
from tests.extract.typed import line, page

BIRTH = ("Ngày sinh",)
WIFE = FieldRule("wife", Take.RIGHT_OF_LABEL, Kind.DATE, BIRTH, half=Half.LEFT)
HUSBAND = FieldRule("husband", Take.RIGHT_OF_LABEL, Kind.DATE, BIRTH, half=Half.RIGHT)
HOME = FieldRule(
    "home", Take.RIGHT_OF_LABEL, Kind.ADDRESS, ("Nơi cư trú",), half=Half.LEFT
)
BRIDE, GROOM = (
    FieldRule(side, Take.TABLE_COLUMN, Kind.ADDRESS, ("Nơi cư trú",), column=side)
    for side in ("Bên nữ", "Bên nam")
)


def merged(*columns: tuple[int, str], top: int = 300) -> OcrLine:
    """What stands in two columns, read as one line."""
    words = [w for left, text in columns for w in line(left, top, text).words]
    return OcrLine(tuple(words))


def found(rule: FieldRule, *lines: OcrLine) -> str:
    rules = (WIFE, HUSBAND, HOME, BRIDE, GROOM)
    value = Form(ReadPage(page().page, OcrPage(lines)), rules).find(rule)
    return value.text if value else ""


TWO = (
    merged((200, "Ngày sinh: 01/02/1990"), (900, "Ngày sinh: 03/04/1988")),
    merged((200, "Nơi cư trú: Thôn Bình An, xã Hòa"), (900, "Dân tộc: Kinh"), top=345),
    merged((200, "Sơn, tỉnh Đắk Lắk"), (900, "khác"), top=390),
)


@pytest.mark.parametrize(
    ("rule", "value"), [(WIFE, "01/02/1990"), (HUSBAND, "03/04/1988")]
)
def test_one_label_on_both_sides_is_read_on_its_own_side(
    rule: FieldRule, value: str
) -> None:
    assert found(rule, *TWO) == value


def test_a_value_goes_on_below_in_its_own_half() -> None:
    wide = FieldRule("home", HOME.take, HOME.kind, HOME.labels, half=Half.LEFT)
    assert found(wide, *TWO).startswith("Thôn Bình An, xã Hòa Sơn")
    assert "khác" not in found(wide, *TWO)


def test_a_line_across_both_columns_belongs_to_neither() -> None:
    across = merged(
        (200, "Đăng ký tại Ủy ban nhân dân xã Hòa Sơn, tỉnh Đắk Lắk"), top=435
    )
    assert "Đăng" not in found(HOME, *TWO, across)


HEADS = (line(700, 200, "Bên nữ"), line(1150, 200, "Bên nam"))


def test_a_cell_is_read_over_its_lines_and_no_further() -> None:
    rows = (
        line(200, 300, "Nơi cư trú"),
        line(700, 298, "Thôn Bình An, xã"),
        line(1150, 302, "Tổ 5"),
        line(700, 345, "Hòa Sơn"),
        line(200, 420, "Ngày sinh"),
        line(700, 420, "01/02/1990"),
    )
    assert found(BRIDE, *HEADS, *rows) == "Thôn Bình An, xã Hòa Sơn"
    assert found(GROOM, *HEADS, *rows) == "Tổ 5"


def test_what_stands_below_a_table_does_not_move_its_columns() -> None:
    rows = (
        line(200, 300, "Nơi cư trú"),
        merged((700, "Tổ 5, xã Bình Thủy, tỉnh Ba"), (1150, "Tổ 6")),
        merged((1000, "Ngày 01 tháng 02 năm 2026"), top=460),
        merged((1080, "NGƯỜI KÝ ĐƠN NÀY"), top=520),
    )
    assert found(BRIDE, *HEADS, *rows) == "Tổ 5, xã Bình Thủy, tỉnh Ba"
    assert found(GROOM, *HEADS, *rows) == "Tổ 6"


def test_a_cell_that_runs_into_its_neighbor_is_doubted() -> None:
    rows = (
        line(200, 300, "Nơi cư trú"),
        merged((700, "Thôn Bình An, xã Hòa Sơn, huyệnn"), (1150, "Tổ 5")),
    )
    read = ReadPage(page().page, OcrPage((*HEADS, *rows)))
    value = Form(read, (BRIDE, GROOM)).find(BRIDE)
    assert value is not None
    assert value.label_score == 0.5


def test_where_the_two_stand_below_one_another_there_is_no_table() -> None:
    rows = (
        line(200, 200, "BÊN NAM"),
        line(200, 250, "Nơi cư trú: Tổ 5"),
        line(200, 350, "BÊN NỮ"),
        line(200, 400, "Nơi cư trú: Tổ 7"),
    )
    assert found(BRIDE, *rows) == "Tổ 7"
    assert found(GROOM, *rows) == "Tổ 5"


def boxes(text: str, *, pitch: int = 40) -> list[OcrWord]:
    """Letters in boxes; a blank is an empty box."""
    return [
        OcrWord(letter, BoundingBox(200 + pitch * i, 10, 222 + pitch * i, 40), 0.9)
        for i, letter in enumerate(text)
        if letter != " "
    ]


@pytest.mark.parametrize(
    ("letters", "words"),
    [
        ("NGUYỄN VĂN A", ["NGUYỄN", "VĂN", "A"]),
        ("034187000123", ["034187000123"]),
        ("|N|A|M", ["NAM"]),
        ("N", ["N"]),
        ("", []),
    ],
)
def test_letters_in_boxes_are_joined_to_words(letters: str, words: list[str]) -> None:
    assert [word.text for word in spell(boxes(letters))] == words


def test_a_grid_read_in_pieces_is_joined_the_same() -> None:
    joined = OcrWord("NG", BoundingBox(200, 10, 262, 40), 0.8)
    rest = boxes("  UYỄN")
    (word,) = spell([joined, *rest])
    assert (word.text, word.confidence) == ("NGUYỄN", 0.8)


def test_the_end_of_a_value_may_stand_in_the_line_of_the_other_column() -> None:
    broken = line(200, 345, "Nơi cư trú: Thôn Bình An,")
    begins = broken.box.right + 16
    rest = merged((begins, "xã Hòa"), (900, "Dân tộc: Kinh"), top=348)

    assert found(HOME, TWO[0], broken, rest) == "Thôn Bình An, xã Hòa"


@pytest.mark.parametrize(("gap", "top"), [(60, 345), (16, 365)])
def test_what_stands_apart_or_lower_is_no_end_of_a_value(gap: int, top: int) -> None:
    whole = line(200, 345, "Nơi cư trú: Thôn Bình An")
    other = line(whole.box.right + gap, top, "khác")

    assert [each.words for each in rejoin([other, whole])] == [whole.words, other.words]
