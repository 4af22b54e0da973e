from pathlib import Path

from starlette.testclient import TestClient

from pipeline.settings import Settings, StoreSettings, default_config
from pipeline.web.app import make_app


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


def test_a_browser_gets_its_icon(client: TestClient) -> None:
    answer = client.get("/favicon.ico")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/svg+xml"


def test_an_empty_home_is_shown(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, config=default_config())
    with TestClient(make_app(settings), base_url="http://localhost") as client:
        assert "Chưa có hồ sơ nào được lưu" in client.get("/").text
        assert "Chưa nhận bản quét nào" in client.get("/counters/demo").text
