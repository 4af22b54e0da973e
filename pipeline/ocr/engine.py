"""The one door to Tesseract: which engine, which model, and what both promise."""

import hashlib
import importlib.util
import os
import re
import shutil
from functools import cache
from pathlib import Path
from typing import Literal, Protocol

from pipeline.errors import ToolMissing
from pipeline.imaging.arrays import GrayImage
from pipeline.model.text import OcrPage
from pipeline.ocr.layout import Layout

EngineName = Literal["auto", "tesserocr", "pytesseract"]

PAGE_SECONDS = 60.0
"""Seconds one recognition may take. Enough for A3 in small print on a busy machine;
dot patterns ignore any limit inside the library, so the process needs one as well."""

_MODEL_NAME = re.compile(r"[A-Za-z0-9_]+")
_SYSTEM_TESSDATA = Path("/usr/share/tesseract-ocr/5/tessdata")


class OcrEngine(Protocol):
    """Reads images; may be asked from several threads."""

    @property
    def name(self) -> str:
        """``tesserocr`` or ``pytesseract``."""

    def read(
        self, image: GrayImage, *, dpi: int, layout: Layout = Layout.PAGE
    ) -> OcrPage:
        """Read the words of *image*, lines in Tesseract's reading order.

        Args:
            image: shape (height, width), dark ink on light paper. Not changed.
            dpi: pixels per inch; guides the layout analysis only.
            layout: what the image holds.

        Returns:
            Words in NFC with boxes in pixels of *image*, never outside it; an empty
            page where there is nothing to read.

        Raises:
            ToolTimeout: the time limit passed; what was read so far is not returned.
            OversizedScan: a side is longer than Tesseract's coordinates reach.
        """


@cache
def open_engine(
    name: EngineName, *, tessdata: Path, model: str, seconds: float = PAGE_SECONDS
) -> OcrEngine:
    """Start an engine, once a process: the same arguments give the same engine.

    Args:
        name: the library to use; ``auto`` is tesserocr where it is installed, which
            spares a process and the loading of the model for each page.
        tessdata: folder of the models, see `find_tessdata`.
        model: name of the model without ``.traineddata``.
        seconds: time limit of one recognition.

    Raises:
        ToolMissing: the library, the program or the model is not there.
    """
    if not has_model(tessdata, model):
        raise ToolMissing(f"no Tesseract model {model!r} in {tessdata}")
    if _resolved(name) == "tesserocr":
        from pipeline.ocr.tesseract_api import TesserocrEngine

        return TesserocrEngine(tessdata, model, seconds=seconds)
    from pipeline.ocr.tesseract_cli import PytesseractEngine

    return PytesseractEngine(tessdata, model, seconds=seconds)


def other_engine(name: EngineName) -> EngineName | None:
    """Name the library that reads what *name* failed on; None where there is none."""
    if _resolved(name) == "tesserocr":
        return "pytesseract" if shutil.which("tesseract") else None
    return "tesserocr" if importlib.util.find_spec("tesserocr") else None


def find_tessdata(configured: Path | None) -> Path:
    """Find the folder of the models.

    A configured folder counts alone. Without one: ``.cache/tessdata`` beside the
    package, where the set-up puts the better model; ``TESSDATA_PREFIX``; Debian's.

    Raises:
        ToolMissing: no such folder holds a model.
    """
    prefix = os.environ.get("TESSDATA_PREFIX")
    standard: tuple[Path, ...] = (
        Path(__file__).parents[2] / ".cache" / "tessdata",
        *((Path(prefix),) if prefix else ()),
        _SYSTEM_TESSDATA,
    )
    candidates = (configured,) if configured else standard
    for folder in candidates:
        if any(folder.glob("*.traineddata")):
            return folder
    looked = ", ".join(str(folder) for folder in candidates)
    raise ToolMissing(f"no Tesseract models; looked in: {looked}")


def has_model(tessdata: Path, model: str) -> bool:
    """Tell whether *tessdata* holds *model*.

    Raises:
        ValueError: *model* is not a plain name.
    """
    return _model_file(tessdata, model).is_file()


@cache
def engine_recipe(name: EngineName, *, tessdata: Path, model: str) -> str:
    """Describe what can change a reading: library, its version, the model's bytes.

    Raises:
        ToolMissing: the library, the program or the model is not there.
    """
    if _resolved(name) == "tesserocr":
        from pipeline.ocr.tesseract_api import version
    else:
        from pipeline.ocr.tesseract_cli import version
    return f"{version()} {model} {model_digest(tessdata, model)}"


@cache
def model_digest(tessdata: Path, model: str) -> str:
    """Name a model by its bytes: the beginning of their SHA-256.

    Raises:
        ToolMissing: the model is not there.
    """
    try:
        contents = _model_file(tessdata, model).read_bytes()
    except OSError as error:
        raise ToolMissing(f"no Tesseract model {model!r} in {tessdata}") from error
    return hashlib.sha256(contents).hexdigest()[:16]


def _resolved(name: EngineName) -> EngineName:
    if name != "auto":
        return name
    return "tesserocr" if importlib.util.find_spec("tesserocr") else "pytesseract"


def _model_file(tessdata: Path, model: str) -> Path:
    if not _MODEL_NAME.fullmatch(model):
        raise ValueError(f"not the name of a Tesseract model: {model!r}")
    return tessdata / f"{model}.traineddata"
