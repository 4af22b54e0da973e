from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.settings import load_settings

ROOT = Path(__file__).parent.parent
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(
    (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
)["services"]


def variables() -> Iterator[tuple[str, str]]:
    """Give the settings that containers get, by Compose and by the image."""
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if name.startswith("PIPELINE_"):
                yield name, value
    for line in (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines():
        name, _, value = line.strip(" \\").partition("=")
        if name.startswith("PIPELINE_"):
            yield name, value


def test_the_settings_of_the_containers_are_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in variables():
        monkeypatch.setenv(name, value)

    assert load_settings(ROOT / "config").store.kind == "s3"


def test_the_store_encrypts_every_object() -> None:
    environment = SERVICES["minio"]["environment"]

    assert environment["MINIO_KMS_AUTO_ENCRYPTION"] == "on"
    assert "MINIO_KMS_SECRET_KEY_FILE" in environment


def test_the_web_page_is_asked_for_its_health() -> None:
    assert "/health'" in SERVICES["web"]["healthcheck"]["test"][-1]
