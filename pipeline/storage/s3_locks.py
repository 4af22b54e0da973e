"""Lock objects on an S3 server: retention and legal hold."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from minio import Minio
from minio.error import S3Error
from minio.retention import Retention

from pipeline.storage.keys import checked
from pipeline.storage.s3 import S3Connection, translated
from pipeline.storage.store import Lock, NotLockable

_NOT_LOCKABLE = {
    "InvalidRequest",
    "MethodNotAllowed",
    "NotImplemented",
    "ObjectLockConfigurationNotFoundError",
}

_NOT_SET = {
    "NoSuchObjectLegalHold",
    "NoSuchObjectLockConfiguration",
    "ObjectLockConfigurationNotFoundError",
}
"""What servers say of an object that was never locked. SeaweedFS says of one without
retention what others say of a bucket that cannot lock; setting a lock tells which."""


class S3Locks:
    """The locks of one server's objects; see `pipeline.storage.store.Locks`."""

    def __init__(self, connection: S3Connection, client: Minio) -> None:
        """Use *client*, one of *connection*."""
        self._connection = connection
        self._client = client
        self._mode = connection.lock_mode.upper()

    def retain(self, key: str, until: datetime) -> None:
        """Keep an object until a time, or longer where it already is."""
        bucket, name = self._place(key)
        with _told(key):
            found = self._retention(bucket, name)
            if found and found.retain_until_date >= until:
                is_as_strict = self._mode in (found.mode, "GOVERNANCE")
                if is_as_strict:
                    return
                until = found.retain_until_date
            self._client.set_object_retention(
                bucket_name=bucket,
                object_name=name,
                config=Retention(self._mode, until.replace(microsecond=0)),
            )

    def hold(self, key: str, on: bool) -> None:
        """Put an object under legal hold, or end it."""
        bucket, name = self._place(key)
        act = (
            self._client.enable_object_legal_hold
            if on
            else self._client.disable_object_legal_hold
        )
        with _told(key):
            act(bucket_name=bucket, object_name=name)

    def find(self, key: str) -> Lock:
        """Tell how an object is locked."""
        bucket, name = self._place(key)
        with _told(key):
            found = self._retention(bucket, name)
            try:
                held = self._client.is_object_legal_hold_enabled(
                    bucket_name=bucket, object_name=name
                )
            except S3Error as error:
                if error.code not in _NOT_SET:
                    raise
                held = False
        if found is None:
            return Lock(None, None, held)
        return Lock(found.mode.lower(), found.retain_until_date, held)

    def _retention(self, bucket: str, name: str) -> Retention | None:
        try:
            return self._client.get_object_retention(
                bucket_name=bucket, object_name=name
            )
        except S3Error as error:
            if error.code not in _NOT_SET:
                raise
            return None

    def _place(self, key: str) -> tuple[str, str]:
        area, _, name = checked(key).partition("/")
        return self._connection.bucket(area), name


@contextmanager
def _told(key: str) -> Iterator[None]:
    with translated(f"lock of {key}"):
        try:
            yield
        except S3Error as error:
            if error.code in _NOT_LOCKABLE:
                raise NotLockable(
                    f"{key}: its bucket was made without object lock, or the server"
                    " has none"
                ) from error
            raise
