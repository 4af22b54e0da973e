"""Keep objects on an S3 server: MinIO, its forks, or another."""

import base64
import hashlib
import io
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from minio.credentials.credentials import Credentials
from minio.error import InvalidResponseError, S3Error
from minio.signer import sign_v4_s3
from minio.time import to_amz_date
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import MaxRetryError, ProtocolError

from pipeline.errors import ConfigError, ObjectConflict, ObjectMissing, StoreUnavailable
from pipeline.storage.files import CHUNK, hash_chunks, write_file
from pipeline.storage.keys import (
    WORK,
    checked,
    checked_prefix,
    media_type,
)
from pipeline.storage.s3 import S3Connection, translated
from pipeline.storage.s3_trial import try_out
from pipeline.storage.store import Digest, History, NotAllowed, SelfTest, StoredObject

_SHA256 = "x-amz-meta-sha256"
"""Header under which an object's hash is kept beside it."""

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

    def __init__(
        self,
        *,
        endpoint: str,
        access_key: str,
        secret_key: str,
        secure: bool = True,
        region: str = "us-east-1",
        bucket_prefix: str = "sohoa-",
        timeout: float = 30.0,
    ) -> None:
        """Prepare the connection; nothing is sent yet.

        Raises:
            ConfigError: a part of the address is missing or malformed.
        """
        self._connection = S3Connection(
            endpoint=endpoint,
            access_key=access_key,
            secret_key=secret_key,
            secure=secure,
            region=region,
            bucket_prefix=bucket_prefix,
            timeout=timeout,
        )
        self._pool = self._connection.pool()
        self._client = self._connection.client(self._pool)

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
        recorded = response.headers.get(_SHA256)
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
        return try_out(self._connection, self._client, self.create)

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
                reader = _HashedReader(key, body, size, sha256)
                try:
                    response = self._send(bucket, name, reader)
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

    def _send(
        self, bucket: str, name: str, reader: "_HashedReader"
    ) -> BaseHTTPResponse:
        """Put an object, on condition that there is none."""
        url = urlsplit(f"{self._connection.url}/{bucket}/{name}")
        now = datetime.now(UTC)
        checksum = base64.b64encode(bytes.fromhex(reader.sha256)).decode("ascii")
        headers = {
            "Host": url.netloc,
            "Content-Length": str(reader.size),
            "Content-Type": media_type(name),
            "If-None-Match": "*",
            "x-amz-checksum-sha256": checksum,
            "x-amz-content-sha256": reader.sha256,
            "x-amz-date": to_amz_date(now),
            _SHA256: reader.sha256,
        }
        signed = sign_v4_s3(
            method="PUT",
            url=url,
            region=self._connection.region,
            headers=dict(headers),
            credentials=Credentials(
                self._connection.access_key, self._connection.secret_key
            ),
            content_sha256=reader.sha256,
            date=now,
        )
        return self._pool.urlopen(
            "PUT",
            url.geturl(),
            body=reader,
            headers={name: str(value) for name, value in signed.items()},
            redirect=False,
        )

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


class _HashedReader:
    """The body of a request, which ends in an error instead of in other bytes.

    The last bytes are given out only when all hash to *sha256*; without them the
    server has nothing to store. Can be sent again from the start.
    """

    def __init__(self, key: str, body: BinaryIO, size: int, sha256: str) -> None:
        self.size = size
        self.sha256 = sha256
        self._key = key
        self._body = body
        self.seek(0)

    def tell(self) -> int:
        return self._read

    def seek(self, position: int) -> None:
        if position != 0:
            raise ValueError("a body is sent from its start")
        self._body.seek(0)
        self._hasher = hashlib.sha256()
        self._read = 0

    def read(self, size: int = -1) -> bytes:
        left = self.size - self._read
        data = self._body.read(min(size, left) if size >= 0 else left)
        self._hasher.update(data)
        self._read += len(data)
        ended = self._read == self.size or not data
        if ended and (found := self._hasher.hexdigest()) != self.sha256:
            raise ObjectConflict(f"{self._key}: expected {self.sha256}, found {found}")
        return data


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
