"""What a reading process is made of.

Apart from `pipeline.bootstrap`, which it would have to load whole: a scan starts
processes of its own, and the catalog's libraries alone take a second of each.
"""

import functools
import os
import tempfile

from pipeline.imaging.defects import DefectLimits
from pipeline.imaging.prepare import PrepareOptions
from pipeline.ocr.calibration import find_calibration
from pipeline.ocr.engine import (
    OcrEngine,
    find_tessdata,
    has_model,
    model_digest,
    open_engine,
    other_engine,
)
from pipeline.pdf.jbig2 import find_coder
from pipeline.settings import Settings
from pipeline.stores import open_archive
from pipeline.usecases.inspect import InspectOptions, LookPool
from pipeline.usecases.page_pool import PagePool
from pipeline.usecases.read import PageReader, ReadOptions

_PART_FOR_THE_OTHER_ENGINE = 0.7
"""Of a page's time limit; the rest is for drawing, preparing and keeping it."""

_LOOKERS = 2
"""Processes that look at pages: a second for ten pages, however many a machine has."""


def open_page_pool(settings: Settings) -> PagePool:
    """Build the pool of reading processes; they start with the first page."""
    return PagePool(
        functools.partial(_open_reading_process, settings),
        workers=settings.reading.workers or os.cpu_count() or 1,
        seconds=settings.reading.page_seconds,
        memory=settings.reading.page_memory,
    )


def _open_reading_process(settings: Settings) -> PageReader:
    """Open the reader of a process; its engines leave no picture in ``/tmp``."""
    folder = settings.home / "scratch" / "reading"
    folder.mkdir(parents=True, exist_ok=True)
    tempfile.tempdir = str(folder)
    return open_page_reader(settings)


def open_page_reader(settings: Settings) -> PageReader:
    """Build what a reading process needs: engines and the archive."""
    reading = settings.reading
    tessdata = find_tessdata(reading.tessdata)
    second = None
    if has_model(tessdata, reading.second_model):
        second = open_engine(
            reading.engine, tessdata=tessdata, model=reading.second_model
        )
    return PageReader(
        open_archive(settings),
        open_engine(reading.engine, tessdata=tessdata, model=reading.model),
        second,
        ReadOptions(
            PrepareOptions(
                reading_dpi=reading.dpi,
                picture_dpi=reading.picture_dpi,
                limits=defect_limits(settings),
            ),
            picture_dpi=reading.picture_dpi,
            max_pixels=settings.intake.max_pixels,
            layers=settings.filing.layers,
            jbig2=find_coder(settings.filing.jbig2),
            vectors=settings.filing.vectors,
            second_look=reading.second_look,
            learnt=find_calibration(model_digest(tessdata, reading.model)),
        ),
        open_other=functools.partial(_open_other_engine, settings),
    )


def open_look_pool(settings: Settings) -> LookPool:
    """Build the pool of processes that look at pages before any is read."""
    workers = settings.reading.workers or os.cpu_count() or 1
    return LookPool(
        InspectOptions(
            defect_limits(settings),
            max_pixels=settings.intake.max_pixels,
            seconds=settings.quality.seconds,
            memory=settings.reading.page_memory,
            workers=min(workers, _LOOKERS),
        )
    )


def defect_limits(settings: Settings) -> DefectLimits:
    """Say from where on a page counts as badly scanned."""
    quality = settings.quality
    return DefectLimits(
        sharpness=quality.sharpness,
        contrast=quality.contrast,
        paper=quality.paper,
        dpi=quality.dpi,
        cut_lines=quality.cut_lines,
        cut_letters=quality.cut_letters,
    )


def _open_other_engine(settings: Settings) -> OcrEngine | None:
    """Open the engine for pages that the first one died on.

    Its own limit is shorter than the page's, so that a program started for the page
    is ended by its starter.
    """
    reading = settings.reading
    name = other_engine(reading.engine)
    if name is None:
        return None
    return open_engine(
        name,
        tessdata=find_tessdata(reading.tessdata),
        model=reading.model,
        seconds=reading.page_seconds * _PART_FOR_THE_OTHER_ENGINE,
    )
