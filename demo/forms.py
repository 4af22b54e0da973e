"""Draw a paper of any document type from its template: heading, labels, made-up values.

The template says what is printed; this only lays it out. So every type has a golden
sample, also one that was written a minute ago.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from demo.administrative import Administrative, draw_administrative
from demo.cards import draw_id_card
from demo.codes import draw_code128
from demo.fonts import Face
from demo.people import Person, make_person
from demo.receipt import Receipt, draw_receipt
from demo.sheet import (
    BLUE,
    BOTTOM,
    INK,
    LEFT,
    MIDDLE,
    RIGHT,
    DrawnPage,
    Sheet,
    national_heading,
)
from demo.values import MadeUp, make_values
from pipeline.model.template import DocType, FieldRule, Half, Kind, Take

_MORE = "…"
_OPEN_ENDS = {
    "Hợp đồng …": "thuê nhà ở",
    "Biên bản …": "bàn giao hồ sơ",
    "Đơn xin …": "xác nhận cư trú",
}
_LAW_NAME = "Giao dịch điện tử"
_OPEN_END = "về việc giải quyết hồ sơ"
_GUTTER = 6.0
_GRID_BOX = 5.2
"""Millimetres across one box of a letter grid."""

_SIGNER = "Trần Thị Mẫu"
_RECEIPT, _CARD, _LAW = "giay-tiep-nhan-ho-so", "can-cuoc", "luat"


@dataclass(frozen=True, slots=True)
class Style:
    """How the values were filled in."""

    name: str
    face: Face = Face.REGULAR
    size: float = 12.5
    color: tuple[int, int, int] = INK
    dotted: bool = False
    unsteady: float = 0.0
    """Millimetres that each word stands off its line, as from a hand."""


PRINTED = Style("printed")
FILLED = Style("filled", dotted=True)
TYPED = Style("typed", Face.TYPED, 11.5, dotted=True)
SANS = Style("sans", Face.SANS, 11.0)
WRITTEN = Style("written", Face.SCRIPT, 15.0, BLUE, dotted=True, unsteady=0.5)
STYLES = (PRINTED, FILLED, TYPED, SANS, WRITTEN)


def draw_form(
    doctype: DocType, seed: int, *, style: Style = PRINTED, dpi: int = 200
) -> tuple[DrawnPage, ...]:
    """Draw a paper of *doctype* with made-up people and values.

    Papers of Decree 30/2020, receipts and identity cards are drawn as they are printed
    by offices; all others as forms. The first page has the truth of all.

    Args:
        doctype: the template.
        seed: the same seed draws the same paper.
        style: of the values of forms.
        dpi: pixels per inch.
    """
    chance = random.Random(f"{doctype.code} {seed}")
    if doctype.code == _CARD:
        return _card(make_person(chance.randrange(10**6)), dpi)
    if doctype.code == _RECEIPT:
        return _receipt(chance, dpi)
    if doctype.type_code and not any(
        rule.labels for rule in doctype.fields if rule.kind is not Kind.AGENCY
    ):
        return _official(doctype, chance, dpi)
    return _Form(doctype, chance, style, dpi).draw()


def heading_of(doctype: DocType, chance: random.Random) -> str:
    """Choose one of the headings; one with an open end goes on."""
    heading = chance.choice(doctype.headings)
    if not heading.endswith(_MORE):
        return heading
    return heading.replace(_MORE, _OPEN_ENDS.get(heading, _OPEN_END))


def _card(person: Person, dpi: int) -> tuple[DrawnPage, ...]:
    front = draw_id_card(person, "front", magnified=1.5, dpi=dpi)
    back = draw_id_card(person, "back", magnified=1.5, dpi=dpi)
    truth = {**front.truth, **back.truth, "loai_van_ban": "Căn cước"}
    return replace(front, truth={**truth, "chip_id": person.personal_id}), back


def _receipt(chance: random.Random, dpi: int) -> tuple[DrawnPage, ...]:
    person = make_person(chance.randrange(10**6))
    code = f"H50.32.05-261008-{chance.randrange(10**4):04d}"
    page = draw_receipt(person, code, Receipt(), dpi=dpi)
    truth = {**page.truth, "loai_van_ban": "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"}
    return (replace(page, truth=truth),)


def _official(
    doctype: DocType, chance: random.Random, dpi: int
) -> tuple[DrawnPage, ...]:
    closed = [each for each in doctype.headings if not each.endswith(_MORE)]
    kind = chance.choice(closed) if closed else "Công văn"
    if doctype.headings and not closed:
        kind = heading_of(doctype, chance)
    letters = doctype.abbreviations[0] if doctype.abbreviations else "UBND"
    tail = "UBND" if doctype.abbreviations else "VP"
    named = doctype.code == _LAW  # a law's name is its subject
    paper = Administrative(
        kind=kind,
        subject=_LAW_NAME if named else Administrative().subject,
        doctype=doctype.code,
        number=f"{chance.randint(10, 999)}/{letters}-{tail}",
        signer=make_person(chance.randrange(10**6)).full_name,
        seed=chance.randrange(99),
    )
    first, *others = draw_administrative(paper, dpi=dpi)
    truth = {**first.truth, "loai_van_ban": kind if named else doctype.title}
    if named:
        truth["trich_yeu"] = f"{kind} {paper.subject}"
    if doctype.fields:
        truth["addressee"] = paper.addressee
    return replace(first, truth=truth), *others


class _Form:
    """A form being filled in, page after page."""

    def __init__(
        self, doctype: DocType, chance: random.Random, style: Style, dpi: int
    ) -> None:
        self._doctype = doctype
        self._chance = chance
        self._style = style
        self._sheets = [Sheet(dpi)]
        self._made: MadeUp = make_values(doctype, chance)
        self._size = 12.0
        self._y = 22.0

    @property
    def _sheet(self) -> Sheet:
        return self._sheets[-1]

    def draw(self) -> tuple[DrawnPage, ...]:
        self._print_head()
        for group in self._groups():
            self._make_room(12 if len(group) > 1 else 7)
            if group[0].take is Take.TABLE_COLUMN:
                self._print_table(group)
            elif group[0].half is not None:
                self._print_halves(group)
            else:
                self._print_field(group[0])
        self._print_end()
        truth = {
            **self._made.values,
            "loai_van_ban": self._doctype.title,
            "ngay_ban_hanh": "08/12/2025",
            "nguoi_ky": _SIGNER,
        }
        first, *others = [sheet.finish(self._doctype.code) for sheet in self._sheets]
        whole = DrawnPage(first.image, first.dpi, first.doctype, truth, first.lines)
        return whole, *others

    def _print_head(self) -> None:
        self._y = national_heading(self._sheet, MIDDLE, self._y) + 6
        heading = heading_of(self._doctype, self._chance).upper()
        for row in self._sheet.wrap(heading, 120, 14, Face.BOLD):
            text = " ".join(row)
            self._sheet.print(text, MIDDLE, self._y, 14, Face.BOLD, align="middle")
            self._y += self._sheet.leading(14)
        self._y += 6
        code = [r for r in self._doctype.fields if r.take is Take.CODE]
        for rule in code:
            picture = draw_code128(self._made.values[rule.name], self._sheet.dpi)
            self._sheet.paste(picture, LEFT, self._y - 4)
            self._y += 16

    def _groups(self) -> Iterator[list[FieldRule]]:
        """Fields that stand side by side: halves of a page, columns of a table."""
        group: list[FieldRule] = []
        seen: set[str] = set()
        for rule in self._doctype.fields:
            if not rule.labels or rule.name in seen:
                continue
            group = [rule]
            if rule.half is not None or rule.take is Take.TABLE_COLUMN:
                group += [
                    other
                    for other in self._doctype.fields
                    if other.name not in seen | {rule.name}
                    and _stands_beside(rule, other)
                    and _same_line(rule, other)
                ][:1]
            seen |= {each.name for each in group}
            yield group

    def _make_room(self, needed: float) -> None:
        if self._y > BOTTOM - 10 - needed:
            self._sheets.append(Sheet(self._sheet.dpi))
            number = str(len(self._sheets))
            self._sheet.print(number, MIDDLE, 13, 13, align="middle")
            self._y = 24.0

    def _print_field(self, rule: FieldRule) -> None:
        if rule.after is not None and not self._stands(rule.after):
            anchor = rule.after
            self._sheet.print(anchor, LEFT, self._y, self._size, Face.BOLD)
            self._y += self._sheet.leading(self._size) + 1
        label = f"{self._chance.choice(rule.labels)}:"
        value = self._made.values[rule.name]
        if rule.take is Take.LETTER_GRID:
            self._print_grid(label, value)
            return
        start = self._sheet.print(label, LEFT, self._y, self._size) + 1.5
        if rule.take is Take.BELOW_LABEL:
            self._y += self._sheet.leading(self._size)
            start = LEFT
        self._y = self._fill(value, start, LEFT, RIGHT)

    def _fill(self, value: str, start: float, left: float, right: float) -> float:
        """Write *value* from *start* on, going on below at *left*; gives the next y."""
        style, sheet, y = self._style, self._sheet, self._y
        rows = sheet.wrap(
            value, right - left, style.size, style.face, indent=start - left
        )
        for index, row in enumerate(rows):
            x = start if index == 0 else left
            if style.dotted:
                sheet.dots(x, right, y + 0.4, self._size)
            for word in row:
                shift = self._chance.uniform(-style.unsteady, style.unsteady)
                raised = 1.0 if style.dotted else 0.0
                x = sheet.print(
                    word,
                    x,
                    y - raised + shift,
                    style.size,
                    style.face,
                    color=style.color,
                )
                x += sheet.width_of(" ", style.size, style.face) + abs(shift)
            y += sheet.leading(max(self._size, style.size)) + 0.8
        return y

    def _print_grid(self, label: str, value: str) -> None:
        sheet, y = self._sheet, self._y
        x = sheet.print(label, LEFT, y, self._size) + 3
        for letter in value.upper():
            if x + _GRID_BOX > RIGHT:
                x, y = LEFT, y + _GRID_BOX + 2
            sheet.box(x, y - 4.4, x + _GRID_BOX, y + 1.2)
            middle = x + _GRID_BOX / 2
            sheet.print(letter, middle, y, self._size, align="middle")
            x += _GRID_BOX
        self._y = y + _GRID_BOX + 3.5

    def _print_halves(self, group: list[FieldRule]) -> None:
        ends = []
        for rule in group:
            left = LEFT if rule.half is Half.LEFT else MIDDLE + _GUTTER / 2
            right = MIDDLE - _GUTTER / 2 if rule.half is Half.LEFT else RIGHT
            label = f"{self._chance.choice(rule.labels)}:"
            x = self._sheet.print(label, left, self._y, self._size) + 1.5
            value = self._made.values[rule.name]
            ends.append(self._fill(value, x, left, right))
        self._y = max(ends)

    def _print_table(self, group: list[FieldRule]) -> None:
        """Print one row of a table: label, then a cell for each column."""
        fields = self._doctype.fields
        columns = list(dict.fromkeys(rule.column or "" for rule in fields))
        columns = [column for column in columns if column]
        edges = [LEFT, *(75 + 60 * index for index in range(len(columns)))]
        if not self._stands(columns[0]):
            for x, head in zip(edges[1:], columns, strict=True):
                self._sheet.print(head, x + 2, self._y, self._size, Face.BOLD)
            self._rule_row(edges)
            self._y += 7
        self._sheet.print(group[0].labels[0], LEFT + 1, self._y, self._size)
        ends = []
        for rule in group:
            x = edges[1 + columns.index(rule.column or "")]
            ends.append(self._fill(self._made.values[rule.name], x + 2, x + 2, x + 58))
        self._rule_row(edges)
        self._y = max(ends) + 2

    def _rule_row(self, edges: list[float]) -> None:
        self._sheet.rule(LEFT, self._y + 2, RIGHT, self._y + 2)
        for x in edges[1:]:
            self._sheet.rule(x, self._y - 5, x, self._y + 2)

    def _stands(self, text: str) -> bool:
        return any(text in line for sheet in self._sheets for line in sheet.printed)

    def _print_end(self) -> None:
        self._make_room(45)
        sheet, y = self._sheet, self._y
        day = f"{self._made.subject.commune}, ngày 08 tháng 12 năm 2025"
        sheet.print(day, 145, y + 4, self._size, Face.ITALIC, align="middle")
        sheet.print("NGƯỜI KÝ", 145, y + 10, self._size, Face.BOLD, align="middle")
        sheet.sign(145, y + 22, 5)
        sheet.print(_SIGNER, 145, y + 34, self._size, Face.BOLD, align="middle")
        for rule in self._doctype.fields:
            if rule.take is Take.ALONE:
                sheet.print(self._made.values[rule.name], LEFT, y + 34, 13, Face.BOLD)


def _stands_beside(one: FieldRule, other: FieldRule) -> bool:
    if one.take is Take.TABLE_COLUMN:
        return other.take is Take.TABLE_COLUMN and other.column != one.column
    return other.half is not None and other.half is not one.half


def _same_line(one: FieldRule, other: FieldRule) -> bool:
    """Whether two fields are the same of two people: one label, or one kind."""
    shared = set(one.labels) & set(other.labels)
    return bool(shared) or (one.half is not None and one.kind is other.kind)
