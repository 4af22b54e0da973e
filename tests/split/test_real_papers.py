from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
from numpy.typing import NDArray

from pipeline.imaging.arrays import to_gray
from pipeline.model.scan import Page
from pipeline.model.text import ReadPage
from pipeline.ocr.engine import OcrEngine, find_tessdata, open_engine
from pipeline.split.boundaries import split_pages
from pipeline.split.separators import find_codes
from tests import drawing
from tests.split.paper import DOCTYPES

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
DPI = 200

SCANS = {
    "nghi_dinh_154_2024_p1-4": "nghi-dinh",
    "nghi_dinh_45_2020_p1-4": "nghi-dinh",
    "nghi_dinh_96_2016_p1-6": "nghi-dinh",
    "thong_tu_04_2021_bldtbxh": "thong-tu",
    "thong_tu_150_2020_bca_p1-4": "thong-tu",
    "thong_tu_51_2025_bca": "thong-tu",
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def engine() -> OcrEngine:
    return open_engine("auto", tessdata=find_tessdata(None), model="vie")


def read(image: NDArray[np.uint8], number: int, engine: OcrEngine) -> ReadPage:
    """Read the upper part: what a cut rests on stands there."""
    height, width = image.shape
    upper = np.ascontiguousarray(image[: height * 2 // 5])
    page = Page(number, width, height, DPI, blank=not (image < 100).any())
    return ReadPage(page, engine.read(upper, dpi=DPI), find_codes(image, DPI))


def cut(images: list[NDArray[np.uint8]], engine: OcrEngine) -> list[tuple[int, str]]:
    pages = [read(image, number, engine) for number, image in enumerate(images, 1)]
    return [(span.first, span.doctype) for span in split_pages(pages, DOCTYPES)]


def test_a_drawn_dossier_is_cut_into_its_papers(engine: OcrEngine) -> None:
    family = drawing.make_family(3)
    pages = [
        drawing.draw_receipt(family.father, "H50.32.05-261008-0007"),
        *drawing.draw_birth_declaration(family, pages=2),
        drawing.draw_birth_certificate(family).through(drawing.tilted, 1.2),
        drawing.blank_back(),
        drawing.draw_id_card(family.father, "front", magnified=1.5),
        drawing.draw_id_card(family.father, "back", magnified=1.5),
        drawing.draw_application(family.father).through(drawing.speckled, 0.005),
    ]
    assert cut([to_gray(page.image) for page in pages], engine) == [
        (1, "giay-tiep-nhan-ho-so"),
        (2, "to-khai-dang-ky-khai-sinh"),
        (4, "giay-khai-sinh"),
        (6, "can-cuoc"),
        (8, "don-de-nghi"),
    ]


def test_drawn_official_papers_are_told_apart(engine: OcrEngine) -> None:
    kinds = ["Quyết định", "Công văn", "Thông báo", "Tờ trình"]
    papers = [drawing.Administrative(kind=kind) for kind in kinds]
    images = [
        to_gray(page.image)
        for paper in papers
        for page in drawing.draw_administrative(paper)
    ]
    codes = ["quyet-dinh", "cong-van", "thong-bao", "to-trinh"]
    assert cut(images, engine) == list(enumerate(codes, 1))


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the real samples are not here")
def test_a_stack_of_real_laws_is_cut_where_each_begins(engine: OcrEngine) -> None:
    images = [
        image for name in SCANS for image in rendered(SAMPLES / f"scans/{name}.pdf", 2)
    ]
    starts = range(1, 2 * len(SCANS), 2)
    assert cut(images, engine) == list(zip(starts, SCANS.values(), strict=True))


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the real samples are not here")
def test_a_born_digital_law_is_one_paper(engine: OcrEngine) -> None:
    path = SAMPLES / "born_digital/luat_20_2023_giao_dich_dien_tu.pdf"
    assert cut(rendered(path, 2), engine) == [(1, "luat")]


def rendered(path: Path, pages: int) -> list[NDArray[np.uint8]]:
    with pdfium.PdfDocument(path) as pdf:
        return [
            np.array(pdf[index].render(scale=DPI / 72).to_pil().convert("L"))
            for index in range(pages)
        ]
