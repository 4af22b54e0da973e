from collections import Counter

import pytest

from tests.chaos.plan import KILLS, Blow, Kind, Plan, draw_plan
from tests.chaos.scans import draw_scans


def plan(seed: int = 1, *, without: Blow | None = None) -> Plan:
    possible = frozenset(Blow) - {without}
    return draw_plan(seed, scans=60, kills=40, pace=2.0, possible=possible)


def test_a_seed_gives_the_same_plan_and_the_same_bytes_again() -> None:
    assert plan(1) == plan(1) != plan(2)
    assert draw_scans(plan(1)) == draw_scans(plan(1))


def test_a_plan_kills_as_often_as_asked_and_has_outages_beside() -> None:
    struck = Counter(strike.blow in KILLS for strike in plan().strikes)
    assert struck == {True: 40, False: 4}


@pytest.mark.parametrize("blow", list(Blow))
def test_what_a_stack_cannot_take_is_not_drawn(blow: Blow) -> None:
    assert blow not in {strike.blow for strike in plan(without=blow).strikes}


def test_only_duplicates_have_bytes_that_were_dropped_before() -> None:
    seen: set[bytes] = set()
    for scan in draw_scans(plan()):
        assert (scan.data in seen) == (scan.drop.kind is Kind.DUPLICATE)
        seen.add(scan.data)
