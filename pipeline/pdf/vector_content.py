"""Copy contents operator by operator: painting and text, nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Operator, Pdf, Stream, String

from pipeline.pdf.printing_inks import to_screen
from pipeline.pdf.vector_fonts import UsedFont
from pipeline.pdf.vector_parts import Parts
from pipeline.pdf.vector_streams import (
    CannotCopy,
    Reader,
    take_dictionary,
    take_number,
    take_numbers,
)

_MOST_OPERATORS = 200_000
"""Of a page with all its forms; a full page of text has 3,000, a map perhaps these
many."""

_MOST_FORMS = 300
_DEEPEST_FORM = 6
_DEEPEST_SAVE = 26
"""``q`` within ``q``; PDF/A-2 allows 28 (6.1.13), two are the writer's own."""

_LONGEST_STRING = 32_767
"""Bytes (ISO 19005-2, 6.1.13)."""

_OPERANDS = {
    **dict.fromkeys(("q", "Q", "h", "S", "s", "f", "f*", "B", "B*", "b", "b*"), 0),
    **dict.fromkeys(("n", "W", "W*", "BT", "ET", "T*", "F"), 0),
    **dict.fromkeys(("w", "J", "j", "M", "i", "g", "G"), 1),
    **dict.fromkeys(("Tc", "Tw", "Tz", "TL", "Tr", "Ts"), 1),
    **dict.fromkeys(("m", "l", "Td", "TD"), 2),
    **dict.fromkeys(("rg", "RG"), 3),
    **dict.fromkeys(("v", "y", "re"), 4),
    **dict.fromkeys(("c", "cm", "Tm"), 6),
}
"""Operators whose operands are numbers, and how many."""

_DROPPED = {"BX", "EX", "MP", "DP", "BMC", "EMC", "ri"}
"""Marks for other programs, and a rendering intent, which screens do not obey."""


@dataclass(slots=True)
class _Made:
    """A content stream in the making."""

    operators: list[tuple[Sequence[Any], Operator]]
    resources: dict[str, dict[str, Object]]

    def name(self, kind: str, prefix: str, value: Object) -> Name:
        """Give a resource a name in the new stream, the same one for the same."""
        held = self.resources.setdefault(kind, {})
        for name, known in held.items():
            if known is value or (value.is_indirect and known.objgen == value.objgen):
                return Name(name)
        name = f"/{prefix}{len(held)}"
        held[name] = value
        return Name(name)


class ContentCopier:
    """Copies the contents of one page and of the forms it is made of into *out*."""

    def __init__(self, out: Pdf) -> None:
        self._out = out
        self._reader = Reader()
        self._parts = Parts(out, self._reader)
        self._scratch = pikepdf.new()
        self._forms: dict[tuple[int, int], Object] = {}
        self._open: set[tuple[int, int]] = set()
        self._fonts: dict[object, UsedFont] = {}
        self._operators = 0

    def copy_page(self, page: Object, box: Array, matrix: Array) -> Object:
        """Make one form of all that *page* shows.

        Args:
            page: its dictionary, with nothing inherited.
            box: what of it is seen.
            matrix: turns that upright, its corner at the origin.

        Raises:
            CannotCopy: something on the page is not allowed.
        """
        found = page.get("/Contents", Array([]))
        streams = found.as_list() if isinstance(found, Array) else [found]
        data = b"\n".join(self._reader.decode(each) for each in streams)
        resources = take_dictionary(page.get("/Resources", Dictionary()))
        form = self._form(data, resources, box, 1)
        form.Matrix = matrix
        for font in self._fonts.values():
            font.write(self._out, self._reader)
        return self._out.make_indirect(form)

    def _form(self, data: bytes, resources: Object, box: Array, depth: int) -> Stream:
        made = self._copy(data, resources, depth)
        while made.depth:
            made.add("Q")
            made.depth -= 1
        content = pikepdf.unparse_content_stream(made.content.operators)
        form = Stream(self._out, content)
        form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, box
        form.Resources = Dictionary(
            {
                f"/{kind}": Dictionary(held)
                for kind, held in made.content.resources.items()
            }
        )
        return form

    def _copy(self, data: bytes, resources: Object, depth: int) -> "_State":
        state = _State(self, _Made([], {}), resources, depth)
        try:
            parsed = pikepdf.parse_content_stream(Stream(self._scratch, data))
        except pikepdf.PdfError as error:
            raise CannotCopy("contents that do not parse") from error
        self._operators += len(parsed)
        if self._operators > _MOST_OPERATORS:
            raise CannotCopy(f"more than {_MOST_OPERATORS} operators")
        for each in parsed:
            if not isinstance(each, pikepdf.ContentStreamInstruction):
                raise CannotCopy("a picture within contents")
            state.copy(str(each.operator), list(each.operands))
        return state

    def font(self, found: object) -> UsedFont:
        """Note a font as used; it is copied when all its letters are known."""
        font = take_dictionary(found)
        key: object = font.objgen if font.is_indirect else font.unparse()
        if key not in self._fonts:
            place = self._out.make_indirect(Dictionary())
            self._fonts[key] = UsedFont(font, place)
        return self._fonts[key]

    def drawn(self, found: object, resources: Object, depth: int) -> Object:
        """Copy a picture or a form."""
        if not isinstance(found, Stream) or "/OC" in found:
            raise CannotCopy("nothing to draw, or what may be switched off")
        if found.get("/Subtype") == Name.Image:
            return self._parts.picture(found, resources)
        if found.get("/Subtype") != Name.Form:
            raise CannotCopy("something else than a picture or a form")
        key = found.objgen
        if key in self._forms:
            return self._forms[key]
        if key in self._open or depth > _DEEPEST_FORM:
            raise CannotCopy("forms within forms")
        if len(self._forms) >= _MOST_FORMS:
            raise CannotCopy(f"more than {_MOST_FORMS} forms")
        self._open.add(key)
        own = take_dictionary(found.get("/Resources", resources))
        box = take_numbers(found.get("/BBox"), 4)
        form = self._form(self._reader.decode(found), own, box, depth)
        if "/Matrix" in found:
            form.Matrix = take_numbers(found.Matrix, 6)
        if "/Group" in found:
            form.Group = self._parts.group(found.Group, own)
        self._open.discard(key)
        self._forms[key] = self._out.make_indirect(form)
        return self._forms[key]

    @property
    def parts(self) -> Parts:
        """What copies pictures, colors and states."""
        return self._parts


class _State:
    """Follows one content stream: what is saved, and which font is set."""

    def __init__(
        self, copier: ContentCopier, content: _Made, resources: Object, depth: int
    ) -> None:
        self._copier = copier
        self.content = content
        self._resources = resources
        self._form_depth = depth
        self._font: UsedFont | None = None
        self._saved: list[UsedFont | None] = []

    @property
    def depth(self) -> int:
        return len(self._saved)

    @depth.setter
    def depth(self, value: int) -> None:
        del self._saved[value:]

    def add(self, operator: str, *operands: object) -> None:
        self.content.operators.append((operands, Operator(operator)))

    def copy(self, operator: str, operands: list[Object]) -> None:
        """Copy one operator, or raise CannotCopy."""
        count = _OPERANDS.get(operator)
        if count is not None:
            self._paint(operator, operands, count)
        elif operator in _DROPPED:
            return
        elif operator == "BDC":
            if operands and operands[0] == Name.OC:
                raise CannotCopy("contents that may be switched off")
        elif operator in _SPECIAL:
            _SPECIAL[operator](self, operator, operands)
        else:
            raise CannotCopy(f"the operator {operator}"[:40])

    def _paint(self, operator: str, operands: list[Object], count: int) -> None:
        if len(operands) != count:
            raise CannotCopy(f"{operator} with {len(operands)} operands")
        if operator == "q":
            self._saved.append(self._font)
            if self.depth + self._form_depth > _DEEPEST_SAVE:
                raise CannotCopy("q within q")
        elif operator == "Q":
            if not self._saved:
                return  # readers pass over it
            self._font = self._saved.pop()
        self.add(
            "f" if operator == "F" else operator,
            *(take_number(each) for each in operands),
        )

    def _inks(self, operator: str, operands: list[Object]) -> None:
        """Set the color of printing inks: an archive file cannot define the inks."""
        inks = [float(take_number(each)) for each in _exactly(4, operands)]
        color = to_screen(*inks)
        self.add(
            "rg" if operator == "k" else "RG", *(Decimal(str(each)) for each in color)
        )

    def _dashes(self, operator: str, operands: list[Object]) -> None:
        dashes, phase = _exactly(2, operands)
        self.add(operator, take_numbers(dashes), take_number(phase))

    def _color_space(self, operator: str, operands: list[Object]) -> None:
        (found,) = _exactly(1, operands)
        space = self._copier.parts.color_space(found, self._resources)
        if isinstance(space, Name):
            self.add(operator, space)
        else:
            self.add(operator, self.content.name("ColorSpace", "C", space))

    def _color(self, operator: str, operands: list[Object]) -> None:
        if not 1 <= len(operands) <= 4:
            raise CannotCopy("a color that is none")
        self.add(operator, *(take_number(each) for each in operands))

    def _state(self, operator: str, operands: list[Object]) -> None:
        found = self._resource("/ExtGState", operands)
        state = self._copier.parts.state(found)
        self.add(operator, self.content.name("ExtGState", "G", state))

    def _draw(self, operator: str, operands: list[Object]) -> None:
        found = self._resource("/XObject", operands)
        depth = self._form_depth + 1
        made = self._copier.drawn(found, self._resources, depth)
        self.add(operator, self.content.name("XObject", "X", made))

    def _set_font(self, operator: str, operands: list[Object]) -> None:
        name, size = _exactly(2, operands)
        self._font = self._copier.font(self._resource("/Font", [name]))
        place = self.content.name("Font", "F", self._font.place)
        self.add(operator, place, take_number(size))

    def _show(self, operator: str, operands: list[Object]) -> None:
        numbers = [take_number(each) for each in operands[:-1]]
        if len(numbers) != (2 if operator == '"' else 0) or not operands:
            raise CannotCopy(f"{operator} with {len(operands)} operands")
        self.add(operator, *numbers, self._text(operands[-1]))

    def _show_spaced(self, operator: str, operands: list[Object]) -> None:
        (found,) = _exactly(1, operands)
        if not isinstance(found, Array):
            raise CannotCopy("text that is none")
        parts = [
            self._text(each) if isinstance(each, String) else take_number(each)
            for each in found.as_list()
        ]
        self.add(operator, Array(parts))

    def _text(self, found: Object) -> String:
        if not isinstance(found, String) or self._font is None:
            raise CannotCopy("text without letters or without a font")
        codes = bytes(found)
        if len(codes) > _LONGEST_STRING:
            raise CannotCopy("too long a text")
        self._font.use(codes)
        return String(codes)

    def _resource(self, kind: str, operands: list[Object]) -> Object:
        (name,) = _exactly(1, operands)
        held = self._resources.get(kind)
        if not isinstance(held, Dictionary) or not isinstance(name, Name):
            raise CannotCopy(f"nothing in {kind}")
        found = held.get(str(name))
        if found is None:
            raise CannotCopy(f"nothing in {kind}")
        return found


_SPECIAL = {
    "k": _State._inks,  # noqa: SLF001 - its own table
    "K": _State._inks,  # noqa: SLF001
    "d": _State._dashes,  # noqa: SLF001
    "cs": _State._color_space,  # noqa: SLF001
    "CS": _State._color_space,  # noqa: SLF001
    **dict.fromkeys(("sc", "SC", "scn", "SCN"), _State._color),  # noqa: SLF001
    "gs": _State._state,  # noqa: SLF001
    "Do": _State._draw,  # noqa: SLF001
    "Tf": _State._set_font,  # noqa: SLF001
    **dict.fromkeys(("Tj", "'", '"'), _State._show),  # noqa: SLF001
    "TJ": _State._show_spaced,  # noqa: SLF001
}


def _exactly(count: int, operands: list[Object]) -> list[Object]:
    if len(operands) != count:
        raise CannotCopy(f"{len(operands)} operands for {count}")
    return operands
