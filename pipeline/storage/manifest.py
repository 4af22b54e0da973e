"""Write what the archive keeps as JSON that outlives this program, and read it back.

Manifests are indented, sorted UTF-8, described by ``docs/manifest.schema.json``. Every
record carries a ``version``. A reader takes fields it does not know for additions of a
later program and passes over them; it refuses a higher version, which it would misread.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from pipeline.errors import ConfigError, ObjectConflict
from pipeline.model import joined
from pipeline.model.dossier import MANIFEST_VERSION, Manifest, Plan
from pipeline.model.text import OcrPage, ReadPage

PLAN_VERSION = 1
PAGE_VERSION = 1
TEXT_VERSION = 1
DIGEST_VERSION = 1

_SHOWN_FAULTS = 3
"""Faults named in a message; a file that is something else has hundreds."""


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """A plan as kept."""

    plan: Plan
    version: int = PLAN_VERSION


@dataclass(frozen=True, slots=True)
class PageRecord:
    """A page result as kept, bound to the picture its boxes were measured on."""

    page: ReadPage
    picture_sha256: str
    layers_sha256: str | None = None
    vectors_sha256: str | None = None
    version: int = PAGE_VERSION


@dataclass(frozen=True, slots=True)
class TextRecord:
    """The words of a document as kept, one entry a page."""

    pages: tuple[OcrPage, ...]
    version: int = TEXT_VERSION


@dataclass(frozen=True, slots=True)
class Link:
    """The digest before, by place and contents: the chain."""

    key: str
    sha256: str


@dataclass(frozen=True, slots=True)
class DayDigest:
    """What an office filed on a day, with the hash of its digest before."""

    office: str
    """Folder of the office's digests."""

    office_name: str
    day: date
    """In Vietnam (+07:00). What came late for its day is in the next digest."""

    made_at: datetime
    objects: dict[str, str]
    """SHA-256 of each manifest and plan, by key. A manifest holds those of its papers
    and of the scan."""

    previous: Link | None
    signed: bool
    """Whether ``<day>.p7s`` belongs beside this: it was made with the agency's key."""

    timestamped: bool
    """Whether ``<day>.tsr`` belongs beside this."""

    version: int = DIGEST_VERSION


def write_manifest(manifest: Manifest) -> bytes:
    """Write a manifest as indented JSON with sorted keys.

    Raises:
        ValueError: a time has no zone, or a value would not survive.
    """
    if manifest.received_at.tzinfo is None or manifest.filed_at.tzinfo is None:
        raise ValueError(f"manifest of {manifest.id}: a time has no time zone")
    return _MANIFEST.write(manifest)


def read_manifest(data: bytes, key: str) -> Manifest:
    """Read the manifest that was stored under *key*.

    Raises:
        ObjectConflict: it is not a manifest.
        ConfigError: a newer program wrote it.
    """
    return _MANIFEST.read(data, key)


def write_plan(plan: Plan) -> bytes:
    """Write a plan."""
    return _PLAN.write(PlanRecord(plan))


def read_plan(data: bytes, key: str) -> Plan:
    """Read a plan; raises as `read_manifest` does."""
    return _PLAN.read(data, key).plan


def read_joined(data: bytes, key: str) -> joined.Joined:
    """Read what joins several files.

    Raises:
        ObjectConflict: it is something else.
    """
    try:
        return joined.read_joined(data)
    except ValueError as error:
        raise ObjectConflict(f"{key}: not what joins scans") from error


def write_page(
    page: ReadPage,
    *,
    picture_sha256: str,
    layers_sha256: str | None = None,
    vectors_sha256: str | None = None,
) -> bytes:
    """Write a page result."""
    hashes = (picture_sha256, layers_sha256, vectors_sha256)
    return _PAGE.write(PageRecord(page, *hashes))


def read_page(data: bytes, key: str) -> PageRecord:
    """Read a page result; raises as `read_manifest` does."""
    return _PAGE.read(data, key)


def write_text(pages: tuple[OcrPage, ...]) -> bytes:
    """Write the words of a document."""
    return _TEXT.write(TextRecord(pages))


def read_text(data: bytes, key: str) -> tuple[OcrPage, ...]:
    """Read the words of a document; raises as `read_manifest` does."""
    return _TEXT.read(data, key).pages


def write_digest(digest: DayDigest) -> bytes:
    """Write a digest as a manifest is written: one line an object."""
    return _DIGEST.write(digest)


def read_digest(data: bytes, key: str) -> DayDigest:
    """Read a digest; raises as `read_manifest` does."""
    return _DIGEST.read(data, key)


def manifest_schema() -> str:
    """Describe manifests as a JSON Schema (draft 2020-12).

    ``docs/manifest.schema.json`` is this text; ``python -m pipeline.storage.schema``
    writes it.
    """
    return _MANIFEST.schema()


def digest_schema() -> str:
    """Describe digests likewise; ``docs/digest.schema.json`` is this text."""
    return _DIGEST.schema()


class _Versioned(Protocol):
    @property
    def version(self) -> int: ...


Record = TypeVar("Record", bound=_Versioned)


@dataclass(frozen=True, slots=True)
class _Format(Generic[Record]):
    """How one kind of record is written."""

    name: str
    adapter: TypeAdapter[Record]
    version: int
    indent: bool = False

    def write(self, record: Record) -> bytes:
        """Write *record*, and make sure that it can be read.

        What is stored is never replaced, so a value that JSON cannot carry (a
        confidence that is not a number) has to be found before, not afterwards.
        """
        data = self.adapter.dump_json(record)
        try:
            survives = self.adapter.validate_json(data, strict=True) == record
        except ValidationError:
            survives = False
        if not survives:
            raise ValueError(f"a value of this {self.name} would not survive as JSON")
        if self.indent:
            plain: Any = json.loads(data)
            text = json.dumps(plain, ensure_ascii=False, indent=2, sort_keys=True)
            return f"{text}\n".encode()
        return data

    def schema(self) -> str:
        schema = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"urn:sohoa:{self.name}:{self.version}",
            **self.adapter.json_schema(),
        }
        return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"

    def read(self, data: bytes, key: str) -> Record:
        # The library's error quotes what it found, which may be personal data:
        # nothing of it is kept in the chain.
        try:
            record = self.adapter.validate_json(data, strict=True)
        except ValidationError as error:
            faults = _explain(error)
            version = _find_version(data)
        else:
            faults, version = "", record.version
        if version > self.version:
            raise ConfigError(
                f"{key}: version {version} of a {self.name}, this program reads up to"
                f" {self.version}: update it"
            )
        if faults:
            raise ObjectConflict(f"{key}: not a {self.name} ({faults})")
        return record


_MANIFEST = _Format("manifest", TypeAdapter(Manifest), MANIFEST_VERSION, indent=True)
_PLAN = _Format("plan", TypeAdapter(PlanRecord), PLAN_VERSION)
_PAGE = _Format("page result", TypeAdapter(PageRecord), PAGE_VERSION)
_TEXT = _Format("document's text", TypeAdapter(TextRecord), TEXT_VERSION)
_DIGEST = _Format("digest", TypeAdapter(DayDigest), DIGEST_VERSION, indent=True)


@dataclass(frozen=True, slots=True)
class _Head:
    version: int = 0


_HEAD = TypeAdapter(_Head)


def _find_version(data: bytes) -> int:
    try:
        return _HEAD.validate_json(data).version
    except ValidationError:
        return 0


def _explain(error: ValidationError) -> str:
    """Name places and kinds of faults, never values."""
    faults = error.errors(include_input=False, include_context=False, include_url=False)
    shown = "; ".join(
        f"{'.'.join(map(str, fault['loc'])) or 'whole'}: {fault['type']}"
        for fault in faults[:_SHOWN_FAULTS]
    )
    more = len(faults) - _SHOWN_FAULTS
    return f"{shown}; and {more} more" if more > 0 else shown
