"""Draw the counter's receipt: form 01 of Circular 03/2025/TT-VPCP."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from demo.codes import draw_code128, draw_qr
from demo.fonts import Face
from demo.people import Person
from demo.sheet import LEFT, MIDDLE, RIGHT, DrawnPage, Sheet, national_heading


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the receipt's table of papers."""

    name: str
    counts: tuple[int, int, int] = (1, 0, 0)
    """How many, in the order of the columns; 0 leaves a cell empty."""


BIRTH_COMPONENTS = (Listed("Tờ khai đăng ký khai sinh"), Listed("Giấy chứng sinh"))
"""What the file of a birth registration holds."""

FORMS = ("Bản chính", "Bản chứng thực", "Bản photo")
"""Columns of the table: how many papers of each form."""

PAGES = ("Số trang", "Số bản giấy", "Ký bản điện tử")
"""Columns at a counter that certifies copies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a receipt says beside the applicant's own details."""

    office: str = "Trung tâm Phục vụ hành chính công xã Hòa Sơn"
    request: str = "Đăng ký khai sinh"
    components: Sequence[Listed] = BIRTH_COMPONENTS
    columns: tuple[str, str, str] = FORMS
    received: date = date(2026, 10, 8)
    due: date | None = None
    """Three working days and a weekend later where it is not said."""

    owner: Person | None = None
    """Whom the dossier is about, where it is not the applicant."""

    qr: bool = False
    """A QR code with the address of the progress page instead of CODE128."""


def draw_receipt(
    person: Person, code: str, receipt: Receipt | None = None, *, dpi: int = 200
) -> DrawnPage:
    """Draw *Giấy tiếp nhận hồ sơ và hẹn trả kết quả* with the dossier's *code*."""
    receipt = receipt or Receipt()
    sheet = Sheet(dpi)
    _print_head(sheet, person, code, receipt)
    y = _print_applicant(sheet, person, receipt, 92)
    y = _print_components(sheet, receipt, y)
    due = receipt.due or receipt.received + timedelta(days=5)
    received = f"08 giờ 15 phút, ngày {receipt.received:%d/%m/%Y}"
    returned = f"16 giờ 30 phút, ngày {due:%d/%m/%Y}"
    for label, value in (
        ("2. Số lượng hồ sơ:", "01 bộ."),
        ("3. Thời gian giải quyết hồ sơ theo quy định là:", "03 ngày làm việc"),
        ("4. Thời gian nhận hồ sơ:", received),
        ("5. Thời gian trả kết quả giải quyết hồ sơ:", returned),
        ("6. Đăng ký nhận kết quả tại:", receipt.office),
    ):
        y = sheet.filled(label, value, y, 12.5, dotted=False)
    for x, role, seed in (
        (70, "NGƯỜI NỘP HỒ SƠ", 3),
        (150, "NGƯỜI TIẾP NHẬN HỒ SƠ", 8),
    ):
        sheet.print(role, x, y + 8, 12, Face.BOLD, align="middle")
        sheet.print("(Ký và ghi rõ họ tên)", x, y + 13, 11, Face.ITALIC, align="middle")
        sheet.sign(x, y + 25, seed)
    sheet.print(person.full_name, 70, y + 36, 12.5, align="middle")
    owner = receipt.owner or person
    return sheet.finish(
        "giay-tiep-nhan-ho-so",
        {
            "ma_ho_so": code,
            "counter_name": receipt.office,
            "applicant": person.full_name,
            "submitter": person.full_name,
            "owner": owner.full_name,
            "owner_address": owner.residence,
            "address": person.residence,
            "phone": person.phone,
            "personal_id": person.personal_id,
            "request": receipt.request,
            "sets": "01",
            "received_on": f"{receipt.received:%d/%m/%Y}",
            "due_on": f"{due:%d/%m/%Y}",
        },
    )


def _print_head(sheet: Sheet, person: Person, code: str, receipt: Receipt) -> None:
    commune = receipt.office.split(" công ", 1)[-1]
    sheet.print(f"UBND {commune.upper()}", 62, 22, 12, align="middle")
    size, width = 12, 78
    rows = sheet.wrap(receipt.office.upper(), width, size, Face.BOLD)
    for index, row in enumerate(rows):
        y = 27.5 + index * sheet.leading(size)
        sheet.print(" ".join(row), 62, y, size, Face.BOLD, align="middle")
    national_heading(sheet, 149, 22)
    if receipt.qr:
        query = urlencode({"SGT": person.personal_id, "MHS": code})
        url = f"https://dichvucong.invalid/portaldvc/tra-cuu?{query}"
        sheet.paste(draw_qr(url, sheet.dpi), LEFT, 40)
        note = "Mã QR dùng để tra cứu tiến độ giải quyết hồ sơ qua Zalo"
        for index, row in enumerate(sheet.wrap(note, 45, 9, Face.ITALIC)):
            sheet.print(" ".join(row), 58, 50 + 4 * index, 9, Face.ITALIC)
    else:
        bars = draw_code128(code, sheet.dpi)
        sheet.paste(bars, LEFT, 44)
        middle = LEFT + bars.width * 25.4 / sheet.dpi / 2
        sheet.print(code, middle, 57, 10, align="middle")
    sheet.print(f"Mã hồ sơ: {code}", RIGHT, 50, 12.5, align="right")
    title = "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ"
    sheet.print(title, MIDDLE, 76, 14, Face.BOLD, align="middle")
    copy = "(Liên: Lưu/Giao khách hàng)"
    sheet.print(copy, MIDDLE, 82, 12, Face.ITALIC, align="middle")


def _print_applicant(sheet: Sheet, person: Person, receipt: Receipt, y: float) -> float:
    owner = receipt.owner or person
    for label, value in (
        ("Bộ phận tiếp nhận và trả kết quả:", receipt.office),
        ("Tiếp nhận hồ sơ của Ông (Bà):", f"{person.full_name} (Trực tiếp)"),
        ("Người nộp:", person.full_name),
        ("Địa chỉ:", person.residence),
        ("Số điện thoại:", f"{person.phone}    Email:"),
        ("Số căn cước/Hộ chiếu:", person.personal_id),
        ("Nội dung yêu cầu giải quyết:", receipt.request),
        ("Chủ hồ sơ:", owner.full_name),
        ("Địa chỉ chủ hồ sơ:", owner.residence),
    ):
        y = sheet.filled(label, value, y, 12.5, dotted=False)
    title = "1. Thành phần hồ sơ, số lượng mỗi loại giấy tờ:"
    sheet.print(title, LEFT, y, 12.5)
    return y


def _print_components(sheet: Sheet, receipt: Receipt, y: float) -> float:
    edges = (LEFT, 42, 114, 138, 171, RIGHT)
    top, size = y + 2.5, 11.5
    heads = ("TT", "Thành phần hồ sơ", *receipt.columns)
    for left, right, head in zip(edges, edges[1:], heads, strict=False):
        base = top + (5.5 if right <= 114 else 11)
        sheet.print(head, (left + right) / 2, base, 10.5, Face.BOLD, align="middle")
    sheet.print("Số lượng", 154.5, top + 4.5, 10.5, Face.BOLD, align="middle")
    sheet.rule(114, top + 6.5, RIGHT, top + 6.5)
    bottom = top + 13
    for number, component in enumerate(receipt.components, start=1):
        sheet.rule(LEFT, bottom, RIGHT, bottom)
        base = bottom + 5.5
        sheet.print(str(number), 36, base, size, align="middle")
        cells = zip(edges[2:], edges[3:], component.counts, strict=False)
        for left, right, count in cells:
            if count:
                middle = (left + right) / 2
                sheet.print(f"{count:02d}", middle, base, size, align="middle")
        rows = sheet.wrap(component.name, 68, size)
        for index, row in enumerate(rows):
            sheet.print(" ".join(row), 44, base + index * sheet.leading(size), size)
        bottom += 8 + (len(rows) - 1) * sheet.leading(size)
    sheet.box(LEFT, top, RIGHT, bottom)
    for x in edges[1:-1]:
        sheet.rule(x, top if x <= 114 else top + 6.5, x, bottom)
    return bottom + 7
