"""Reach an S3 server: connection and buckets, and its errors in our own terms."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree.ElementTree import ParseError

from minio import Minio
from minio.credentials.providers import StaticProvider
from minio.error import (
    InvalidResponseError,
    MinioAdminException,
    MinioException,
    S3Error,
)
from minio.minioadmin import MinioAdmin
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError, MaxRetryError, SSLError

from pipeline.errors import ConfigError, ObjectConflict, ObjectMissing, StoreUnavailable
from pipeline.storage.keys import AREAS
from pipeline.storage.store import NotAllowed

_RETRIES = Retry(total=2, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504])
"""A short hiccup is ridden out here; a longer one is for the flow's own tries."""

_CONNECTIONS = 16
"""Kept open to one server: more threads than that share them."""

_NO_SUCH_OBJECT = {"NoSuchKey", "NoSuchVersion", "ResourceNotFound"}
_OUR_MISTAKE = {
    "AuthorizationHeaderMalformed",
    "IllegalLocationConstraintException",
    "InvalidAccessKeyId",
    "InvalidBucketName",
    "InvalidRegion",
    "NoSuchBucket",
    "PermanentRedirect",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
}
_LACKING = {"MethodNotAllowed", "NotImplemented"}
_NO_SUCH_API = {"400", "404", "405", "501"}
"""Statuses of servers that take the admin API's path for a bucket's."""

_ADMIN_STATUS = re.compile(r"Status: (\d+)")
_ADMIN_CODE = re.compile(r"\"Code\":\s*\"(\w+)\"|<Code>(\w+)</Code>")
_OTHER_BYTES = {
    "BadDigest",
    "ContentSHA256Mismatch",
    "InvalidDigest",
    "XAmzContentChecksumMismatch",
    "XAmzContentSHA256Mismatch",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Connection:
    """Where an S3 server is and who we are to it.

    Raises:
        ConfigError: a part is missing or malformed.
    """

    endpoint: str
    """Host and port, without scheme."""

    access_key: str
    secret_key: str = field(repr=False)
    secure: bool = True
    region: str = "us-east-1"
    bucket_prefix: str = "sohoa-"
    timeout: float = 30.0
    """Seconds without progress after which a request is given up."""

    ca_bundle: Path | None = None
    """Certificates to believe instead of the system's, PEM."""

    allow_plain_http: bool = False
    """Whether papers may go to another machine without TLS."""

    lock_mode: str = "governance"
    """Of new retentions: in ``governance`` an administrator may end one, in
    ``compliance`` nobody may."""

    def __post_init__(self) -> None:
        if not (self.secure or self.allow_plain_http or _is_loopback(self.endpoint)):
            raise ConfigError(
                f"object store {self.endpoint}: store.secure is false, and this is"
                " another machine: papers would cross the network in the clear;"
                " store.allow_plain_http permits it"
            )
        if self.ca_bundle is not None and not self.ca_bundle.is_file():
            raise ConfigError(f"store.ca_bundle: there is no {self.ca_bundle}")
        if not (self.endpoint and self.access_key and self.secret_key):
            # Without keys the client would go on without a signature.
            raise ConfigError("object store: endpoint, access or secret key is empty")
        try:
            self.client(self.pool())
        except ValueError as error:
            raise ConfigError(
                f"object store {self.endpoint!r}, region {self.region!r}: {error}"
            ) from error

    @property
    def url(self) -> str:
        """The server's URL."""
        return f"{'https' if self.secure else 'http'}://{self.endpoint}"

    def bucket(self, area: str) -> str:
        """Name the bucket of an area."""
        return f"{self.bucket_prefix}{area}"

    @property
    def buckets(self) -> tuple[str, ...]:
        """The buckets of all areas."""
        return tuple(map(self.bucket, AREAS))

    def pool(self) -> PoolManager:
        """Open a pool of connections that trusts what the system trusts.

        A province's own authority is named by `ca_bundle`, or installed in the
        system, or named by ``SSL_CERT_FILE``, which OpenSSL reads by itself.
        """
        return PoolManager(
            timeout=Timeout(connect=self.timeout, read=self.timeout),
            maxsize=_CONNECTIONS,
            retries=_RETRIES,
            cert_reqs="CERT_REQUIRED",
            ca_certs=None if self.ca_bundle is None else str(self.ca_bundle),
        )

    def client(self, pool: PoolManager) -> Minio:
        """Open a client. The region keeps it from asking for the bucket's location."""
        return Minio(
            endpoint=self.endpoint,
            access_key=self.access_key,
            secret_key=self.secret_key,
            secure=self.secure,
            region=self.region,
            http_client=pool,
        )

    def admin(self) -> MinioAdmin:
        """Open a client for the admin API, which MinIO and its forks have."""
        return MinioAdmin(
            endpoint=self.endpoint,
            credentials=StaticProvider(self.access_key, self.secret_key),
            secure=self.secure,
            region=self.region,
            http_client=self.pool(),
        )


def _is_loopback(endpoint: str) -> bool:
    host = urlsplit(f"//{endpoint}").hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn what the client raises into what the pipeline means.

    Messages carry the server's code and never the request: it is signed.
    """
    try:
        yield
    except S3Error as error:
        raise _meaning(what, error.code or "no code") from error
    except (InvalidResponseError, ParseError, UnicodeDecodeError) as error:
        raise StoreUnavailable(f"{what}: the answer is not that of S3") from error
    except MaxRetryError as error:
        if isinstance(error.reason, SSLError):
            raise ConfigError(f"{what}: TLS failed: {error.reason}") from error
        found = type(error.reason).__name__
        raise StoreUnavailable(f"{what}: no answer ({found})") from error
    except (MinioException, HTTPError) as error:
        raise StoreUnavailable(f"{what}: {type(error).__name__}") from error


def _meaning(what: str, code: str) -> Exception:
    if code in _NO_SUCH_OBJECT:
        return ObjectMissing(what)
    if code == "AccessDenied":
        return NotAllowed(f"object store: {what}: {code}")
    if code in _OUR_MISTAKE:
        return ConfigError(f"object store: {what}: {code}")
    if code in _LACKING:
        return ConfigError(f"object store: {what}: the server cannot do this ({code})")
    if code in _OTHER_BYTES:
        return ObjectConflict(f"{what}: other bytes arrived than were hashed ({code})")
    return StoreUnavailable(f"{what}: {code}")


def has_admin_api(admin: MinioAdmin) -> bool:
    """Tell whether a server can be asked to make identities.

    Raises:
        ConfigError: it can, but not by the identity in use.
    """
    with translated("admin API"):
        try:
            admin.policy_list()
        except MinioAdminException as error:
            status = _ADMIN_STATUS.search(str(error))
            if status and status[1] in _NO_SUCH_API:
                return False
            raise ConfigError(f"admin API: {admin_code(error)}") from error
    return True


def admin_code(error: MinioAdminException) -> str:
    """Take the code alone: the rest of the answer may repeat the request."""
    code = _ADMIN_CODE.search(str(error))
    return (code[1] or code[2]) if code else "no code"
