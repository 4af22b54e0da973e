"""What somebody with the store's own keys could do to it, in any store."""

import io
from pathlib import Path
from typing import Protocol

from minio import Minio
from minio.deleteobjects import DeleteObject

from pipeline.storage.local_store import LocalStore
from pipeline.storage.minio_store import MinioStore
from pipeline.storage.store import ObjectStore


class Intruder(Protocol):
    """Changes what is stored, past `ObjectStore`."""

    def put(self, key: str, data: bytes) -> None:
        """Store *data* under *key*, whatever was there, and leave no older version."""

    def overwrite(self, key: str, data: bytes) -> None:
        """Store *data* under *key*; a store with versions keeps the old one."""

    def remove(self, key: str) -> None:
        """Remove an object; a store with versions keeps it as an old one."""


class _InFiles:
    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, data: bytes) -> None:
        path = self._root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(data)

    overwrite = put

    def remove(self, key: str) -> None:
        (self._root / key).unlink()


class _OnServer:
    def __init__(self, client: Minio, store: MinioStore) -> None:
        self._client = client
        self._place = store._place

    def put(self, key: str, data: bytes) -> None:
        bucket, name = self._place(key)
        every = self._client.list_objects(
            bucket_name=bucket, prefix=name, include_version=True
        )
        gone = [DeleteObject(name, each.version_id) for each in every]
        assert not list(
            self._client.remove_objects(
                bucket_name=bucket, delete_object_list=gone, bypass_governance_mode=True
            )
        )
        self.overwrite(key, data)

    def overwrite(self, key: str, data: bytes) -> None:
        bucket, name = self._place(key)
        self._client.put_object(
            bucket_name=bucket,
            object_name=name,
            data=io.BytesIO(data),
            length=len(data),
        )

    def remove(self, key: str) -> None:
        bucket, name = self._place(key)
        self._client.remove_object(bucket_name=bucket, object_name=name)


def intruder(store: ObjectStore) -> Intruder:
    """Give who can change *store*, which was opened with its administrator's keys."""
    if isinstance(store, LocalStore):
        return _InFiles(store._root)
    assert isinstance(store, MinioStore)
    return _OnServer(store._client, store)
