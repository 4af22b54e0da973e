"""Made-up dossiers, drawn and worn, with everything that is printed on them."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pipeline.templates import load_doctypes
from tests import drawing
from tests.drawing import DrawnPage, Pixels
from tests.reading import CONFIG

Wear = Callable[[Pixels, random.Random], Pixels]

OFFICE: Mapping[str, Wear] = {
    "clean": lambda image, _: image,
    "upside down": lambda image, _: drawing.turned(image, 2),
    "tilted": lambda image, chance: drawing.tilted(image, chance.uniform(-3, 3)),
    "JPEG 40": lambda image, _: drawing.jpeg(image, 40),
    "uneven light": lambda image, chance: drawing.uneven_light(
        image, 0.35, chance.randrange(99)
    ),
}
"""What a counter's own scanner does on a good day."""

POOR: Mapping[str, Wear] = {
    "bilevel": lambda image, _: drawing.bilevel(image),
    "blurred": lambda image, _: drawing.blurred(image, 0.8),
    "speckled": lambda image, chance: drawing.speckled(
        image, 0.01, chance.randrange(99)
    ),
}

STAMPED = "stamped"
"""An incoming stamp on the head of an official paper; otherwise clean."""

GRADES: Mapping[str, Wear] = {**OFFICE, **POOR}

_LETTERS = {
    "Báo cáo": "BC-UBND",
    "Chỉ thị": "CT-UBND",
    "Công văn": "UBND-VP",
    "Kế hoạch": "KH-UBND",
    "Nghị quyết": "NQ-HĐND",
    "Quyết định": "QĐ-UBND",
    "Thông báo": "TB-UBND",
    "Tờ trình": "TTr-UBND",
    "Nghị định": "NĐ-CP",
    "Thông tư": "TT-BNV",
}
_CENTRAL = {
    "Nghị định": ("Chính phủ", "TM. CHÍNH PHỦ", "THỦ TƯỚNG"),
    "Thông tư": ("Bộ Nội vụ", "", "BỘ TRƯỞNG"),
}
_SUBJECTS = (
    "Về việc kiện toàn Bộ phận tiếp nhận và trả kết quả",
    "Về việc phê duyệt quy hoạch điểm dân cư nông thôn",
    "Về việc số hóa hồ sơ, giấy tờ trong giải quyết thủ tục hành chính",
    "Về kết quả thực hiện nhiệm vụ quý III năm 2025",
    "Về việc niêm yết công khai danh mục thủ tục hành chính",
)


_FORMS = tuple(
    doctype
    for doctype in load_doctypes(CONFIG)
    if doctype.code not in {"giay-tiep-nhan-ho-so", "can-cuoc"}
)
"""Types that `draw_form` draws; the others have drawers of their own below."""

_HEADER = ("so_ky_hieu", "co_quan_ban_hanh", "trich_yeu")
"""Of forms: the drawn ones have no header, and say little of real ones."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper of a dossier."""

    doctype: str
    grade: str
    pages: tuple[DrawnPage, ...]
    truth: Mapping[str, str]
    """Field to value as printed. What is not here is not on the paper."""

    unjudged: frozenset[str]
    """Fields of which nobody can say what is right."""

    style: str = "printed"
    """How its values were filled in."""


def draw_dossier(seed: int) -> tuple[Paper, ...]:
    """Draw a receipt and three to twelve papers, each worn in its own way.

    Half of them are of any of the shipped types, drawn from their templates.
    """
    chance = random.Random(seed)
    family = drawing.make_family(chance.randrange(10**6))
    wanted = chance.choices(
        (_any, _certificate, _declaration, _application, _card, _official),
        weights=(12, 2, 2, 2, 2, 4),
        k=chance.choices(range(3, 13), weights=range(10, 0, -1))[0],
    )
    papers = [_receipt(family, chance), *(draw(family, chance) for draw in wanted)]
    return tuple(_worn(paper, chance) for paper in papers)


def _worn(paper: Paper, chance: random.Random) -> Paper:
    if paper.grade:
        return paper
    grade = chance.choice(tuple(GRADES))
    pages = [page.through(GRADES[grade], chance) for page in paper.pages]
    if len(pages) == 1 and chance.random() < 0.15:
        pages.append(drawing.blank_back(bleed=0.12, seed=chance.randrange(99)))
    return replace(paper, grade=grade, pages=tuple(pages))


def _paper(
    pages: tuple[DrawnPage, ...],
    truth: Mapping[str, str],
    *unjudged: str,
    grade: str = "",
) -> Paper:
    printed = {name: value for page in pages for name, value in page.truth.items()}
    return Paper(
        pages[0].doctype, grade, pages, {**printed, **truth}, frozenset(unjudged)
    )


def _listed(*names: str) -> tuple[drawing.Listed, ...]:
    return tuple(map(drawing.Listed, names))


def _receipt(family: drawing.Family, chance: random.Random) -> Paper:
    commune = family.father.commune
    received = _day(chance)
    receipt = drawing.Receipt(
        office=f"Trung tâm Phục vụ hành chính công xã {commune}",
        components=chance.choice(
            (
                _listed("Tờ khai đăng ký khai sinh", "Giấy chứng sinh"),
                _listed("Đơn đề nghị", "Bản sao căn cước", "Quyết định"),
            )
        ),
        received=received,
        owner=family.child,
        qr=chance.random() < 0.4,
    )
    unit = chance.choice(("H15.50.05.13", "H50.32.05", "G09.01", "H22.18.03"))
    code = f"{unit}-{received:%y%m%d}-{chance.randrange(10**4):04d}"
    page = drawing.draw_receipt(family.father, code, receipt)
    truth = {
        "loai_van_ban": "Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
        "co_quan_ban_hanh": receipt.office,
    }
    # Whose of the two names below signs a receipt is a matter of taste.
    return _paper((page,), truth, "nguoi_ky")


def _any(_family: drawing.Family, chance: random.Random) -> Paper:
    doctype = chance.choice(_FORMS)
    style = chance.choices(drawing.STYLES, weights=(4, 3, 3, 2, 1))[0]
    pages = drawing.draw_form(doctype, chance.randrange(10**6), style=style)
    unjudged = () if doctype.type_code else _HEADER
    return replace(_paper(pages, {}, *unjudged), style=style.name)


def _certificate(family: drawing.Family, chance: random.Random) -> Paper:
    number = f"{chance.randint(1, 900):02d}/2025"
    registered = family.child.born + timedelta(days=chance.randint(2, 40))
    page = drawing.draw_birth_certificate(family, number=number, registered=registered)
    truth = {
        "loai_van_ban": "Giấy khai sinh",
        "so_ky_hieu": number,
        "co_quan_ban_hanh": f"Ủy ban nhân dân xã {family.child.commune}",
        "nguoi_ky": "Trần Thị Mẫu",
    }
    return _paper((page,), truth)


def _declaration(family: drawing.Family, chance: random.Random) -> Paper:
    pages = drawing.draw_birth_declaration(family, pages=chance.choice((1, 1, 2)))
    truth = {
        "loai_van_ban": "Tờ khai đăng ký khai sinh",
        "ngay_ban_hanh": "08/12/2025",
        "nguoi_ky": family.father.full_name,
    }
    return _paper(pages, truth)


def _application(family: drawing.Family, chance: random.Random) -> Paper:
    person = chance.choice((family.father, family.mother))
    made = _day(chance)
    application = drawing.Application(
        addressee=f"Ủy ban nhân dân xã {person.commune}", made=made
    )
    page = drawing.draw_application(person, application, dotted=chance.random() < 0.7)
    truth = {
        "loai_van_ban": "Đơn đề nghị",
        "ngay_ban_hanh": f"{made:%d/%m/%Y}",
        "nguoi_ky": person.full_name,
    }
    return _paper((page,), truth, "trich_yeu")


def _card(family: drawing.Family, chance: random.Random) -> Paper:
    person = chance.choice((family.father, family.mother))
    magnified = chance.choice((1.0, 1.5, 1.5))
    pages = tuple(
        drawing.draw_id_card(person, side, magnified=magnified)
        for side in ("front", "back")
    )
    truth = {"loai_van_ban": "Căn cước", "chip_id": person.personal_id}
    return _paper(pages, truth)


def _official(_family: drawing.Family, chance: random.Random) -> Paper:
    kind = chance.choice(tuple(_LETTERS))
    person = drawing.make_person(chance.randrange(10**6))
    issued = _day(chance)
    council = kind == "Nghị quyết"
    local = f"{'Hội đồng' if council else 'Ủy ban'} nhân dân xã {person.commune}"
    authority = f"TM. {'HỘI ĐỒNG' if council else 'ỦY BAN'} NHÂN DÂN"
    agency, authority, position = _CENTRAL.get(kind, (local, authority, "CHỦ TỊCH"))
    year = f"{issued.year}/" if kind in _CENTRAL else ""
    stamped = chance.random() < 0.3
    stamp = (str(chance.randint(10, 999)), f"{issued + timedelta(days=3):%d/%m/%Y}")
    subject = chance.choice(_SUBJECTS)
    paper = drawing.Administrative(
        kind=kind,
        agency=agency,
        number=f"{chance.randint(1, 2400):02d}/{year}{_LETTERS[kind]}",
        place="Hà Nội" if kind in _CENTRAL else person.commune,
        issued=issued,
        subject=subject.removeprefix("Về việc ") if kind == "Công văn" else subject,
        authority=authority,
        position=position,
        signer=person.full_name,
        pages=chance.choice((1, 1, 2)),
        seal=chance.random() < 0.8,
        incoming=stamp if stamped else None,
        seed=chance.randrange(99),
    )
    pages = drawing.draw_administrative(paper)
    truth = {"addressee": paper.addressee} if kind == "Công văn" else {}
    return _paper(pages, truth, grade=STAMPED if stamped else "")


def _day(chance: random.Random) -> date:
    return date(2025, 1, 1) + timedelta(days=chance.randrange(640))


def draw_scan(seed: int, numbers: Sequence[int]) -> list[Paper]:
    """Draw the dossiers with these *numbers* and stack them as one scan."""
    return [paper for n in numbers for paper in draw_dossier(seed * 10_000 + n)]
