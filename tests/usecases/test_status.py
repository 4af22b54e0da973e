from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.intake.listing import STATUS_FILE
from pipeline.messages import advice, sentence, status_word
from pipeline.model.quality import Defect, PageDefect
from pipeline.model.scan import FolderRules
from pipeline.model.text import OcrPage
from pipeline.usecases.status import StatusFile
from tests.extract.tables import component_table
from tests.split.paper import CODE, stack
from tests.usecases.fakes import (
    COUNTER,
    TWO_SLIPS,
    Cuttable,
    Cutter,
    House,
    open_house,
    scan,
    slip,
)

NAME = "Nguyễn Thị Bí Mật.tif"


def status_of(house: House) -> StatusFile:
    return StatusFile(house.inbox, house.archive, house.catalog, house.clock)


def lines(house: House) -> list[str]:
    return status_of(house).compose(COUNTER).splitlines()[3:]


def test_a_quiet_day_is_told(house: House) -> None:
    assert lines(house) == [status_word("NOTHING")]


def test_a_scan_is_followed_from_claim_to_dossier(home: Path) -> None:
    house = open_house(home, TWO_SLIPS)
    claimed = house.claim(scan(2), NAME)
    assert sentence("RECEIVED") in lines(house)[0]
    record = house.receiver.receive(claimed)
    assert record is not None
    batch_id = house.catalog.batches()[0].batch.id
    assert f"{batch_id[:8]} · 2 {status_word('PAGES')}" in lines(house)[0]
    house.digitize(batch_id)
    (filed,) = lines(house)
    assert sentence("FILED") in filed
    assert f"{CODE}: 1 {status_word('PAPERS')}" in filed


def test_what_is_lacking_is_told_without_what_was_typed(home: Path) -> None:
    names = ("Giấy chứng sinh của Bí Mật", "Thư của Bí Mật")
    listed = component_table([(name, 1, 0, 0) for name in names])
    top = [line for line in slip(CODE).text.lines if line.box.bottom < 480]
    sheet = replace(slip(CODE), text=OcrPage((*top, *listed.text.lines)))
    house = open_house(home, stack(sheet))
    house.digitize(house.receive(scan(1)).batch.id)
    (filed,) = lines(house)
    assert "thiếu: Giấy chứng sinh, giấy tờ số 2 trong giấy tiếp nhận" in filed
    assert "Bí Mật" not in filed


def test_how_far_the_reading_is_is_told(house: House) -> None:
    batch_id = house.receive().batch.id
    lease = house.catalog.lease(batch_id, "me", seconds=60, attempts=3)
    assert lease is not None
    house.catalog.renew(lease, seconds=60, pages_done=2)
    assert f"2/4 {status_word('PAGES')} · {sentence('WORKING')}" in lines(house)[0]


def test_pages_to_scan_again_are_told_while_others_are_read(house: House) -> None:
    batch_id = house.receive().batch.id
    status = status_of(house)
    status.post(COUNTER)
    found = (PageDefect(3, Defect.BLURRED), PageDefect(4, Defect.BLURRED))
    house.catalog.judge(batch_id, found)
    scanned, again = lines(house)
    assert sentence("RECEIVED") in scanned
    assert again.strip().startswith("! Các trang 3-4 bị mờ")


def test_what_was_set_aside_says_what_to_do(house: House) -> None:
    house.receiver.receive(house.claim(b"MZ a program", NAME))
    assert sentence("UNSUPPORTED") in lines(house)[0]
    assert advice("UNSUPPORTED") in lines(house)[0]


def test_the_latest_is_on_top_and_yesterday_is_gone(house: House) -> None:
    house.receive(scan(1))
    house.clock.time += timedelta(minutes=30)
    house.receive(scan(3))
    pages = [line.split(" · ")[2] for line in lines(house)]
    assert pages == [f"{number} {status_word('PAGES')}" for number in (3, 1)]
    house.clock.time += timedelta(days=1)
    assert lines(house) == [status_word("NOTHING")]


@pytest.mark.parametrize("data", [b"MZ a program", scan(4)])
def test_no_name_of_a_file_gets_into_it(data: bytes, house: House) -> None:
    house.receiver.receive(house.claim(data, NAME))
    assert "Bí Mật" not in status_of(house).compose(COUNTER)


def test_it_lies_in_the_drop_folder(house: House) -> None:
    status_of(house).post(COUNTER)
    assert (house.home / "drop" / COUNTER.id / STATUS_FILE).exists()


@pytest.mark.parametrize(
    "rules", [FolderRules(status_file=False), FolderRules(enabled=False)]
)
def test_a_folder_may_go_without(rules: FolderRules, house: House) -> None:
    status_of(house).post(replace(COUNTER, folder=rules))
    assert not (house.home / "drop" / COUNTER.id / STATUS_FILE).exists()


def test_the_catalog_is_asked_once_for_all_counters(home: Path) -> None:
    cutter = Cutter()
    house = open_house(home, cutter=cutter)
    status = StatusFile(
        Cuttable(house.inbox, Cutter()),
        house.archive,
        Cuttable(house.catalog, cutter),
        house.clock,
    )
    counters = [replace(COUNTER, id=f"c{number}") for number in range(20)]
    for _ in range(5):
        status.forget_changed()
        for counter in counters:
            status.post(counter)
    assert cutter.names.count("changed_counters") == 4
    assert cutter.names.count("batches") == len(counters)


def test_a_change_in_the_catalog_alone_is_told(house: House) -> None:
    status, listed = status_of(house), house.home / "drop" / COUNTER.id / STATUS_FILE
    batch_id = house.receive().batch.id
    status.forget_changed()
    status.post(COUNTER)
    house.catalog.lease(batch_id, "me", seconds=60, attempts=3)
    status.forget_changed()
    status.post(COUNTER)
    assert sentence("WORKING") in listed.read_text(encoding="utf-8-sig")


def test_a_list_that_was_deleted_comes_back(house: House) -> None:
    status, listed = status_of(house), house.home / "drop" / COUNTER.id / STATUS_FILE
    for _ in range(2):
        status.forget_changed()
        status.post(COUNTER)
        listed.unlink()
    status.post(COUNTER)
    assert listed.exists()


def test_a_new_day_begins_a_new_list(house: House) -> None:
    status, listed = status_of(house), house.home / "drop" / COUNTER.id / STATUS_FILE
    house.receive()
    status.post(COUNTER)
    house.clock.time += timedelta(days=1)
    status.post(COUNTER)
    assert status_word("NOTHING") in listed.read_text(encoding="utf-8-sig")
