"""Copy what contents refer to: pictures, colors, states; each by what it may hold."""

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String

from pipeline.pdf.vector_streams import (
    CannotCopy,
    Reader,
    is_true,
    take_dictionary,
    take_name,
    take_number,
    take_numbers,
    take_whole,
)

DEVICE_COLORS = ("/DeviceGray", "/DeviceRGB")
"""Defined by the output intent, which is sRGB; inks of printing are not."""

_INTENTS = (
    *("/AbsoluteColorimetric", "/RelativeColorimetric", "/Saturation", "/Perceptual"),
)
_BLEND_MODES = (
    *("/Normal", "/Compatible", "/Multiply", "/Screen", "/Overlay", "/Darken"),
    *("/Lighten", "/ColorDodge", "/ColorBurn", "/HardLight", "/SoftLight"),
    *("/Difference", "/Exclusion", "/Hue", "/Saturation", "/Color", "/Luminosity"),
)
_STATE_NUMBERS = ("/LW", "/LC", "/LJ", "/ML", "/FL", "/CA", "/ca")
_STATE_SWITCHES = ("/AIS", "/TK", "/SA")
_FORBIDDEN_STATES = ("/Font", "/TR", "/TR2", "/BG", "/UCR", "/HT", "/HTP")
"""Entries of a graphics state that PDF/A-2 forbids (6.2.5), and a font, which text is
followed by. ``TR2`` and ``BG2`` may say *Default*; so does their absence."""

_CALIBRATED = {
    "/CalGray": ("/WhitePoint", "/BlackPoint", "/Gamma"),
    "/CalRGB": ("/WhitePoint", "/BlackPoint", "/Gamma", "/Matrix"),
    "/Lab": ("/WhitePoint", "/BlackPoint", "/Range"),
}
_PROFILES = {1: b"GRAY", 3: b"RGB "}
_PROFILE_CLASSES = (b"scnr", b"mntr", b"prtr", b"spac")
_PROFILE_HEADER = 128

_LONGEST_SIDE = 65_535
"""Pixels of a picture."""

_DEEPEST_MASK = 2
"""A picture's mask has no mask of its own."""


class Parts:
    """Copies parts of a foreign page into *out*; each once."""

    def __init__(self, out: Pdf, reader: Reader) -> None:
        self._out = out
        self._reader = reader
        self._pictures: dict[tuple[int, int], Object] = {}
        self._profiles: dict[tuple[int, int], Object] = {}

    def picture(self, image: Object, resources: Object, depth: int = 1) -> Object:
        """Copy a picture with its masks.

        Raises:
            CannotCopy: as all methods of this class do.
        """
        known = self._pictures.get(image.objgen)
        if known is not None:
            return known
        if depth > _DEEPEST_MASK:
            raise CannotCopy("masks of masks")
        data, entries = self._reader.picture(image)
        made = Stream(self._out, data, entries)
        made.Type, made.Subtype = Name.XObject, Name.Image
        for key in ("/Width", "/Height"):
            made[key] = take_whole(image.get(key), 1, _LONGEST_SIDE)
        if is_true(image.get("/ImageMask")):
            made.ImageMask, made.BitsPerComponent = True, 1
        else:
            made.BitsPerComponent = take_whole(image.get("/BitsPerComponent"), 1, 16)
            made.ColorSpace = self.color_space(image.get("/ColorSpace"), resources)
        self._add_masks(made, image, resources, depth)
        if "/Decode" in image:
            made.Decode = take_numbers(image.Decode)
        if "/Intent" in image:
            made.Intent = take_name(image.Intent, _INTENTS)
        kept = self._out.make_indirect(made)
        self._pictures[image.objgen] = kept
        return kept

    def _add_masks(
        self, made: Stream, image: Object, resources: Object, depth: int
    ) -> None:
        if "/SMaskInData" in image or "/OC" in image:
            raise CannotCopy("a picture that may be switched off")
        mask = image.get("/Mask")
        if isinstance(mask, Stream):
            made.Mask = self.picture(mask, resources, depth + 1)
        elif mask is not None:
            made.Mask = take_numbers(mask)
        soft = image.get("/SMask")
        if soft is not None:
            if not isinstance(soft, Stream):
                raise CannotCopy("a mask that is none")
            made.SMask = self.picture(soft, resources, depth + 1)
            if "/Matte" in soft:
                made.SMask.Matte = take_numbers(soft.Matte)

    def color_space(self, found: object, resources: Object) -> Object:
        """Copy a color space that *resources* may name."""
        held = resources.get("/ColorSpace", Dictionary())
        spaces = take_dictionary(held)
        if any(key in spaces for key in ("/DefaultGray", "/DefaultRGB")):
            raise CannotCopy("device colors redefined")
        if isinstance(found, Name):
            if str(found) in DEVICE_COLORS:
                return Name(str(found))
            found = spaces.get(str(found))
            if isinstance(found, Name):
                return take_name(found, DEVICE_COLORS)
        if not isinstance(found, Array) or not len(found):
            raise CannotCopy("a color space of another kind")
        kind, *rest = found.as_list()
        name = str(kind)
        if name in DEVICE_COLORS and not rest:
            return Name(name)
        if name in _CALIBRATED and len(rest) == 1:
            said = take_dictionary(rest[0])
            entries = {}
            for key in _CALIBRATED[name]:
                if key in said:
                    value = said[key]
                    is_list = isinstance(value, Array)
                    entries[key] = (take_numbers if is_list else take_number)(value)
            return Array([Name(name), Dictionary(entries)])
        if name == "/ICCBased" and len(rest) == 1:
            return Array([Name.ICCBased, self._profile(rest[0])])
        if name == "/Indexed" and len(rest) == 3:
            return self._indexed(rest, resources)
        raise CannotCopy(f"a color space of kind {name}"[:80])

    def _profile(self, stream: Object) -> Object:
        known = self._profiles.get(stream.objgen)
        if known is not None:
            return known
        data = self._reader.decode(stream)
        count = take_whole(stream.get("/N"), 1, 3)
        if (
            len(data) <= _PROFILE_HEADER
            or data[36:40] != b"acsp"
            or data[8] > 4
            or data[12:16] not in _PROFILE_CLASSES
            or data[16:20] != _PROFILES.get(count)
        ):
            raise CannotCopy("a color profile that is not one of screens")
        made = self._out.make_indirect(Stream(self._out, data, N=count))
        self._profiles[stream.objgen] = made
        return made

    def _indexed(self, rest: list[Object], resources: Object) -> Array:
        base, highest, table = rest
        copied = self.color_space(base, resources)
        if isinstance(copied, Array) and copied[0] == Name.Indexed:
            raise CannotCopy("a palette of palettes")
        if isinstance(table, Stream):
            data = self._reader.decode(table)
        elif isinstance(table, String):
            data = bytes(table)
        else:
            raise CannotCopy("a palette without colors")
        return Array([Name.Indexed, copied, take_whole(highest, 0, 255), String(data)])

    def state(self, found: object) -> Dictionary:
        """Copy a graphics state: widths, joins, dashes, opacity, blending."""
        state = take_dictionary(found)
        for key in _FORBIDDEN_STATES:
            if key in state and state[key] not in (Name.Default, Name.Identity):
                raise CannotCopy(f"a graphics state with {key}")
        made = Dictionary(Type=Name.ExtGState)
        for key in _STATE_NUMBERS:
            if key in state:
                made[key] = take_number(state[key])
        for key in _STATE_SWITCHES:
            if key in state:
                made[key] = is_true(state[key])
        if "/D" in state:
            dashes = state.D
            if not isinstance(dashes, Array) or len(dashes) != 2:
                raise CannotCopy("dashes that are none")
            made.D = Array([take_numbers(dashes[0]), take_number(dashes[1])])
        if "/BM" in state:
            made.BM = take_name(state.BM, _BLEND_MODES)
        if "/SMask" in state:
            made.SMask = take_name(state.SMask, ("/None",))
        return made

    def group(self, found: object, resources: Object) -> Dictionary:
        """Copy what makes a form a group of transparency."""
        group = take_dictionary(found)
        take_name(group.get("/S"), ("/Transparency",))
        made = Dictionary(Type=Name.Group, S=Name.Transparency)
        for key in ("/I", "/K"):
            if key in group:
                made[key] = is_true(group[key])
        if "/CS" in group:
            made.CS = self.color_space(group.CS, resources)
        return made
