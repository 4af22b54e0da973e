"""What one sweep makes of claims that vanish or stand still."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.logging import disable_run_logger

from pipeline.bootstrap import App, load_settings, open_app
from pipeline.flows.watch import look_once
from pipeline.model.intake import ClaimedFile


@pytest.fixture
def local(tmp_path: Path) -> Iterator[App]:
    with open_app(load_settings(home=tmp_path / "home")) as app:
        yield app


def adopted(app: App, tmp_path: Path) -> ClaimedFile:
    scan = tmp_path / "scan.txt"
    scan.write_text("not a scan")
    return app.inbox.adopt(scan, next(iter(app.counters)).id)


def troubled(app: App) -> set[str]:
    told: set[str] = set()
    with disable_run_logger():
        look_once(app, set(), told)
    return told


def test_a_claim_that_another_watch_ends_meanwhile_is_no_trouble(
    local: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adopted(local, tmp_path)
    receive = local.receiver.receive

    def receive_too_late(claimed: ClaimedFile) -> object:
        shutil.rmtree(claimed.path.parent)
        return receive(claimed)

    monkeypatch.setattr(
        type(local.receiver), "receive", lambda _, claimed: receive_too_late(claimed)
    )
    assert not troubled(local)


def test_a_claim_without_its_note_is_told(local: App, tmp_path: Path) -> None:
    claimed = adopted(local, tmp_path)
    (claimed.path.parent / "claim.json").unlink()
    assert troubled(local) == {claimed.id}
