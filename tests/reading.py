"""Read drawn pages as a counter's scans are read: opened, turned, prepared, read."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.bootstrap import load_settings, open_page_reader
from pipeline.model.scan import MediaType
from pipeline.model.text import ReadPage
from pipeline.usecases.read import PageTask
from tests.drawing import DrawnPage, to_png

CONFIG = Path(__file__).parents[1] / "config"

_BATCH = "0" * 32


def read_drawn(drawn: Sequence[DrawnPage]) -> Iterator[ReadPage]:
    """Read *drawn* as one batch, with a reader of their own.

    Pictures are not taken apart into layers: that takes a fifth of a page's time, and
    says nothing of its words.
    """
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        settings = load_settings(CONFIG)
        plain = settings.filing.model_copy(update={"layers": False})
        settings = settings.model_copy(update={"home": home, "filing": plain})
        reader = open_page_reader(settings)
        for number, page in enumerate(drawn, 1):
            path, recipe = home / f"{number}.png", f"page{number}"
            path.write_bytes(to_png(page))
            reader.read(PageTask(_BATCH, recipe, path, MediaType.PNG, 1))
            found = reader.archive.find_page(_BATCH, recipe, 1)
            assert found is not None  # it was just put
            path.unlink()
            yield replace(found, page=replace(found.page, number=number))
        reader.close()
