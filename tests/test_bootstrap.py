from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.bootstrap import App, load_settings, open_app


@pytest.fixture
def app(tmp_path: Path) -> App:
    with open_app(load_settings(home=tmp_path)) as opened:
        return opened


@pytest.mark.parametrize(("own", "pause"), [(None, 2.0), (0.5, 0.5), (9.0, 2.0)])
def test_the_most_impatient_counter_sets_the_pace(
    app: App, own: float | None, pause: float
) -> None:
    counter = app.counters[0]
    rules = replace(counter.folder, poll_interval=own)
    changed = replace(app, counters=(replace(counter, folder=rules),))
    assert changed.pause == pause
