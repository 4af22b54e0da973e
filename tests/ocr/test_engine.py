import os
from pathlib import Path

import pytest

from pipeline.errors import ToolMissing
from pipeline.ocr.engine import (
    EngineName,
    engine_recipe,
    find_tessdata,
    has_model,
    open_engine,
    other_engine,
)


def folder_with_model(folder: Path, model: str = "vie") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{model}.traineddata").write_bytes(model.encode())
    return folder


def test_a_configured_folder_counts(tmp_path: Path) -> None:
    assert find_tessdata(folder_with_model(tmp_path)) == tmp_path


def test_a_configured_folder_without_models_is_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(ToolMissing, match=str(tmp_path)):
        find_tessdata(tmp_path)


def test_the_checkout_is_looked_at_before_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TESSDATA_PREFIX", str(folder_with_model(tmp_path)))
    beside = Path(__file__).parents[2] / ".cache" / "tessdata"
    expected = beside if any(beside.glob("*.traineddata")) else tmp_path
    assert find_tessdata(None) == expected


def test_a_model_is_there_or_not(tmp_path: Path) -> None:
    folder_with_model(tmp_path)
    assert has_model(tmp_path, "vie")
    assert not has_model(tmp_path, "vie_fast")


@pytest.mark.parametrize("model", ["../vie", "vie+eng", "", "vie fast", "--psm"])
def test_what_is_no_name_is_no_model(tmp_path: Path, model: str) -> None:
    with pytest.raises(ValueError, match="not the name"):
        has_model(tmp_path, model)


@pytest.mark.parametrize("name", ["auto", "tesserocr", "pytesseract"])
def test_a_missing_model_is_reported_before_anything_starts(
    name: EngineName, tmp_path: Path
) -> None:
    with pytest.raises(ToolMissing, match="vie"):
        open_engine(name, tessdata=tmp_path, model="vie")
    with pytest.raises(ToolMissing, match="vie"):
        engine_recipe(name, tessdata=tmp_path, model="vie")


def test_a_missing_program_is_reported(
    tessdata: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    folder_with_model(tmp_path)
    with pytest.raises(ToolMissing, match="not installed"):
        open_engine("pytesseract", tessdata=tmp_path, model="vie")


@pytest.mark.parametrize(
    ("name", "other"), [("tesserocr", "pytesseract"), ("pytesseract", "tesserocr")]
)
def test_each_library_stands_in_for_the_other(
    name: EngineName, other: EngineName
) -> None:
    assert other_engine(name) == other


def test_without_the_program_nothing_stands_in_for_the_library(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert other_engine("tesserocr") is None


def test_an_engine_is_started_once_a_process(tessdata: Path) -> None:
    first = open_engine("auto", tessdata=tessdata, model="vie")
    assert open_engine("auto", tessdata=tessdata, model="vie") is first


def test_the_recipe_changes_with_library_and_model(
    tessdata: Path, tmp_path: Path
) -> None:
    folder_with_model(tmp_path)
    recipes = {
        engine_recipe("tesserocr", tessdata=tessdata, model="vie"),
        engine_recipe("pytesseract", tessdata=tessdata, model="vie"),
        engine_recipe("tesserocr", tessdata=tmp_path, model="vie"),
    }
    assert len(recipes) == 3


def test_the_recipe_names_engine_and_model(tessdata: Path) -> None:
    recipe = engine_recipe("auto", tessdata=tessdata, model="vie")
    assert recipe.startswith("tesserocr ")
    assert " tesseract 5." in recipe
    assert " vie " in recipe


def test_tesseract_gets_one_thread() -> None:
    assert os.environ["OMP_THREAD_LIMIT"] == "1"
