import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.geometry import BoundingBox, enclosing

A4_AT_200_DPI = 2339


@st.composite
def boxes(draw: st.DrawFn) -> BoundingBox:
    left, top = draw(st.integers(0, 500)), draw(st.integers(0, 500))
    width, height = draw(st.integers(1, 500)), draw(st.integers(1, 500))
    return BoundingBox(left, top, left + width, top + height)


@pytest.mark.parametrize("edges", [(-1, 0, 1, 1), (0, 0, 0, 1), (2, 0, 1, 1)])
def test_a_box_has_an_inside(edges: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="box"):
        BoundingBox(*edges)


def test_points_grow_upwards_from_the_bottom_left() -> None:
    box = BoundingBox(0, 0, 200, A4_AT_200_DPI)
    points = box.to_points(dpi=200, page_height=A4_AT_200_DPI)
    assert points == pytest.approx((0, 0, 72, 842.04))


@given(st.lists(boxes(), min_size=1))
def test_the_enclosing_box_covers_every_box(every: list[BoundingBox]) -> None:
    around = enclosing(every)
    assert all(around.overlap(box) == box.width * box.height for box in every)


@given(boxes(), boxes())
def test_overlap_is_mutual(one: BoundingBox, other: BoundingBox) -> None:
    assert one.overlap(other) == other.overlap(one)


def test_nothing_has_no_enclosing_box() -> None:
    with pytest.raises(ValueError, match="no boxes"):
        enclosing([])


def test_padding_stops_at_the_edge_of_the_page() -> None:
    padded = BoundingBox(5, 5, 95, 20).padded(10, width=100, height=50)
    assert padded == BoundingBox(0, 0, 100, 30)
