import numpy as np
import pytest

from pipeline.imaging.handwriting import find_unread_ink
from pipeline.model.geometry import BoundingBox
from tests.drawing import WRITTEN, Sheet, make_person, speckled, tilted

DPI = 200


def sheet_with(
    written: str, *, label: str = "Họ và tên:"
) -> tuple[np.ndarray, BoundingBox]:
    """A label and a dotted leader, something written on it, and the label's box."""
    sheet = Sheet(DPI)
    end = sheet.print(label, 30, 60, 13)
    sheet.dots(end + 2, 190, 60.4)
    if written:
        sheet.print(
            written, end + 4, 59, WRITTEN.size, WRITTEN.face, color=WRITTEN.color
        )
    box = BoundingBox(*(sheet.px(mm) for mm in (30, 55.5, end, 61.5)))
    return sheet.finish().image.mean(axis=2).astype(np.uint8), box


def test_what_is_written_and_not_read_is_found() -> None:
    image, label = sheet_with(make_person(1).full_name)
    (found,) = find_unread_ink(image, [label], DPI)
    assert found.left > label.right
    assert label.top - 20 < found.middle[1] < label.bottom + 20


@pytest.mark.parametrize("wear", [lambda i: i, lambda i: speckled(i, 0.01)])
def test_a_leader_and_dirt_are_nothing_written(wear) -> None:  # type: ignore[no-untyped-def]
    image, label = sheet_with("")
    assert find_unread_ink(wear(image), [label], DPI) == ()


def test_what_was_read_is_not_found_again() -> None:
    image, label = sheet_with("Nguyễn Văn Mẫu")
    read = BoundingBox(label.right, label.top - 10, 1000, label.bottom + 10)
    assert find_unread_ink(tilted(image, 0.3), [label, read], DPI) == ()


def test_a_picture_is_nothing_written() -> None:
    image = np.full((2339, 1654), 255, np.uint8)
    image[600:1100, 400:800] = 90
    assert find_unread_ink(image, [], DPI) == ()


def test_the_page_is_not_written_to() -> None:
    image, label = sheet_with("Mẫu")
    image.flags.writeable = False
    find_unread_ink(image, [label], DPI)
