from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State

from demo.drawing import draw_receipt, make_person, to_pdf, to_png
from pipeline.bootstrap import App, load_settings, open_app
from pipeline.flows.digitize import digitize
from pipeline.model.state import BatchRecord, BatchState
from pipeline.model.unicode import fold

pytestmark = [pytest.mark.server, pytest.mark.slow]

CITIZEN = make_person(5)
CODE = "H50.32.05-261008-0123"


def receive(app: App, data: bytes, folder: Path) -> BatchRecord:
    scan = folder / "scan.pdf"
    scan.write_bytes(data)
    record = app.receiver.receive(app.inbox.adopt(scan, "demo"))
    assert isinstance(record, BatchRecord)
    return record


@pytest.fixture(scope="module")
def filed(
    home: Path, prefect_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> BatchRecord:
    """A batch that a run has digitized."""
    with open_app(load_settings(home=home)) as app:
        scan = to_pdf([draw_receipt(CITIZEN, CODE)])
        record = receive(app, scan, tmp_path_factory.mktemp("drop"))
    state: State[object] = digitize(record.batch.id, return_state=True)
    assert state.name in ("Filed", "Review")
    return record


def test_a_run_files_what_the_batch_holds(app: App, filed: BatchRecord) -> None:
    (dossier,) = app.catalog.dossiers_of(filed.batch.id)
    assert app.archive.manifest(dossier).code == CODE


def test_a_second_run_finds_nothing_to_do(filed: BatchRecord) -> None:
    assert digitize(filed.batch.id, return_state=True).name == "Nothing to do"


def test_a_run_leaves_a_report_an_operator_can_read(filed: BatchRecord) -> None:
    with get_client(sync_client=True) as client:
        answer = client.request("POST", "/artifacts/filter", json={})
    left = answer.json()
    assert [a["data"] for a in left if a["type"] == "progress"] == [100]
    report = "".join(a["data"] for a in left if a["type"] == "markdown")
    assert f"dossiers/{filed.batch.id[:16]}-01" in report
    assert "| recognize |" in report


def test_prefect_never_sees_who_it_is_about(
    filed: BatchRecord, prefect_database: Path
) -> None:
    files = prefect_database.parent.glob(prefect_database.name + "*")
    stored = b"".join(path.read_bytes() for path in files)
    assert b"pages read" in stored
    assert filed.batch.id.encode() in stored
    for secret in (CITIZEN.full_name, fold(CITIZEN.full_name), CITIZEN.personal_id):
        assert secret.encode() not in stored
    assert b"scan.pdf" not in stored


def test_a_paper_at_fault_ends_set_aside(
    app: App, tmp_path: Path, prefect_database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = receive(app, to_png(draw_receipt(make_person(6), CODE)), tmp_path)
    monkeypatch.setenv("PIPELINE_INTAKE__MAX_PIXELS", "1000")
    state: State[object] = digitize(record.batch.id, return_state=True)
    assert (state.is_failed(), state.name) == (True, "Set aside")
    after = app.catalog.batch(record.batch.id)
    assert after is not None
    assert (after.state, after.reason) == (BatchState.SET_ASIDE, "OVERSIZED")
