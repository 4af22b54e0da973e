import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.bootstrap import load_settings, open_page_reader
from pipeline.extract.rules import extract_fields
from pipeline.model.dossier import Field, FieldStatus
from pipeline.model.scan import MediaType
from pipeline.split.boundaries import split_pages
from pipeline.templates import load_doctypes
from pipeline.usecases.read import PageReader, PageTask

CONFIG = Path(__file__).parents[2] / "config"
SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
CERTAIN = ("so_ky_hieu", "ngay_ban_hanh", "co_quan_ban_hanh", "loai_van_ban")
BATCH = "0" * 32

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SAMPLES.is_dir(), reason="the real samples are not here"),
]


def papers() -> list[Any]:
    if not SAMPLES.is_dir():
        return []
    truth = json.loads((SAMPLES / "truth.json").read_text(encoding="utf-8"))
    return [pytest.param(paper, id=Path(paper["file"]).stem) for paper in truth]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageReader]:
    reader = open_page_reader(load_settings(CONFIG, tmp_path_factory.mktemp("home")))
    yield reader
    reader.close()


def first_page(reader: PageReader, path: Path, recipe: str) -> dict[str, Field]:
    reader.read(PageTask(BATCH, recipe, path, MediaType.PDF, 1))
    page = reader.archive.find_page(BATCH, recipe, 1)
    assert page is not None
    doctypes = load_doctypes(CONFIG)
    (span,) = split_pages((page,), doctypes)
    (doctype,) = (each for each in doctypes if each.code == span.doctype)
    return {field.name: field for field in extract_fields((page,), span, doctype)}


@pytest.mark.parametrize("paper", papers())
def test_what_is_accepted_of_a_real_paper_is_what_it_says(
    reader: PageReader, paper: dict[str, str | None]
) -> None:
    path = SAMPLES / str(paper["file"])
    fields = first_page(reader, path, path.stem.replace("_", "-").lower())
    for name in CERTAIN:
        wanted = FieldStatus.OK if paper[name] else FieldStatus.MISSING
        assert (name, fields[name].value) == (name, paper[name])
        assert (name, fields[name].status) == (name, wanted)
    subject = fields["trich_yeu"]
    if subject.status is FieldStatus.OK:
        assert subject.value == paper["trich_yeu"]
