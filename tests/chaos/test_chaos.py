import subprocess
import sys

import pytest

from tests.servers import ServerUnavailable, find_program, postgres_programs

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.timeout(900)]

SEED = 20261124


def stack() -> tuple[str, str]:
    """Choose the store and the catalog of a server, where this machine has them."""
    store, catalog = "minio", "postgres"
    try:
        find_program("minio", "")
    except ServerUnavailable:
        store = "local"
    try:
        postgres_programs()
    except ServerUnavailable:
        catalog = "sqlite"
    return store, catalog


def test_twenty_kills_lose_nothing_and_double_nothing() -> None:
    store, catalog = stack()
    options = {
        "--seed": str(SEED),
        "--kills": "20",
        "--scans": "12",
        "--pace": "2",
        "--upkeep": "30",
        "--store": store,
        "--catalog": catalog,
    }
    command = [sys.executable, "-m", "tests.chaos"]
    arguments = [part for option in options.items() for part in option]
    done = subprocess.run(
        [*command, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "| **kills in all** | 20 |" in done.stdout
