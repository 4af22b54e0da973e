"""Name every object; the only place where the shape of a key is known.

===========================================  ==========================================
``originals/2026/11/<batch>/scan.pdf``       what the counter scanned, byte for byte
``originals/2026/11/<batch>/scan.json``      names several files by hash
``originals/2026/11/<batch>/fronts.pdf``     one of two; the other is ``backs.pdf``
``originals/2026/11/<batch>/0001.tif``       the first file of a folder
``work/<batch>/<recipe>/0001.json``          what was read on a page; expires
``work/<batch>/<recipe>/0001-<sha256>.jpg``  the page's picture, named by its contents
``work/<batch>/<recipe>/0001-<sha256>.pdf``  the same as ink and paper, or as letters
``work/<batch>/glance.jpg``                   its first page, small, to be seen
``dossiers/plans/<batch>.json``              how the batch is filed, decided once
``dossiers/<id>/r1/01-giay-khai-sinh.pdf``   a paper of a dossier
``dossiers/<id>/r1/01-giay-khai-sinh.json``  its words and their boxes
``dossiers/<id>/r1/manifest.json``           put last: the dossier exists
``digests/<office>/2026-11-24.json``         hashes of what an office filed that day
``digests/<office>/2026-11-24.p7s``          the agency's signature of it
``digests/<office>/2026-11-24.tsr``          a time stamping authority's token for it
===========================================  ==========================================

The first segment is the area; an S3 store keeps each in a bucket of its own. Plans
stand with the dossiers because they must outlive the work area: a try that finds no
plan would decide again, and could decide otherwise than the papers already filed.
Digests have an area of their own, so that its writers, its lock and its copies can be
others than the papers'.
"""

import re
from datetime import UTC, date
from typing import NamedTuple

from pipeline.model.joined import SIDE_NAMES
from pipeline.model.scan import MediaType, ScanBatch
from pipeline.model.unicode import comparable

ORIGINALS = "originals"
WORK = "work"
DOSSIERS = "dossiers"
DIGESTS = "digests"
AREAS = (ORIGINALS, WORK, DOSSIERS, DIGESTS)
KEPT = (ORIGINALS, DOSSIERS, DIGESTS)
"""Areas whose objects stay for good; even an overwrite leaves the old one."""

PLANS = f"{DOSSIERS}/plans/"
MANIFEST = "manifest.json"
GLANCE = "glance.jpg"
SIGNATURE_SUFFIX = ".p7s"
STAMP_SUFFIX = ".tsr"

_SEGMENT = r"[a-z0-9]+(?:[.-][a-z0-9]+)*"
_KEY = re.compile(rf"(?:{'|'.join(AREAS)})(?:/{_SEGMENT})+")
"""Lower-case ASCII, no empty, hidden or dotted-up segment: safe as a path and a URL."""

_MAX_KEY = 512
"""Characters; S3 allows 1024, and a file system's limits are near."""

_BATCH_ID = re.compile(r"[0-9a-f]{32}")
_DOSSIER_ID = re.compile(r"[0-9a-f]{16}-[0-9]{2,4}")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PICTURE_SUFFIX = re.compile(r"\.(?:jpg|png|tif|pdf)")
_REVISION = re.compile(rf"{DOSSIERS}/({_DOSSIER_ID.pattern})/r([1-9][0-9]*)/.+")

_PLAN = re.compile(rf"{PLANS}({_BATCH_ID.pattern})\.json")
_ORIGINAL = re.compile(
    rf"{ORIGINALS}/[0-9]{{4}}/[0-9]{{2}}/({_BATCH_ID.pattern})/scan\.[a-z]+"
)
_PART = re.compile(
    rf"({ORIGINALS}/[0-9]{{4}}/[0-9]{{2}}/({_BATCH_ID.pattern}))/"
    rf"({'|'.join(SIDE_NAMES)}|[0-9]{{4}})\.[a-z]+"
)
_DIGEST = re.compile(
    rf"{DIGESTS}/({_NAME.pattern})/([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})\.(json|p7s|tsr)"
)
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
_LONGEST_NAME = 80
"""Characters of an office's name that its keys carry."""

_AT_WORK = re.compile(rf"{WORK}/({_BATCH_ID.pattern})/.+")

_MEDIA_TYPES = {
    "pdf": "application/pdf",
    "json": "application/json",
    "jpg": "image/jpeg",
    "png": "image/png",
    "tif": "image/tiff",
    "p7s": "application/pkcs7-signature",
    "tsr": "application/timestamp-reply",
}


class Part(NamedTuple):
    """One of several files that were joined."""

    batch_id: str
    joined_by: str
    """Key of the original that names all."""

    name: str


class Revision(NamedTuple):
    """One revision of one dossier."""

    dossier_id: str
    number: int


class DigestPlace(NamedTuple):
    """Which office's which day a digest or what goes with it is of."""

    office: str
    day: date
    suffix: str


def original_key(batch: ScanBatch) -> str:
    """Name the original of a batch, by the month (UTC) it was received in."""
    month = batch.received_at.astimezone(UTC).strftime("%Y/%m")
    name = f"scan{batch.media_type.suffix}"
    return f"{ORIGINALS}/{month}/{_valid(_BATCH_ID, batch.id)}/{name}"


def part_key(key: str, name: str, media: MediaType) -> str:
    """Name one of the files beside *key*, the original that joins them."""
    return f"{key.rpartition('/')[0]}/{_valid(_NAME, name)}{media.suffix}"


def work_prefix(batch_id: str) -> str:
    """Name the folder of all page results of a batch."""
    return f"{WORK}/{_valid(_BATCH_ID, batch_id)}/"


def page_key(batch_id: str, recipe: str, number: int) -> str:
    """Name the result of reading a page with a recipe."""
    return f"{_page_stem(batch_id, recipe, number)}.json"


def picture_key(
    batch_id: str, recipe: str, number: int, *, sha256: str, suffix: str
) -> str:
    """Name the picture of a page.

    Two workers may render a page a little differently; each result names its own
    picture by its contents, so that boxes and picture always belong together.
    """
    digest = _valid(_SHA256, sha256)
    stem = _page_stem(batch_id, recipe, number)
    return f"{stem}-{digest}{_valid(_PICTURE_SUFFIX, suffix)}"


def glance_key(batch_id: str) -> str:
    """Name the small picture of a batch's first page."""
    return work_prefix(batch_id) + GLANCE


def plan_key(batch_id: str) -> str:
    """Name the decision how a batch is filed."""
    return f"{PLANS}{_valid(_BATCH_ID, batch_id)}.json"


def document_key(dossier_id: str, revision: int, number: int, doctype: str) -> str:
    """Name the searchable PDF of a document."""
    return f"{_document_stem(dossier_id, revision, number, doctype)}.pdf"


def text_key(dossier_id: str, revision: int, number: int, doctype: str) -> str:
    """Name the words of a document."""
    return f"{_document_stem(dossier_id, revision, number, doctype)}.json"


def manifest_key(dossier_id: str, revision: int) -> str:
    """Name the manifest of a dossier's revision."""
    return f"{_revision_prefix(dossier_id, revision)}{MANIFEST}"


def office_folder(name: str) -> str:
    """Turn the name of an office into what its digests are filed under.

    Raises:
        ValueError: there is no letter or digit in it.
    """
    folder = _NOT_IN_NAMES.sub("-", comparable(name))[:_LONGEST_NAME].strip("-")
    return _valid(_NAME, folder)


def digest_key(office: str, day: date, suffix: str = ".json") -> str:
    """Name the digest of an office's day, or the signature or token beside it."""
    return f"{DIGESTS}/{_valid(_NAME, office)}/{day.isoformat()}{suffix}"


def dossier_prefix(dossier_id: str) -> str:
    """Name the folder of all revisions of a dossier."""
    return f"{DOSSIERS}/{_valid(_DOSSIER_ID, dossier_id)}/"


def find_revision(key: str) -> Revision | None:
    """Tell which revision of which dossier an object belongs to, if any."""
    match = _REVISION.fullmatch(key)
    return Revision(match[1], int(match[2])) if match else None


def find_plan(key: str) -> str | None:
    """Tell which batch a plan is of, if it is one."""
    match = _PLAN.fullmatch(key)
    return match[1] if match else None


def find_original(key: str) -> str | None:
    """Tell which batch an original is of, if it is one."""
    match = _ORIGINAL.fullmatch(key)
    return match[1] if match else None


def find_part(key: str) -> Part | None:
    """Tell which of several files an original is, if it is one of several."""
    match = _PART.fullmatch(key)
    return Part(match[2], f"{match[1]}/scan.json", match[3]) if match else None


def find_digest(key: str) -> DigestPlace | None:
    """Tell what a digest, signature or token is of, if it is one."""
    match = _DIGEST.fullmatch(key)
    try:
        return match and DigestPlace(
            match[1], date.fromisoformat(match[2]), f".{match[3]}"
        )
    except ValueError:  # 2026-02-30
        return None


def find_batch(key: str) -> str | None:
    """Tell which batch an object of the work area belongs to, if any."""
    match = _AT_WORK.fullmatch(key)
    return match[1] if match else None


def checked(key: str) -> str:
    """Return *key*.

    Raises:
        ValueError: it has not the form of a key; nothing was looked up.
    """
    if len(key) > _MAX_KEY:
        raise ValueError(f"key has {len(key)} characters, at most {_MAX_KEY} allowed")
    return _valid(_KEY, key)


def checked_prefix(prefix: str) -> str:
    """Return *prefix*, the name of an area or folder with its slash.

    Raises:
        ValueError: it has not that form.
    """
    folder = prefix.removesuffix("/")
    if not prefix.endswith("/") or not (folder in AREAS or _KEY.fullmatch(folder)):
        raise ValueError(f"not the name of a folder of objects: {prefix!r}")
    return prefix


def media_type(key: str) -> str:
    """Tell the media type an object is served as, from the end of its key."""
    return _MEDIA_TYPES.get(key.rpartition(".")[2], "application/octet-stream")


def _page_stem(batch_id: str, recipe: str, number: int) -> str:
    return f"{work_prefix(batch_id)}{_valid(_NAME, recipe)}/{_counted(number):04d}"


def _document_stem(dossier_id: str, revision: int, number: int, doctype: str) -> str:
    prefix = _revision_prefix(dossier_id, revision)
    return f"{prefix}{_counted(number):02d}-{_valid(_NAME, doctype)}"


def _revision_prefix(dossier_id: str, revision: int) -> str:
    return f"{dossier_prefix(dossier_id)}r{_counted(revision)}/"


def _counted(number: int) -> int:
    if number < 1:
        raise ValueError(f"numbers in keys start at 1: {number}")
    return number


def _valid(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(f"not allowed in a key: {text!r}")
    return text
