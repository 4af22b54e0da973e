from datetime import UTC, datetime

import pytest

from pipeline.model.scan import MediaType, ScanBatch, to_batch_id

SHA256 = "ab" * 32


def batch(**changes: object) -> ScanBatch:
    values: dict[str, object] = {
        "id": to_batch_id(SHA256),
        "counter_id": "demo",
        "sha256": SHA256,
        "media_type": MediaType.PDF,
        "page_count": 1,
        "size": 10,
        "received_at": datetime(2026, 11, 24, tzinfo=UTC),
    }
    return ScanBatch(**{**values, **changes})  # type: ignore[arg-type] # a table of changes


def test_the_same_bytes_are_the_same_batch() -> None:
    assert batch() == batch()


@pytest.mark.parametrize(
    "changes",
    [
        {"sha256": SHA256.upper()},
        {"sha256": "ab"},
        {"page_count": 0},
        {"received_at": datetime(2026, 11, 24)},  # noqa: DTZ001 - the fault tested
    ],
)
def test_an_impossible_batch_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"digest|pages|time zone"):
        batch(**changes)


def test_every_media_type_has_a_file_ending() -> None:
    assert {kind.suffix for kind in MediaType} == {
        ".pdf",
        ".tif",
        ".jpg",
        ".png",
        ".json",
    }
