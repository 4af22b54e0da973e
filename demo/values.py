"""Make up what stands in the fields of a form: values of every kind."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from stdnum.vn import mst

from demo.people import Person, make_person, of_a_minority
from pipeline.model.template import Check, DocType, FieldRule, Kind, Rule

_WOMEN = ("mother", "wife", "bride")
_MEN = ("father", "husband", "groom")
_LATER = ("expires", "due", "valid")
_BIRTH = ("birth", "born")

_TEXTS = {
    "relation": ("Cha", "Mẹ", "Con"),
    "marital_status": ("Chưa đăng ký kết hôn với ai",),
    "purpose": ("Bổ túc hồ sơ nhập học", "Làm thủ tục mua nhà"),
    "request": ("Cấp bản sao trích lục khai sinh", "Đăng ký khai sinh"),
    "cause": ("Thiếu bản sao căn cước của người nộp",),
    "cause_of_death": ("Tuổi già",),
    "identity_paper": ("Căn cước số 034187000123",),
    "owner": ("Nguyễn Văn Mẫu",),
    "household_name": ("Hộ kinh doanh Hương Thảo",),
    "company_name": ("Công ty TNHH Hương Thảo",),
    "benefit": ("Được thanh toán theo quy định",),
    "hospital": ("Trạm y tế xã Hòa Sơn",),
    "grade": ("Khá", "Giỏi"),
    "major": ("Công nghệ thông tin",),
}
_ANY_TEXT = ("Theo quy định hiện hành", "Cấp đổi giấy tờ", "Nhà ở riêng lẻ hai tầng")
_AGENCIES = ("Ủy ban nhân dân xã", "Phòng Tư pháp xã")
_GROUPS = ("DN", "HS", "GD", "TE")
_SERIALS = ("CN", "BA", "DD")
_FIRST_DAY = date(2024, 2, 1)


@dataclass(slots=True)
class MadeUp:
    """One made-up filling of a document type's fields."""

    doctype: DocType
    chance: random.Random
    people: dict[str, Person] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    """Field name to value as printed."""

    days: dict[str, date] = field(default_factory=dict)

    @property
    def subject(self) -> Person:
        """Whom the paper is about."""
        return self.person("")

    def person(self, name: str) -> Person:
        """Give the person that a field speaks of: the same for the same role."""
        role = next((word for word in (*_WOMEN, *_MEN) if word in name), "")
        if role not in self.people:
            sex = "Nữ" if role in _WOMEN else "Nam" if role in _MEN else None
            seed = self.chance.randrange(10**6)
            made = make_person(seed, sex=sex)
            rare = self.chance.random() < 0.1
            self.people[role] = of_a_minority(made, seed) if rare else made
        return self.people[role]


def make_values(doctype: DocType, chance: random.Random) -> MadeUp:
    """Fill in every field of *doctype* so that the type's own checks hold."""
    made = MadeUp(doctype, chance)
    for rule in _in_order(doctype):
        made.values[rule.name] = _value(rule, made)
    return made


def _in_order(doctype: DocType) -> Iterator[FieldRule]:
    """List the fields so that a later date comes behind the one it depends on."""
    waiting = list(doctype.fields)
    done: set[str] = set()
    while waiting:
        ready = [r for r in waiting if _earlier(doctype, r.name) <= done] or waiting
        yield ready[0]
        done.add(ready[0].name)
        waiting.remove(ready[0])


def _earlier(doctype: DocType, name: str) -> set[str]:
    return {check.other for check in _ordered(doctype) if check.field == name}


def _ordered(doctype: DocType) -> list[Check]:
    return [check for check in doctype.checks if check.rule is Rule.NOT_BEFORE]


def _value(rule: FieldRule, made: MadeUp) -> str:
    if rule.kind is Kind.DATE:
        return f"{_day(rule, made):%d/%m/%Y}"
    if rule.kind is Kind.AGENCY:
        return f"{made.chance.choice(_AGENCIES)} {made.subject.commune}"
    if rule.kind is Kind.TEXT:
        return made.chance.choice(_TEXTS.get(rule.name, _ANY_TEXT))
    if rule.kind in _OF_A_PERSON:
        return _OF_A_PERSON[rule.kind](made.person(rule.name))
    return _NUMBERS[rule.kind](made.chance.randrange(10**6))


def _day(rule: FieldRule, made: MadeUp) -> date:
    chance = made.chance
    earlier = [made.days[name] for name in _earlier(made.doctype, rule.name)]
    if any(word in rule.name for word in _BIRTH) and not earlier:
        day = made.person(rule.name).born
        if "birth" not in rule.name:
            day = _FIRST_DAY + timedelta(days=chance.randrange(300))
    else:
        start = max([_FIRST_DAY, *earlier])
        day = start + timedelta(days=1 + chance.randrange(300))
        if any(word in rule.name for word in _LATER):
            day += timedelta(days=700)
    made.days[rule.name] = day
    return day


def _tax_number(number: int) -> str:
    """Give the first number from *number* on that has a check digit."""
    while True:
        digits = f"01{number % 10**7:07d}"
        check = mst.calc_check_digit(digits)
        if len(check) == 1:
            return digits + check
        number += 1


_OF_A_PERSON: Mapping[Kind, Callable[[Person], str]] = {
    Kind.PERSON_NAME: lambda person: person.full_name,
    Kind.SEX: lambda person: person.sex,
    Kind.ETHNICITY: lambda person: person.ethnicity,
    Kind.NATIONALITY: lambda person: person.nationality,
    Kind.PERSONAL_ID: lambda person: person.personal_id,
    Kind.PHONE: lambda person: person.phone,
    Kind.ADDRESS: lambda person: person.residence,
}

_NUMBERS: Mapping[Kind, Callable[[int], str]] = {
    Kind.DOSSIER_CODE: lambda n: f"H50.32.05-261008-{n % 10_000:04d}",
    Kind.DOCUMENT_NUMBER: lambda n: f"{10 + n % 900}/QĐ-UBND",
    Kind.INTEGER: lambda n: f"{2 + n % 8:02d}",
    Kind.TAX_NUMBER: _tax_number,
    Kind.BUSINESS_NUMBER: _tax_number,
    Kind.SOCIAL_INSURANCE: lambda n: f"79{n:08d}",
    Kind.HEALTH_INSURANCE: lambda n: f"{_GROUPS[n % 4]}479{n:010d}",
    Kind.PROCEDURE_CODE: lambda n: ("1.001193", "2.000635", "2.000815")[n % 3],
    Kind.PLOT: lambda n: str(1 + n % 400),
    Kind.CERTIFICATE_SERIAL: lambda n: f"{_SERIALS[n % 3]} {100_000 + n % 900_000}",
    Kind.AREA: lambda n: f"{40 + n % 800},{1 + n % 9} m²",
    Kind.MONEY: lambda n: f"{10 + n % 900}.000.000 đồng",
}
