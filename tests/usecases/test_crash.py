"""Cut the work short at every single call of an adapter, then start the program again.

Cut are all calls of store, catalog and drop folders on the way of one scan.
"""

from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from pipeline.errors import StoreUnavailable
from pipeline.model.dossier import Manifest
from pipeline.model.state import BatchState
from tests.catalog.made_up import Clock
from tests.usecases.fakes import (
    LEASE,
    SHORT_SCAN,
    TWO_SLIPS,
    Cutter,
    House,
    PowerCut,
    open_house,
)

FreshHome = Callable[[str], Path]

WAYS = [
    pytest.param(False, False, id="no-answer-and-no-effect", marks=pytest.mark.slow),
    pytest.param(True, False, id="no-answer-but-effect", marks=pytest.mark.slow),
    pytest.param(False, True, id="power-cut"),
]


def everything(house: House) -> tuple[set[str], list[Manifest], bytes, list[str]]:
    """Sum up what must not depend on how often the work was cut short."""
    (record,) = house.catalog.batches()
    original = house.archive.read(record.original_key)
    queued = [each.dossier_id for each in house.catalog.deliveries(pending=False)]
    return house.keys(), list(house.archive.manifests()), original, queued


def cut_short(home: Path, cutter: Cutter) -> bool:
    """Work until the cut; False where there is none so late."""
    house = open_house(home, TWO_SLIPS, cutter=cutter)
    house.drop(SHORT_SCAN)
    with suppress(StoreUnavailable, PowerCut):
        house.work_through()
    house.catalog.close()
    return cutter.at is not None and cutter.calls >= cutter.at


@pytest.mark.parametrize(("after", "power"), WAYS)
def test_wherever_it_is_cut_short_the_next_start_files_the_same(
    fresh_home: FreshHome, after: bool, power: bool
) -> None:
    undisturbed = open_house(fresh_home("undisturbed"), TWO_SLIPS)
    undisturbed.drop(SHORT_SCAN)
    undisturbed.work_through()
    expected = everything(undisturbed)
    later = Clock()
    later.pass_by(LEASE + 1)
    for step in count(1):
        home = fresh_home(str(step))
        if not cut_short(home, Cutter(step, after=after, power=power)):
            break
        again = open_house(home, TWO_SLIPS, lease_clock=later)
        again.work_through()
        found = everything(again)
        assert (found, again.staged(), again.set_aside()) == (expected, [], set()), step
        assert [each.state for each in again.catalog.batches()] == [BatchState.FILED]
        again.catalog.close()
    assert step > 40
