"""The three dossiers of the demonstration, worn as real scans are."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from demo.drawing import (
    Administrative,
    Application,
    DrawnPage,
    Family,
    Listed,
    Person,
    Receipt,
    blank_back,
    draw_administrative,
    draw_application,
    draw_birth_certificate,
    draw_birth_declaration,
    draw_id_card,
    draw_receipt,
    make_family,
    make_person,
    speckled,
    tilted,
    to_pdf,
    to_tiff,
    turned,
)

_RECEIVED = date(2026, 10, 8)


@dataclass(frozen=True, slots=True)
class DemoDossier:
    """What one dossier holds, and what must be found of it."""

    code: str
    citizen: Person
    doctypes: tuple[str, ...]
    """Types of its papers, in order."""

    pages: tuple[DrawnPage, ...]
    lacking: tuple[str, ...] = ()
    """Types of papers that its receipt lists and that are not among the pages."""


@dataclass(frozen=True, slots=True)
class DemoScan:
    """One file as a clerk drops it."""

    counter: str
    name: str
    data: bytes
    dossiers: tuple[DemoDossier, ...]

    @property
    def page_count(self) -> int:
        """Pages of all its dossiers."""
        return sum(len(dossier.pages) for dossier in self.dossiers)


def draw_scans() -> Iterator[DemoScan]:
    """Draw two scans for two counters: three dossiers, thirteen pages."""
    birth, card = _birth_dossier(make_family(7)), _certified_copies(make_person(23))
    pages = [*birth.pages, *card.pages]
    yield DemoScan("huong-phung-01", "sang thứ hai.pdf", to_pdf(pages), (birth, card))
    permit = _building_permit(make_person(41))
    data = to_tiff(permit.pages, mode="g4")
    yield DemoScan("quan-ba-01", "scan0001.tif", data, (permit,))


def _birth_dossier(family: Family) -> DemoDossier:
    """A receipt, a tilted form, a certificate with its blank back, and a card.

    The hospital's certificate that the receipt lists was not scanned.
    """
    code = "H50.32.05-261008-0007"
    receipt = draw_receipt(
        family.father, code, Receipt(received=_RECEIVED, owner=family.child)
    )
    declaration = draw_birth_declaration(family, pages=2)
    certificate = draw_birth_certificate(family)
    return DemoDossier(
        code,
        family.child,
        (
            "giay-tiep-nhan-ho-so",
            "to-khai-dang-ky-khai-sinh",
            "giay-khai-sinh",
            "can-cuoc",
        ),
        (
            receipt.through(speckled, 0.004),
            *(page.through(tilted, 2.2) for page in declaration),
            certificate,
            blank_back(bleed=0.12),
            draw_id_card(family.father, "front", magnified=1.5),
            draw_id_card(family.father, "back", magnified=1.5),
        ),
        lacking=("giay-chung-sinh",),
    )


def _certified_copies(person: Person) -> DemoDossier:
    """A receipt and an application that was fed upside down."""
    code = "H50.32.05-261008-0008"
    receipt = draw_receipt(
        person,
        code,
        Receipt(
            request="Chứng thực bản sao từ bản chính",
            components=(Listed("Đơn đề nghị"),),
            received=_RECEIVED,
        ),
    )
    application = draw_application(person, Application())
    return DemoDossier(
        code,
        person,
        ("giay-tiep-nhan-ho-so", "don-de-nghi"),
        (receipt.through(tilted, -1.4), application.through(turned, 2)),
    )


def _building_permit(person: Person) -> DemoDossier:
    """A receipt, an application and a decision of two pages, scanned bilevel."""
    code = "H22.18.03-261008-0011"
    receipt = draw_receipt(
        person,
        code,
        Receipt(
            office="Bộ phận Một cửa xã Quản Bạ",
            request="Cấp giấy phép xây dựng nhà ở riêng lẻ",
            components=(Listed("Đơn đề nghị"), Listed("Quyết định", (0, 0, 1))),
            received=_RECEIVED,
        ),
    )
    application = draw_application(person, Application())
    decision = draw_administrative(
        Administrative(
            agency="Ủy ban nhân dân xã Quản Bạ",
            number="48/QĐ-UBND",
            place="Quản Bạ",
            issued=date(2026, 9, 15),
            subject="Về việc phê duyệt quy hoạch điểm dân cư nông thôn",
            pages=2,
            incoming=("152", "17/9/2026"),
        )
    )
    return DemoDossier(
        code,
        person,
        ("giay-tiep-nhan-ho-so", "don-de-nghi", "quyet-dinh"),
        (
            receipt,
            application.through(speckled, 0.006),
            *(page.through(tilted, 0.8) for page in decision),
        ),
    )
