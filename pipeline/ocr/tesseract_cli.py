"""Tesseract as a program beside this process, through pytesseract."""

import shlex
from pathlib import Path

import pytesseract
from PIL import Image

from pipeline.errors import OversizedScan, PipelineError, ToolMissing, ToolTimeout
from pipeline.imaging.arrays import GrayImage
from pipeline.model.text import OcrPage
from pipeline.ocr.layout import Layout
from pipeline.ocr.recognize import FIXED_VARIABLES, recognize

_LSTM_ONLY = 1
_LOADING_FAILED = "Failed loading language"
_TOO_LARGE = "Image too large"


class PytesseractEngine:
    """Starts the ``tesseract`` program once for each image.

    Slower than `TesserocrEngine` by the start of a process and the loading of the
    model, but a page on which Tesseract hangs or dies takes nothing else with it.

    Raises:
        ToolMissing: the program is not installed.
    """

    name = "pytesseract"

    def __init__(self, tessdata: Path, model: str, *, seconds: float) -> None:
        self._tessdata = tessdata
        self._model = model
        self._seconds = seconds
        version()

    def read(
        self, image: GrayImage, *, dpi: int, layout: Layout = Layout.PAGE
    ) -> OcrPage:
        """Read the words of *image*; see `OcrEngine.read`."""
        return recognize(self._recognize, image, dpi=dpi, layout=layout)

    def _recognize(self, image: GrayImage, dpi: int, layout: Layout) -> str:
        picture = Image.fromarray(image)
        picture.format = "PPM"  # pytesseract would spend .2 s a page packing a PNG
        try:
            return str(
                pytesseract.image_to_data(
                    picture,
                    lang=self._model,
                    config=self._options(dpi, layout),
                    timeout=self._seconds,
                )
            )
        except pytesseract.TesseractNotFoundError as error:
            raise _not_installed() from error
        except pytesseract.TesseractError as error:
            raise _translated(error, self._model) from error
        except RuntimeError as error:
            raise ToolTimeout(
                f"reading took longer than {self._seconds:g} s"
            ) from error

    def _options(self, dpi: int, layout: Layout) -> str:
        options = [
            *("--tessdata-dir", str(self._tessdata)),
            *("--oem", str(_LSTM_ONLY)),
            *("--psm", str(int(layout))),
            *("--dpi", str(dpi)),
        ]
        for variable, value in FIXED_VARIABLES.items():
            options += ["-c", f"{variable}={value}"]
        return shlex.join(options)


def version() -> str:
    """Name the library and the Tesseract program it starts.

    Raises:
        ToolMissing: the program is not installed.
    """
    try:
        found = pytesseract.get_tesseract_version()
    except pytesseract.TesseractNotFoundError as error:
        raise _not_installed() from error
    return f"pytesseract {pytesseract.__version__} tesseract {found}"


def _not_installed() -> ToolMissing:
    return ToolMissing("the program 'tesseract' is not installed")


def _translated(error: pytesseract.TesseractError, model: str) -> PipelineError:
    said = str(error.message)
    if _LOADING_FAILED in said:
        return ToolMissing(f"Tesseract cannot load the model {model!r}")
    if _TOO_LARGE in said:
        return OversizedScan("the image is more than Tesseract reads")
    return PipelineError(f"Tesseract ended with status {error.status}")
