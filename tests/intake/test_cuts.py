"""Wherever a copy breaks off, what is there is not taken for the whole."""

import random
from functools import partial
from pathlib import Path

import pytest

from pipeline.errors import DamagedScan, IncompleteScan, UnsupportedScan
from pipeline.intake.inbox import DropFolders, InboxOptions, Patience
from pipeline.intake.probe import probe
from pipeline.model.scan import Counter
from tests.intake.cuts import Whole, whole_files
from tests.intake.files import LIMITS
from tests.intake.scanners import Clock

FILES = tuple(whole_files())
CUTS = 20
REFUSED = (IncompleteScan, DamagedScan, UnsupportedScan)
"""The last where not even the first bytes, which tell the kind, are there."""


def name_of(whole: Whole) -> str:
    return f"{whole.family} {whole.kind}"


def test_there_are_twenty_kinds_of_each_family() -> None:
    families = [whole.family for whole in FILES]
    assert {each: families.count(each) for each in ("pdf", "tiff", "jpeg")} == {
        "pdf": 20,
        "tiff": 20,
        "jpeg": 20,
    }


@pytest.mark.parametrize("whole", FILES, ids=name_of)
def test_the_whole_is_taken_and_no_cut_of_it(whole: Whole, tmp_path: Path) -> None:
    path = tmp_path / "scan"
    path.write_bytes(whole.data)
    assert probe(path, LIMITS).page_count >= 1
    for place in whole.cuts(CUTS, random.Random(whole.kind)):
        if whole.is_shorter(place):
            continue
        path.write_bytes(whole.data[:place])
        with pytest.raises(REFUSED):
            probe(path, LIMITS)


def test_cuts_wait_from_the_start_on_and_are_given_up_with_their_bytes(
    tmp_path: Path,
) -> None:
    clock, drop = Clock(), tmp_path / "one"
    drop.mkdir()
    cuts = {whole.data[: len(whole.data) * 2 // 3] for whole in FILES}
    for number, data in enumerate(cuts):
        (drop / str(number)).write_bytes(data)
    inbox = DropFolders(
        tmp_path,
        (Counter("one", "Quầy 1", "UBND"),),
        InboxOptions(Patience(10, 600), most_per_sweep=len(cuts)),
        is_whole=partial(probe, limits=LIMITS),
        clock=clock.now,
        monotonic=clock.monotonic,
    )
    for seconds in (0, 10, 28):
        clock.seconds = seconds
        assert inbox.sweep() == ()
    clock.seconds = 600
    assert {claimed.path.read_bytes() for claimed in inbox.sweep()} == cuts
