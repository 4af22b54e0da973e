"""Whole files of twenty kinds each of PDF, TIFF and JPEG, and where to cut them."""

import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import img2pdf
import pikepdf

from tests.intake import files
from tests.intake.files import pdf, picture
from tests.intake.hostile_pdf import one_page, stream
from tests.intake.jpegs import JPEGS, ends, gray
from tests.intake.tiffs import Layout, Written, sheets, write_tiff

CUTS = 200


@dataclass(frozen=True)
class Whole:
    """A whole file and the places in it at which something ends."""

    family: str
    kind: str
    data: bytes
    ends: tuple[int, ...] = ()
    """Offsets at which a page, a directory, an inner file or an update ends."""

    shorter: tuple[int, ...] = ()
    """Those of them at which the bytes so far are a whole, shorter file."""

    @property
    def spare(self) -> int:
        """Bytes at the end whose loss loses nothing: line ends, padding."""
        kept = self.data.rstrip(b"\r\n \0")
        return len(self.data) - len(kept) if self.family != "jpeg" else 0

    def is_shorter(self, place: int) -> bool:
        """Tell whether the bytes before *place* once were the whole file."""
        return any(0 <= place - end <= len(b"\r\n") for end in self.shorter)

    def cuts(self, count: int, chance: random.Random) -> Iterator[int]:
        """Choose *count* places, with all at which something ends or nearly does."""
        last = len(self.data) - self.spare
        nice = {end + step for end in self.ends for step in (-1, 0, 1)}
        nice |= {last - step for step in range(1, 11)}
        chosen = {place for place in nice if 0 < place < last}
        while len(chosen) < min(count, last - 1):
            chosen.add(chance.randrange(1, last))
        yield from sorted(chosen)


def whole_files() -> Iterator[Whole]:
    """Make them all."""
    for kind, made in PDFS.items():
        data = made()
        inner = tuple(_places(data, b"%%EOF"))
        grown = inner if kind.startswith("grown") else ()
        yield Whole("pdf", kind, data, inner + tuple(_places(data, b"endobj")), grown)
    for kind, written in TIFFS.items():
        made_tiff = written()
        yield Whole("tiff", kind, made_tiff.data, made_tiff.ends)
    for kind, made in JPEGS.items():
        data = made()
        yield Whole("jpeg", kind, data, ends(data))
    for kind, made in PNGS.items():
        data = made()
        yield Whole("png", kind, data, tuple(_places(data, b"IDAT")))


def _places(data: bytes, mark: bytes) -> Iterator[int]:
    """Find where *mark* ends, and the line end behind it, before the last one."""
    place = data.find(mark)
    last = data.rfind(mark)
    while 0 <= place < last:
        yield place + len(mark)
        place = data.find(mark, place + 1)


def grown_pdf(pages: int) -> bytes:
    """Make a PDF of which each page came by an incremental update."""
    target = io.BytesIO()
    for number in range(pages):
        picture(number).save(target, "PDF", append=number > 0)
    return target.getvalue()


def saved_pdf(pages: int = 3, *, compress: bool = True, **save: object) -> bytes:
    """Make a PDF by qpdf with options of its writer."""
    return pdf(pages, compress_streams=compress, **save)


def with_pdf_inside() -> bytes:
    """Make a PDF that holds another one uncompressed, with its end mark."""
    return one_page(o4=stream(pdf(1), b"/Type/EmbeddedFile"), o5=b"7")


def with_attachment() -> bytes:
    """Make a PDF with a file attached."""
    with pikepdf.Pdf.open(io.BytesIO(pdf())) as opened:
        opened.attachments["a.pdf"] = pdf(1)
        target = io.BytesIO()
        opened.save(target)
        return target.getvalue()


def by_img2pdf(*pictures: bytes) -> bytes:
    """Make a PDF that holds pictures as they are."""
    made = img2pdf.convert(list(pictures))
    assert isinstance(made, bytes)
    return made


def by_pillow(**save: object) -> bytes:
    """Make a PDF with Pillow's writer."""
    target = io.BytesIO()
    rest = [picture(seed) for seed in range(1, 4)]
    picture().save(target, "PDF", save_all=True, append_images=rest, **save)  # type: ignore[arg-type]
    return target.getvalue()


def _g4() -> bytes:
    target = io.BytesIO()
    picture().convert("1").save(target, "TIFF", compression="group4")
    return target.getvalue()


_OBJECT_STREAMS = pikepdf.ObjectStreamMode.generate
_NO_STREAMS = pikepdf.ObjectStreamMode.disable

PDFS: dict[str, Callable[[], bytes]] = {
    "one page": partial(saved_pdf, 1),
    "ten pages": partial(saved_pdf, 10),
    "classic table": partial(saved_pdf, object_stream_mode=_NO_STREAMS),
    "object streams": partial(saved_pdf, object_stream_mode=_OBJECT_STREAMS),
    "linearized": partial(saved_pdf, linearize=True),
    "linearized, object streams": partial(
        saved_pdf, linearize=True, object_stream_mode=_OBJECT_STREAMS
    ),
    "readable (QDF)": partial(saved_pdf, qdf=True),
    "uncompressed": partial(saved_pdf, compress=False),
    "owner password, AES-256": partial(files.locked_pdf, owner_only=True),
    "owner password, RC4": partial(
        saved_pdf, encryption=pikepdf.Encryption(owner="o", user="", R=3, aes=False,
                                                 metadata=False)
    ),
    "by Pillow": by_pillow,
    "by Pillow, in color": lambda: by_pillow(author="Nguyễn"),
    "JPEG inside": lambda: by_img2pdf(gray(), gray(quality=40)),
    "G4 inside": lambda: by_img2pdf(_g4(), _g4()),
    "PNG inside": lambda: by_img2pdf(files.png(), files.png()),
    "a PDF inside": with_pdf_inside,
    "a file attached": with_attachment,
    "written by hand": lambda: one_page(page=b"<</Type/Page/Parent 2 0 R/MediaBox"
                                        b"[0 0 99 99]/Resources<<>>/Contents 4 0 R>>",
                                        o4=stream(b"0 0 9 9 re f " * 400)),
    "grown by two updates": partial(grown_pdf, 3),
    "grown by five updates": partial(grown_pdf, 6),
}  # fmt: skip
"""Twenty kinds."""


def _tiff(
    coding: str, *, tiled: bool = False, count: int = 3, **how: object
) -> Written:
    return write_tiff(sheets(coding, count, tiled=tiled), **how)  # type: ignore[arg-type]


def _by_libtiff(compression: str, *, big: bool = False) -> Written:
    return Written(files.tiff(compression, big=big), ())


TIFFS: dict[str, Callable[[], Written]] = {
    "libtiff, LZW": partial(_by_libtiff, "tiff_lzw"),
    "libtiff, G4": partial(_by_libtiff, "group4"),
    "libtiff, JPEG": partial(_by_libtiff, "jpeg"),
    "libtiff, big": partial(_by_libtiff, "tiff_lzw", big=True),
    "II strips, uncompressed": partial(_tiff, "none"),
    "MM strips, uncompressed": partial(_tiff, "none", order=">"),
    "II G4, directory first": partial(_tiff, "g4", layout=Layout.BEFORE_EACH),
    "MM G4": partial(_tiff, "g4", order=">"),
    "MM G4, directories last": partial(
        _tiff, "g4", order=">", layout=Layout.ALL_LAST
    ),
    "MM LZW, directories first": partial(
        _tiff, "lzw", order=">", layout=Layout.ALL_FIRST
    ),
    "II deflate, tiled": partial(_tiff, "deflate", tiled=True),
    "MM deflate, tiled, directories first": partial(
        _tiff, "deflate", tiled=True, order=">", layout=Layout.ALL_FIRST
    ),
    "II JPEG, tiled": partial(_tiff, "jpeg", tiled=True),
    "MM JPEG": partial(_tiff, "jpeg", order=">", layout=Layout.BEFORE_EACH),
    "II color JPEG": partial(_tiff, "color jpeg"),
    "big II JPEG, tiled": partial(_tiff, "jpeg", tiled=True, big=True),
    "big MM deflate": partial(_tiff, "deflate", order=">", big=True),
    "big II G4, directories last": partial(
        _tiff, "g4", big=True, layout=Layout.ALL_LAST
    ),
    "big MM, directory first": partial(
        _tiff, "none", order=">", big=True, layout=Layout.BEFORE_EACH
    ),
    "twelve pages": partial(_tiff, "g4", count=12),
}  # fmt: skip
"""Twenty kinds."""

PNGS: dict[str, Callable[[], bytes]] = {
    "gray": files.png,
    "wide": lambda: files.png((40, 900)),
}
