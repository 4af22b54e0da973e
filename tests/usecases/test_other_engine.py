"""A page on which the library takes its process down, read by the program instead."""

import os
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from demo.people import make_person
from pipeline.bootstrap import load_settings, open_archive, open_page_reader
from pipeline.imaging.arrays import GrayImage
from pipeline.model.scan import MediaType
from pipeline.model.text import OcrPage
from pipeline.ocr.layout import Layout
from pipeline.settings import Settings
from pipeline.usecases.page_pool import PagePool
from pipeline.usecases.read import PageReader, PageTask
from tests.drawing import draw_application

CONFIG = Path(__file__).parents[2] / "config"
BATCH_ID = "7" * 32


class DyingEngine:
    """Takes its process down, as a defect in a library does."""

    name = "tesserocr"

    def read(
        self, image: GrayImage, *, dpi: int, layout: Layout = Layout.PAGE
    ) -> OcrPage:
        os._exit(11)


def open_dying(settings: Settings) -> PageReader:
    reader = open_page_reader(settings)
    reader.engine = DyingEngine()
    return reader


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(CONFIG, tmp_path / "home")


def test_the_program_reads_what_killed_the_library(
    settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "scan.tif"
    image = draw_application(make_person(5)).image
    Image.fromarray(image).save(path, dpi=(200, 200))
    task = PageTask(BATCH_ID, "recipe", path, MediaType.TIFF, 1)

    opener = partial(open_dying, settings)
    with PagePool(opener, workers=1, seconds=60, memory=2_500_000_000) as pool:
        (receipt,) = pool.read([task])

    page = open_archive(settings).find_page(BATCH_ID, "recipe", 1)
    assert page is not None
    assert receipt.readable
    assert receipt.words == len(page.text.words) > 50
