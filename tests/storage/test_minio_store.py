import hashlib
import io
import socket
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from minio.commonconfig import ENABLED
from minio.versioningconfig import VersioningConfig

from pipeline.errors import ConfigError, ObjectConflict, StoreUnavailable
from pipeline.storage.init import init_buckets
from pipeline.storage.keys import AREAS
from pipeline.storage.minio_store import MinioStore
from pipeline.storage.s3 import S3Connection
from pipeline.storage.s3_put import put_if_absent
from tests.servers import S3Server, free_ports
from tests.storage.conftest import connect, open_store

KEY = "dossiers/0123456789abcdef-01/r1/01-giay-khai-sinh.pdf"
SECRET = "the-secret-of-this-test"


@pytest.fixture
def ready(connection: S3Connection) -> S3Connection:
    init_buckets(connection)
    return connection


def store_at(endpoint: str, *, timeout: float = 0.3) -> MinioStore:
    connection = S3Connection(
        endpoint=endpoint,
        access_key="somebody",
        secret_key=SECRET,
        secure=False,
        timeout=timeout,
    )
    return MinioStore(connection)


class Forged(io.BytesIO):
    """A body that is not what its hash says."""

    size = 3
    sha256 = hashlib.sha256(b"one").hexdigest()


def test_an_object_carries_its_hash_and_media_type(ready: S3Connection) -> None:
    open_store(ready).create(KEY, b"%PDF")

    stat = ready.client(ready.pool()).stat_object(
        bucket_name=ready.bucket("dossiers"), object_name=KEY.partition("/")[2]
    )

    assert stat.content_type == "application/pdf"
    assert stat.metadata is not None
    assert stat.metadata["x-amz-meta-sha256"] == hashlib.sha256(b"%PDF").hexdigest()


def test_the_server_refuses_other_bytes_than_were_hashed(ready: S3Connection) -> None:
    store = open_store(ready)

    response = put_if_absent(
        ready,
        ready.pool(),
        ready.bucket("work"),
        "a",
        Forged(b"two"),  # type: ignore[arg-type]
    )

    assert response.status == 400
    assert list(store.list_objects("work/")) == []


def test_an_object_that_is_not_what_was_recorded_is_not_handed_out(
    ready: S3Connection,
) -> None:
    ready.client(ready.pool()).put_object(
        bucket_name=ready.bucket("work"),
        object_name="a",
        data=io.BytesIO(b"two"),
        length=3,
        metadata={"sha256": Forged.sha256},
    )

    with pytest.raises(ObjectConflict, match="work/a: recorded"):
        open_store(ready).get("work/a")


def test_an_object_that_others_put_is_read(ready: S3Connection) -> None:
    ready.client(ready.pool()).put_object(
        bucket_name=ready.bucket("work"),
        object_name="a",
        data=io.BytesIO(b"one"),
        length=3,
    )

    assert open_store(ready).get("work/a") == b"one"


@pytest.mark.parametrize(
    "wrong", [{"secret_key": SECRET}, {"access_key": "nobody", "secret_key": SECRET}]
)
def test_wrong_keys_are_a_fault_of_the_setup(
    ready: S3Connection, wrong: dict[str, str], tmp_path: Path
) -> None:
    store = open_store(ready, **wrong)

    for attempt in (
        lambda: store.create("work/a", b"one"),
        lambda: store.get("work/a"),
        lambda: store.digest("work/a"),
        lambda: list(store.list_objects("work/")),
        lambda: store.delete("work/a"),
    ):
        with pytest.raises(ConfigError) as caught:
            attempt()
        assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert len(store.check().problems) == len(AREAS)


def test_a_missing_bucket_is_a_fault_of_the_setup(connection: S3Connection) -> None:
    store = open_store(connection)

    with pytest.raises(ConfigError, match="NoSuchBucket"):
        store.create("work/a", b"one")
    with pytest.raises(ConfigError, match="NoSuchBucket"):
        store.get("work/a")
    problems = store.check().problems
    assert len(problems) == len(AREAS)
    assert all("run sohoa store init" in problem for problem in problems)


def test_a_bucket_without_versions_is_a_problem(ready: S3Connection) -> None:
    client = ready.client(ready.pool())
    client.set_bucket_versioning(
        bucket_name=ready.bucket("work"), config=VersioningConfig(status=ENABLED)
    )

    (problem,) = open_store(ready).check().problems

    assert "expired page results would stay" in problem


def test_tls_to_a_server_without_is_a_fault_of_the_setup(ready: S3Connection) -> None:
    with pytest.raises(ConfigError, match="TLS failed"):
        open_store(ready, secure=True).get("work/a")


def test_a_server_that_is_down_is_unavailable() -> None:
    store = store_at(f"127.0.0.1:{free_ports(1)[0]}")

    with pytest.raises(StoreUnavailable, match="work/a: no answer"):
        store.create("work/a", b"one")
    with pytest.raises(StoreUnavailable, match="work/a: no answer"):
        store.get("work/a")
    assert "no answer" in store.check().problems[0]


@pytest.fixture(
    params=[
        b"",
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK\r\nETag: 1\r\nContent-Length: 9\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 418 Teapot\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 403 No\r\nContent-Type: application/xml\r\n\r\n<Error><Co",
        b"HTTP/1.1 403 No\r\nContent-Type: application/xml\r\n\r\n\xff\xfe",
    ],
    ids=["gone", "half-a-head", "half-a-body", "not-s3", "teapot", "torn", "bytes"],
)
def strange_server(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server that takes a request, answers something, and hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            with peer:
                peer.recv(65_536)
                peer.sendall(request.param)

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def test_a_server_that_talks_nonsense_is_unavailable(strange_server: str) -> None:
    store = store_at(strange_server, timeout=5)

    with pytest.raises(StoreUnavailable, match="work/a"):
        store.get("work/a")
    with pytest.raises(StoreUnavailable, match="work/a"):
        store.digest("work/a")


@pytest.mark.parametrize(
    "strange_server",
    [
        b"",
        b"HTTP/1.1 200",
        b"HTTP/1.1 403 No\r\nContent-Type: application/xml\r\n\r\n<Error><Co",
    ],
    ids=["gone", "half-a-head", "torn"],
    indirect=True,
)
def test_half_an_answer_is_not_taken_for_a_promise(strange_server: str) -> None:
    with pytest.raises(StoreUnavailable, match="work/a"):
        store_at(strange_server, timeout=5).create("work/a", b"one")


def test_a_server_that_stays_silent_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = store_at(f"127.0.0.1:{silent.getsockname()[1]}")

        with pytest.raises(StoreUnavailable, match=r"work/a: no answer \(ReadTimeout"):
            store.create("work/a", b"one")


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "https://store.example"},
        {"endpoint": "store.example/path"},
        {"endpoint": ""},
        {"region": "not a region"},
        {"access_key": ""},
        {"secret_key": ""},
    ],
    ids=lambda wrong: str(*wrong),
)
def test_an_address_that_cannot_be_stops_the_start(wrong: dict[str, str]) -> None:
    right = {"endpoint": "store.example", "access_key": "a", "secret_key": SECRET}

    with pytest.raises(ConfigError, match="object store") as caught:
        S3Connection(**right | wrong)  # type: ignore[arg-type]

    assert SECRET not in str(caught.value)


def test_the_secret_is_not_shown() -> None:
    connection = S3Connection(
        endpoint="store.example", access_key="a", secret_key=SECRET
    )

    assert SECRET not in repr(connection)


def test_an_object_is_encrypted_at_rest(minio_server: S3Server) -> None:
    connection = connect(minio_server)
    init_buckets(connection)
    open_store(connection).create("work/there", b"there")

    found = minio_server.client().stat_object(
        bucket_name=connection.bucket("work"), object_name="there"
    )

    assert found.metadata["x-amz-server-side-encryption"] in {"AES256", "aws:kms"}
