"""A Prefect server with an empty database, and a home folder the flows work on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.events.worker import EventsWorker
from prefect.logging.handlers import APILogHandler
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_LOCAL_STORAGE_PATH,
    PREFECT_SERVER_ALLOW_EPHEMERAL_MODE,
    temporary_settings,
)

from pipeline.bootstrap import App, load_settings, open_app
from pipeline.flows.serve import environment
from tests import servers


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home folder of this module's flows, named in the environment."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIPELINE_HOME", str(folder))
        patch.setenv("PIPELINE_READING__WORKERS", "1")
        yield folder


@pytest.fixture(scope="module")
def prefect_database(
    home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A running server, as the embedded stack starts it; gives its database's file.

    The client's results go to a folder of their own: without it, a test run would
    find what the last one cached.
    """
    server = environment(load_settings(home=home))
    del server["PREFECT_API_URL"]
    results = tmp_path_factory.mktemp("results")
    with (
        servers.prefect(server) as url,
        temporary_settings(
            {
                PREFECT_API_URL: url,
                PREFECT_LOCAL_STORAGE_PATH: results,
                PREFECT_SERVER_ALLOW_EPHEMERAL_MODE: False,
            }
        ),
    ):
        yield home / "prefect" / "prefect.db"
        # While there is somebody to send them to; else the interpreter's end waits.
        APILogHandler().flush()
        EventsWorker.drain_all(timeout=5)


@pytest.fixture
def app(home: Path) -> Iterator[App]:
    """The use-cases on the same home folder."""
    with open_app(load_settings(home=home)) as application:
        yield application
