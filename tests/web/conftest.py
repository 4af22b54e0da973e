"""One home with filed dossiers and one client for all tests of the web pages."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from pipeline.web.app import make_app
from tests.web.filed import Filed, make_home


@pytest.fixture(scope="package")
def filed(tmp_path_factory: pytest.TempPathFactory) -> Filed:
    return make_home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="package")
def client(filed: Filed) -> Iterator[TestClient]:
    address = "http://127.0.0.1:8400"
    with TestClient(make_app(filed.settings), base_url=address) as client:
        yield client
