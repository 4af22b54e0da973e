"""Draw an identity card of the 2024 layout, copied onto a sheet."""

from datetime import date
from typing import Literal

from PIL import ImageDraw

from demo.codes import draw_qr
from demo.fonts import Face
from demo.people import Person
from demo.sheet import DrawnPage, Sheet
from pipeline.model.unicode import fold

_WIDTH, _HEIGHT = 85.6, 53.98
"""Millimetres (ISO/IEC 7810 ID-1)."""

_Y = 60.0
"""Millimetres from the top of the sheet to the card."""

_TINT = (222, 236, 240)
_ISSUED = date(2024, 9, 12)

_MRZ_WEIGHTS = (7, 3, 1)
_MRZ_VALUES = {"<": 0} | {str(n): n for n in range(10)}
_MRZ_VALUES |= {chr(ord("A") + n): 10 + n for n in range(26)}

Side = Literal["front", "back"]


def draw_id_card(
    person: Person, side: Side = "front", *, magnified: float = 1.0, dpi: int = 200
) -> DrawnPage:
    """Draw a sheet with one side of a *Căn cước* on it.

    Args:
        person: whose card it is.
        side: ``front`` or ``back``.
        magnified: copiers are often told to enlarge; 1 is the card's own size.
        dpi: pixels per inch.
    """
    card = _Card(Sheet(dpi), magnified)
    truth = card.print_front(person) if side == "front" else card.print_back(person)
    return card.sheet.finish("can-cuoc", truth)


def to_mrz(person: Person, expires: date) -> tuple[str, str, str]:
    """Write the machine readable zone (ICAO 9303, TD1)."""
    number = person.personal_id
    first = f"IDVNM{number[-9:]}{_check(number[-9:])}{number}<<{_check(number + '<<')}"
    born, until = f"{person.born:%y%m%d}", f"{expires:%y%m%d}"
    sex = "M" if person.sex == "Nam" else "F"
    second = f"{born}{_check(born)}{sex}{until}{_check(until)}VNM{'<' * 11}"
    covered = first[5:30] + second[0:7] + second[8:15] + second[18:29]
    family, *others = fold(person.full_name).upper().split()
    third = f"{family}<<{'<'.join(others)}".ljust(30, "<")[:30]
    return first, second + _check(covered), third


def _check(text: str) -> str:
    """Compute a check digit (ICAO 9303-3, 4.9)."""
    total = sum(
        _MRZ_VALUES[sign] * _MRZ_WEIGHTS[place % 3] for place, sign in enumerate(text)
    )
    return str(total % 10)


class _Card:
    """A card on a sheet; places are millimetres of the card."""

    def __init__(self, sheet: Sheet, scale: float) -> None:
        self.sheet = sheet
        self._scale = scale
        self._left = 105 - _WIDTH * scale / 2
        draw = ImageDraw.Draw(sheet.image)
        corners = [
            sheet.px(value) for value in (*self._at(0, 0), *self._at(_WIDTH, _HEIGHT))
        ]
        draw.rounded_rectangle(
            corners, radius=sheet.px(3 * scale), fill=_TINT, outline=(90, 90, 90)
        )
        self._draw = draw

    def print_front(self, person: Person) -> dict[str, str]:
        self._text(
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 52, 6, 6.5, bold=True, mid=True
        )
        self._text("Độc lập - Tự do - Hạnh phúc", 52, 9, 6, bold=True, mid=True)
        self._text("SOCIALIST REPUBLIC OF VIET NAM", 52, 11.6, 5, mid=True)
        self._text("Independence - Freedom - Happiness", 52, 14, 5, mid=True)
        self._text("CĂN CƯỚC", 52, 19.5, 12, bold=True, mid=True, red=True)
        self._text("IDENTITY CARD", 52, 22.8, 6.5, bold=True, mid=True)
        self._emblem(12, 11, 6)
        self._portrait(5, 22, 21, 26)
        self._text(
            "Số định danh cá nhân / Personal identification number:", 30, 27.5, 5.5
        )
        self._text(person.personal_id, 30, 32.5, 11, bold=True)
        self._text("Họ, chữ đệm và tên khai sinh / Full name:", 30, 36.3, 5.5)
        self._text(person.full_name.upper(), 30, 40.6, 9, bold=True)
        end = self._text("Ngày, tháng, năm sinh / Date of birth: ", 30, 44.6, 5.5)
        self._text(person.birthday, end, 44.6, 7.5)
        end = self._text("Giới tính / Sex: ", 30, 48.8, 5.5)
        end = self._text(person.sex, end, 48.8, 7.5)
        end = self._text("Quốc tịch / Nationality: ", end + 2, 48.8, 5.2)
        self._text(person.nationality, end, 48.8, 7)
        return {
            "personal_id": person.personal_id,
            "full_name": person.full_name.upper(),
            "date_of_birth": person.birthday,
            "sex": person.sex,
            "nationality": person.nationality,
        }

    def print_back(self, person: Person) -> dict[str, str]:
        expires = _expiry(person)
        self._text("Nơi cư trú / Place of residence:", 5, 6, 5.5)
        self._text(person.residence, 5, 9.6, 6.5)
        self._text("Nơi đăng ký khai sinh / Place of birth:", 5, 13.4, 5.5)
        self._text(person.hometown, 5, 17, 6.5)
        end = self._text("Ngày, tháng, năm cấp / Date of issue: ", 22, 22.5, 5.5)
        self._text(f"{_ISSUED:%d/%m/%Y}", end, 22.5, 6.5)
        end = self._text("Ngày, tháng, năm hết hạn / Date of expiry: ", 22, 26.5, 5.5)
        self._text(f"{expires:%d/%m/%Y}", end, 26.5, 6.5)
        self._text("BỘ CÔNG AN", 38, 31.5, 6.5, bold=True, mid=True)
        self._text("MINISTRY OF PUBLIC SECURITY", 38, 34.3, 5, mid=True)
        self._chip(6, 22)
        self._qr(person)
        for index, row in enumerate(to_mrz(person, expires)):
            x, y = self._at(4, 40.5 + 4.6 * index)
            self.sheet.print(row, x, y, 12.6 * self._scale, Face.MONO)
        return {
            "residence": person.residence,
            "place_of_birth": person.hometown,
            "issued_on": f"{_ISSUED:%d/%m/%Y}",
            "expires_on": f"{expires:%d/%m/%Y}",
        }

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return self._left + x * self._scale, _Y + y * self._scale

    def _text(
        self,
        text: str,
        x: float,
        y: float,
        size: float,
        *,
        bold: bool = False,
        mid: bool = False,
        red: bool = False,
    ) -> float:
        face = Face.SANS_BOLD if bold else Face.SANS
        across, down = self._at(x, y)
        end = self.sheet.print(
            text,
            across,
            down,
            size * self._scale,
            face,
            align="middle" if mid else "left",
            color=(190, 30, 40) if red else (30, 30, 40),
        )
        return (end - self._left) / self._scale

    def _corners(self, x: float, y: float, width: float, height: float) -> list[int]:
        ends = (*self._at(x, y), *self._at(x + width, y + height))
        return [self.sheet.px(value) for value in ends]

    def _emblem(self, x: float, y: float, radius: float) -> None:
        corners = self._corners(x - radius, y - radius, 2 * radius, 2 * radius)
        self._draw.ellipse(corners, fill=(200, 50, 40), outline=(210, 170, 60), width=3)

    def _portrait(self, x: float, y: float, width: float, height: float) -> None:
        self._draw.rectangle(self._corners(x, y, width, height), fill=(196, 208, 214))
        head = self._corners(x + width * 0.3, y + 4, width * 0.4, height * 0.4)
        self._draw.ellipse(head, fill=(150, 130, 120))
        body = self._corners(x + 2, y + height * 0.6, width - 4, height * 0.8)
        bottom = self._corners(x, y, width, height)[3]
        self._draw.pieslice(body, 180, 360, fill=(70, 80, 100))
        self._draw.line([body[0], bottom, body[2], bottom], fill=(70, 80, 100))

    def _chip(self, x: float, y: float) -> None:
        corners = self._corners(x, y, 12, 10)
        self._draw.rounded_rectangle(
            corners,
            radius=self.sheet.px(1.5),
            fill=(214, 186, 110),
            outline=(120, 100, 50),
        )
        left, top, right, bottom = corners
        middle = (top + bottom) // 2
        self._draw.line([left, middle, right, middle], fill=(120, 100, 50), width=2)

    def _qr(self, person: Person) -> None:
        content = "|".join(
            (
                person.personal_id,
                "",
                person.full_name,
                f"{person.born:%d%m%Y}",
                person.sex,
                person.residence,
                f"{_ISSUED:%d%m%Y}",
            )
        )
        code = draw_qr(content, self.sheet.dpi, module=0.38 * self._scale)
        x, y = self._at(_WIDTH - 4, 3)
        self.sheet.paste(code, x - code.width * 25.4 / self.sheet.dpi, y)


def _expiry(person: Person) -> date:
    """Cards end at 14, 25, 40 and 60 (Law on Identification 2023, article 21)."""
    age = _ISSUED.year - person.born.year
    for limit in (14, 25, 40, 60):
        if age < limit - 1:
            return person.born.replace(
                year=person.born.year + limit, day=min(person.born.day, 28)
            )
    return date(2099, 12, 31)
