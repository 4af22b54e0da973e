import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Sohoa, lines
from tests.drawing import draw_birth_certificate, make_family, to_pdf

SHIPPED = Path(__file__).parents[2] / "config"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "config"))


def test_a_new_template_passes_the_check(sohoa: Sohoa, config: Path) -> None:
    made = sohoa("--config", config, "template", "new", "giay-la", "--title", "Giấy lạ")

    assert made.exit_code == 0
    assert Path(made.stdout.strip()).name == "giay-la.yaml"
    assert sohoa("--config", config, "template", "check").exit_code == 0


def test_every_broken_template_is_named_with_line_and_rule(
    sohoa: Sohoa, config: Path
) -> None:
    for code in ("giay-moi", "luat"):
        path = config / f"doctypes/{code}.yaml"
        path.write_text(path.read_text().replace("title:", "titel:"))

    result = sohoa("--config", config, "template", "check")

    assert result.exit_code == 3
    told = result.stdout.splitlines()
    assert [line.split("doctypes/")[1].split(":")[0] for line in told] == [
        "giay-moi.yaml",
        "luat.yaml",
    ]
    assert all(":2: titel" in line for line in told)


def test_a_broken_template_stops_the_start(sohoa: Sohoa, config: Path) -> None:
    path = config / "doctypes/luat.yaml"
    path.write_text(path.read_text().replace("title:", "titel:"))

    result = sohoa("--config", config, "ingest", path, "--counter", "demo")

    assert result.exit_code == 3
    assert "luat.yaml:2: titel" in result.stderr


@pytest.mark.slow
def test_a_trial_draws_what_matched_where(
    sohoa: Sohoa, config: Path, tmp_path: Path
) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(to_pdf([draw_birth_certificate(make_family(3))]))

    result = sohoa("template", "try", scan, "-o", tmp_path / "tried", "--json")

    (paper,) = lines(result.stdout)
    assert paper["doctype"] == "giay-khai-sinh"
    assert paper["fields"]["sex"]["status"] == "ok"
    assert (tmp_path / "tried/page-0001.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "tried").stat().st_mode & 0o077 == 0
