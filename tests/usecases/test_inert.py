"""Nothing that runs, opens or hides gets from a hostile PDF into what is filed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.imaging.prepare import PrepareOptions
from pipeline.model.geometry import BoundingBox
from pipeline.model.text import OcrLine, OcrPage, OcrWord, PageReceipt
from pipeline.ocr.layout import Layout
from pipeline.usecases.read import PageReader, PageTask, ReadOptions
from tests.intake.hostile import Hostile, hostile_files
from tests.intake.hostile_pdf import OK
from tests.pdf.inert import active_parts
from tests.usecases.fakes import House, finish, new_home, open_house

KINDS = ("active pdf", "pdf with files", "pdf form", "encrypted pdf")
ACCEPTED = [
    each for each in hostile_files() if each.kind in KINDS and each.allowed == {OK}
]


class OneWord:
    """Reads the same word on every page."""

    name = "one word"

    def read(
        self, image: np.ndarray[Any, Any], *, dpi: int, layout: Layout = Layout.PAGE
    ) -> OcrPage:
        return OcrPage((OcrLine((OcrWord("Đỗ", BoundingBox(1, 1, 9, 9), 0.9),)),))


@dataclass
class RealPages:
    """Renders and prepares pages for real, in this process."""

    reader: PageReader

    def start(self) -> None:
        pass

    def read(self, tasks: list[PageTask], tick: Any) -> Iterator[PageReceipt]:
        yield from map(self.reader.read, tasks)


def filed(house: House, hostile: Hostile) -> list[bytes]:
    """File a PDF; gives all that came of it."""
    prepare = PrepareOptions(reading_dpi=100, picture_dpi=100)
    options = ReadOptions(prepare, picture_dpi=100, max_pixels=2_000_000)
    reader = PageReader(house.archive, OneWord(), None, options)  # type: ignore[arg-type] # no more is asked of it
    digitizer = replace(house.digitizer, pool=RealPages(reader))  # type: ignore[arg-type] # the same
    record = house.receive(hostile.data)
    with digitizer.work_on(record.batch.id, "me") as work:
        assert work is not None
        manifests = finish(work)
    pages = [page for m in manifests for each in m.documents for page in each.pages]
    assert len(pages) == record.batch.page_count
    keys = house.keys()
    return [house.archive.read(key) for key in keys if is_made(key)]


def is_made(key: str) -> bool:
    return key.endswith(".pdf") and not key.startswith("originals/")


def test_hostile_pdfs_have_what_is_looked_for() -> None:
    active = [each for each in ACCEPTED if each.kind in KINDS[:3]]
    assert len(active) > 40
    assert all(active_parts(each.data) for each in active)


@pytest.mark.slow
def test_nothing_active_reaches_what_is_filed(migrated: Path, tmp_path: Path) -> None:
    for number, hostile in enumerate(ACCEPTED):
        house = open_house(new_home(tmp_path / str(number), migrated))
        made = filed(house, hostile)
        assert made
        assert [active_parts(data) for data in made] == [set()] * len(made)
        house.catalog.close()
