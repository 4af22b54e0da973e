"""The real stack on a small disk: Prefect, two workers, store and catalog."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import urllib3
from minio.error import S3Error

from tests import servers
from tests.chaos.plan import COUNTERS, Blow
from tests.chaos.service import Service, Supervisor

STORES = ("minio", "seaweedfs", "local")
CATALOGS = ("postgres", "sqlite")

WORKERS = ("worker-1", "worker-2")
SERVER, STORE, DATABASE = "prefect", "store", "database"

_PREFIX = "chaos-"
_START_SECONDS = 120.0

_SETTINGS = {
    "PIPELINE_INTAKE__QUIET_PERIOD": "1.0",
    "PIPELINE_INTAKE__POLL_INTERVAL": "0.5",
    "PIPELINE_INTAKE__GIVE_UP_AFTER": "20",
    "PIPELINE_INTAKE__DAMAGED_AFTER": "5",
    "PIPELINE_INTAKE__KEEP_FILED": "5",
    "PIPELINE_READING__WORKERS": "1",
    "PIPELINE_STORE__TIMEOUT": "5",
    "PIPELINE_WORK__LEASE": "30",
}
"""Shorter waits than in operation, so that a run ends today; all else as shipped."""


@dataclass(slots=True)
class Ground:
    """A running stack and where its parts lie."""

    root: Path
    """Logs, configuration, and what must not be lost with the disk."""

    disk: Path
    """Everything the stack writes; a small file system of its own where allowed."""

    store: str
    catalog: str
    has_own_disk: bool
    environment: dict[str, str] = field(default_factory=dict)
    supervisor: Supervisor = field(default_factory=Supervisor)

    @property
    def home(self) -> Path:
        """The home folder of all processes."""
        return self.disk / "home"

    @property
    def drop_root(self) -> Path:
        """The folder of the drop folders."""
        return self.home / "drop"

    @property
    def possible(self) -> frozenset[Blow]:
        """Blows this stack can take."""
        blows = set(Blow)
        if not self.has_own_disk:
            blows -= {Blow.FILL_DISK}
        if self.store == "local":
            blows -= {Blow.STORE, Blow.FREEZE_STORE}
        if self.catalog == "sqlite":
            blows -= {Blow.DATABASE, Blow.FREEZE_DATABASE}
        return frozenset(blows)

    def service(self, name: str) -> Service:
        """Find a service."""
        return next(each for each in self.supervisor.services if each.name == name)

    def run_once(self, *arguments: str) -> None:
        """Run a command of ours to its end."""
        done = subprocess.run(
            [sys.executable, "-m", "pipeline", *arguments],
            env=self.environment,
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"sohoa {arguments[0]}: {done.stderr[-2000:]}")

    def start_workers(self) -> None:
        """Start both workers."""
        for name in WORKERS:
            worker = ["-m", "pipeline", "worker", "--name", name, "--limit", "3"]
            self._add(name, [sys.executable, *worker], self.environment)

    def start_servers(self) -> None:
        """Start store, database and Prefect, and wait until each answers."""
        for counter in COUNTERS:
            (self.drop_root / counter).mkdir(parents=True)
        self.environment = {**_ours(), **_SETTINGS, "TMPDIR": str(self.root / "tmp")}
        (self.root / "tmp").mkdir()
        self.environment["PIPELINE_HOME"] = str(self.home)
        self.environment["PIPELINE_CONFIG"] = str(_make_config(self.root))
        prefect_database = f"sqlite+aiosqlite:///{self.home}/prefect/prefect.db"
        if self.catalog == "postgres":
            prefect_database = self._start_postgres()
        if self.store == "minio":
            self._start_minio()
        if self.store == "seaweedfs":
            self._start_seaweedfs()
        if self.store != "local":
            self.run_once("store", "init")
        self._start_prefect(prefect_database)

    def _start_prefect(self, database: str) -> None:
        (port,) = servers.free_ports(1)
        (self.home / "prefect").mkdir()
        self.environment |= {
            "PIPELINE_PREFECT__PORT": str(port),
            "PREFECT_HOME": str(self.home / "prefect"),
            "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
            "PREFECT_API_DATABASE_CONNECTION_URL": database,
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
            "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
            "PREFECT_LOGGING_EXTRA_LOGGERS": "pipeline",
            "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
            "PREFECT_CLI_PROMPT": "false",
            "OMP_THREAD_LIMIT": "1",
        }
        server = ["-m", "prefect", "server", "start", "--host", "127.0.0.1"]
        command = [sys.executable, *server, "--port", str(port)]
        self._add(SERVER, command, self.environment)
        _until(lambda: _answers(f"http://127.0.0.1:{port}/api/health"), "Prefect")

    def _start_postgres(self) -> str:
        programs = servers.postgres_programs()
        account = "postgres" if os.geteuid() == 0 else None
        folder = self.disk / "postgres"
        folder.mkdir()
        secret = folder / "password"
        secret.write_text("chaos", encoding="ascii")
        if account:
            for path in (folder, secret):
                shutil.chown(path, account, account)
        servers.make_cluster(programs, folder / "cluster", secret, account)
        (port,) = servers.free_ports(1)
        command = servers.postgres_command(
            programs, folder / "cluster", port, durable=True
        )
        command += ["-c", "max_wal_size=64MB"]
        self._add(DATABASE, command, {"PATH": os.environ["PATH"]}, account)
        where = f"sohoa:chaos@127.0.0.1:{port}"
        url = f"postgresql://{where}/postgres"
        _until(lambda: not psycopg.connect(url).closed, "PostgreSQL")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE catalog")
            connection.execute("CREATE DATABASE prefect")
        self.environment["PIPELINE_CATALOG__URL"] = f"postgresql://{where}/catalog"
        return f"postgresql+asyncpg://{where}/prefect"

    def _start_minio(self) -> None:
        program = servers.find_program("minio", "no minio program: make setup-test")
        root = servers.S3User("admin", "chaos-secret-key")
        (port,) = servers.free_ports(1)
        files = self.disk / "minio"
        files.mkdir()
        address = f"127.0.0.1:{port}"
        command = [program, "server", "--quiet", "--address", address, str(files)]
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.root)}
        self._add(STORE, command, environment | servers.minio_environment(root))
        self._use_store(address, root)

    def _start_seaweedfs(self) -> None:
        program = servers.find_program("weed", "no weed program: make setup")
        root = servers.S3User("admin", "chaos-secret-key")
        folder = self.disk / "weed"
        folder.mkdir()
        identities = self.root / "identities.json"
        others = ("intake", "worker", "web")  # unused here; each needs keys of its own
        users = {name: servers.S3User(name, "chaos-secret-key") for name in others}
        identities.write_text(json.dumps(servers.weed_identities(root, users)))
        (s3, *rest) = servers.free_ports(15)
        command = servers.weed_command(program, folder, identities, s3, rest)
        environment = {"PATH": os.environ["PATH"], "GOMEMLIMIT": "400MiB"}
        environment |= {"HOME": str(self.root), "TMPDIR": str(self.root)}
        self._add(STORE, command, environment)
        self._use_store(f"127.0.0.1:{s3}", root)

    def _use_store(self, address: str, root: servers.S3User) -> None:
        self.environment |= {
            "PIPELINE_STORE__KIND": "s3",
            "PIPELINE_STORE__ENDPOINT": address,
            "PIPELINE_STORE__SECURE": "false",
            "PIPELINE_STORE__BUCKET_PREFIX": _PREFIX,
            "PIPELINE_STORE__ACCESS_KEY": root.access_key,
            "PIPELINE_STORE__SECRET_KEY": root.secret_key,
        }
        client = servers.S3Server(self.store, address, root.access_key, root.secret_key)
        _until(lambda: client.client().list_buckets() is not None, self.store)

    def _add(
        self,
        name: str,
        command: list[str],
        environment: Mapping[str, str],
        account: str | None = None,
    ) -> None:
        logs = self.root / "logs"
        logs.mkdir(exist_ok=True)
        if account:
            logs.chmod(0o777)
        self.supervisor.add(Service(name, command, environment, logs, account))


@contextmanager
def open_ground(
    root: Path, store: str, catalog: str, *, disk_size: int, upkeep_interval: float
) -> Iterator[Ground]:
    """Start a stack below *root*, and stop it with all its processes.

    Args:
        root: an empty folder.
        store: one of `STORES`.
        catalog: one of `CATALOGS`.
        disk_size: bytes of the file system everything is written to, where this
            process may mount one.
        upkeep_interval: seconds between two upkeep runs.
    """
    root.chmod(0o755)  # PostgreSQL runs as another user
    disk = root / "disk"
    disk.mkdir()
    with _mounted(disk, disk_size) as own:
        ground = Ground(root, disk, store, catalog, own)
        ground.supervisor.start()
        try:
            ground.start_servers()
            ground.environment["PIPELINE_PREFECT__UPKEEP_INTERVAL"] = str(
                upkeep_interval
            )
            ground.run_once("deploy")
            ground.start_workers()
            yield ground
        finally:
            ground.supervisor.stop()


@contextmanager
def _mounted(folder: Path, size: int) -> Iterator[bool]:
    """Mount a file system of *size* bytes in memory; False where this is not allowed.

    It lies in memory, so a kill is not softened by anything, and a power cut is not
    what is tried here.
    """
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "chaos"]
    made = subprocess.run([*mount, str(folder)], capture_output=True, check=False)
    if made.returncode != 0:
        yield False
        return
    try:
        yield True
    finally:
        for _ in range(20):
            ended = subprocess.run(
                ["umount", str(folder)], capture_output=True, check=False
            )
            if ended.returncode == 0:
                break
            time.sleep(0.5)


def _ours() -> dict[str, str]:
    """Take this process's environment without what it says to the pipeline."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PIPELINE_", "PREFECT_"))
    }


def _make_config(root: Path) -> Path:
    config = root / "config"
    shutil.copytree(servers.ROOT / "config", config)
    entries = (
        f'[[counters]]\nid = "{name}"\nname = "Quầy {name}"\noffice = "UBND xã"\n'
        for name in COUNTERS
    )
    (config / "counters.toml").write_text("\n".join(entries), encoding="utf-8")
    return config


def _answers(url: str) -> bool:
    with urllib.request.urlopen(url, timeout=5):
        return True


_NOT_YET = (
    OSError,
    ValueError,
    S3Error,  # MinIO answers before it is ready
    psycopg.OperationalError,
    urllib3.exceptions.HTTPError,
)
"""What a server that is starting does to who asks."""


def _until(ready: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        with suppress(*_NOT_YET):
            if ready():
                return
        time.sleep(0.2)
    raise RuntimeError(f"{what} did not answer")
