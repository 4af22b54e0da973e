"""Reach an S3 server: connection and buckets, and its errors in our own terms."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from xml.etree.ElementTree import ParseError

from minio import Minio
from minio.credentials.providers import StaticProvider
from minio.error import InvalidResponseError, MinioException, S3Error
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

    def __post_init__(self) -> None:
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

        A province's own authority is installed in the system, or named by the
        variable ``SSL_CERT_FILE``, which OpenSSL reads by itself.
        """
        return PoolManager(
            timeout=Timeout(connect=self.timeout, read=self.timeout),
            maxsize=_CONNECTIONS,
            retries=_RETRIES,
            cert_reqs="CERT_REQUIRED",
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
