"""One authority for all tests of this folder: making keys takes a second each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.signing.keys import Pkcs12Key
from pipeline.signing.signer import AgencySigner
from tests.signing.authority import PASSPHRASE, Authority, Identity, write_pkcs12
from tests.signing.servers import timestamp_server


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="session")
def agency(authority: Authority) -> Identity:
    return authority.agency()


@pytest.fixture
def key(tmp_path: Path, authority: Authority, agency: Identity) -> Pkcs12Key:
    return Pkcs12Key(write_pkcs12(tmp_path / "a.p12", agency, authority), PASSPHRASE)


@pytest.fixture
def signer(key: Pkcs12Key) -> AgencySigner:
    return AgencySigner(lambda: key)


@pytest.fixture(scope="session")
def clock_url(
    tmp_path_factory: pytest.TempPathFactory, authority: Authority
) -> Iterator[str]:
    with timestamp_server(tmp_path_factory.mktemp("tsa"), authority) as url:
        yield url
