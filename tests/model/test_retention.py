from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipeline.model.retention import Retention
from tests.storage.records import manifest

RETENTION = Retention({"01": 100, "05": 20, "06": 10}, "06", {"1.000656": "05"})


@pytest.mark.parametrize(
    ("procedure", "year"), [("1.000656", 2046), ("9.999999", 2036), (None, 2036)]
)
def test_a_dossier_is_kept_as_its_procedure_says(
    procedure: str | None, year: int
) -> None:
    filed = replace(manifest(), procedure=procedure)

    assert RETENTION.until(filed) == filed.filed_at.replace(year=year)


def test_a_leap_day_ends_on_the_first_of_march() -> None:
    leap = replace(
        manifest(), filed_at=datetime(2028, 2, 29, tzinfo=UTC), procedure=None
    )

    assert RETENTION.until(leap) == datetime(2038, 3, 1, tzinfo=UTC)
