"""Keep objects on an S3 server: MinIO, its forks, or another."""

import hashlib
import io
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from minio.error import InvalidResponseError, S3Error
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import MaxRetryError, ProtocolError

from pipeline.errors import ConfigError, ObjectConflict, ObjectMissing, StoreUnavailable
from pipeline.storage.files import CHUNK, hash_chunks, write_file
from pipeline.storage.keys import (
    WORK,
    checked,
    checked_prefix,
)
from pipeline.storage.s3 import S3Connection, translated
from pipeline.storage.s3_locks import S3Locks
from pipeline.storage.s3_put import SHA256_HEADER, HashedReader, put_if_absent
from pipeline.storage.s3_trial import try_out
from pipeline.storage.store import Digest, History, NotAllowed, SelfTest, StoredObject

_ETAG = "ETag"
"""Header in every answer of S3 that an object was stored or is coming."""

_ASK_FIRST = 128 << 10
"""Bytes from which it pays to ask whether the object is there before sending it.

Servers read up to 256 KiB of a body that they do not want, and cut the connection on
a longer one, which can swallow their answer.
"""

_LARGEST = 5 << 30
"""Bytes: what S3 takes in one request, and only one request can be conditional."""

_CONFLICT_TRIES = 5
"""For ``409 ConditionalRequestConflict``: another request for the key is under way."""


class MinioStore:
    """Objects in one bucket an area: ``<prefix>originals``, ``work``, ``dossiers``.

    Objects are made by a conditional put (``If-None-Match: *``), for which the client
    library has no argument; its signer is used directly. The hash of the contents is
    signed, sent as checksum, and kept as metadata, so the server itself refuses other
    bytes. Safe for threads; open a store of its own in each process.
    """

    def __init__(self, connection: S3Connection) -> None:
        """Prepare the connection; nothing is sent yet."""
        self._connection = connection
        self._pool = self._connection.pool()
        self._client = self._connection.client(self._pool)

    @property
    def locks(self) -> S3Locks:
        """The locks of its objects, as far as the server has them."""
        return S3Locks(self._connection, self._client)

    def create(self, key: str, data: bytes) -> bool:
        """Store *data* if nothing is stored under *key*; see `ObjectStore.create`."""
        sha256 = hashlib.sha256(data).hexdigest()
        return self._create(key, io.BytesIO(data), len(data), sha256)

    def create_file(self, key: str, path: Path, *, sha256: str) -> bool:
        """Store a file of up to 5 GiB; see `ObjectStore.create_file`."""
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            return self._create(key, file, size, sha256)

    def get(self, key: str) -> bytes:
        """Load an object, compared with the hash that is kept beside it."""
        with self._opened(key) as response:
            data = response.read()
        recorded = response.headers.get(SHA256_HEADER)
        found = hashlib.sha256(data).hexdigest()
        if recorded not in {None, found}:
            raise ObjectConflict(f"{key}: recorded {recorded}, found {found}")
        return data

    def get_file(self, key: str, path: Path, *, sha256: str) -> None:
        """Write an object to *path*; see `ObjectStore.get_file`."""
        with self._opened(key) as response:
            write_file(path, response.stream(CHUNK), key=key, sha256=sha256)

    def digest(self, key: str) -> Digest:
        """Fetch an object and hash it."""
        with self._opened(key) as response:
            return hash_chunks(response.stream(CHUNK))

    def list_objects(self, prefix: str) -> Iterator[StoredObject]:
        """List a folder and what is below it."""
        area, _, rest = checked_prefix(prefix).partition("/")
        with translated(prefix):
            for each in self._client.list_objects(
                bucket_name=self._connection.bucket(area), prefix=rest, recursive=True
            ):
                if not each.is_dir and each.object_name:
                    yield StoredObject(f"{area}/{each.object_name}", each.size or 0)

    def histories(self, prefix: str) -> Iterator[History]:
        """List what was overwritten or removed in a folder and below."""
        area, _, rest = checked_prefix(prefix).partition("/")
        older: Counter[str] = Counter()
        removed = set()
        with translated(f"versions of {prefix}"):
            for each in self._client.list_objects(
                bucket_name=self._connection.bucket(area),
                prefix=rest,
                recursive=True,
                include_version=True,
            ):
                is_latest = str(each.is_latest).lower() == "true"
                if each.is_delete_marker and is_latest:
                    removed.add(f"{area}/{each.object_name}")
                elif not each.is_delete_marker and not is_latest:
                    older[f"{area}/{each.object_name}"] += 1
        for key in sorted(removed | older.keys()):
            yield History(key, older[key], key in removed)

    def delete(self, key: str) -> None:
        """Remove an object of the work area, if it is there."""
        if not checked(key).startswith(f"{WORK}/"):
            raise ValueError(f"{key}: only objects of the work area are ever removed")
        bucket, name = self._place(key)
        with translated(key):
            self._client.remove_object(bucket_name=bucket, object_name=name)

    def check(self) -> SelfTest:
        """Try out buckets, versions and conditional puts."""
        return try_out(self._connection, self._client, self._pool, self.create)

    def _create(self, key: str, body: BinaryIO, size: int, sha256: str) -> bool:
        bucket, name = self._place(key)
        if size > _LARGEST:
            raise ConfigError(
                f"{key}: {size} bytes are more than S3 takes in one piece"
            )
        if size >= _ASK_FIRST and self._is_there(key):
            return False
        for attempt in range(_CONFLICT_TRIES):
            with translated(key):
                reader = HashedReader(key, body, size, sha256)
                try:
                    response = put_if_absent(
                        self._connection, self._pool, bucket, name, reader
                    )
                except MaxRetryError as error:
                    # Whoever lost a race may be cut off before the answer arrives.
                    cut_off = isinstance(error.reason, ProtocolError)
                    if cut_off and self._is_there(key):
                        return False
                    raise
                if response.status != 409:
                    return _is_created(response)
            time.sleep(random.uniform(0.05, 0.1) * 2**attempt)
        raise StoreUnavailable(f"{key}: {_CONFLICT_TRIES} conflicts in a row")

    @contextmanager
    def _opened(self, key: str) -> Iterator[BaseHTTPResponse]:
        bucket, name = self._place(key)
        with translated(key):
            response = self._client.get_object(bucket_name=bucket, object_name=name)
            try:
                if not _is_whole(response):
                    raise StoreUnavailable(f"{key}: the answer was cut off")
                yield response
            finally:
                response.close()
                response.release_conn()

    def _is_there(self, key: str) -> bool:
        """Tell whether an object exists; False where we may not know."""
        bucket, name = self._place(key)
        with suppress(ObjectMissing, NotAllowed), translated(key):
            self._client.stat_object(bucket_name=bucket, object_name=name)
            return True
        return False

    def _place(self, key: str) -> tuple[str, str]:
        area, _, name = checked(key).partition("/")
        return self._connection.bucket(area), name


def _is_created(response: BaseHTTPResponse) -> bool:
    if response.status == 200 and _ETAG in response.headers:
        return True
    if response.status == 412:
        return False
    if "xml" not in response.headers.get("Content-Type", "") or not response.data:
        raise InvalidResponseError(response.status, None, None)
    raise S3Error.fromxml(response)


def _is_whole(response: BaseHTTPResponse) -> bool:
    """Tell whether the head of an answer arrived: one cut off reads as empty."""
    headers = response.headers
    has_length = "Content-Length" in headers or "Transfer-Encoding" in headers
    return _ETAG in headers and has_length
