"""One page from pixels to a stored result, with an engine whose words are typed."""

import io
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from demo.people import make_person
from pipeline.errors import DamagedScan, OversizedScan, StoreUnavailable
from pipeline.imaging.arrays import GrayImage
from pipeline.imaging.prepare import PrepareOptions
from pipeline.model.geometry import BoundingBox
from pipeline.model.scan import OWN_WORDS, MediaType
from pipeline.model.text import OcrLine, OcrPage, OcrWord, ReadPage
from pipeline.ocr.layout import Layout
from pipeline.storage.archive import ObjectArchive
from pipeline.storage.local_store import LocalStore
from pipeline.usecases.read import Effort, PageReader, PageTask, ReadOptions
from tests.drawing import draw_application
from tests.pdf.drawn import LINES, text_pdf

BATCH_ID = "0" * 32
DPI = 200
A4 = (1654, 2339)


@dataclass
class TypedEngine:
    """Reads the same word in the middle of every image."""

    name: str = "typed"
    error: Exception | None = None
    reads: list[Layout] = field(default_factory=list)

    def read(
        self, image: GrayImage, *, dpi: int, layout: Layout = Layout.PAGE
    ) -> OcrPage:
        self.reads.append(layout)
        if self.error is not None:
            raise self.error
        height, width = image.shape
        left, top = width // 3, height // 3
        word = OcrWord("Đỗ", BoundingBox(left, top, left + 40, top + 20), 0.9)
        return OcrPage((OcrLine((word,)),))


@pytest.fixture
def archive(tmp_path: Path) -> ObjectArchive:
    return ObjectArchive(LocalStore(tmp_path / "store"))


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """Two pages: one of text, one blank."""
    text = draw_application(make_person(3)).image
    sheets = [Image.fromarray(text), Image.new("L", A4, 255)]
    path = tmp_path / "scan.tif"
    sheets[0].save(path, save_all=True, append_images=sheets[1:], dpi=(DPI, DPI))
    return path


@pytest.fixture
def engine() -> TypedEngine:
    return TypedEngine()


@pytest.fixture
def reader(archive: ObjectArchive, engine: TypedEngine) -> PageReader:
    options = ReadOptions(PrepareOptions(), picture_dpi=300, max_pixels=50_000_000)
    return PageReader(archive, engine, None, options)


def task(path: Path, number: int = 1, effort: Effort = Effort.FULL) -> PageTask:
    return PageTask(BATCH_ID, "recipe", path, MediaType.TIFF, number, effort)


def stored(archive: ObjectArchive, number: int = 1) -> tuple[ReadPage, Image.Image]:
    page = archive.find_page(BATCH_ID, "recipe", number)
    assert page is not None
    data = archive.picture(BATCH_ID, "recipe", page)
    return page, Image.open(io.BytesIO(data))


def test_a_page_is_read_and_kept_with_its_picture(
    reader: PageReader, archive: ObjectArchive, scan: Path
) -> None:
    receipt = reader.read(task(scan))

    page, picture = stored(archive)
    assert (receipt.number, receipt.readable) == (1, True)
    assert receipt.words == len(page.text.words) > 0
    assert picture.size == (page.page.width, page.page.height)
    stages = [name for name, _ in receipt.seconds]
    assert stages[0] == "rasterize"
    assert {"prepare", "recognize", "encode", "store"} <= set(stages)


def test_a_careful_reading_looks_twice_and_says_what_it_saw(
    reader: PageReader, archive: ObjectArchive, engine: TypedEngine, scan: Path
) -> None:
    reader.read(replace(task(scan), careful=True))

    seen = stored(archive)[0].text.words
    assert engine.reads.count(Layout.PAGE) == 2
    assert ("Đỗ", "Đỗ") in [(word.text, word.second) for word in seen]


def layers_of(archive: ObjectArchive, number: int = 1) -> bytes | None:
    return archive.layers(BATCH_ID, "recipe", stored(archive, number)[0])


def test_pages_that_are_not_bilevel_are_also_kept_as_layers(
    reader: PageReader, archive: ObjectArchive, scan: Path
) -> None:
    receipt = reader.read(task(scan))

    layers = layers_of(archive)
    assert layers is not None
    assert layers.startswith(b"%PDF")
    assert "layers" in dict(receipt.seconds)


@pytest.mark.parametrize(
    ("effort", "kept"), [(Effort.FULL, True), (Effort.OTHER_ENGINE, False)]
)
def test_a_born_digital_page_is_kept_as_letters_unless_its_reader_died(
    reader: PageReader,
    archive: ObjectArchive,
    tmp_path: Path,
    effort: Effort,
    kept: bool,
) -> None:
    path = tmp_path / "law.pdf"
    path.write_bytes(text_pdf(LINES * 4))

    reader.read(replace(task(path, effort=effort), media_type=MediaType.PDF))

    page = stored(archive)[0]
    assert page.page.source == OWN_WORDS
    assert (archive.vectors(BATCH_ID, "recipe", page) is not None) == kept
    assert (layers_of(archive) is None) == kept


def test_a_bilevel_page_has_no_layers(
    reader: PageReader, archive: ObjectArchive, tmp_path: Path
) -> None:
    path = tmp_path / "bilevel.tif"
    text = draw_application(make_person(3)).image
    Image.fromarray(text).convert("1").save(path, compression="group4", dpi=(DPI, DPI))

    reader.read(task(path))

    assert layers_of(archive) is None


def test_layers_are_not_made_where_they_are_not_wanted(
    reader: PageReader, archive: ObjectArchive, scan: Path
) -> None:
    plain = replace(reader.options, layers=False)

    PageReader(archive, reader.engine, None, plain).read(task(scan))
    reader.read(task(scan, 2, Effort.PICTURE))

    assert (layers_of(archive), layers_of(archive, 2)) == (None, None)


def test_words_stand_inside_the_picture(
    reader: PageReader, archive: ObjectArchive, scan: Path
) -> None:
    reader.read(task(scan))

    page, _ = stored(archive)
    boxes = [word.box for word in page.text.words]
    assert all(box.right <= page.page.width for box in boxes)
    assert all(box.bottom <= page.page.height for box in boxes)
    third = pytest.approx(page.page.width / 3, abs=20)
    assert any(box.left == third for box in boxes)


def test_a_blank_page_is_not_given_to_the_engine(
    reader: PageReader, archive: ObjectArchive, engine: TypedEngine, scan: Path
) -> None:
    reader.read(task(scan, 2))

    page, _ = stored(archive, 2)
    assert page.page.blank
    assert page.page.readable
    assert page.text == OcrPage()
    assert Layout.PAGE not in engine.reads


@pytest.mark.parametrize("effort", [Effort.PICTURE, Effort.PLACEHOLDER])
def test_with_less_effort_a_page_is_kept_unread(
    reader: PageReader,
    archive: ObjectArchive,
    engine: TypedEngine,
    scan: Path,
    effort: Effort,
) -> None:
    receipt = reader.read(task(scan, effort=effort))

    page, picture = stored(archive)
    assert (receipt.readable, page.page.readable) == (False, False)
    assert page.text == OcrPage()
    assert engine.reads == []
    has_ink = int(np.asarray(picture.convert("L")).min()) < 128
    assert has_ink is (effort is Effort.PICTURE)


def test_what_one_engine_failed_on_the_other_reads(
    reader: PageReader, archive: ObjectArchive, engine: TypedEngine, scan: Path
) -> None:
    other = TypedEngine()
    reader.open_other = lambda: other

    receipt = reader.read(task(scan, effort=Effort.OTHER_ENGINE))

    page, _ = stored(archive)
    assert receipt.words == len(page.text.words) > 0
    assert page.page.readable
    assert (engine.reads, bool(other.reads)) == ([], True)


def test_without_another_engine_the_first_one_tries_again(
    reader: PageReader, engine: TypedEngine, scan: Path
) -> None:
    receipt = reader.read(task(scan, effort=Effort.OTHER_ENGINE))

    assert receipt.readable
    assert engine.reads


def test_a_page_too_long_for_the_engine_is_kept_as_a_picture(
    reader: PageReader, archive: ObjectArchive, engine: TypedEngine, scan: Path
) -> None:
    engine.error = OversizedScan("longer than the coordinates reach")

    receipt = reader.read(task(scan))

    page, picture = stored(archive)
    assert not receipt.readable
    assert picture.size == (page.page.width, page.page.height)


def test_a_page_that_cannot_be_drawn_gets_a_placeholder(
    archive: ObjectArchive, engine: TypedEngine, scan: Path
) -> None:
    options = ReadOptions(PrepareOptions(), picture_dpi=300, max_pixels=1_000)
    reader = PageReader(archive, engine, None, options)

    receipt = reader.read(task(scan))

    page, _ = stored(archive)
    assert (receipt.readable, receipt.words) == (False, 0)
    assert (page.page.number, page.page.width) == (1, A4[0])


def test_a_fault_of_the_store_is_no_fault_of_the_page(
    engine: TypedEngine, reader: PageReader, scan: Path, archive: ObjectArchive
) -> None:
    engine.error = StoreUnavailable("no answer")

    with pytest.raises(StoreUnavailable):
        reader.read(task(scan))

    assert archive.find_page(BATCH_ID, "recipe", 1) is None


def test_a_scan_that_is_gone_is_no_damaged_scan(
    reader: PageReader, tmp_path: Path
) -> None:
    gone = PageTask(BATCH_ID, "recipe", tmp_path / "gone.pdf", MediaType.PDF, 1)

    with pytest.raises(FileNotFoundError):
        reader.read(gone)


def test_a_scan_that_does_not_open_is_rejected_whole(
    reader: PageReader, tmp_path: Path, archive: ObjectArchive
) -> None:
    path = tmp_path / "scan.tif"
    path.write_bytes(b"II*\x00 torn")

    with pytest.raises(DamagedScan):
        reader.read(task(path))

    assert archive.find_page(BATCH_ID, "recipe", 1) is None
