from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import ConfigError
from pipeline.model.text import ReadPage
from pipeline.pdf.picture import encode_picture
from pipeline.split.resemblance import TAKEN
from pipeline.usecases.try_template import TemplateTrial, TriedPaper
from tests.split.paper import BODY, DOCTYPES, HEIGHT, MOTTO, WIDTH, page, sheet, stack

BIRTH = page(*MOTTO, "", "GIẤY KHAI SINH", "", "Họ, chữ đệm, tên: Nguyễn Thị Mẫu")


def picture(_: ReadPage) -> bytes:
    white = np.full((HEIGHT, WIDTH), 255, np.uint8)
    return encode_picture(white, bilevel=False, dpi=200).data


def tried(*pages: ReadPage, told: str | None = None) -> list[TriedPaper]:
    def read(_: Path) -> Iterator[ReadPage]:
        return iter(stack(*pages))

    return list(TemplateTrial(read, picture, DOCTYPES).run(Path("scan.pdf"), told))


def test_heading_labels_and_values_are_told_and_drawn() -> None:
    (paper,) = tried(BIRTH)
    (only,) = paper.pages

    assert paper.span.doctype == "giay-khai-sinh"
    assert only.types[0].verdict == TAKEN
    assert [found.fields for found in only.labels] == [("full_name",)]
    assert "Nguyễn Thị Mẫu" in [field.value for field in paper.fields]
    assert only.picture.startswith(b"\x89PNG")


def test_a_file_is_cut_into_its_papers() -> None:
    other = page(*MOTTO, "", "GIẤY KHAI TỬ", "", *BODY)
    papers = tried(BIRTH, sheet(), other)

    assert [paper.span.doctype for paper in papers][:2] == [
        "giay-khai-sinh",
        "separator",
    ]
    assert papers[1].fields == ()


def test_a_file_can_be_told_to_be_a_type() -> None:
    unknown = page(*MOTTO, "", "PHIẾU LẠ", "", "Họ, chữ đệm, tên: Nguyễn Thị Mẫu")
    (paper,) = tried(unknown, page(*BODY), told="giay-khai-sinh")

    assert (paper.span.first, paper.span.last) == (1, 2)
    assert "Nguyễn Thị Mẫu" in [field.value for field in paper.fields]


def test_an_unknown_type_is_the_users_mistake() -> None:
    with pytest.raises(ConfigError, match="giay-la"):
        tried(BIRTH, told="giay-la")
