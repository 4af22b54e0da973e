import pytest

from pipeline.pdf.resolution import Resolution, believe_or_guess


@pytest.mark.parametrize("dpi", [100.0, 150.0, 200.09, 300.0, 600.0])
def test_what_a_scanner_says_is_believed(dpi: float) -> None:
    claimed = Resolution(dpi, dpi)
    assert believe_or_guess(int(8.27 * dpi), int(11.69 * dpi), claimed) == claimed


@pytest.mark.parametrize(
    ("width", "height", "dpi"),
    [(1654, 2339, 200), (2339, 1654, 200), (1275, 1650, 150), (595, 842, 72)],
)
@pytest.mark.parametrize("claimed", [None, Resolution(1, 1), Resolution(96, 96)])
def test_a_missing_or_absurd_resolution_is_guessed_from_a4(
    width: int, height: int, dpi: int, claimed: Resolution | None
) -> None:
    assert believe_or_guess(width, height, claimed) == Resolution(dpi, dpi)


@pytest.mark.parametrize(
    ("width", "claimed"),
    [(20_000, Resolution(100, 100)), (60, Resolution(300, 300))],
    ids=["five metres wide", "five millimetres wide"],
)
def test_no_sheet_has_such_a_size(width: int, claimed: Resolution) -> None:
    assert believe_or_guess(width, width, claimed) != claimed


def test_a_fax_becomes_square_and_keeps_its_finer_direction() -> None:
    assert Resolution(204, 98).squared() == Resolution(204, 204)


def test_a_hair_above_the_limit_is_not_resampled() -> None:
    assert Resolution(300.1, 300.2).limited(300) == Resolution(300.1, 300.2)
    assert Resolution(600, 600).limited(300) == Resolution(300, 300)
