from pathlib import Path

import pytest

from pipeline.errors import ConfigError, TemplateError
from pipeline.skeleton import write_skeleton
from pipeline.templates import load_doctypes


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "doctypes").mkdir()
    return tmp_path


def test_a_skeleton_is_a_document_type_that_is_already_right(config: Path) -> None:
    write_skeleton(config, "giay-phep-xay-dung", "Giấy phép  xây dựng")

    (doctype,) = load_doctypes(config)

    assert doctype.code == "giay-phep-xay-dung"
    assert doctype.headings == ("Giấy phép xây dựng",)
    assert doctype.fields


def test_what_is_there_is_never_written_over(config: Path) -> None:
    path = write_skeleton(config, "giay-moi", "Giấy mời")
    path.write_text("mine")

    with pytest.raises(TemplateError, match="already"):
        write_skeleton(config, "giay-moi", "Giấy mời")

    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("Giay-Moi", "Giấy mời"),
        ("../giay-moi", "Giấy mời"),
        ("giay--moi", "Giấy mời"),
        ("giay-moi", " "),
        ("giay-moi", 'Giấy "mời"'),
        ("giay-moi", "Giấy: mời"),
    ],
)
def test_what_would_break_the_file_is_refused(
    config: Path, code: str, title: str
) -> None:
    with pytest.raises(ConfigError):
        write_skeleton(config, code, title)

    assert not list((config / "doctypes").iterdir())


def test_a_folder_that_is_not_there_is_the_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        write_skeleton(tmp_path, "giay-moi", "Giấy mời")
