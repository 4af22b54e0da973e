"""Read one page, from pixels to words; runs inside a process that may be killed."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import TypeAlias

import numpy as np

from pipeline.errors import PageUnreadable, ScanRejected
from pipeline.imaging.arrays import to_gray, turn
from pipeline.imaging.handwriting import find_unread_ink
from pipeline.imaging.prepare import Prepared, PrepareOptions, prepare
from pipeline.model.geometry import BoundingBox
from pipeline.model.scan import OWN_WORDS, MediaType, Page
from pipeline.model.text import (
    LetterBoxes,
    OcrLine,
    OcrPage,
    OcrWord,
    PageCode,
    PageReceipt,
    ReadPage,
    SecondLook,
)
from pipeline.ocr.boxed import put_in_place, read_boxes, without_letters
from pipeline.ocr.calibration import Calibration
from pipeline.ocr.engine import OcrEngine
from pipeline.ocr.page import Reading, read_page
from pipeline.ocr.upright import Turns, find_quarter_turns
from pipeline.pdf.jbig2 import Jbig2Coder
from pipeline.pdf.layers import encode_bilevel, encode_layers
from pipeline.pdf.picture import encode_picture
from pipeline.pdf.rasterize import Raster, Scan, open_scan
from pipeline.split.separators import find_codes
from pipeline.usecases.ports import Archive

log = logging.getLogger(__name__)

_Result: TypeAlias = tuple[ReadPage, "Kept"]
"""What was read, and how the page may be shown."""

_Move = Callable[[BoundingBox], BoundingBox]

_A4_AT_200_DPI = (1654, 2339)
"""Width and height in pixels of the placeholder for a page that cannot be shown."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A page in the forms in which it may be filed."""

    picture: bytes
    layers: bytes | None = None
    """Ink and paper, where that would be faithful."""

    vectors: bytes | None = None
    """Letters and lines, where it is made of them; then it has no layers."""


class Effort(Enum):
    """How much is tried on a page; less after the reader died on it."""

    FULL = "render, prepare and recognize"
    OTHER_ENGINE = "the same by the other library, which may not share the defect"
    PICTURE = "show the page, do not read it"
    PLACEHOLDER = "a blank page stands for it"

    @property
    def reads(self) -> bool:
        """Whether the page's words are looked for."""
        return self in {Effort.FULL, Effort.OTHER_ENGINE}


@dataclass(frozen=True, slots=True)
class PageTask:
    """One page to read."""

    batch_id: str
    recipe: str
    path: Path
    """A private copy of the scan."""

    media_type: MediaType
    number: int
    """Of the page in its batch, from 1."""

    effort: Effort = Effort.FULL
    careful: bool = False
    """Read twice, and let the two readings vote."""

    number_in_file: int | None = None
    """Of the page in the file, where two files make a batch; None: the same."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a page reader may be told."""

    prepare: PrepareOptions
    picture_dpi: int
    max_pixels: int
    layers: bool = True
    """Pictures are also taken apart into ink and paper, for those papers that may be
    filed so: which these are is not known before all pages are read."""

    jbig2: Jbig2Coder | None = None
    """Codes what is bilevel in a smaller way; None: Group 4."""

    vectors: bool = True
    """Born-digital pages are also copied as letters and lines, for being filed so."""

    second_look: bool = True
    """The riskiest words of a page are read again."""

    learnt: Calibration | None = None
    """How sure words are that the model reads; None: as the engine says."""


@dataclass(slots=True)
class PageReader:
    """Reads pages; holds its engines and the open scan from page to page."""

    archive: Archive
    engine: OcrEngine
    second: OcrEngine | None
    options: ReadOptions
    open_other: Callable[[], OcrEngine | None] = lambda: None
    """Opens the engine for pages on which the first one failed; its second look and
    its choice of the page's turns are the other engine's as well."""

    clock: Callable[[], float] = time.perf_counter
    """What the stages of a page are timed by, seconds."""

    _open: tuple[Path, Scan] | None = field(default=None, init=False)
    _opened: ExitStack = field(default_factory=ExitStack, init=False)

    def read(self, task: PageTask) -> PageReceipt:
        """Read a page and keep the result in the work area.

        A page that cannot be rendered becomes a blank placeholder marked unreadable,
        one that cannot be read a picture without words.

        Raises:
            ScanRejected: the scan does not open.
            OSError: the machine is at fault: no space left, or the file is gone.
            StoreUnavailable: the result could not be kept.
        """
        watch = _StopWatch(self.clock)
        try:
            result, kept = self._read(task, watch)
        except PageUnreadable as error:
            log.warning("batch %s: %s", task.batch_id, error)
            result, kept = _placeholder(task.number)
        with watch.stage("store"):
            key = self.archive.put_page(
                *(task.batch_id, task.recipe, result),
                *(kept.picture, kept.layers, kept.vectors),
            )
        return to_receipt(result, key, watch.seconds)

    def _read(self, task: PageTask, watch: "_StopWatch") -> _Result:
        if task.effort is Effort.PLACEHOLDER:
            return _placeholder(task.number)
        with watch.stage("rasterize"):
            raster = self._render(task)
        try:
            return self._read_raster(raster, task, watch)
        except ScanRejected as error:
            # Longer, for example, than the engine's coordinates reach.
            log.warning(
                "batch %s page %d: not read: %s",
                task.batch_id,
                task.number,
                error.reason,
            )
            unread = replace(task, effort=Effort.PICTURE)
            return self._read_raster(raster, unread, watch)

    def _render(self, task: PageTask) -> Raster:
        scan = self._scan(task)
        try:
            number = task.number_in_file or task.number
            return scan.render(number, max_dpi=self.options.picture_dpi)
        except ScanRejected as error:
            raise PageUnreadable(task.number, error.reason) from error

    def _read_raster(
        self, raster: Raster, task: PageTask, watch: "_StopWatch"
    ) -> _Result:
        with watch.stage("orient"):
            turns = self._turns(raster, task)
        with watch.stage("prepare"):
            prepared = prepare(
                turn(raster.image, turns.quarter_turns),
                raster.dpi,
                bilevel=raster.bilevel,
                options=self.options.prepare,
            )
        with watch.stage("recognize"):
            text, looks, boxes = self._recognize(raster, prepared, task)
        with watch.stage("codes"):
            codes = find_codes(to_gray(prepared.picture), prepared.picture_dpi)
        with watch.stage("unread"):
            unread = _unread(prepared, text, codes) if text.lines else ()
        with watch.stage("encode"):
            picture = encode_picture(
                prepared.picture, bilevel=prepared.bilevel, dpi=prepared.picture_dpi
            )
        with watch.stage("vectors"):
            vectors = self._vectors(raster, task)
        with watch.stage("layers"):
            layers = self._layers(prepared, task) if vectors is None else None
        height, width = prepared.picture.shape[:2]
        page = Page(
            number=task.number,
            width=width,
            height=height,
            dpi=prepared.picture_dpi,
            skew=prepared.skew,
            skew_confidence=prepared.skew_confidence,
            quarter_turns=turns.quarter_turns,
            turns_confidence=round(turns.confidence, 3),
            blank=not text.lines and prepared.quality.blank,
            readable=task.effort.reads,
            sharpness=prepared.quality.sharpness,
            contrast=prepared.quality.contrast,
            defects=prepared.defects if raster.words is None else (),
            source="ocr" if raster.words is None else OWN_WORDS,
        )
        result = ReadPage(page, text, codes, looks, picture.suffix, boxes, unread)
        return result, Kept(picture.data, layers, vectors)

    def _vectors(self, raster: Raster, task: PageTask) -> bytes | None:
        """Copy a born-digital page as it is, unless a try at the page failed."""
        is_wanted = self.options.vectors and task.effort is Effort.FULL
        if raster.words is None or not is_wanted:
            return None
        number = task.number_in_file or task.number
        return self._scan(task).copy_page(number, raster)

    def _layers(self, prepared: Prepared, task: PageTask) -> bytes | None:
        """Take the picture apart; of a bilevel one nothing may be lost."""
        if not (self.options.layers and task.effort.reads):
            return None
        picture, dpi, coder = prepared.picture, prepared.picture_dpi, self.options.jbig2
        if not prepared.bilevel:
            return encode_layers(picture, dpi, coder)
        return None if coder is None else encode_bilevel(picture, dpi, coder)

    def _turns(self, raster: Raster, task: PageTask) -> Turns:
        if raster.words is not None or not task.effort.reads:
            return Turns(0, 0.0)
        engine, second = self._engines(task)
        return find_quarter_turns(to_gray(raster.image), raster.dpi, second or engine)

    def _engines(self, task: PageTask) -> tuple[OcrEngine, OcrEngine | None]:
        """Choose who reads a page, and who looks at its numbers a second time."""
        if task.effort is Effort.OTHER_ENGINE:
            other = self.open_other()
            if other is not None:
                return other, None
        return self.engine, self.second

    def _recognize(
        self, raster: Raster, prepared: Prepared, task: PageTask
    ) -> tuple[OcrPage, tuple[SecondLook, ...], tuple[LetterBoxes, ...]]:
        if not task.effort.reads:
            return OcrPage(), (), ()
        if raster.words is not None:
            scale = prepared.picture_dpi / raster.dpi
            return _scaled(raster.words, scale, prepared.picture.shape), (), ()
        if prepared.quality.blank:
            return OcrPage(), (), ()
        dpi = prepared.reading_dpi
        engine, second = self._engines(task)
        # Where the first engine failed, no more is tried than must be.
        again = self.options.second_look and task.effort is Effort.FULL
        how = Reading(task.careful, again, self.options.learnt)
        boxes = read_boxes(
            prepared.reading, prepared.box_rows, dpi=dpi, engine=engine, second=second
        )
        bare = without_letters(prepared.reading, boxes)
        text, looks = read_page(bare, how, dpi=dpi, engine=engine, second=second)
        text = put_in_place(text, boxes)
        moved = tuple(
            SecondLook(prepared.to_picture(look.box), look.readings) for look in looks
        )
        placed = tuple(
            replace(row, cells=tuple(map(prepared.to_picture, row.cells)))
            for row in boxes
        )
        return _moved(text, prepared), moved, placed

    def _scan(self, task: PageTask) -> Scan:
        if self._open is not None and self._open[0] == task.path:
            return self._open[1]
        self.close()
        task.path.stat()  # a file that is gone must not pass for a damaged one
        scan = self._opened.enter_context(
            open_scan(task.path, task.media_type, max_pixels=self.options.max_pixels)
        )
        self._open = (task.path, scan)
        return scan

    def close(self) -> None:
        """Let go of the scan that is open."""
        self._open = None
        self._opened.close()


def to_receipt(
    result: ReadPage, key: str, seconds: tuple[tuple[str, float], ...] = ()
) -> PageReceipt:
    """Sum a page result up."""
    return PageReceipt(
        number=result.page.number,
        key=key,
        words=len(result.text.words),
        confidence=result.text.confidence,
        readable=result.page.readable,
        seconds=seconds,
    )


def _unread(
    prepared: Prepared, text: OcrPage, codes: tuple[PageCode, ...]
) -> tuple[BoundingBox, ...]:
    known = [word.box for word in text.words] + [code.box for code in codes]
    return find_unread_ink(to_gray(prepared.picture), known, prepared.picture_dpi)


def _placeholder(number: int) -> _Result:
    width, height = _A4_AT_200_DPI
    white = np.full((height, width), 255, np.uint8)
    picture = encode_picture(white, bilevel=True, dpi=200.0)
    page = Page(number, width, height, 200.0, readable=False)
    return ReadPage(page, OcrPage(), picture=picture.suffix), Kept(picture.data)


def _moved(text: OcrPage, prepared: Prepared) -> OcrPage:
    """Put words from where they were read to where they stand on the picture."""
    return _with_boxes(text, prepared.to_picture)


def _scaled(text: OcrPage, scale: float, shape: tuple[int, ...]) -> OcrPage:
    height, width = shape[:2]

    def scaled(box: BoundingBox) -> BoundingBox:
        left = min(int(box.left * scale), width - 1)
        top = min(int(box.top * scale), height - 1)
        right = min(max(round(box.right * scale), left + 1), width)
        bottom = min(max(round(box.bottom * scale), top + 1), height)
        return BoundingBox(left, top, right, bottom)

    return _with_boxes(text, scaled)


def _with_boxes(text: OcrPage, move: _Move) -> OcrPage:
    return OcrPage(
        tuple(
            OcrLine(tuple(_moved_word(word, move) for word in line.words))
            for line in text.lines
        )
    )


def _moved_word(word: OcrWord, move: _Move) -> OcrWord:
    return replace(word, box=move(word.box))


class _StopWatch:
    """Seconds a page spent in each stage."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = self._clock()
        try:
            yield
        finally:
            spent = self._clock() - start
            self._seconds[name] = self._seconds.get(name, 0.0) + spent

    @property
    def seconds(self) -> tuple[tuple[str, float], ...]:
        return tuple((name, round(spent, 4)) for name, spent in self._seconds.items())
