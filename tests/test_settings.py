from pathlib import Path

import pytest
from pydantic import SecretStr

from pipeline.errors import ConfigError
from pipeline.model.scan import FolderRules, Priority
from pipeline.model.sheet import Separates
from pipeline.settings import (
    Settings,
    SheetSettings,
    load_counters,
    load_settings,
    secret_value,
    sheet_keys,
)

SHIPPED = Path(__file__).parent.parent / "config"


def config(folder: Path, text: str) -> Path:
    (folder / "pipeline.toml").write_text(text, encoding="utf-8")
    return folder


def test_the_shipped_file_says_what_the_defaults_are() -> None:
    shipped = load_settings(SHIPPED)
    defaults = Settings(config=SHIPPED, home=shipped.home)
    assert shipped == defaults


def test_the_shipped_counters_have_a_demo() -> None:
    assert "demo" in {counter.id for counter in load_counters(SHIPPED)}


def test_a_misspelt_key_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"reading\.dpy"):
        load_settings(config(tmp_path, "[reading]\ndpy = 200"))


def test_a_value_out_of_range_is_named_with_its_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"pipeline\.toml:2: reading\.dpi"):
        load_settings(config(tmp_path, "[reading]\ndpi = 7"))


def test_broken_toml_is_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"pipeline\.toml"):
        load_settings(config(tmp_path, "[reading"))


def test_a_missing_file_is_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load_settings(tmp_path)


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPELINE_READING__DPI", "150")
    settings = load_settings(config(tmp_path, "[reading]\ndpi = 250\nworkers = 3"))
    assert (settings.reading.dpi, settings.reading.workers) == (150, 3)


@pytest.mark.parametrize(
    "name",
    ["PIPELINE_READING__DPY", "PIPELINE_RAEDING__DPI", "PIPELINE_DROPS", "PIPELINE_"],
)
def test_a_misspelt_variable_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "swordfish")
    with pytest.raises(ConfigError, match=rf"{name}$"):
        load_settings(config(tmp_path, ""))


@pytest.mark.parametrize(
    "name",
    [
        *("PIPELINE_HOME", "PIPELINE_CONFIG", "PIPELINE_DROP"),
        *("PIPELINE_STORE__SECRET_KEY_FILE", "pipeline_web__host"),
        *("PIPELINER_HOME", "CI_PIPELINE_ID"),
    ],
)
def test_known_variables_and_those_of_others_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, str(tmp_path))
    load_settings(config(tmp_path, ""))


def test_the_call_wins_over_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPELINE_HOME", "/elsewhere")
    settings = load_settings(config(tmp_path, ""), home=tmp_path / "mine")
    assert settings.home == tmp_path / "mine"


def test_a_secret_is_not_shown(tmp_path: Path) -> None:
    settings = load_settings(config(tmp_path, '[store]\nsecret_key = "swordfish"'))
    assert "swordfish" not in repr(settings)


def test_a_secret_file_wins(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("from the file\n", encoding="utf-8")
    settings = load_settings(config(tmp_path, ""))
    assert secret_value(settings.store.secret_key, file) == "from the file"


def test_a_missing_secret_file_is_named(tmp_path: Path) -> None:
    settings = load_settings(config(tmp_path, ""))
    with pytest.raises(ConfigError, match="absent"):
        secret_value(settings.store.secret_key, tmp_path / "absent")


def test_two_counters_cannot_share_an_id(tmp_path: Path) -> None:
    entry = '[[counters]]\nid = "a"\nname = "A"\noffice = "O"\n'
    (tmp_path / "counters.toml").write_text(entry * 2, encoding="utf-8")
    with pytest.raises(ConfigError, match="share an id"):
        load_counters(tmp_path)


def counters(folder: Path, rules: str) -> Path:
    entry = '[[counters]]\nid = "a"\nname = "A"\noffice = "O"\n'
    (folder / "counters.toml").write_text(entry + rules, encoding="utf-8")
    return folder


def test_the_folder_of_a_counter_has_rules_of_its_own(tmp_path: Path) -> None:
    written = 'enabled = false\nquiet_period = 45\nignore = ["*.txt"]\n'
    written += 'done_marker = true\npriority = "backlog"'
    (counter,) = load_counters(counters(tmp_path, written))
    assert counter.folder == FolderRules(
        enabled=False,
        quiet_period=45.0,
        ignore=("*.txt",),
        done_marker=True,
        priority=Priority.BACKLOG,
    )


@pytest.mark.parametrize(("rule", "careful"), [("", None), ("careful = true", True)])
def test_a_counter_may_have_its_pages_read_twice(
    rule: str, careful: bool | None, tmp_path: Path
) -> None:
    assert load_counters(counters(tmp_path, rule))[0].careful is careful


def test_the_procedure_of_a_counter_must_exist(tmp_path: Path) -> None:
    folder = counters(tmp_path, 'procedure = "1.001193"')
    with pytest.raises(ConfigError, match=r"counter a: there is no .*1\.001193\.yaml"):
        load_counters(folder)
    (folder / "procedures").mkdir()
    (folder / "procedures" / "1.001193.yaml").touch()
    assert load_counters(folder)[0].procedure == "1.001193"


@pytest.mark.parametrize(
    "rule",
    [
        "quiet_period = -1",
        'priority = "low"',
        'ignore = [""]',
        "done = true",
        "poll_interval = 0",
        'share = "nfs"',
        "keep_days = -1",
        "keep_days = 1.5",
        'sides = "both"',
        "sides_within = 0",
        'path = "../elsewhere"',
        'path = "a//b"',
        'path = ".sohoa"',
    ],
)
def test_a_wrong_rule_of_a_folder_is_named(rule: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=rf"counters\.0\.{rule.split(maxsplit=1)[0]}"):
        load_counters(counters(tmp_path, rule))


def test_two_counters_cannot_share_a_folder(tmp_path: Path) -> None:
    other = '\n[[counters]]\nid = "b"\nname = "B"\noffice = "O"\npath = "a"\n'
    with pytest.raises(ConfigError, match=r"counters\.toml:10: .* share a folder: b"):
        load_counters(counters(tmp_path, other))


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ('sides = "fronts-then-backs"\n', "fronts and backs"),
        (
            '\n[[counters]]\nid = "b"\nname = "B"\noffice = "O"\npath = "a/b"\n',
            "drop folder of b",
        ),
    ],
)
def test_folders_are_no_dossiers_where_they_are_something_else(
    rules: str, found: str, tmp_path: Path
) -> None:
    folder = counters(tmp_path, f'subfolders = "dossiers"\n{rules}')
    with pytest.raises(ConfigError, match=rf"counters\.toml:\d+: counter a: .*{found}"):
        load_counters(folder)


def test_a_wrong_rule_is_named_with_its_line(tmp_path: Path) -> None:
    entry = '[[counters]]\nid = "b"\nname = "B"\noffice = "O"\n'
    folder = counters(tmp_path, f"# quiet_period = 1\n\n{entry}quiet_period = -1\n")
    with pytest.raises(ConfigError, match=r"counters\.toml:11: counters\.1\.quiet"):
        load_counters(folder)


def test_a_missing_key_is_named_with_the_line_of_its_table(tmp_path: Path) -> None:
    folder = counters(tmp_path, '\n[[counters]]\nid = "b"\nname = "B"\n')
    with pytest.raises(ConfigError, match=r"counters\.toml:6: counters\.1\.office"):
        load_counters(folder)


def test_a_wrong_variable_is_named_instead_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPELINE_INTAKE__QUIET_PERIOD", "soon")
    with pytest.raises(ConfigError, match="environment PIPELINE_INTAKE__QUIET_PERIOD"):
        load_settings(config(tmp_path, "[intake]\nquiet_period = 5"))


def test_a_counter_says_what_a_patch_begins_and_whom_it_serves(tmp_path: Path) -> None:
    (plain,) = load_counters(counters(tmp_path, ""))
    rules = 'patch = "paper"\nagencies = ["H15.50", "H29"]'
    (told,) = load_counters(counters(tmp_path, rules))
    assert (plain.patch, plain.agencies) == (Separates.DOSSIER, ())
    assert (told.patch, told.agencies) == (Separates.PAPER, ("H15.50", "H29"))


@pytest.mark.parametrize("line", ['patch = "page"', 'agencies = ["Đắk Lắk"]'])
def test_a_wrong_rule_for_sheets_and_codes_is_named(line: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=line.split(maxsplit=1)[0]):
        load_counters(counters(tmp_path, line))


def test_the_first_key_of_the_sheets_signs() -> None:
    old, new = "0" * 32, "1" * 40
    keys = sheet_keys(SheetSettings(keys=SecretStr(f"2026A {new}\n\n1 {old}\n")))
    assert list(keys.items()) == [("2026A", new.encode()), ("1", old.encode())]
    assert sheet_keys(SheetSettings()) == {}


@pytest.mark.parametrize("text", ["1 short", "k " + "0" * 32, "0" * 32])
def test_a_wrong_key_is_named_by_its_line_alone(text: str) -> None:
    with pytest.raises(ConfigError, match="line 1") as raised:
        sheet_keys(SheetSettings(keys=SecretStr(text)))
    assert text not in str(raised.value)


def test_a_key_id_stands_for_one_key() -> None:
    twice = "1 " + "0" * 32 + "\n1 " + "1" * 32
    with pytest.raises(ConfigError, match="line 2"):
        sheet_keys(SheetSettings(keys=SecretStr(twice)))
