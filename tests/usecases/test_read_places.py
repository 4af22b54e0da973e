"""Words really read stand where their ink is on the picture that is kept."""

import io
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from pipeline.imaging.prepare import PrepareOptions
from pipeline.model.scan import MediaType
from pipeline.model.text import ReadPage
from pipeline.ocr.engine import find_tessdata, open_engine
from pipeline.storage.archive import ObjectArchive
from pipeline.storage.local_store import LocalStore
from pipeline.usecases.read import PageReader, PageTask, ReadOptions
from tests.drawing import Pixels, page_of_text, tilted, to_pdf, to_png, turned

WORDS = 60
"""On the six lines drawn, at least."""


class Kept(NamedTuple):
    page: ReadPage
    ink: NDArray[np.bool_]
    boxes: NDArray[np.bool_]
    """Pixels inside the box of a word."""


Read = Callable[[bytes, MediaType], Kept]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    archive = ObjectArchive(LocalStore(tmp_path / "store"))
    engine = open_engine("auto", tessdata=find_tessdata(None), model="vie")
    options = ReadOptions(PrepareOptions(), picture_dpi=300, max_pixels=50_000_000)
    reader = PageReader(archive, engine, None, options)

    def read(data: bytes, media_type: MediaType) -> Kept:
        path = tmp_path / "scan"
        path.write_bytes(data)
        reader.read(PageTask("0" * 32, "recipe", path, media_type, 1))
        page = archive.find_page("0" * 32, "recipe", 1)
        assert page is not None
        picture = Image.open(io.BytesIO(archive.picture("0" * 32, "recipe", page)))
        ink = np.asarray(picture.convert("L")) < 128
        boxes = np.zeros_like(ink)
        for word in page.text.words:
            box = word.box
            boxes[box.top : box.bottom, box.left : box.right] = True
        return Kept(page, ink, boxes)

    return read


def text(tilt: float, dpi: int = 200) -> Pixels:
    return page_of_text(lines=6, tilt=tilt, dpi=dpi).image


def landscape(tilt: float) -> Pixels:
    return tilted(np.ascontiguousarray(text(0)[:1200]), tilt)


PNG = {
    "straight": partial(text, 0),
    "left as it is to read": partial(text, 0.7),
    "straightened to read": partial(text, -3.0),
    "wide": partial(landscape, 0.6),
    "on its side and tilted": lambda: turned(text(0.7), 1),
}


def check(kept: Kept) -> None:
    assert len(kept.page.text.words) >= WORDS
    assert kept.ink[kept.boxes].sum() > 0.98 * kept.ink.sum()
    assert kept.ink[kept.boxes].mean() > 0.15  # tight: paper would thin the ink out


@pytest.mark.parametrize("draw", PNG.values(), ids=PNG.keys())
def test_words_stand_on_their_ink(read: Read, draw: Callable[[], Pixels]) -> None:
    check(read(to_png(draw(), 200), MediaType.PNG))


@pytest.mark.parametrize("tilt", [0.7, 2.0])
def test_words_of_a_finer_bilevel_page_stand_on_their_ink(
    read: Read, tilt: float
) -> None:
    kept = read(to_pdf([text(tilt, 300)], 300, "g4"), MediaType.PDF)

    assert kept.page.page.dpi == pytest.approx(300, abs=1)
    check(kept)
