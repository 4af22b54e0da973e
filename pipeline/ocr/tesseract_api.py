"""Tesseract inside this process, through tesserocr."""

import threading
import time
from pathlib import Path

import numpy as np

from pipeline.errors import ToolMissing, ToolTimeout
from pipeline.imaging.arrays import GrayImage
from pipeline.model.text import OcrPage
from pipeline.ocr.layout import Layout
from pipeline.ocr.recognize import FIXED_VARIABLES, recognize

try:
    import tesserocr
except ImportError as error:
    raise ToolMissing(f"tesserocr cannot be loaded: {error}") from error


class TesserocrEngine:
    """One loaded model, kept for the life of the process.

    Measured over 300 pages its memory stays flat at 126 MB (the library's state is
    replaced with each image), and starting it anew would cost 0.2 s a page.

    Raises:
        ToolMissing: the model cannot be loaded.
    """

    name = "tesserocr"

    def __init__(self, tessdata: Path, model: str, *, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        try:
            self._api = tesserocr.PyTessBaseAPI(
                path=f"{tessdata}/",
                lang=model,
                oem=tesserocr.OEM.LSTM_ONLY,
                variables=FIXED_VARIABLES,
            )
        except RuntimeError as error:
            raise ToolMissing(
                f"Tesseract cannot load {model!r} from {tessdata}: {error}"
            ) from error

    def read(
        self, image: GrayImage, *, dpi: int, layout: Layout = Layout.PAGE
    ) -> OcrPage:
        """Read the words of *image*; see `OcrEngine.read`."""
        with self._lock:
            return recognize(self._recognize, image, dpi=dpi, layout=layout)

    def _recognize(self, image: GrayImage, dpi: int, layout: Layout) -> str:
        height, width = image.shape
        pixels = np.ascontiguousarray(image).tobytes()
        self._api.SetPageSegMode(int(layout))
        self._api.SetVariable("user_defined_dpi", str(dpi))
        self._api.SetImageBytes(pixels, width, height, 1, width)
        started = time.monotonic()
        recognized = self._api.Recognize(int(self._seconds * 1000))
        # Out of time, the library keeps the words it has and calls that a success.
        if time.monotonic() - started >= self._seconds:
            raise ToolTimeout(f"reading took longer than {self._seconds:g} s")
        return str(self._api.GetTSVText(0)) if recognized else ""


def version() -> str:
    """Name the library and the Tesseract inside it."""
    engine = tesserocr.tesseract_version().split("\n")[0]
    return f"tesserocr {tesserocr.__version__} {engine}"
