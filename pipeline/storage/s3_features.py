"""Find out what a server has of what an archive wants, with the rights in use."""

import hashlib
import io
from collections.abc import Callable

from minio import Minio
from minio.error import S3Error
from urllib3 import PoolManager

from pipeline.errors import ConfigError, ObjectConflict, ObjectMissing
from pipeline.storage.keys import DOSSIERS, WORK
from pipeline.storage.s3 import S3Connection, has_admin_api, translated
from pipeline.storage.s3_put import HashedReader, put_if_absent
from pipeline.storage.store import FEATURES, Feature, Has, NotAllowed

TRIAL_KEY = f"{WORK}/self-test/conditional-put.txt"
"""One small object for good: worker identities may not delete."""

_WRONG = "self-test/wrong-checksum.txt"
_ABSENT = {
    "ObjectLockConfigurationNotFoundError",
    "NoSuchLifecycleConfiguration",
    "ServerSideEncryptionConfigurationNotFoundError",
    "MethodNotAllowed",
    "NotImplemented",
}
_ENCRYPTION = "x-amz-server-side-encryption"

Found = tuple[Has, str]


def find_features(
    connection: S3Connection, client: Minio, pool: PoolManager
) -> tuple[Feature, ...]:
    """Ask for each of `FEATURES`; what may not be asked is told as unknown."""
    look = _Look(connection, client, pool)
    questions: tuple[Callable[[], Found], ...] = (
        look.written_once,
        look.checksums,
        look.versions,
        look.lock,
        look.expiry,
        look.encryption,
        look.tls,
        look.identities,
    )
    return tuple(
        Feature(name, *_asked(question))
        for name, question in zip(FEATURES, questions, strict=True)
    )


def _asked(question: Callable[[], Found]) -> Found:
    try:
        return question()
    except (NotAllowed, ObjectMissing):
        return Has.UNKNOWN, "this identity may not ask"
    except ConfigError as error:
        return Has.NO, str(error)


class _Look:
    def __init__(
        self, connection: S3Connection, client: Minio, pool: PoolManager
    ) -> None:
        self._connection = connection
        self._client = client
        self._pool = pool
        self._work = connection.bucket(WORK)
        self._dossiers = connection.bucket(DOSSIERS)

    def written_once(self) -> Found:
        """See that the trial left its first contents."""
        name = TRIAL_KEY.partition("/")[2]
        with translated("trial"):
            answer = self._client.get_object(bucket_name=self._work, object_name=name)
            kept = answer.read()
            answer.release_conn()
        return (Has.YES, "If-None-Match") if kept == b"first" else (Has.NO, "")

    def checksums(self) -> Found:
        """Send something with the checksum of something else."""
        data = b"other bytes"
        reader = HashedReader(
            _WRONG, io.BytesIO(data), len(data), hashlib.sha256(data).hexdigest()
        )
        wrong = hashlib.sha256(b"these bytes").hexdigest()
        try:
            with translated("wrong checksum"):
                answer = put_if_absent(
                    self._connection,
                    self._pool,
                    self._work,
                    _WRONG,
                    reader,
                    checksum=wrong,
                )
                if answer.status == 200:
                    return Has.NO, "it was stored"
                if answer.status != 412:
                    raise S3Error.fromxml(answer)
        except ObjectConflict:
            return Has.YES, "x-amz-checksum-sha256"
        return Has.NO, "it had been stored before"

    def versions(self) -> Found:
        """Ask whether dossiers keep versions."""
        with translated("versions"):
            status = self._client.get_bucket_versioning(
                bucket_name=self._dossiers
            ).status
        return (Has.YES, "") if status == "Enabled" else (Has.NO, str(status))

    def lock(self) -> Found:
        """Ask whether dossiers can be locked, and how they are from the start."""
        with translated("object lock"):
            try:
                found = self._client.get_object_lock_config(bucket_name=self._dossiers)
            except S3Error as error:
                return _absent(error)
        if found.mode is None:
            return Has.YES, "no retention from the start"
        period = f"{found.duration} {found.duration_unit}".lower()
        return Has.YES, f"{found.mode.lower()}, {period} from the start"

    def expiry(self) -> Found:
        """Ask whether the server removes old page results."""
        with translated("lifecycle"):
            try:
                found = self._client.get_bucket_lifecycle(bucket_name=self._work)
            except S3Error as error:
                return _absent(error)
        days = [
            rule.expiration.days
            for rule in (found.rules if found else ())
            if rule.expiration and rule.status == "Enabled"
        ]
        return (Has.YES, f"after {days[0]} days") if days else (Has.NO, "no rule")

    def encryption(self) -> Found:
        """See whether what was stored without asking for it is encrypted."""
        name = TRIAL_KEY.partition("/")[2]
        with translated("trial"):
            stored = self._client.stat_object(bucket_name=self._work, object_name=name)
        headers = {key.lower(): value for key, value in (stored.metadata or {}).items()}
        if _ENCRYPTION in headers:
            return Has.YES, f"{headers[_ENCRYPTION]}, keys with the server"
        return Has.NO, "use encrypted disks, or set up the server's keys"

    def tls(self) -> Found:
        """Tell whether papers cross the network encrypted."""
        if self._connection.secure:
            return Has.YES, "certificate checked"
        return Has.NO, "plain HTTP"

    def identities(self) -> Found:
        """Tell whether `sohoa store init` can make identities here."""
        try:
            if has_admin_api(self._connection.admin()):
                return Has.YES, "made by sohoa store init --users"
        except ConfigError:  # it has one, and it is not for us
            return Has.YES, "admin API"
        return Has.NO, "to be set up with the server's own tools"


def _absent(error: S3Error) -> Found:
    if error.code in _ABSENT:
        return Has.NO, str(error.code)
    raise error
