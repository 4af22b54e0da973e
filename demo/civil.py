"""Draw papers of civil status: a birth certificate, forms that people fill in."""

from dataclasses import dataclass
from datetime import date

from demo.fonts import Face
from demo.people import Family, Person
from demo.sheet import MIDDLE, DrawnPage, Sheet, national_heading
from demo.words import in_words

CHAIR = "Trần Thị Mẫu"
"""Who signs for the People's Committee on made-up papers."""


def draw_birth_certificate(
    family: Family,
    *,
    number: str = "12/2025",
    registered: date = date(2025, 12, 8),
    dpi: int = 200,
) -> DrawnPage:
    """Draw a *Giấy khai sinh* as a commune prints it on the bordered form."""
    child, mother, father = family.child, family.mother, family.father
    place = f"Ủy ban nhân dân xã {child.commune}, tỉnh {child.province}"
    sheet = Sheet(dpi)
    sheet.box(17, 14, 198, 283, 0.9)
    sheet.box(19, 16, 196, 281, 0.25)
    left, right = 26.0, 189.0
    national_heading(sheet, 107, 27)
    sheet.print(f"ỦY BAN NHÂN DÂN XÃ {child.commune.upper()}", left, 48, 11)
    sheet.print(f"Số: {number}", right, 48, 12, align="right")
    sheet.print("GIẤY KHAI SINH", 107, 62, 20, Face.BOLD, align="middle")
    y = 76.0
    rows: list[tuple[str, str]] = [
        ("Họ, chữ đệm, tên:", child.full_name.upper()),
        ("Ngày, tháng, năm sinh:", child.birthday),
        ("Ghi bằng chữ:", in_words(child.born)),
        ("Giới tính:", child.sex),
        ("Dân tộc:", child.ethnicity),
        ("Quốc tịch:", child.nationality),
        ("Nơi sinh:", child.hospital),
        ("Quê quán:", father.hometown),
        ("Số định danh cá nhân:", child.personal_id),
        ("Họ, chữ đệm, tên người mẹ:", mother.full_name),
        *_parent_rows(mother),
        ("Họ, chữ đệm, tên người cha:", father.full_name),
        *_parent_rows(father),
        ("Họ, chữ đệm, tên người đi khai sinh:", father.full_name),
        ("Giấy tờ tùy thân:", f"Căn cước số {father.personal_id}"),
        ("Nơi đăng ký khai sinh:", place),
        ("Ngày, tháng, năm đăng ký:", f"{registered:%d/%m/%Y}"),
    ]
    for label, value in rows:
        y = sheet.filled(label, value, y, 12.5, edges=(26, 189), dotted=False)
    sheet.print("NGƯỜI KÝ GIẤY KHAI SINH", 145, y + 6, 12, Face.BOLD, align="middle")
    sheet.print("CHỦ TỊCH", 145, y + 12, 12, Face.BOLD, align="middle")
    sheet.sign(145, y + 24, 5)
    sheet.print(CHAIR, 145, y + 38, 13, Face.BOLD, align="middle")
    return sheet.finish(
        "giay-khai-sinh",
        {
            "full_name": child.full_name.upper(),
            "date_of_birth": child.birthday,
            "sex": child.sex,
            "ethnicity": child.ethnicity,
            "nationality": child.nationality,
            "place_of_birth": child.hospital,
            "hometown": father.hometown,
            "personal_id": child.personal_id,
            "mother_name": mother.full_name,
            "mother_residence": mother.residence,
            "father_name": father.full_name,
            "father_residence": father.residence,
            "declarant": father.full_name,
            "registered_at": place,
            "registered_on": f"{registered:%d/%m/%Y}",
        },
    )


def draw_birth_declaration(
    family: Family, *, pages: int = 1, dotted: bool = True, dpi: int = 200
) -> tuple[DrawnPage, ...]:
    """Draw a *Tờ khai đăng ký khai sinh*, typed over its dotted leaders.

    Args:
        family: the child; the father declares.
        pages: 1, or 2 for the larger print that runs over onto a second page.
        dotted: False leaves the leaders out.
        dpi: pixels per inch.
    """
    child, father = family.child, family.father
    addressee = f"Ủy ban nhân dân xã {child.commune}"
    size = 12.0 if pages == 1 else 14.0
    sheet = Sheet(dpi)
    y = national_heading(sheet, MIDDLE, 22)
    sheet.print(
        "TỜ KHAI ĐĂNG KÝ KHAI SINH", MIDDLE, y + 6, 14, Face.BOLD, align="middle"
    )
    y = sheet.filled(
        "Kính gửi:", addressee, y + 15, size, edges=(62, 165), dotted=dotted
    )
    done: list[DrawnPage] = []
    for label, value in _declaration_rows(family):
        if pages > 1 and label.startswith("Họ, chữ đệm, tên người cha"):
            done.append(
                sheet.finish("to-khai-dang-ky-khai-sinh", _declaration_truth(family))
            )
            sheet, y = Sheet(dpi), 22.0
        if value:
            y = sheet.filled(label, value, y, size, dotted=dotted)
        else:
            y = sheet.paragraph(label, y, size, indent=8)
    y = sheet.paragraph(
        "Tôi cam đoan những nội dung khai trên là đúng sự thật và chịu trách nhiệm "
        "trước pháp luật về cam đoan của mình.", y + 1, size, indent=8
    )  # fmt: skip
    day = f"{child.commune}, ngày 08 tháng 12 năm 2025"
    sheet.print(day, 145, y + 3, size, Face.ITALIC, align="middle")
    _print_signer(sheet, "Người yêu cầu", father, 145, y + 9)
    truth = {} if done else _declaration_truth(family)
    done.append(sheet.finish("to-khai-dang-ky-khai-sinh", truth))
    return tuple(done)


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What an application asks for, and of whom."""

    subject: str = "cấp bản sao trích lục hộ tịch"
    addressee: str = "Ủy ban nhân dân xã Hòa Sơn"
    request: str = "Cấp 02 bản sao trích lục khai sinh để bổ sung hồ sơ nhập học"
    made: date = date(2025, 12, 8)


def draw_application(
    person: Person,
    application: Application | None = None,
    *,
    dotted: bool = True,
    dpi: int = 200,
) -> DrawnPage:
    """Draw a *Đơn đề nghị* that *person* filled in."""
    application = application or Application()
    sheet = Sheet(dpi)
    y = national_heading(sheet, MIDDLE, 24)
    title = f"ĐƠN ĐỀ NGHỊ {application.subject.upper()}"
    sheet.print(title, MIDDLE, y + 10, 14, Face.BOLD, align="middle")
    y = sheet.filled(
        "Kính gửi:", application.addressee, y + 21, edges=(55, 170), dotted=dotted
    )
    y += 2
    for label, value in (
        ("Tôi tên là:", person.full_name),
        ("Ngày, tháng, năm sinh:", person.birthday),
        ("Giới tính:", person.sex),
        ("Số định danh cá nhân/CCCD:", person.personal_id),
        ("Nơi thường trú/tạm trú:", person.residence),
        ("Số điện thoại:", person.phone),
        ("Nội dung đề nghị:", application.request),
    ):
        y = sheet.filled(label, value, y, dotted=dotted) + 1.5
    y = sheet.paragraph(
        "Tôi xin cam đoan những nội dung nêu trên là đúng sự thật và hoàn toàn chịu "
        "trách nhiệm trước pháp luật. Kính mong quý cơ quan xem xét, giải quyết.", y
    )  # fmt: skip
    made = application.made
    day = f"{person.commune}, ngày {made:%d} tháng {made.month} năm {made.year}"
    sheet.print(day, 145, y + 4, 13, Face.ITALIC, align="middle")
    _print_signer(sheet, "Người làm đơn", person, 145, y + 11)
    return sheet.finish(
        "don-de-nghi",
        {
            "addressee": application.addressee,
            "full_name": person.full_name,
            "date_of_birth": person.birthday,
            "sex": person.sex,
            "personal_id": person.personal_id,
            "address": person.residence,
            "phone": person.phone,
            "request": application.request,
        },
    )


def _parent_rows(parent: Person) -> list[tuple[str, str]]:
    return [
        ("Năm sinh:", str(parent.born.year)),
        ("Dân tộc:", parent.ethnicity),
        ("Quốc tịch:", parent.nationality),
        ("Nơi cư trú:", parent.residence),
    ]


def _declaration_rows(family: Family) -> list[tuple[str, str]]:
    child, mother, father = family.child, family.mother, family.father
    return [
        ("Họ, chữ đệm, tên người yêu cầu:", father.full_name),
        ("Ngày sinh:", father.birthday),
        ("Nơi cư trú:", father.residence),
        ("Giấy tờ tùy thân:", f"Căn cước số {father.personal_id}"),
        ("Quan hệ với người được khai sinh:", "Cha"),
        ("Đề nghị cơ quan đăng ký khai sinh cho người dưới đây:", ""),
        ("Họ, chữ đệm, tên:", child.full_name.upper()),
        ("Ngày, tháng, năm sinh:", child.birthday),
        ("Ghi bằng chữ:", in_words(child.born)),
        ("Giới tính:", child.sex),
        ("Dân tộc:", child.ethnicity),
        ("Quốc tịch:", child.nationality),
        ("Nơi sinh:", child.hospital),
        ("Quê quán:", father.hometown),
        ("Họ, chữ đệm, tên người mẹ:", mother.full_name),
        *_parent_rows(mother),
        ("Họ, chữ đệm, tên người cha:", father.full_name),
        *_parent_rows(father),
        ("Đề nghị cấp bản sao:", "Có, số lượng: 02 bản"),
    ]


def _declaration_truth(family: Family) -> dict[str, str]:
    child, mother, father = family.child, family.mother, family.father
    return {
        "addressee": f"Ủy ban nhân dân xã {child.commune}",
        "declarant": father.full_name,
        "relation": "Cha",
        "full_name": child.full_name.upper(),
        "date_of_birth": child.birthday,
        "sex": child.sex,
        "ethnicity": child.ethnicity,
        "nationality": child.nationality,
        "place_of_birth": child.hospital,
        "hometown": father.hometown,
        "mother_name": mother.full_name,
        "father_name": father.full_name,
    }


def _print_signer(sheet: Sheet, role: str, person: Person, x: float, y: float) -> None:
    sheet.print(role, x, y, 13, Face.BOLD, align="middle")
    sheet.print("(Ký, ghi rõ họ tên)", x, y + 5, 12, Face.ITALIC, align="middle")
    sheet.sign(x, y + 15, int(person.personal_id[-3:]))
    sheet.print(person.full_name, x, y + 25, 13, align="middle")
