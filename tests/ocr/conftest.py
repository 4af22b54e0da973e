from pathlib import Path

import pytest

from pipeline.ocr.engine import OcrEngine, find_tessdata, open_engine


@pytest.fixture(scope="session")
def tessdata() -> Path:
    return find_tessdata(None)


@pytest.fixture(scope="session")
def engine(tessdata: Path) -> OcrEngine:
    return open_engine("auto", tessdata=tessdata, model="vie")
