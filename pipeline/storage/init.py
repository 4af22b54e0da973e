"""Set up an S3 server: buckets, versions, and identities with few rights.

Doing it again changes nothing. What a server lacks is said, not passed over.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from minio import Minio
from minio.commonconfig import ENABLED, Filter
from minio.error import MinioAdminException, S3Error
from minio.lifecycleconfig import Expiration, LifecycleConfig, Rule
from minio.objectlockconfig import DAYS, ObjectLockConfig
from minio.sseconfig import Rule as SSERule
from minio.sseconfig import SSEConfig
from minio.versioningconfig import VersioningConfig

from pipeline.errors import ConfigError
from pipeline.storage.keys import AREAS, GLANCE, KEPT
from pipeline.storage.s3 import (
    S3Connection,
    admin_code,
    has_admin_api,
    translated,
)

ROLES = ("intake", "worker", "web", "upkeep")

_SEEING_SETUP = (
    "s3:GetBucketVersioning",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetLifecycleConfiguration",
)
"""Rights for `sohoa check` to tell what a server has; nothing of papers in it."""

_OURS_ALREADY = {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}
_UNLOCKABLE = {"InvalidBucketState", "ObjectLockConfigurationNotFoundError"}
_NO_LOCK = {"InvalidRequest", "MethodNotAllowed", "NotImplemented"}


@dataclass(frozen=True, slots=True)
class S3Identity:
    """The keys of an identity to be made."""

    access_key: str
    secret_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FirstLock:
    """How objects are locked from the moment they are stored."""

    mode: str
    """``governance`` or ``compliance``."""

    days: Mapping[str, int]
    """By area. What is filed is kept longer, by its procedure."""


def init_buckets(
    connection: S3Connection,
    *,
    keep_work_days: int = 30,
    first_lock: FirstLock | None = None,
) -> tuple[str, ...]:
    """Make the buckets that are missing, and keep versions where objects stay.

    Those are made with object lock, which on MinIO cannot be added later. The work
    area keeps no versions, or nothing in it would ever be gone; the server removes
    what lies there for *keep_work_days*, so that no identity of ours needs the right
    to delete. All buckets encrypt what they hold, where the server can.

    Args:
        connection: with the administrator's keys.
        keep_work_days: when page results expire.
        first_lock: how objects are locked from the start; None: left as it is.

    Returns:
        What was done or found lacking, one sentence each.

    Raises:
        StoreUnavailable, ConfigError: no answer, or no right to do this.
    """
    client = connection.client(connection.pool())
    report = []
    for area in AREAS:
        bucket = connection.bucket(area)
        with translated(f"bucket {bucket}"):
            if client.bucket_exists(bucket_name=bucket):
                report.append(f"bucket {bucket} exists")
            else:
                report.append(_make_bucket(client, connection, bucket, area in KEPT))
            if area in KEPT:
                report.extend(_keep_versions(client, bucket))
            else:
                report.extend(_let_expire(client, bucket, keep_work_days))
            report.extend(_encrypt(client, bucket))
            if first_lock is not None and area in first_lock.days:
                days = first_lock.days[area]
                report.extend(_lock_first(client, bucket, first_lock.mode, days))
    return tuple(report)


def init_users(
    connection: S3Connection, users: Mapping[str, S3Identity]
) -> tuple[str, ...]:
    """Make an identity for each role in *users*, with no more rights than it needs.

    Uses the admin API of MinIO, with the administrator's keys in *connection*. An
    identity that exists gets the keys and rights given here.

    Returns:
        What was done; where the server has no such API, what to set up by hand.

    Raises:
        ValueError: a role is not one of `ROLES`.
        StoreUnavailable, ConfigError: no answer, or no right to do this.
    """
    unknown = users.keys() - set(ROLES)
    if unknown:
        raise ValueError(f"not a role: {', '.join(sorted(unknown))}")
    admin = connection.admin()
    if not has_admin_api(admin):
        return _by_hand(connection, users)
    report = []
    for role, identity in users.items():
        policy = f"{connection.bucket_prefix}{role}"
        with translated(f"identity {role}"):
            try:
                admin.policy_add(policy_name=policy, policy=to_policy(connection, role))
                admin.user_add(
                    access_key=identity.access_key, secret_key=identity.secret_key
                )
                admin.policy_set(policy_name=policy, user=identity.access_key)
            except MinioAdminException as error:
                raise ConfigError(f"identity {role}: {admin_code(error)}") from error
        report.append(f"identity {identity.access_key} has the rights of {role}")
    return tuple(report)


def to_policy(connection: S3Connection, role: str) -> dict[str, Any]:
    """Write down the rights of a role as an S3 policy.

    ========  ==================  =================  ==================  =========
    role      originals           work               dossiers            digests
    ========  ==================  =================  ==================  =========
    intake    put
    worker    get, put, list      get, put, list     get, put, list      get, put,
                                                                         list
    web                           get glances        get, list; plans
                                                     not
    upkeep    get, list           get, list, delete  get, list           get, put,
                                                                         list
    ========  ==================  =================  ==================  =========

    ``worker`` and ``upkeep`` lock what is filed for longer than the bucket does.
    ``upkeep`` sees old versions, for ``sohoa verify``. Nobody may remove an object or
    a version of it where objects stay.
    """
    originals, work, dossiers, digests = (connection.bucket(area) for area in AREAS)
    everywhere = (originals, work, dossiers, digests)
    statements = {
        "intake": [_objects("Put", originals)],
        "worker": [
            _objects("Get", *everywhere),
            _objects("Put", *everywhere),
            _lists(*everywhere),
            _retains(originals, dossiers),
        ],
        "web": [
            _objects("Get", dossiers),
            _lists(dossiers),
            _objects("Get", work, only=f"*/{GLANCE}"),
            _objects("Get", f"{dossiers}/plans", effect="Deny"),
        ],
        "upkeep": [
            _objects("Get", *everywhere),
            _lists(*everywhere, versions=True),
            _objects("Delete", work),
            _objects("Put", digests),
            _retains(originals, dossiers),
        ],
    }
    return {"Version": "2012-10-17", "Statement": statements[role]}


def _objects(
    verb: str, *places: str, effect: str = "Allow", only: str = "*"
) -> dict[str, Any]:
    return {
        "Effect": effect,
        "Action": [f"s3:{verb}Object"],
        "Resource": [f"arn:aws:s3:::{place}/{only}" for place in places],
    }


def _retains(*buckets: str) -> dict[str, Any]:
    """The right to lock objects longer, and not to end or shorten a lock."""
    return {
        "Effect": "Allow",
        "Action": ["s3:GetObjectRetention", "s3:PutObjectRetention"],
        "Resource": [f"arn:aws:s3:::{bucket}/*" for bucket in buckets],
    }


def _lists(*buckets: str, versions: bool = False) -> dict[str, Any]:
    seeing_old = ["s3:ListBucketVersions"] if versions else []
    return {
        "Effect": "Allow",
        "Action": ["s3:ListBucket", *_SEEING_SETUP, *seeing_old],
        "Resource": [f"arn:aws:s3:::{bucket}" for bucket in buckets],
    }


def _make_bucket(
    client: Minio, connection: S3Connection, bucket: str, with_lock: bool
) -> str:
    try:
        client.make_bucket(
            bucket_name=bucket, location=connection.region, object_lock=with_lock
        )
    except S3Error as error:
        if error.code in _OURS_ALREADY:
            return f"bucket {bucket} exists"
        if not with_lock or error.code not in _NO_LOCK:
            raise
        client.make_bucket(bucket_name=bucket, location=connection.region)
        return f"bucket {bucket} made; this server has no object lock"
    return f"bucket {bucket} made{' with object lock' if with_lock else ''}"


def _keep_versions(client: Minio, bucket: str) -> list[str]:
    if client.get_bucket_versioning(bucket_name=bucket).status == ENABLED:
        return []
    try:
        client.set_bucket_versioning(
            bucket_name=bucket, config=VersioningConfig(status=ENABLED)
        )
    except S3Error as error:
        if error.code not in _NO_LOCK:
            raise
        return [f"bucket {bucket}: this server keeps no versions"]
    return [f"bucket {bucket} keeps versions"]


def _let_expire(client: Minio, bucket: str, days: int) -> list[str]:
    rule = Rule(
        status=ENABLED,
        rule_id="page-results",
        rule_filter=Filter(prefix=""),
        expiration=Expiration(days=days),
    )
    try:
        client.set_bucket_lifecycle(bucket_name=bucket, config=LifecycleConfig([rule]))
    except S3Error as error:
        if error.code not in _NO_LOCK:
            raise
        return [f"bucket {bucket}: the server cannot let page results expire"]
    return []


def _encrypt(client: Minio, bucket: str) -> list[str]:
    try:
        if client.get_bucket_encryption(bucket_name=bucket) is not None:
            return []
        client.set_bucket_encryption(
            bucket_name=bucket, config=SSEConfig(SSERule.new_sse_s3_rule())
        )
    except S3Error as error:
        if error.code not in _NO_LOCK:
            raise
        return [f"bucket {bucket}: the server does not encrypt: it has no keys"]
    return [f"bucket {bucket} is encrypted"]


def _lock_first(client: Minio, bucket: str, mode: str, days: int) -> list[str]:
    wanted = ObjectLockConfig(mode.upper(), days, DAYS)
    try:
        found = client.get_object_lock_config(bucket_name=bucket)
        if found == wanted:
            return []
        client.set_object_lock_config(bucket_name=bucket, config=wanted)
    except S3Error as error:
        if error.code not in _NO_LOCK | _UNLOCKABLE:
            raise
        told = "cannot lock objects: make new buckets and move (sohoa store copy)"
        return [f"bucket {bucket} {told}"]
    return [f"bucket {bucket}: {mode} lock of {days} days for what is stored"]


def _by_hand(
    connection: S3Connection, users: Mapping[str, S3Identity]
) -> tuple[str, ...]:
    return (
        "this server has no admin API: make these identities with its own tools",
        *(
            f"{role}: {json.dumps(to_policy(connection, role)['Statement'])}"
            for role in users
        ),
    )
