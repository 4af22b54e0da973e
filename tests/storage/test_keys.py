from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.scan import MediaType
from pipeline.storage import keys
from tests.storage.records import BATCH, BATCH_ID, DOSSIER_ID, RECIPE

SHA256 = "ab" * 32


def test_keys_have_the_documented_form() -> None:
    assert keys.original_key(BATCH) == f"originals/2026/11/{BATCH_ID}/scan.pdf"
    assert keys.page_key(BATCH_ID, RECIPE, 1) == f"work/{BATCH_ID}/{RECIPE}/0001.json"
    assert keys.plan_key(BATCH_ID) == f"dossiers/plans/{BATCH_ID}.json"
    assert (
        keys.document_key(DOSSIER_ID, 1, 1, "giay-khai-sinh")
        == f"dossiers/{DOSSIER_ID}/r1/01-giay-khai-sinh.pdf"
    )
    assert (
        keys.manifest_key(DOSSIER_ID, 12) == f"dossiers/{DOSSIER_ID}/r12/manifest.json"
    )


def test_a_picture_lies_beside_its_page_under_its_hash() -> None:
    key = keys.picture_key(BATCH_ID, RECIPE, 7, sha256=SHA256, suffix=".jpg")

    assert key == f"work/{BATCH_ID}/{RECIPE}/0007-{SHA256}.jpg"


def test_the_month_of_an_original_is_that_of_utc() -> None:
    new_year = datetime(2027, 1, 1, 6, 59, tzinfo=timezone(timedelta(hours=7)))

    assert keys.original_key(replace(BATCH, received_at=new_year)).startswith(
        "originals/2026/12/"
    )


@pytest.mark.parametrize("media_type", [each for each in MediaType if not each.joins])
def test_an_original_keeps_the_ending_of_its_kind(media_type: MediaType) -> None:
    key = keys.original_key(replace(BATCH, media_type=media_type))

    assert key.endswith(media_type.suffix)
    assert keys.media_type(key) == media_type


def test_files_of_a_scan_lie_beside_what_joins_them() -> None:
    joined = keys.original_key(replace(BATCH, media_type=MediaType.PAIR))
    for name in ("backs", "0001"):
        key = keys.part_key(joined, name, MediaType.TIFF)
        assert key == joined.replace("scan.json", f"{name}.tif")
        assert keys.find_part(key) == (BATCH.id, joined, name)
    assert keys.find_part(joined) is None


@pytest.mark.parametrize(
    "key",
    [
        "originals/../work/a",
        "work/./a",
        "work//a",
        "work/a/",
        "/work/a",
        "work",
        "other/a",
        "work/.hidden",
        "work/a..b",
        "work/A",
        "work/đ",
        "work/a b",
        "work/a\n",
        "work/a\\b",
        "work/a%2e%2e",
        "work/" + "a" * 600,
    ],
)
def test_what_is_not_a_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        keys.checked(key)


@pytest.mark.parametrize(
    "prefix", ["", "work", "/", "../", "work/../", "work//", "wörk/"]
)
def test_what_is_not_a_folder_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match="not the name of a folder"):
        keys.checked_prefix(prefix)


@given(st.text())
def test_a_hostile_name_never_gets_into_a_key(name: str) -> None:
    try:
        key = keys.document_key(DOSSIER_ID, 1, 1, name)
    except ValueError:
        return
    assert keys.checked(key) == f"dossiers/{DOSSIER_ID}/r1/01-{name}.pdf"
    assert name.isascii()


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_every_number_gives_a_valid_key_of_its_own(first: int, second: int) -> None:
    pair = [keys.page_key(BATCH_ID, RECIPE, number) for number in (first, second)]

    assert all(keys.checked(key) for key in pair)
    assert (pair[0] == pair[1]) is (first == second)


@pytest.mark.parametrize("number", [0, -1])
def test_numbers_start_at_one(number: int) -> None:
    with pytest.raises(ValueError, match="start at 1"):
        keys.page_key(BATCH_ID, RECIPE, number)


def test_a_revision_is_found_in_the_keys_of_a_dossier_only() -> None:
    assert keys.find_revision(keys.manifest_key(DOSSIER_ID, 3)) == (DOSSIER_ID, 3)
    assert keys.find_revision(keys.plan_key(BATCH_ID)) is None
    assert keys.find_revision(f"dossiers/{DOSSIER_ID}/r03/a.pdf") is None
