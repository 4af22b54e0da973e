"""Recognised text: words with boxes and confidence, in reading order."""

from dataclasses import dataclass

from pipeline.model.geometry import BoundingBox, enclosing
from pipeline.model.scan import Page


@dataclass(frozen=True, slots=True)
class OcrWord:
    """One word as printed, NFC, without white space."""

    text: str
    box: BoundingBox
    confidence: float
    """0-1: the share of such words that are right, where that was learnt for the
    model; else the engine's own."""

    second: str | None = None
    """What another reading saw in its place, the same or something else, be it several
    words; empty: nothing. None: nobody looked twice."""

    doubtful: bool = False
    """A person should look at it."""


@dataclass(frozen=True, slots=True)
class OcrLine:
    """Words that stand on one line, left to right.

    Raises:
        ValueError: the line has no words.
    """

    words: tuple[OcrWord, ...]

    def __post_init__(self) -> None:
        if not self.words:
            raise ValueError("a line needs words")

    @property
    def text(self) -> str:
        """The words, divided by single spaces."""
        return " ".join(word.text for word in self.words)

    @property
    def box(self) -> BoundingBox:
        """The smallest box around the words."""
        return enclosing(word.box for word in self.words)

    @property
    def confidence(self) -> float:
        """Mean confidence of the words."""
        return sum(word.confidence for word in self.words) / len(self.words)


@dataclass(frozen=True, slots=True)
class OcrPage:
    """The text of one page, lines in reading order; empty for a blank page."""

    lines: tuple[OcrLine, ...] = ()

    @property
    def words(self) -> tuple[OcrWord, ...]:
        """All words in reading order."""
        return tuple(word for line in self.lines for word in line.words)

    @property
    def text(self) -> str:
        """One printed line a line."""
        return "\n".join(line.text for line in self.lines)

    @property
    def confidence(self) -> float:
        """Mean confidence of all words; 0 for a page without words."""
        words = self.words
        return sum(w.confidence for w in words) / len(words) if words else 0.0


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a small place on a page, by one reader.

    Several readings of one place are the evidence for a number or a date: the
    extraction accepts a value only where independent readings agree.
    """

    reader: str
    """``page``, ``line``, ``raw-line``, ``second-model``, and ``second-model-again``
    where that one saw something else than the page and looked at another size."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class SecondLook:
    """A line that was read again from its own crop, because numbers stand in it."""

    box: BoundingBox
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class LetterBoxes:
    """A row of boxes with single letters in them, read again by itself."""

    cells: tuple[BoundingBox, ...]
    """Left to right, empty ones too."""

    filled: tuple[bool, ...]
    """Of each cell."""

    readings: tuple[Reading, ...]
    """``page`` and ``line`` by one model, ``second-model`` by another; each text has
    one character a cell, a space where it is empty. One that saw more or fewer letters
    than there are filled cells is left out."""


@dataclass(frozen=True, slots=True)
class PageCode:
    """A barcode or QR code on a page.

    The text of a receipt's QR holds a citizen's number: never log it.
    """

    symbology: str
    """``code128``, ``code39``, ``qr``, ``patch`` ..."""

    text: str
    box: BoundingBox


@dataclass(frozen=True, slots=True)
class ReadPage:
    """All that was found out about one page, before anyone asks what paper it is."""

    page: Page
    text: OcrPage
    codes: tuple[PageCode, ...] = ()
    second_looks: tuple[SecondLook, ...] = ()
    picture: str = ""
    """File name suffix of the page's picture in the work area: ``.jpg`` or ``.png``."""

    letter_boxes: tuple[LetterBoxes, ...] = ()
    """Rows of boxes for single letters, top to bottom."""

    unread: tuple[BoundingBox, ...] = ()
    """Where something is written that no word was read of: handwriting, mostly."""


@dataclass(frozen=True, slots=True)
class PageReceipt:
    """A page was read and lies in the work area under ``key``."""

    number: int
    key: str
    words: int
    confidence: float
    readable: bool = True
    seconds: tuple[tuple[str, float], ...] = ()
    """What the page cost: (stage, wall seconds)."""
