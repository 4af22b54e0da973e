"""Put an object on condition that there is none, and that its bytes are the right ones.

The client library has no argument for either; its signer is used directly.
"""

import base64
import hashlib
from datetime import UTC, datetime
from typing import BinaryIO
from urllib.parse import urlsplit

from minio.credentials.credentials import Credentials
from minio.signer import sign_v4_s3
from minio.time import to_amz_date
from urllib3 import BaseHTTPResponse, PoolManager

from pipeline.errors import ObjectConflict
from pipeline.storage.keys import media_type
from pipeline.storage.s3 import S3Connection

SHA256_HEADER = "x-amz-meta-sha256"
"""Header under which an object's hash is kept beside it."""


class HashedReader:
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
        """Tell how many bytes were given out."""
        return self._read

    def seek(self, position: int) -> None:
        """Begin again."""
        if position != 0:
            raise ValueError("a body is sent from its start")
        self._body.seek(0)
        self._hasher = hashlib.sha256()
        self._read = 0

    def read(self, size: int = -1) -> bytes:
        """Give out the next bytes.

        Raises:
            ObjectConflict: they are the last, and all together are not the right ones.
        """
        left = self.size - self._read
        data = self._body.read(min(size, left) if size >= 0 else left)
        self._hasher.update(data)
        self._read += len(data)
        ended = self._read == self.size or not data
        if ended and (found := self._hasher.hexdigest()) != self.sha256:
            raise ObjectConflict(f"{self._key}: expected {self.sha256}, found {found}")
        return data


def put_if_absent(
    connection: S3Connection,
    pool: PoolManager,
    bucket: str,
    name: str,
    reader: HashedReader,
    *,
    checksum: str | None = None,
) -> BaseHTTPResponse:
    """Put an object, on condition that there is none.

    Args:
        connection: where to and as whom.
        pool: connections of *connection*.
        bucket: where.
        name: under which name.
        reader: the contents.
        checksum: what the server is told the hash is, hexadecimal; a wrong one is
            for trying out whether it looks.
    """
    url = urlsplit(f"{connection.url}/{bucket}/{name}")
    now = datetime.now(UTC)
    told = bytes.fromhex(checksum or reader.sha256)
    headers = {
        "Host": url.netloc,
        "Content-Length": str(reader.size),
        "Content-Type": media_type(name),
        "If-None-Match": "*",
        "x-amz-checksum-sha256": base64.b64encode(told).decode("ascii"),
        "x-amz-content-sha256": reader.sha256,
        "x-amz-date": to_amz_date(now),
        SHA256_HEADER: reader.sha256,
    }
    signed = sign_v4_s3(
        method="PUT",
        url=url,
        region=connection.region,
        headers=dict(headers),
        credentials=Credentials(connection.access_key, connection.secret_key),
        content_sha256=reader.sha256,
        date=now,
    )
    return pool.urlopen(
        "PUT",
        url.geturl(),
        body=reader,
        headers={name: str(value) for name, value in signed.items()},
        redirect=False,
    )
