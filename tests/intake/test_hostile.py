from functools import partial
from pathlib import Path

import pytest

from pipeline.intake.probe import probe, probe_in_child
from tests.intake.files import LIMITS
from tests.intake.hostile import (
    Hostile,
    hostile_files,
    mutants,
    verdict,
)

FILES = tuple(hostile_files())
SEED = 20261124
IN_PROCESS = partial(probe, limits=LIMITS)
IN_CHILD = partial(probe_in_child, limits=LIMITS)
BIGGEST = "cross-reference stream of 400000000"
"""Only a child looks at it: it would fill the memory of the tests."""


def test_there_are_hostile_files_enough() -> None:
    assert len({(each.kind, each.case) for each in FILES}) == len(FILES) >= 300


@pytest.mark.parametrize(
    "hostile",
    [each for each in FILES if each.case != BIGGEST],
    ids=lambda each: f"{each.kind}: {each.case}"[:60],
)
def test_a_hostile_file_ends_in_its_verdict(hostile: Hostile, tmp_path: Path) -> None:
    path = tmp_path / hostile.name
    path.write_bytes(hostile.data)
    assert verdict(path, IN_PROCESS) in hostile.allowed


@pytest.mark.parametrize("number", range(8))
def test_the_child_comes_to_the_same_verdict(number: int, tmp_path: Path) -> None:
    hostile = FILES[number * len(FILES) // 8]
    path = tmp_path / hostile.name
    path.write_bytes(hostile.data)
    assert verdict(path, IN_CHILD) == verdict(path, IN_PROCESS)


def test_mutants_end_in_a_verdict(tmp_path: Path) -> None:
    path = tmp_path / "scan"
    for mutant in mutants(900, SEED):
        path.write_bytes(mutant.data)
        verdict(path, IN_PROCESS)
