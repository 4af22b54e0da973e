import numpy as np
import pytest

from pipeline.imaging.margins import Room, find_room

DPI = 50
MM = DPI / 25.4


def page(*inked: tuple[float, float, float, float]) -> np.ndarray:
    """An A4 page with boxes of ink: left, top, right, bottom in millimetres."""
    gray = np.full((round(297 * MM), round(210 * MM)), 250, np.uint8)
    for box in inked:
        left, top, right, bottom = (round(edge * MM) for edge in box)
        gray[top:bottom, left:right] = 20
    return gray


def room(gray: np.ndarray, *, from_top: bool = False, **wishes: object) -> Room:
    return find_room(gray, DPI, 80, 6, from_top=from_top, **wishes)


def test_an_empty_margin_is_used_at_its_edge() -> None:
    assert room(page((30, 30, 190, 270))) == Room(6, pytest.approx(285, abs=0.5), 0)


def test_a_folio_at_the_left_sends_the_print_to_the_right() -> None:
    found = room(page((6, 286, 30, 291)))
    assert (found.ink, found.left > 100) == (0, True)


def test_a_full_bottom_margin_sends_the_print_to_the_top() -> None:
    assert room(page((0, 265, 210, 297))).top < 26


def test_print_stays_out_of_the_text_between_the_margins() -> None:
    crowded = page((0, 0, 210, 20), (0, 275, 210, 297))
    found = room(crowded)
    assert found.ink > 0
    assert found.top < 26 or found.top > 297 - 32


def test_a_signature_keeps_to_the_top() -> None:
    found = room(page((0, 0, 210, 20)), from_top=True, sides=(1.0,), both_margins=False)
    assert (found.top < 26, found.left) == (True, pytest.approx(124, abs=0.5))


def test_a_card_narrower_than_the_print_has_some_place() -> None:
    assert room(np.full((106, 167), 250, np.uint8)).left == 6
