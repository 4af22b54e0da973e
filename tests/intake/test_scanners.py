"""No scanner's habit makes us take a file before it is whole."""

from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.intake.inbox import DropFolders, InboxOptions, Patience
from pipeline.intake.probe import probe
from pipeline.model.scan import Counter, FolderRules
from tests.intake.files import LIMITS, WHOLE, picture
from tests.intake.scanners import (
    COPIERS,
    GROWERS,
    Clock,
    copy_slowly,
    then_mark,
    watch_writing,
)

QUIET = 10.0
SHORT, LONG = 9.5, 35.0
"""Pauses below and beyond the quiet period."""

PAGES = [picture(seed).convert("1") for seed in range(4)]


def folders(root: Path, clock: Clock, counter: Counter | None = None) -> DropFolders:
    one = counter or Counter("one", "Quầy 1", "UBND")
    (root / one.id).mkdir(parents=True, exist_ok=True)
    return DropFolders(
        root,
        (one,),
        InboxOptions(Patience(QUIET, 600)),
        is_whole=partial(probe, limits=LIMITS),
        clock=clock.now,
        monotonic=clock.monotonic,
    )


@pytest.mark.parametrize("pause", [0.2, SHORT, LONG])
@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("habit", COPIERS)
def test_a_copy_is_taken_once_and_whole(
    habit: str, kind: str, pause: float, tmp_path: Path
) -> None:
    clock, data = Clock(), WHOLE[kind]()
    inbox = folders(tmp_path, clock)
    writer = COPIERS[habit](tmp_path / "one" / "scan", data, pause, clock)
    assert [each.data for each in watch_writing(inbox, clock, writer)] == [data]


@pytest.mark.parametrize("pause", [0.2, 5.0, SHORT])
@pytest.mark.parametrize("habit", GROWERS)
def test_a_file_that_grows_page_by_page_is_taken_with_its_last_page(
    habit: str, pause: float, tmp_path: Path
) -> None:
    clock = Clock()
    inbox = folders(tmp_path, clock)
    writer = GROWERS[habit](tmp_path / "one" / "scan", PAGES, pause, clock)
    assert [each.finished for each in watch_writing(inbox, clock, writer)] == [True]


@pytest.mark.parametrize("skew", [-3600.0, 3600.0])
@pytest.mark.parametrize("habit", sorted({**COPIERS, **GROWERS}))
def test_the_clock_of_the_share_does_not_matter(
    habit: str, skew: float, tmp_path: Path
) -> None:
    clock, scan = Clock(skew=skew), tmp_path / "one" / "scan"
    inbox = folders(tmp_path, clock)
    if habit in COPIERS:
        writer = COPIERS[habit](scan, WHOLE["tiff g4"](), 5.0, clock)
    else:
        writer = GROWERS[habit](scan, PAGES, 5.0, clock)
    assert [each.finished for each in watch_writing(inbox, clock, writer)] == [True]


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("habit", COPIERS)
def test_a_watch_that_starts_meanwhile_takes_no_half_copy(
    habit: str, kind: str, tmp_path: Path
) -> None:
    clock, data = Clock(), WHOLE[kind]()
    writer = COPIERS[habit](tmp_path / "one" / "scan", data, SHORT, clock)
    seen = watch_writing(lambda: folders(tmp_path, clock), clock, writer)
    assert [each.data for each in seen] == [data]


@pytest.mark.parametrize("habit", GROWERS)
def test_pauses_that_were_seen_are_waited_for_again(habit: str, tmp_path: Path) -> None:
    clock, scan = Clock(), tmp_path / "one" / "scan"
    inbox = folders(tmp_path, clock)
    pauses = (6.0, 12.0, 22.0, 0.0)
    for _ in range(2):
        steps = GROWERS[habit](scan, PAGES, 0.0, clock)
        writer = (pause for pause, _ in zip(pauses, steps, strict=True))
        seen = watch_writing(inbox, clock, writer)
        assert [each.finished for each in seen] == [True]
        pauses = (22.0, 6.0, 12.0, 0.0)  # of a new watch, the first would cut it


def test_a_single_slow_copy_is_forgotten(tmp_path: Path) -> None:
    clock, scan = Clock(), tmp_path / "one" / "scan"
    inbox = folders(tmp_path, clock)
    slow = copy_slowly(scan, WHOLE["jpeg"](), 20.0, clock)
    assert len(watch_writing(inbox, clock, slow)) == 1
    for _ in range(10):
        scan.write_bytes(WHOLE["jpeg"]())
        clock.seconds += 100
        inbox.sweep()
        clock.seconds += 50
        assert len(inbox.sweep()) == 1
    scan.write_bytes(WHOLE["jpeg"]())
    inbox.sweep()
    clock.seconds += QUIET
    assert len(inbox.sweep()) == 1


def test_a_page_that_is_there_and_not_yet_named_is_waited_for(tmp_path: Path) -> None:
    clock, scan = Clock(), tmp_path / "one" / "scan"
    inbox = folders(tmp_path, clock)
    written = WHOLE["tiff g4"]()
    scan.write_bytes(written + picture(9).tobytes())
    inbox.sweep()
    clock.seconds += LONG
    assert inbox.sweep() == ()
    clock.seconds += LONG
    assert len(inbox.sweep()) == 1


@pytest.mark.parametrize("habit", GROWERS)
def test_only_time_tells_that_a_page_is_missing(habit: str, tmp_path: Path) -> None:
    """What the quiet period is for: beyond it, a marker or a rename must tell."""
    clock = Clock()
    inbox = folders(tmp_path, clock)
    writer = GROWERS[habit](tmp_path / "one" / "scan", PAGES, LONG, clock)
    assert not watch_writing(inbox, clock, writer)[0].finished


@pytest.mark.parametrize("habit", GROWERS)
def test_a_marker_tells_what_time_cannot(habit: str, tmp_path: Path) -> None:
    clock, scan = Clock(), tmp_path / "one" / "scan"
    marked = Counter("one", "Quầy 1", "UBND", folder=FolderRules(done_marker=True))
    inbox = folders(tmp_path, clock, marked)
    writer = then_mark(scan, GROWERS[habit](scan, PAGES, LONG, clock))
    assert [each.finished for each in watch_writing(inbox, clock, writer)] == [True]
    assert [path.name for path in scan.parent.iterdir()] == [".sohoa"]


@pytest.mark.parametrize("habit", GROWERS)
def test_a_longer_quiet_period_of_the_counter_tells_too(
    habit: str, tmp_path: Path
) -> None:
    clock = Clock()
    slow = Counter("one", "Quầy 1", "UBND", folder=FolderRules(quiet_period=LONG + 1))
    inbox = folders(tmp_path, clock, slow)
    writer = GROWERS[habit](tmp_path / "one" / "scan", PAGES, LONG, clock)
    assert [each.finished for each in watch_writing(inbox, clock, writer)] == [True]


@settings(deadline=None, max_examples=60)
@given(
    habit=st.sampled_from(sorted(GROWERS)),
    pauses=st.lists(st.floats(0.2, SHORT), min_size=4, max_size=4),
    start=st.floats(0, 1000),
)
def test_pauses_below_the_quiet_period_never_cut_a_scan(
    habit: str,
    pauses: list[float],
    start: float,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    clock, root = Clock(start), tmp_path_factory.mktemp("drop")
    inbox = folders(root, clock)
    steps = GROWERS[habit](root / "one" / "scan", PAGES, 0.0, clock)
    writer = (pause for pause, _ in zip(pauses, steps, strict=False))
    assert [each.finished for each in watch_writing(inbox, clock, writer)] == [True]
