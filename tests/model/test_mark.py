from datetime import UTC, datetime

import pytest

from pipeline.model.mark import MarkProfile, TimeFormat, fill, write_time

PROFILE = MarkProfile(
    "p", "", mark=(("Chuyển từ giấy",), ("{agency}", "{converter}")), signature=()
)


def test_a_part_without_a_value_is_left_out() -> None:
    filled = fill(PROFILE, PROFILE.mark, {"agency": "UBND xã", "converter": ""})
    assert filled == ["Chuyển từ giấy", "UBND xã"]


def test_parts_are_divided() -> None:
    filled = fill(PROFILE, PROFILE.mark, {"agency": "UBND xã", "converter": "Bà B"})
    assert filled[1] == "UBND xã | Bà B"


def test_braces_in_a_value_ask_for_nothing() -> None:
    lines = (("{agency}",),)
    assert fill(PROFILE, lines, {"agency": "{time}", "time": "x"}) == ["{time}"]


@pytest.mark.parametrize(
    ("style", "written"),
    [
        (TimeFormat.ISO, "2026-11-25 00:15:27+07:00"),
        (TimeFormat.VIETNAMESE, "25-11-2026 00:15:27 +07:00"),
    ],
)
def test_times_are_vietnams(style: TimeFormat, written: str) -> None:
    assert write_time(datetime(2026, 11, 24, 17, 15, 27, tzinfo=UTC), style) == written
