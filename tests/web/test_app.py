from pathlib import Path

from starlette.testclient import TestClient

from pipeline.settings import Settings, StoreSettings, default_config
from pipeline.storage.init import S3Identity, init_buckets, init_users
from pipeline.web.app import make_app
from tests.servers import S3Server
from tests.storage.conftest import connect


def test_health_tells_that_store_and_catalog_answer(client: TestClient) -> None:
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "catalog": "ok", "store": "ok"}


def test_health_tells_that_the_store_is_down(tmp_path: Path) -> None:
    nobody = StoreSettings(
        kind="s3",
        endpoint="127.0.0.1:9",
        secure=False,
        access_key="a",
        secret_key="b" * 8,
        timeout=1,
    )
    settings = Settings(home=tmp_path, config=default_config(), store=nobody)
    with TestClient(make_app(settings), base_url="http://localhost") as client:
        answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json() == {"status": "down", "catalog": "ok", "store": "down"}


def test_health_asks_only_what_the_web_pages_identity_may(
    minio_server: S3Server, tmp_path: Path
) -> None:
    administrator = connect(minio_server)
    init_buckets(administrator)
    web = S3Identity(f"{administrator.bucket_prefix}web", "secret-of-web")
    init_users(administrator, {"web": web})
    store = StoreSettings(
        kind="s3",
        endpoint=administrator.endpoint,
        secure=False,
        bucket_prefix=administrator.bucket_prefix,
        access_key=web.access_key,
        secret_key=web.secret_key,
    )
    settings = Settings(home=tmp_path, config=default_config(), store=store)
    with TestClient(make_app(settings), base_url="http://localhost") as client:
        assert client.get("/health").json()["store"] == "ok"


def test_a_browser_gets_its_icon(client: TestClient) -> None:
    answer = client.get("/favicon.ico")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/svg+xml"


def test_an_empty_home_is_shown(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, config=default_config())
    with TestClient(make_app(settings), base_url="http://localhost") as client:
        assert "Chưa có hồ sơ nào được lưu" in client.get("/").text
        assert "Chưa nhận bản quét nào" in client.get("/counters/demo").text
