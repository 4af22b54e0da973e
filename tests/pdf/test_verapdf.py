import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import ToolMissing
from pipeline.pdf.verapdf import NOT_JUDGED, VeraPdf
from tests.pdf.drawn import text_pdf
from tests.pdf.test_conformance import written
from tests.pdf.verapdf import LIBRARIES


@pytest.fixture(scope="module")
def validator() -> Iterator[VeraPdf]:
    if shutil.which("javac") is None or not any(LIBRARIES.glob("*.jar")):
        pytest.skip("no JDK or no veraPDF here: scripts/setup-test")
    opened = VeraPdf(LIBRARIES)
    yield opened
    opened.close()


def test_one_process_judges_file_after_file(validator: VeraPdf, tmp_path: Path) -> None:
    other = tmp_path / "other.pdf"
    other.write_bytes(text_pdf())
    assert validator.find_faults(written(tmp_path)) == ()
    first = validator._process
    assert "6.2.4.3" in validator.find_faults(other)
    assert validator.find_faults(written(tmp_path)) == ()
    assert validator._process is first


def test_a_file_it_cannot_open_is_not_judged(
    validator: VeraPdf, tmp_path: Path
) -> None:
    path = tmp_path / "rubbish.pdf"
    path.write_bytes(b"nothing")
    assert validator.find_faults(path) == (NOT_JUDGED,)
    assert validator.find_faults(written(tmp_path)) == ()


def test_a_killed_process_starts_again(validator: VeraPdf, tmp_path: Path) -> None:
    validator.find_faults(written(tmp_path))
    assert validator._process is not None
    validator._process.kill()
    validator._process.wait()
    assert validator.find_faults(written(tmp_path)) == (NOT_JUDGED,)
    assert validator.find_faults(written(tmp_path)) == ()


def test_a_judge_without_end_is_ended(validator: VeraPdf, tmp_path: Path) -> None:
    hasty = VeraPdf(LIBRARIES, seconds=0.0)
    assert hasty.find_faults(written(tmp_path)) == (NOT_JUDGED,)
    assert hasty._process is None


def test_an_empty_folder_is_no_validator(tmp_path: Path) -> None:
    with pytest.raises(ToolMissing, match="veraPDF"):
        VeraPdf(tmp_path).find_faults(tmp_path / "x.pdf")
