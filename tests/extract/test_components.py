import pytest

from pipeline.extract.components import Column, PaperTable, read_paper_table
from tests.extract.tables import (
    AFTER,
    FIRST,
    HEADS,
    NAME,
    NUMBER,
    SECOND,
    SENTENCE,
    THIRD,
    Line,
    typed,
)
from tests.split.paper import STEP


def table(
    *rows: tuple[int, Line], heads: list[Line] = HEADS, sentence: Line = SENTENCE
) -> PaperTable | None:
    """Type a receipt with *rows*, each so many pixels below the one before."""
    top = 1000
    lines = [(top, sentence)] if sentence else []
    for head in heads:
        top += 50
        lines.append((top, head))
    for below, row in rows:
        top += below
        lines.append((top, row))
    lines += [(top + 80 + STEP * index, line) for index, line in enumerate(AFTER)]
    return read_paper_table([typed(lines)])


def names(found: PaperTable | None) -> list[tuple[int | None, str]]:
    assert found is not None
    return [(row.number, row.name) for row in found.rows]


TWO = (
    (63, [(NUMBER, "1"), (NAME, "Tờ khai đăng ký khai sinh"), (FIRST, "01")]),
    (63, [(NUMBER, "2"), (NAME, "Giấy chứng sinh"), (FIRST, "01"), (THIRD, "02")]),
)


def test_a_row_has_its_number_its_name_and_its_counts() -> None:
    found = table(*TWO)
    assert names(found) == [(1, "Tờ khai đăng ký khai sinh"), (2, "Giấy chứng sinh")]
    assert found is not None
    assert found.rows[1].counts == ((Column.ORIGINALS, 1), (Column.COPIES, 2))
    assert found.whole


def test_a_name_of_several_lines_is_one_row() -> None:
    long = (63, [(NUMBER, "1"), (NAME, "Giấy chứng nhận kết hôn của"), (SECOND, "01")])
    rest = (42, [(NAME, "cha mẹ (nếu có)")])
    last = (63, [(NUMBER, "2"), (NAME, "Giấy ủy quyền"), (FIRST, "01")])
    assert names(table(long, rest, last)) == [
        (1, "Giấy chứng nhận kết hôn của cha mẹ (nếu có)"),
        (2, "Giấy ủy quyền"),
    ]


def test_a_number_may_stand_in_the_middle_of_its_row() -> None:
    first = (63, [(NAME, "Giấy chứng nhận kết hôn của")])
    middle = (21, [(NUMBER, "1"), (SECOND, "03")])
    rest = (21, [(NAME, "cha mẹ (nếu có)")])
    found = table(first, middle, rest, TWO[1])
    assert names(found)[0] == (1, "Giấy chứng nhận kết hôn của cha mẹ (nếu có)")
    assert found is not None
    assert found.rows[0].count(Column.CERTIFIED) == 3


def test_a_row_whose_number_was_not_read_is_told_by_the_space_above_it() -> None:
    found = table(TWO[0], (63, [(NAME, "Giấy ủy quyền")]), TWO[1])
    assert names(found)[1] == (None, "Giấy ủy quyền")
    assert found is not None
    assert not found.whole  # the third is numbered 2


def test_a_number_may_have_been_missed() -> None:
    found = table(TWO[0], (63, [(NAME, "Giấy ủy quyền")]))
    assert found is not None
    assert found.whole


def test_a_line_with_counts_of_its_own_is_a_row_however_near_it_stands() -> None:
    near = (45, [(NAME, "Giấy ủy quyền"), (SECOND, "03")])
    found = table(TWO[0], near)
    assert names(found)[1] == (None, "Giấy ủy quyền")


def test_a_name_in_the_first_row_is_no_head_of_a_column() -> None:
    first = (63, [(NUMBER, "1"), (NAME, "Bản sao giấy khai sinh"), (FIRST, "02")])
    found = table(first, TWO[1])
    assert found is not None
    assert found.columns == (Column.ORIGINALS, Column.CERTIFIED, Column.COPIES)
    assert found.rows[0].name == "Bản sao giấy khai sinh"
    assert found.rows[0].counts == ((Column.ORIGINALS, 2),)


def test_a_missing_row_makes_the_table_not_whole() -> None:
    third = (63, [(NUMBER, "4"), (NAME, "Giấy ủy quyền")])
    found = table(*TWO, third)
    assert found is not None
    assert not found.whole


@pytest.mark.parametrize(
    ("read", "count"),
    [("01", 1), ("O1", 1), ("0l", 1), ("1", 1), ("10", 10), ("x", None)],
)
def test_counts_are_read_through_look_alikes(read: str, count: int | None) -> None:
    found = table((63, [(NUMBER, "1"), (NAME, "Đơn đề nghị"), (FIRST, read)]))
    assert found is not None
    assert found.rows[0].count(Column.ORIGINALS) == count


def test_rules_between_the_columns_are_no_part_of_a_name() -> None:
    row: Line = [(NUMBER, "1"), (320, "|"), (NAME, "|Giấy ủy quyền"), (FIRST, "|01|")]
    found = table((63, row))
    assert names(found) == [(1, "Giấy ủy quyền")]
    assert found is not None
    assert found.rows[0].count(Column.ORIGINALS) == 1


def test_the_columns_of_certified_copies_count_pages() -> None:
    heads = [
        HEADS[0],
        [(940, "Số trang"), (1146, "Số bản giấy"), (1350, "Ký bản điện tử")],
    ]
    row: Line = [
        (NUMBER, "1"),
        (NAME, "Bằng tốt nghiệp"),
        (FIRST, "02"),
        (SECOND, "10"),
    ]
    found = table((63, row), heads=heads)
    assert found is not None
    assert found.rows[0].count(Column.PAGES) == 2
    assert found.rows[0].count(Column.PAPER_COPIES) == 10
    assert found.rows[0].count(Column.ORIGINALS) is None


def test_a_number_inside_a_name_is_no_count() -> None:
    found = table((63, [(NUMBER, "1"), (NAME, "02 ảnh cỡ 3 x 4"), (FIRST, "01")]))
    assert names(found) == [(1, "02 ảnh cỡ 3 x 4")]


def test_a_receipt_without_a_table_has_none() -> None:
    assert read_paper_table([typed([(1000, SENTENCE), (1050, AFTER[0])])]) is None
    assert read_paper_table([]) is None


def test_the_sentence_above_the_table_is_not_its_head() -> None:
    found = table(*TWO, sentence=[])
    assert names(found) == names(table(*TWO))


def test_a_head_without_rows_is_a_table_that_was_not_read() -> None:
    found = table()
    assert found is not None
    assert (found.rows, found.whole) == ((), False)
