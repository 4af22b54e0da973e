"""Put encoded pictures into a PDF as they are, without decoding them."""

import io

import pikepdf
import PIL.Image
from pikepdf import Dictionary, Name, Stream

from pipeline.pdf.raster import own_size_limit

_GROUP_4 = "group4"
_STRIP_OFFSETS, _STRIP_SIZES, _PHOTOMETRIC, _FILL_ORDER = 273, 279, 262, 266
_BLACK_IS_ZERO = 1

_COLOR_SPACES = {"L": Name.DeviceGray, "RGB": Name.DeviceRGB}


def embed_picture(pdf: pikepdf.Pdf, picture: bytes, suffix: str) -> pikepdf.Object:
    """Make an image of *picture*, as `pipeline.pdf.picture.encode_picture` made it.

    Args:
        pdf: the file to put it into.
        picture: its bytes.
        suffix: ``.tif`` or ``.jpg``.

    Raises:
        ValueError: it is not of that kind.
    """
    with own_size_limit(), PIL.Image.open(io.BytesIO(picture)) as opened:
        if suffix == ".tif" and opened.format == "TIFF":
            stream = _to_fax(pdf, picture, opened)
        elif suffix == ".jpg" and opened.format == "JPEG":
            stream = _to_jpeg(pdf, picture, opened)
        else:
            raise ValueError(f"{opened.format} under {suffix}")
        stream.Type, stream.Subtype = Name.XObject, Name.Image
        stream.Width, stream.Height = opened.size
    return pdf.make_indirect(stream)


def embed_stencil(pdf: pikepdf.Pdf, picture: bytes) -> pikepdf.Object:
    """Make a stencil of a ``.tif`` picture: paint goes where its ink is.

    Raises:
        ValueError: it is not a TIFF of one Group 4 strip.
    """
    stencil = embed_picture(pdf, picture, ".tif")
    del stencil.ColorSpace
    stencil.ImageMask = True
    return stencil


def _to_fax(pdf: pikepdf.Pdf, data: bytes, picture: PIL.Image.Image) -> Stream:
    tags = picture.tag_v2  # type: ignore[attr-defined] # of TIFF files only
    offsets, sizes = tags[_STRIP_OFFSETS], tags[_STRIP_SIZES]
    is_plain = tags.get(_FILL_ORDER, 1) == 1 and len(offsets) == 1
    if picture.info.get("compression") != _GROUP_4 or not is_plain:
        raise ValueError("a TIFF not of one Group 4 strip")
    strip = data[offsets[0] : offsets[0] + sizes[0]]
    return Stream(
        pdf,
        strip,
        Filter=Name.CCITTFaxDecode,
        DecodeParms=Dictionary(
            K=-1,
            Columns=picture.width,
            Rows=picture.height,
            # Group 4 knows runs of two kinds; which of them is ink, the TIFF says.
            BlackIs1=tags[_PHOTOMETRIC] == _BLACK_IS_ZERO,
        ),
        ColorSpace=Name.DeviceGray,
        BitsPerComponent=1,
    )


def _to_jpeg(pdf: pikepdf.Pdf, data: bytes, picture: PIL.Image.Image) -> Stream:
    if picture.mode not in _COLOR_SPACES:
        raise ValueError(f"a JPEG of kind {picture.mode}")
    return Stream(
        pdf,
        data,
        Filter=Name.DCTDecode,
        ColorSpace=_COLOR_SPACES[picture.mode],
        BitsPerComponent=8,
    )
