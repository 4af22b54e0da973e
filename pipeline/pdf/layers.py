"""A page taken apart into background and inks, kept as a PDF of one page.

This is what the work area holds beside the page's picture; `assemble` takes its images
over into the filed document as they are. By itself it opens in any viewer.
"""

import io

import numpy as np
import pikepdf
from pikepdf import Dictionary

from pipeline.imaging.arrays import WHITE, Image
from pipeline.imaging.fidelity import measure_fidelity
from pipeline.imaging.inks import Color
from pipeline.imaging.layers import BACKGROUND_DPI, Layers, find_layers
from pipeline.model.geometry import POINTS_PER_INCH
from pipeline.pdf.images import embed_picture, embed_stencil
from pipeline.pdf.picture import encode_picture
from pipeline.pdf.transplant import Transplanter

LAYERS_SUFFIX = ".pdf"
"""Tells layers from pictures."""

BACKGROUND_QUALITY = 50
"""Of the JPEG, libjpeg's scale: nothing but paper and tints is in it."""


LARGEST = 40_000_000
"""Pixels: A2 at 300 dpi. Larger sheets are plans, and would take gigabytes."""


def encode_layers(image: Image, dpi: float) -> bytes | None:
    """Encode a page as layers; None where they would not be faithful.

    The same pixels always give the same bytes.

    Args:
        image: gray or color, ink dark. Not changed.
        dpi: its resolution, pixels per inch.
    """
    if image.shape[0] * image.shape[1] > LARGEST:
        return None
    layers = find_layers(image, dpi)
    if not measure_fidelity(image, layers, dpi).holds:
        return None
    return _write(layers, image.shape, dpi)


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


def _write(layers: Layers, shape: tuple[int, ...], dpi: float) -> bytes:
    height, width = shape[:2]
    across, down = (side * POINTS_PER_INCH / dpi for side in (width, height))
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(across, down))
        background = encode_picture(
            layers.background,
            bilevel=False,
            dpi=min(dpi, BACKGROUND_DPI),
            quality=BACKGROUND_QUALITY,
        )
        images = Dictionary(Im0=embed_picture(pdf, background.data, background.suffix))
        paint = [f"q {across:.3f} 0 0 {down:.3f} 0 0 cm /Im0 Do"]
        for number, ink in enumerate(layers.inks, start=1):
            drawn = np.where(ink.mask, 0, WHITE).astype(np.uint8)
            stencil = encode_picture(drawn, bilevel=True, dpi=dpi)
            images[f"/Im{number}"] = embed_stencil(pdf, stencil.data)
            paint.append(f"{_fill_color(ink.color)} /Im{number} Do")
        page = pdf.pages[0]
        page.obj.Resources = Dictionary(XObject=images)
        page.obj.Contents = pdf.make_stream("\n".join([*paint, "Q\n"]).encode())
        target = io.BytesIO()
        pdf.save(target, deterministic_id=True)
    return target.getvalue()


def _fill_color(color: Color) -> str:
    """Write the operator that sets the color to paint stencils with."""
    levels = " ".join(f"{level / WHITE:.3f}" for level in color)
    return f"{levels} {'g' if len(color) == 1 else 'rg'}"
