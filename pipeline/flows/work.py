"""Become a worker of Prefect, after clearing up what the one before left."""

import os
import socket
import sys
from pathlib import Path

from pipeline.bootstrap import open_app
from pipeline.flows.living import bury_dead, take_post
from pipeline.flows.names import UPKEEP
from pipeline.flows.start import skip_missed, start_watch
from pipeline.settings import Settings


def work(settings: Settings, name: str, limit: int, *, with_healthcheck: bool) -> None:
    """Take runs in; this process becomes the worker and does not come back.

    Whoever supervises it starts it again when it dies. What its runs were at is
    started again here, in the first second, by this worker or another.

    Args:
        settings: all settings.
        name: no two workers have the same; empty: the host's name.
        limit: runs at once, the watch among them.
        with_healthcheck: answer on port 8080 whether the worker is well.

    Raises:
        ConfigError: a worker of this name is at work on this home folder.
    """
    name = name or socket.gethostname()
    with open_app(settings) as app:
        bury_dead(app)
        skip_missed(UPKEEP)
        start_watch()
    take_post(settings, name)
    command = [sys.executable, "-m", "prefect", "worker", "start"]
    command += ["--pool", settings.prefect.work_pool, "--type", "process"]
    command += ["--limit", str(limit), "--name", name]
    if with_healthcheck:
        command.append("--with-healthcheck")
    # The command of our runs (`deploy`) says "python": this one, on every machine.
    own = Path(sys.executable).parent
    os.environ["PATH"] = os.pathsep.join([str(own), os.environ.get("PATH", os.defpath)])
    os.execv(sys.executable, command)  # noqa: S606 - our own program
