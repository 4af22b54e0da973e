"""How much of a page an image holds, for the reader."""

from enum import IntEnum


class Layout(IntEnum):
    """What the image holds; the values are Tesseract's page segmentation modes."""

    PAGE = 3
    BLOCK = 6
    LINE = 7
    RAW_LINE = 13
    """One line, read as it is: no search for its baseline and no cleaning."""
