"""Make up people: common names, numbers that nobody was given."""

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta

_FAMILY = (
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ",
    "Hồ", "Ngô", "Dương", "Lý",
)  # fmt: skip
_MIDDLE = {
    "Nam": ("Văn", "Đức", "Minh", "Quốc", "Hữu", "Xuân", "Đình"),
    "Nữ": ("Thị", "Thị Thu", "Ngọc", "Thị Mỹ", "Khánh", "Thùy"),
}
_GIVEN = {
    "Nam": ("Hùng", "Dũng", "Tuấn", "Sơn", "Phúc", "Thắng", "Bảo", "Khôi", "Lộc"),
    "Nữ": ("Hương", "Thảo", "Hạnh", "Nguyệt", "Ánh", "Diễm", "Quỳnh", "Mẫu", "Tuyết"),
}
_PLACES = (
    ("Hòa Sơn", "Đắk Lắk", "066"),
    ("Phú Xuân", "Đắk Lắk", "066"),
    ("Yên Bình", "Lào Cai", "010"),
    ("Tân Thịnh", "Thái Nguyên", "019"),
    ("Quảng Phú", "Thanh Hóa", "038"),
    ("Vĩnh Lộc", "Nghệ An", "040"),
    ("Bình Thủy", "Cần Thơ", "092"),
)
"""Commune, province and the province's digits in a personal number."""

_HAMLETS = ("Thôn Bình An", "Tổ 5", "Thôn Đông Hạ", "Khối 3", "Thôn Kỳ Thượng")

_MINORITY = {
    "Nam": (("Vàng A Páo", "Mông"), ("Y Thông Niê", "Ê Đê"), ("Giàng A Sử", "Mông"),
            ("K'Brèo Kơ Să", "Cơ Ho")),
    "Nữ": (("Sùng Thị Mỷ", "Mông"), ("H'Hen Niê", "Ê Đê"), ("Lò Thị Pản", "Thái"),
           ("Ka-Sô Liễng", "Chăm")),
}  # fmt: skip
"""Names as Mông, Ê Đê, Cơ Ho and others bear them, and whose they are."""

_SERIALS = 1000
"""The serial of a made-up number begins with three zeros."""


@dataclass(frozen=True, slots=True)
class Person:
    """A made-up person; the number agrees with sex and birth."""

    full_name: str
    sex: str
    """``Nam`` or ``Nữ``."""

    born: date
    personal_id: str
    commune: str
    province: str
    hamlet: str
    ethnicity: str = "Kinh"
    nationality: str = "Việt Nam"

    @property
    def residence(self) -> str:
        """Where they live, as printed."""
        return f"{self.hamlet}, xã {self.commune}, tỉnh {self.province}"

    @property
    def hometown(self) -> str:
        """Where the family comes from, as printed."""
        return f"Xã {self.commune}, tỉnh {self.province}"

    @property
    def hospital(self) -> str:
        """Where they were born, as printed."""
        return f"Bệnh viện đa khoa tỉnh {self.province}"

    @property
    def phone(self) -> str:
        """A number in the form of a mobile number."""
        return "0900000" + self.personal_id[-3:]

    @property
    def birthday(self) -> str:
        """Birth as ``dd/MM/yyyy``."""
        return f"{self.born:%d/%m/%Y}"


def make_person(
    seed: int,
    *,
    sex: str | None = None,
    born: date | None = None,
    family: str | None = None,
) -> Person:
    """Make somebody up; the same *seed* makes the same person."""
    chance = random.Random(seed)
    sex = sex or chance.choice(("Nam", "Nữ"))
    born = born or date(1958, 1, 1) + timedelta(days=chance.randrange(365 * 48))
    family = family or chance.choice(_FAMILY)
    name = f"{family} {chance.choice(_MIDDLE[sex])} {chance.choice(_GIVEN[sex])}"
    commune, province, digits = chance.choice(_PLACES)
    century = 2 * (born.year // 100 - 19) + (sex == "Nữ")
    serial = chance.randrange(_SERIALS)
    return Person(
        full_name=name,
        sex=sex,
        born=born,
        personal_id=f"{digits}{century}{born:%y}{serial:06d}",
        commune=commune,
        province=province,
        hamlet=chance.choice(_HAMLETS),
    )


def of_a_minority(person: Person, seed: int) -> Person:
    """Give *person* a name with ``A``, an apostrophe or hyphens, and its people."""
    name, people = random.Random(seed).choice(_MINORITY[person.sex])
    return replace(person, full_name=name, ethnicity=people)


@dataclass(frozen=True, slots=True)
class Family:
    """A newborn child and its parents."""

    child: Person
    mother: Person
    father: Person


def make_family(seed: int) -> Family:
    """Make a family up that lives together; the child was born in 2025."""
    chance = random.Random(seed)
    father = make_person(
        chance.randrange(10**6), sex="Nam", born=_day(chance, 1985, 1997)
    )
    mother = make_person(
        chance.randrange(10**6), sex="Nữ", born=_day(chance, 1988, 2000)
    )
    name = father.full_name.split()[0]
    child = make_person(
        chance.randrange(10**6), born=_day(chance, 2025, 2025), family=name
    )
    home = (father.commune, father.province, father.hamlet)
    return Family(_living(child, *home), _living(mother, *home), father)


def _living(person: Person, commune: str, province: str, hamlet: str) -> Person:
    return replace(person, commune=commune, province=province, hamlet=hamlet)


def _day(chance: random.Random, first: int, last: int) -> date:
    return date(
        chance.randint(first, last), chance.randint(1, 12), chance.randint(1, 28)
    )
