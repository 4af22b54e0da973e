"""Draw administrative papers in the layout of Decree 30/2020/NĐ-CP, annex I."""

import random
from dataclasses import dataclass, replace
from datetime import date

from demo.fonts import Face
from demo.plain import PROSE
from demo.sheet import BOTTOM, LEFT, MIDDLE, DrawnPage, Sheet, national_heading
from demo.wear import with_seal, with_stamp

_DOCTYPES = {
    "Báo cáo": "bao-cao",
    "Chỉ thị": "chi-thi",
    "Công văn": "cong-van",
    "Kế hoạch": "ke-hoach",
    "Nghị định": "nghi-dinh",
    "Nghị quyết": "nghi-quyet",
    "Quyết định": "quyet-dinh",
    "Thông báo": "thong-bao",
    "Thông tư": "thong-tu",
    "Tờ trình": "to-trinh",
}
_IN_ARTICLES = ("Quyết định", "Nghị định", "Thông tư", "Nghị quyết")
_BASES = {
    False: (
        "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;",
        "Căn cứ Nghị định số 118/2025/NĐ-CP ngày 09 tháng 6 năm 2025 của Chính phủ;",
        "Theo đề nghị của Chánh Văn phòng,",
    ),
    True: (
        "Căn cứ Luật Tổ chức Chính phủ ngày 18 tháng 02 năm 2025;",
        "Căn cứ Luật Giao dịch điện tử ngày 22 tháng 6 năm 2023;",
        "Theo đề nghị của Bộ trưởng Bộ Nội vụ;",
    ),
}
"""What a paper rests on: of a province or commune, or (True) of the government."""

_LEFT_COLUMN, _RIGHT_COLUMN = 61.0, 149.0
_PAGE_NUMBER = 13.0
"""Millimetres from the top, pages 2 and on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Administrative:
    """What an administrative paper says."""

    kind: str = "Quyết định"
    doctype: str = ""
    """Code of its type; empty: the one of *kind*, where that is a common one."""

    agency: str = "Ủy ban nhân dân xã Hòa Sơn"
    parent: str = ""
    """Agency above, printed over *agency*."""

    number: str = "123/QĐ-UBND"
    place: str = "Hòa Sơn"
    issued: date = date(2025, 12, 5)
    subject: str = "Về việc kiện toàn Bộ phận tiếp nhận và trả kết quả"
    """As printed below the kind; below the number, after ``V/v``, on a *Công văn*."""

    addressee: str = "Sở Nội vụ tỉnh Đắk Lắk"
    """Of a *Công văn* or *Tờ trình*."""

    authority: str = "TM. ỦY BAN NHÂN DÂN"
    position: str = "CHỦ TỊCH"
    signer: str = "Trần Thị Mẫu"
    pages: int = 1
    signed: bool = True
    seal: bool = True
    incoming: tuple[str, str] | None = None
    """Number and day of the receiving office's stamp *ĐẾN*."""

    seed: int = 0


def draw_administrative(
    paper: Administrative | None = None, *, dpi: int = 200
) -> tuple[DrawnPage, ...]:
    """Draw all pages of an administrative paper."""
    paper = paper or Administrative()
    sheets = [Sheet(dpi)]
    y = _print_header(sheets[0], paper)
    y = _print_body(sheets, paper, y)
    place_of_seal = _print_end(sheets[-1], paper, y)
    doctype = paper.doctype or _DOCTYPES.get(paper.kind, "")
    drawn = [sheet.finish(doctype) for sheet in sheets]
    if paper.seal:
        drawn[-1] = _sealed(drawn[-1], paper, place_of_seal)
    if paper.incoming:
        number, day = paper.incoming
        drawn[0] = drawn[0].through(
            lambda image: with_stamp(image, number, day, (61, 57), dpi=dpi)
        )
    drawn[0] = replace(drawn[0], truth=_truth(paper))
    return tuple(drawn)


def to_date_line(place: str, issued: date) -> str:
    """Write place and date: days below 10 and months below 3 get a leading zero."""
    month = f"{issued.month:02d}" if issued.month < 3 else str(issued.month)
    return f"{place}, ngày {issued.day:02d} tháng {month} năm {issued.year}"


def _print_header(sheet: Sheet, paper: Administrative) -> float:
    y = 22.0
    if paper.parent:
        y = _print_column(sheet, paper.parent.upper(), y, Face.REGULAR)
    y = _print_column(sheet, paper.agency.upper(), y, Face.BOLD)
    sheet.rule(_LEFT_COLUMN - 12, y - 3.4, _LEFT_COLUMN + 12, y - 3.4)
    national_heading(sheet, _RIGHT_COLUMN, 22)
    y = max(y + 2.5, 37.0)
    sheet.print(f"Số: {paper.number}", _LEFT_COLUMN, y, 13, align="middle")
    day = to_date_line(paper.place, paper.issued)
    sheet.print(day, _RIGHT_COLUMN, y, 13, Face.ITALIC, align="middle")
    if paper.kind == "Công văn":
        for row in sheet.wrap(f"V/v {paper.subject}", 66, 12):
            y += sheet.leading(12)
            sheet.print(" ".join(row), _LEFT_COLUMN, y, 12, align="middle")
        return y + (26 if paper.incoming else 13)
    return _print_title(sheet, paper, y + (40 if paper.incoming else 15))


def _print_column(sheet: Sheet, text: str, y: float, face: Face) -> float:
    for row in sheet.wrap(text, 72, 12, face):
        sheet.print(" ".join(row), _LEFT_COLUMN, y, 12, face, align="middle")
        y += sheet.leading(12)
    return y


def _print_title(sheet: Sheet, paper: Administrative, y: float) -> float:
    sheet.print(paper.kind.upper(), MIDDLE, y, 14, Face.BOLD, align="middle")
    for row in sheet.wrap(paper.subject, 130, 14, Face.BOLD):
        y += sheet.leading(14)
        sheet.print(" ".join(row), MIDDLE, y, 14, Face.BOLD, align="middle")
    sheet.rule(MIDDLE - 16, y + 2.2, MIDDLE + 16, y + 2.2)
    return y + 12


def _print_body(sheets: list[Sheet], paper: Administrative, y: float) -> float:
    y = _print_opening(sheets[-1], paper, y)
    prose = random.Random(paper.seed).sample(PROSE, len(PROSE))
    room_for_end = 70.0
    article = 0
    while True:
        sheet = sheets[-1]
        last_page = len(sheets) == paper.pages
        if y > BOTTOM - (room_for_end if last_page else 0) - 22:
            if last_page:
                return y
            sheets.append(Sheet(sheet.dpi))
            number, y = len(sheets), 24.0
            sheets[-1].print(str(number), MIDDLE, _PAGE_NUMBER, 13, align="middle")
            continue
        text = prose[article % len(prose)]
        article += 1
        if paper.kind in _IN_ARTICLES:
            text = f"Điều {article}. {text}"
        y = sheet.paragraph(text, y) + 1.5


def _print_opening(sheet: Sheet, paper: Administrative, y: float) -> float:
    if paper.kind in ("Công văn", "Tờ trình"):
        to = f"Kính gửi: {paper.addressee}"
        sheet.print(to, MIDDLE, y, 14, align="middle")
        return y + 11
    if paper.kind not in _IN_ARTICLES:
        return y
    if paper.kind == "Quyết định":
        by = f"{paper.position} {paper.agency}".upper()
        sheet.print(by, MIDDLE, y, 13, Face.BOLD, align="middle")
        y += 9
    for basis in _BASES[paper.kind in ("Nghị định", "Thông tư")]:
        y = sheet.paragraph(basis, y, 13, Face.ITALIC)
    if paper.kind == "Quyết định":
        y += 3
        sheet.print("QUYẾT ĐỊNH:", MIDDLE, y, 14, Face.BOLD, align="middle")
        y += 9
    return y


def _print_end(sheet: Sheet, paper: Administrative, y: float) -> tuple[float, float]:
    """Print recipients and signature; gives where the seal is pressed."""
    y = max(y + 6, BOTTOM - 80)
    sheet.print("Nơi nhận:", LEFT, y, 12, Face.BOLD_ITALIC)
    for index, row in enumerate(
        ("- Như trên;", "- Sở Nội vụ (để báo cáo);", "- Lưu: VT.")
    ):
        sheet.print(row, LEFT, y + 5 * (index + 1), 11)
    x = 150.0
    for index, row in enumerate(filter(None, (paper.authority, paper.position))):
        sheet.print(row, x, y + 6 * index, 13, Face.BOLD, align="middle")
    if paper.signed:
        sheet.sign(x, y + 20, paper.seed + 11)
    sheet.print(paper.signer, x, y + 37, 13, Face.BOLD, align="middle")
    return x - 16, y + 22


def _sealed(
    page: DrawnPage, paper: Administrative, at: tuple[float, float]
) -> DrawnPage:
    return page.through(
        lambda image: with_seal(image, at, paper.agency.upper(), dpi=page.dpi)
    )


def _truth(paper: Administrative) -> dict[str, str]:
    return {
        "so_ky_hieu": paper.number,
        "ngay_ban_hanh": f"{paper.issued:%d/%m/%Y}",
        "co_quan_ban_hanh": paper.agency,
        "nguoi_ky": paper.signer,
        "trich_yeu": paper.subject,
        "loai_van_ban": paper.kind,
    }
