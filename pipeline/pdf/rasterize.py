"""Open a scan of any accepted kind and turn its pages into pixels."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.model.scan import MediaType
from pipeline.pdf.image_scan import ImageScan
from pipeline.pdf.pdf_scan import PdfScan
from pipeline.pdf.raster import MAX_PIXELS, Raster, Scan

__all__ = ["Raster", "Scan", "open_scan"]


@contextmanager
def open_scan(
    path: Path, media_type: MediaType, *, max_pixels: int = MAX_PIXELS
) -> Iterator[Scan]:
    """Open the scan at *path* for the time of a ``with`` block.

    Args:
        path: the file; its name plays no part.
        media_type: what `pipeline.intake` found its content to be.
        max_pixels: largest page drawn; checked before memory is taken for it.

    Raises:
        EncryptedScan: a password is needed.
        DamagedScan: the file does not open as what it is said to be.
        NoPagesScan: it has no pages.
        OversizedScan: a single picture larger than *max_pixels*.
    """
    scan: Scan
    if media_type is MediaType.PDF:
        scan = PdfScan(path, max_pixels=max_pixels)
    else:
        scan = ImageScan(path, media_type, max_pixels=max_pixels)
    try:
        yield scan
    finally:
        scan.close()
