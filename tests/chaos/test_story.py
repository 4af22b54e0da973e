import time
from collections.abc import Callable

from tests.chaos.story import Story


def story(drops: list[float], ended: Callable[[], int]) -> Story:
    told = Story(drops, ended)
    told.start()
    return told


def test_time_goes_on_while_the_work_keeps_up() -> None:
    told = story([0.0] * 10, lambda: 0)
    told.wait_until(0.5)
    told.stop()
    assert told.now() >= 0.5


def test_time_stands_still_while_the_work_lags_behind() -> None:
    ended = [0]
    told = story([0.1] * 11, lambda: ended[0])
    told.wait_until(0.1)
    time.sleep(0.5)
    stood = told.now()
    time.sleep(0.5)
    assert told.now() == stood
    ended[0] = 1
    told.wait_until(stood + 0.1)
    told.stop()
