"""A page taken apart into background and inks, kept as a PDF of one page.

This is what the work area holds beside the page's picture; `assemble` takes its images
over into the filed document as they are. By itself it opens in any viewer.
"""

import io

import numpy as np
import pikepdf
from pikepdf import Dictionary

from pipeline.imaging.arrays import WHITE, GrayImage, Image
from pipeline.imaging.fidelity import measure_fidelity
from pipeline.imaging.inks import Color
from pipeline.imaging.layers import BACKGROUND_DPI, Layers, find_layers
from pipeline.model.geometry import POINTS_PER_INCH
from pipeline.pdf.images import embed_picture, embed_stencil
from pipeline.pdf.jbig2 import Ink, Jbig2Coder, to_image
from pipeline.pdf.picture import encode_picture
from pipeline.pdf.transplant import Transplanter

LAYERS_SUFFIX = ".pdf"
"""Tells layers from pictures."""

BACKGROUND_QUALITY = 50
"""Of the JPEG, libjpeg's scale: nothing but paper and tints is in it."""


LARGEST = 40_000_000
"""Pixels: A2 at 300 dpi. Larger sheets are plans, and would take gigabytes."""

LONGEST_SIDE = 14_400.0
SHORTEST_SIDE = 3.0
"""Points: limits of a page in PDF/A-2 (ISO 19005-2, 6.1.13)."""


def encode_layers(
    image: Image, dpi: float, coder: Jbig2Coder | None = None
) -> bytes | None:
    """Encode a page as layers; None where they would not be faithful.

    The same pixels always give the same bytes.

    Args:
        image: gray or color, ink dark. Not changed.
        dpi: its resolution, pixels per inch.
        coder: codes the masks; None: they are in Group 4.
    """
    if not _is_page(image, dpi):
        return None
    layers = find_layers(image, dpi)
    if not measure_fidelity(image, layers, dpi).holds:
        return None
    return _write(layers, image.shape, dpi, coder)


def encode_bilevel(image: GrayImage, dpi: float, coder: Jbig2Coder) -> bytes | None:
    """Encode a page of 0 and 255 without loss; None where *coder* fails.

    Args:
        image: ink is 0. Not changed.
        dpi: its resolution, pixels per inch.
        coder: codes it.
    """
    data = coder.encode(image < WHITE) if _is_page(image, dpi) else None
    if data is None:
        return None
    across, down = (side * POINTS_PER_INCH / dpi for side in image.shape[::-1])
    with pikepdf.new() as pdf:
        made = to_image(pdf, data, image.shape, stencil=False)
        return _finished(pdf, Dictionary(Im0=made), (across, down), [])


def _is_page(image: Image, dpi: float) -> bool:
    """Tell whether *image* is neither a plan nor smaller than any page may be."""
    height, width = image.shape[:2]
    if height * width > LARGEST:
        return False
    sides: list[float] = [side * POINTS_PER_INCH / dpi for side in (height, width)]
    return min(sides) >= SHORTEST_SIDE and max(sides) <= LONGEST_SIDE


def copy_layers(
    into: Transplanter, layers: bytes, width: float, height: float
) -> tuple[Dictionary, bytes]:
    """Take what the page of *layers* shows over into another file.

    Args:
        into: the file to put it into.
        layers: as `encode_layers` made them, or `pipeline.pdf.vector.copy_vectors`.
        width: of the page they shall fill, points.
        height: points.

    Returns:
        Images and forms by name, and the content that paints them.

    Raises:
        ValueError: *layers* is not such a file.
    """
    try:
        with pikepdf.open(io.BytesIO(layers)) as source:
            page = source.pages[0]
            own_width, own_height = (float(side) for side in page.mediabox[2:])
            painting = page.Contents.read_bytes()
            images = {
                name: into.copy(image) for name, image in page.Resources.XObject.items()
            }
    except (pikepdf.PdfError, AttributeError, IndexError) as error:
        raise ValueError("no page of layers") from error
    fit = f"{width / own_width:.6f} 0 0 {height / own_height:.6f} 0 0 cm"
    return Dictionary(images), b"q %b\n%bQ\n" % (fit.encode(), painting)


def _write(
    layers: Layers, shape: tuple[int, ...], dpi: float, coder: Jbig2Coder | None
) -> bytes:
    height, width = shape[:2]
    across, down = (side * POINTS_PER_INCH / dpi for side in (width, height))
    with pikepdf.new() as pdf:
        background = encode_picture(
            layers.background,
            bilevel=False,
            dpi=min(dpi, BACKGROUND_DPI),
            quality=BACKGROUND_QUALITY,
        )
        images = Dictionary(Im0=embed_picture(pdf, background.data, background.suffix))
        paint = []
        for number, ink in enumerate(layers.inks, start=1):
            images[f"/Im{number}"] = _stencil(pdf, ink.mask, dpi, coder)
            paint.append(f"{_fill_color(ink.color)} /Im{number} Do")
        return _finished(pdf, images, (across, down), paint)


def _stencil(
    pdf: pikepdf.Pdf, mask: Ink, dpi: float, coder: Jbig2Coder | None
) -> pikepdf.Object:
    data = coder.encode(mask) if coder is not None else None
    if data is not None:
        return to_image(pdf, data, mask.shape, stencil=True)
    drawn = np.where(mask, 0, WHITE).astype(np.uint8)
    return embed_stencil(pdf, encode_picture(drawn, bilevel=True, dpi=dpi).data)


def _finished(
    pdf: pikepdf.Pdf, images: Dictionary, size: tuple[float, float], inks: list[str]
) -> bytes:
    """Paint the first image over all of a page, and *inks* over that."""
    pdf.add_blank_page(page_size=size)
    frame = f"q {size[0]:.3f} 0 0 {size[1]:.3f} 0 0 cm /Im0 Do"
    page = pdf.pages[0]
    page.obj.Resources = Dictionary(XObject=images)
    page.obj.Contents = pdf.make_stream("\n".join([frame, *inks, "Q\n"]).encode())
    target = io.BytesIO()
    pdf.save(target, deterministic_id=True)
    return target.getvalue()


def _fill_color(color: Color) -> str:
    """Write the operator that sets the color to paint stencils with."""
    levels = " ".join(f"{level / WHITE:.3f}" for level in color)
    return f"{levels} {'g' if len(color) == 1 else 'rg'}"
