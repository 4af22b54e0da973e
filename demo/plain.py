"""Draw pages without a form: separators, blank backs, pages of prose."""

import random

import numpy as np
from PIL import Image

from demo.fonts import Face
from demo.sheet import LEFT, PAPER, RIGHT, DrawnPage, Pixels, Sheet
from demo.wear import bled_through, tilted

_PROSE = """\
Ủy ban nhân dân xã có trách nhiệm tiếp nhận, kiểm tra tính đầy đủ, hợp lệ của hồ sơ và
số hóa thành phần hồ sơ theo quy định.

Trường hợp hồ sơ chưa đầy đủ, người tiếp nhận hướng dẫn bằng văn bản để tổ chức, cá
nhân bổ sung một lần trong thời hạn 02 ngày làm việc.

Kết quả giải quyết thủ tục hành chính bản điện tử có giá trị pháp lý như bản giấy và
được lưu trữ tại kho dữ liệu điện tử của tổ chức, cá nhân.

Công chức tư pháp - hộ tịch ghi nội dung vào sổ đăng ký, cùng người yêu cầu ký tên vào
sổ và báo cáo người có thẩm quyền quyết định.

Văn phòng có trách nhiệm theo dõi, đôn đốc việc thực hiện; định kỳ hằng quý tổng hợp,
báo cáo kết quả trước ngày 15 của tháng cuối quý.

Người đứng đầu cơ quan chịu trách nhiệm về tính chính xác của dữ liệu được chuyển đổi
và bảo đảm an toàn thông tin cá nhân.

Thời gian lưu trữ hồ sơ giấy thực hiện theo quy định của pháp luật về lưu trữ và hướng
dẫn của cơ quan có thẩm quyền.

Việc khai thác, sử dụng lại dữ liệu phải đúng mục đích, không làm phát sinh chi phí và
thủ tục ngoài quy định.
"""

PROSE = tuple(" ".join(sentence.split()) for sentence in _PROSE.split("\n\n"))
"""Sentences in the manner of an office, by nobody."""


def page_of_text(
    *,
    tilt: float = 0.0,
    lines: int = 30,
    size: float = 13,
    seed: int = 0,
    dpi: int = 200,
) -> DrawnPage:
    """Draw *lines* rows of prose, grey, tilted clockwise by *tilt* degrees."""
    chance = random.Random(seed)
    sheet = Sheet(dpi)
    words: list[str] = []
    while len(words) < 25 * lines:
        words += chance.choice(PROSE).split()
    y = 24.0
    for row in sheet.wrap(" ".join(words), RIGHT - LEFT, size)[:lines]:
        sheet.print(" ".join(row), LEFT, y, size)
        y += sheet.leading(size)
    page = sheet.finish()
    gray: Pixels = np.array(Image.fromarray(page.image).convert("L"), np.uint8)
    turned = tilted(gray, tilt) if tilt else gray
    return DrawnPage(turned, dpi, "", {}, page.lines)


def blank_back(*, bleed: float = 0.0, seed: int = 0, dpi: int = 200) -> DrawnPage:
    """Draw the empty back of a printed sheet, grey.

    Args:
        bleed: how strongly the front shows through, 0-1; thin paper reaches 0.3.
        seed: which front, and which grain of the paper.
        dpi: pixels per inch.
    """
    front = page_of_text(seed=seed, dpi=dpi).image
    grain = np.random.default_rng(seed).normal(PAPER, 1.2, front.shape)
    return DrawnPage(bled_through(grain, front, bleed, dpi=dpi), dpi, "")


def draw_patch_t(*, dpi: int = 200) -> DrawnPage:
    """Draw a PATCH-T separator sheet: bars along the top edge, and what it is for.

    From the edge inwards: narrow, wide, narrow, wide; 0.08 and 0.20 inch, gaps of 0.08
    (Kodak A-61599).
    """
    sheet = Sheet(dpi)
    pixels = np.array(sheet.image)
    top, left, right = 8.0, 40.0, 170.0
    for inches in (0.08, 0.20, 0.08, 0.20):
        bottom = top + inches * 25.4
        pixels[sheet.px(top) : sheet.px(bottom), sheet.px(left) : sheet.px(right)] = 20
        top = bottom + 0.08 * 25.4
    sheet.paste(Image.fromarray(pixels), 0, 0)
    sheet.print("PATCH T", 105, 140, 40, Face.SANS_BOLD, align="middle")
    note = "Tờ phân tách hồ sơ - đặt giữa hai tài liệu khi quét"
    sheet.print(note, 105, 160, 16, Face.SANS, align="middle")
    return sheet.finish()
