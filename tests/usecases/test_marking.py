from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pipeline.model.mark import MarkProfile
from pipeline.model.scan import Counter, MediaType, ScanBatch
from pipeline.model.template import Procedure
from pipeline.usecases.marking import Marker

COUNTER = Counter("quay-1", "Quầy 1", "UBND xã A", converter="Bà B")
LINES = (("Chuyển từ giấy",), ("{agency}", "{converter}", "{time}"))
PROFILES = {
    code: MarkProfile(code, "", mark=LINES, signature=()) for code in ("a", "b", "c")
}
MARKER = Marker(PROFILES, "a", (COUNTER,), (Procedure("1.001193", ""),), Path("font"))
BATCH = ScanBatch(
    "a" * 32,
    "quay-1",
    "a" * 64,
    MediaType.PDF,
    1,
    1,
    datetime(2026, 11, 24, 2, 15, 27, tzinfo=UTC),
)


def test_the_mark_names_agency_person_and_time() -> None:
    conversion = MARKER.convert(BATCH, None)
    assert conversion is not None
    second = conversion.text.split("\n")[1]
    assert second == "UBND xã A | Bà B | 2026-11-24 09:15:27+07:00"


def test_the_procedure_chooses_before_the_counter_and_that_before_the_rest() -> None:
    counters = (replace(COUNTER, mark="b"),)
    procedures = (Procedure("1.001193", "", mark="c"),)
    marker = replace(MARKER, counters=counters, procedures=procedures)
    chosen = [
        marker.profile("quay-1", "1.001193"),
        marker.profile("quay-1", None),
        marker.profile("quay-2", None),
    ]
    assert [each.code for each in chosen if each] == ["c", "b", "a"]


def test_a_counter_can_do_without() -> None:
    marker = replace(MARKER, counters=(replace(COUNTER, mark=""),))
    assert marker.convert(BATCH, None) is None


def test_a_counter_that_is_gone_is_named_by_its_id() -> None:
    conversion = replace(MARKER, counters=()).convert(BATCH, None)
    assert conversion is not None
    assert (conversion.agency, conversion.converter) == ("quay-1", "")
