import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from pipeline.imaging.quality import see_ink
from pipeline.imaging.shadow import Trace, find_trace
from pipeline.messages import defect_sentence
from pipeline.model.intake import ClaimedFile
from pipeline.model.quality import Defect, PageDefect
from pipeline.model.scan import FolderRules, MediaType, Share, Subfolders
from pipeline.model.state import BatchRecord, BatchState
from pipeline.usecases.inspect import (
    Desk,
    InspectOptions,
    Inspector,
    Look,
    LookPool,
    Place,
    describe_defects,
    judge_scan,
)
from tests.drawing import Pixels, blank_back, blurred, page_of_text, to_jpeg, to_pdf
from tests.usecases.fakes import COUNTER, House, open_house


def seen(page: Pixels) -> Trace:
    return find_trace(see_ink(page))


FRONT = Look(trace=seen(page_of_text(seed=3).image))
OTHER = Look(trace=seen(page_of_text(seed=9, lines=22, size=12).image))
BLANK = Look(blank=True, trace=seen(blank_back(seed=1).image))
BACK = Look(blank=True, trace=seen(blank_back(bleed=0.1, seed=3).image))


def claim(house: House, data: bytes) -> tuple[BatchRecord, ClaimedFile]:
    claimed = house.claim(data)
    record = house.receiver.receive(claimed)
    assert isinstance(record, BatchRecord)
    return record, claimed


def places(path: Path, pages: int = 3) -> list[Place]:
    return [(path, MediaType.PDF, number) for number in range(1, pages + 1)]


def wrong_sides(*looks: Look, both_sides: bool = True) -> list[int]:
    found = judge_scan(looks, both_sides=both_sides)
    return [each.page for each in found if each.defect is Defect.WRONG_SIDE]


@pytest.mark.parametrize(
    ("looks", "pages"),
    [
        pytest.param([FRONT, BLANK, OTHER], [], id="a back of thick paper"),
        pytest.param([FRONT, BACK, OTHER], [], id="a back after its front"),
        pytest.param([BACK, FRONT], [], id="a back before its front"),
        pytest.param([OTHER, BACK, OTHER], [2], id="a back whose front is missing"),
        pytest.param([BLANK, BLANK], [1, 2], id="nothing at all"),
        pytest.param([OTHER, Look()], [], id="a page unseen"),
    ],
)
def test_a_sheet_that_lay_the_wrong_way_is_told(
    looks: list[Look], pages: list[int]
) -> None:
    assert wrong_sides(*looks) == pages


def test_a_scanner_for_one_side_has_no_blank_backs() -> None:
    assert wrong_sides(FRONT, BLANK, OTHER, both_sides=False) == [2]


def test_pages_are_named_in_runs() -> None:
    pages = [1, 2, 3, 7]
    found = [PageDefect(number, Defect.BLURRED) for number in pages]
    (said,) = describe_defects(found, 9)
    assert said.startswith("Các trang 1-3, 7 bị mờ")
    assert defect_sentence("faint", (3,), 9).startswith("Trang 3 bị nhạt")
    assert defect_sentence("coarse", (1, 2), 2).startswith("Mọi trang đều có")


@pytest.fixture(scope="module")
def pool() -> Iterator[LookPool]:
    with LookPool(InspectOptions(workers=1, seconds=60)) as looks:
        yield looks


SHEETS: tuple[Pixels, ...] = (
    page_of_text(seed=1).image,
    blurred(page_of_text(seed=2).image, 3),
    blank_back(bleed=0.1, seed=2).image,
)
SPOILT = (PageDefect(2, Defect.BLURRED),)


def test_a_scan_is_judged_once_and_recorded(house: House, pool: LookPool) -> None:
    inspector = Inspector(house.archive, house.catalog, pool, (COUNTER,))
    record, claimed = claim(house, to_pdf(SHEETS))
    assert inspector.inspect(record, places(claimed.path)) == SPOILT
    recorded = house.catalog.batches()[0]
    assert recorded.defects == SPOILT
    assert inspector.inspect(recorded, places(Path("gone"))) == SPOILT


def test_the_first_page_is_kept_small_for_the_counters_page(
    house: House, pool: LookPool
) -> None:
    record, claimed = claim(house, to_pdf(SHEETS))

    Inspector(house.archive, house.catalog, pool, ()).inspect(
        record, places(claimed.path)
    )

    picture = Image.open(io.BytesIO(house.archive.glance(record.batch.id)))
    assert (picture.format, max(picture.size)) == ("JPEG", 240)


def test_a_good_scan_is_known_to_be_good(house: House, pool: LookPool) -> None:
    record, claimed = claim(house, to_pdf(SHEETS[:1]))
    Inspector(house.archive, house.catalog, pool, (COUNTER,)).inspect(
        record, places(claimed.path, 1)
    )
    assert house.catalog.batches()[0].defects == ()


def test_a_page_that_cannot_be_drawn_goes_unjudged(
    house: House, pool: LookPool, tmp_path: Path
) -> None:
    record = house.receive(to_pdf(SHEETS))
    broken = tmp_path / "broken"
    broken.write_bytes(b"%PDF-1.4 nothing more")
    assert [look.defects for look in pool.look(record.batch.id, places(broken))] == [
        ()
    ] * 3
    with pytest.raises(FileNotFoundError):
        Inspector(house.archive, house.catalog, pool, ()).inspect(
            record, places(tmp_path / "gone")
        )


def test_a_picture_without_pixels_goes_unjudged(pool: LookPool, tmp_path: Path) -> None:
    whole = to_jpeg(SHEETS[0], 200)
    frame, scan = whole.index(b"\xff\xc0"), whole.index(b"\xff\xda")
    path = tmp_path / "scan.jpg"
    path.write_bytes(whole[:2] + whole[frame:scan] + b"\xff\xd9")

    (look,) = pool.look("batch", [(path, MediaType.JPEG, 1)])

    assert (look.defects, look.blank, look.glance) == ((), False, b"")


def test_the_desk_looks_beside_other_work(house: House) -> None:
    record, claimed = claim(house, to_pdf(SHEETS))
    pool = LookPool(InspectOptions(workers=1, seconds=60))
    desk = Desk(Inspector(house.archive, house.catalog, pool, (COUNTER,)))
    for _ in range(2):
        desk.ask(record, claimed)
    for thread in desk._threads.values():
        thread.shutdown(wait=True)
    with desk:
        pass
    assert house.catalog.batches()[0].defects == SPOILT


def test_the_desk_looks_at_each_file_of_a_folder(home: Path) -> None:
    rules = FolderRules(subfolders=Subfolders.DOSSIERS)
    house = open_house(home, counter=replace(COUNTER, folder=rules))
    for number, sheet in enumerate(SHEETS, start=1):
        house.drop(to_pdf([sheet]), f"one/{number}.pdf")
    (claimed,) = house.inbox.sweep()
    record = house.receiver.receive(claimed)
    assert isinstance(record, BatchRecord)
    pool = LookPool(InspectOptions(workers=1, seconds=60))
    with Desk(Inspector(house.archive, house.catalog, pool, (COUNTER,))) as desk:
        desk.ask(record, claimed)
        for thread in desk._threads.values():
            thread.shutdown(wait=True)
    assert house.catalog.batches()[0].defects == SPOILT
    assert house.archive.glance(record.batch.id).startswith(b"\xff\xd8")


def test_a_long_scan_does_not_hide_the_next_ones_first_page(house: House) -> None:
    long, next_one = (claim(house, to_pdf(SHEETS * n)) for n in (10, 1))
    pool = LookPool(InspectOptions(workers=1, seconds=60))
    with Desk(Inspector(house.archive, house.catalog, pool, (COUNTER,))) as desk:
        desk.warm_up()
        desk.ask(*long)
        desk.ask(*next_one)
        desk._threads["glance"].shutdown(wait=True)
        assert house.archive.glance(next_one[0].batch.id).startswith(b"\xff\xd8")
        judged = [record.defects for record in house.catalog.batches()]
        assert judged == [None, None]


def test_scans_from_a_share_are_looked_at_beside_it(home: Path) -> None:
    rules = FolderRules(share=Share.REMOTE, quiet_period=0)
    counter = replace(COUNTER, folder=rules)
    house = open_house(home, counter=counter)
    record, claimed = claim(house, to_pdf(SHEETS))
    claimed.path.unlink()  # as if the share were away by now
    pool = LookPool(InspectOptions(workers=1, seconds=60))
    inspector = Inspector(house.archive, house.catalog, pool, (counter,))
    with Desk(inspector, home / "scratch") as desk:
        desk.ask(record, claimed)
        for thread in desk._threads.values():
            thread.shutdown(wait=True)
    assert house.catalog.batches()[0].defects == SPOILT
    assert list((home / "scratch").iterdir()) == []


def test_a_desk_that_closes_leaves_the_rest(house: House) -> None:
    record, claimed = claim(house, to_pdf(SHEETS))
    with Desk(Inspector(house.archive, house.catalog, LookPool(), (COUNTER,))) as desk:
        desk.ask(record, replace(claimed, path=Path("gone")))
    assert house.catalog.batches()[0].defects is None


def test_defects_outlast_a_new_start(house: House) -> None:
    record = house.receive(to_pdf(SHEETS))
    house.catalog.judge(record.batch.id, SPOILT)
    lease = house.catalog.lease(record.batch.id, "me", seconds=60, attempts=3)
    assert lease is not None
    house.catalog.finish(lease, BatchState.FAILED, "ATTEMPTS")
    restarted = house.catalog.restart(record.batch.id)
    assert restarted is not None
    assert restarted.defects == SPOILT
