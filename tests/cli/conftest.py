import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.__main__ import app
from pipeline.catalog.catalog import SqlCatalog
from tests.catalog.made_up import Clock

Sohoa = Callable[..., Result]
"""Runs a command line on a home folder of its own."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def sohoa(home: Path) -> Sohoa:
    runner = CliRunner()
    return lambda *words: runner.invoke(app, ["--home", str(home), *map(str, words)])


@pytest.fixture
def catalog(home: Path) -> SqlCatalog:
    catalog = SqlCatalog(f"sqlite:///{home / 'catalog.sqlite3'}", clock=Clock())
    catalog.migrate()
    return catalog


def lines(output: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in output.splitlines()]
