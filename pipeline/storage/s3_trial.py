"""Try out what the archive relies on, with the rights of the identity in use."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from minio import Minio
from minio.error import S3Error
from urllib3 import PoolManager

from pipeline.errors import ConfigError, ObjectConflict, ObjectMissing, StoreUnavailable
from pipeline.storage.keys import AREAS, WORK
from pipeline.storage.s3 import S3Connection, translated
from pipeline.storage.s3_features import TRIAL_KEY, find_features
from pipeline.storage.store import NotAllowed, SelfTest


def try_out(
    connection: S3Connection,
    client: Minio,
    pool: PoolManager,
    create: Callable[[str, bytes], bool],
) -> SelfTest:
    """Try buckets, versions and conditional puts, and ask for what else there is.

    Args:
        connection: names the buckets.
        client: a client of *connection*.
        pool: connections of *connection*.
        create: the conditional put of the store, by key.
    """
    trial = _Trial()
    listed = []
    for area in AREAS:
        bucket = connection.bucket(area)
        with trial.of(f"list {bucket}"):
            _require_bucket(client, bucket)
            listed.append(area)
    if not trial.problems:
        for area in listed:
            bucket = connection.bucket(area)
            with trial.of(f"see the versions of {bucket}"):
                _require_versions(client, bucket, area != WORK)
        with trial.of(f"put into {connection.bucket(WORK)}"):
            _require_conditional_puts(create)
    features = () if trial.problems else find_features(connection, client, pool)
    return SelfTest(
        tuple(trial.problems), tuple(trial.allowed), tuple(trial.refused), features
    )


@dataclass(slots=True)
class _Trial:
    """Gathers what comes of trying things one by one."""

    problems: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @contextmanager
    def of(self, right: str) -> Iterator[None]:
        """Try something that needs a right."""
        try:
            yield
        except NotAllowed:
            self.refused.append(right)
        except (ConfigError, ObjectConflict, ObjectMissing, StoreUnavailable) as error:
            self.problems.append(str(error))
        else:
            self.allowed.append(right)


def _require_bucket(client: Minio, bucket: str) -> None:
    # Not asked by HEAD, whose answer cannot tell wrong keys from missing rights.
    with translated(f"bucket {bucket}"):
        try:
            next(iter(client.list_objects(bucket_name=bucket)), None)
        except S3Error as error:
            if error.code != "NoSuchBucket":
                raise
            raise ConfigError(
                f"bucket {bucket} is missing: run sohoa store init"
            ) from error


def _require_versions(client: Minio, bucket: str, wanted: bool) -> None:
    with translated(f"versions of {bucket}"):
        found = client.get_bucket_versioning(bucket_name=bucket).status
    if (found == "Enabled") is not wanted:
        consequence = (
            "an overwritten object would be gone"
            if wanted
            else "expired page results would stay"
        )
        raise ConfigError(f"bucket {bucket}: versions are {found}: {consequence}")


def _require_conditional_puts(create: Callable[[str, bytes], bool]) -> None:
    create(TRIAL_KEY, b"first")
    if create(TRIAL_KEY, b"second"):
        raise ConfigError("the server overwrites in spite of If-None-Match")
