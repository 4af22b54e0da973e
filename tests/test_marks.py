from pathlib import Path

import pytest

from pipeline.errors import ConfigError
from pipeline.marks import load_marks, open_marker
from pipeline.model.scan import Counter
from pipeline.settings import FilingSettings, Settings

SHIPPED = Path(__file__).parent.parent / "config"


def written(folder: Path, text: str) -> Path:
    (folder / "marks.toml").write_text(text, encoding="utf-8")
    return folder


def test_the_three_profiles_of_the_rules_are_shipped() -> None:
    assert set(load_marks(SHIPPED)) == {"hoso_tthc", "nd30_sao_y", "tt05_luu_tru"}


def test_a_copy_says_that_it_is_one() -> None:
    assert ("SAO Y",) in load_marks(SHIPPED)["nd30_sao_y"].signature


@pytest.mark.parametrize("part", ["{agensy}", "{agency", "agency}", "{}", "{agency!r}"])
def test_an_unknown_placeholder_is_named(tmp_path: Path, part: str) -> None:
    folder = written(tmp_path, f'[p]\ntitle = "t"\nmark = [["{part}"]]')
    with pytest.raises(ConfigError, match=r"marks\.toml.*no such placeholder"):
        load_marks(folder)


def test_a_misspelt_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="sise"):
        load_marks(written(tmp_path, '[p]\ntitle = "t"\nsise = 8'))


def test_a_counter_that_asks_for_no_known_profile_is_named() -> None:
    counter = Counter("quay-1", "Quầy", "UBND", mark="nd30")
    settings = Settings(config=SHIPPED, filing=FilingSettings(mark=""))
    with pytest.raises(ConfigError, match="counter quay-1: no mark 'nd30'"):
        open_marker(settings, (counter,), ())
