import pytest

from pipeline.imaging.quality import see_ink
from pipeline.imaging.shadow import Trace, find_trace, is_back_of, shows_through
from tests.drawing import Pixels, blank_back, jpeg, page_of_text, turned

FRONT = page_of_text(seed=3).image
OTHER = page_of_text(seed=9, lines=22, size=12).image


def trace(page: Pixels) -> Trace:
    return find_trace(see_ink(page))


@pytest.mark.parametrize("bleed", [0.03, 0.1, 0.3])
@pytest.mark.parametrize("turns", [0, 2], ids=["long edge", "short edge"])
def test_what_shows_through_is_known_for_the_front(bleed: float, turns: int) -> None:
    back = trace(jpeg(turned(blank_back(bleed=bleed, seed=3).image, turns), 60))
    assert shows_through(back)
    assert is_back_of(back, trace(FRONT))
    assert not is_back_of(back, trace(OTHER))


def test_nothing_shows_through_thick_paper() -> None:
    assert not shows_through(trace(blank_back(seed=3).image))
