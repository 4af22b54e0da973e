"""Hand dossiers to an archive: copy them out of the store as submission packages."""

import hashlib
import logging
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from pipeline.errors import ObjectConflict, ObjectMissing
from pipeline.model.dossier import DossierStatus, Manifest
from pipeline.model.retention import Retention
from pipeline.model.unicode import comparable
from pipeline.sip.folder import (
    Place,
    digest,
    find_difference,
    find_written,
    part_folder,
    read,
    target_folder,
    write_folder,
    write_zip,
)
from pipeline.sip.package import (
    ROOT_METS,
    Package,
    Stored,
    build,
    find_moment,
    paper_path,
    scan_path,
)
from pipeline.sip.schemas import PackageInvalid
from pipeline.sip.values import (
    FULL,
    VIETNAM,
    Shape,
    Submission,
    object_id,
    package_uuid,
)
from pipeline.usecases.ports import Archive

log = logging.getLogger(__name__)

_DOSSIER_ID = re.compile(r"[0-9a-f]{16}-[0-9]{2,4}")
_JOINED = ".json"

IN_REVIEW = "in review: a person has to look first"
UNKNOWN = "no such dossier"
SHARED = "its signed original holds other dossiers, too"


class Outcome(StrEnum):
    """What became of a dossier that was to be exported."""

    WRITTEN = "written"
    KEPT = "kept"
    """It was written earlier; every byte was compared."""

    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which dossiers to export: all that *names* has, or all of a day and office."""

    names: tuple[str, ...] = ()
    """Ids of dossiers, or mã hồ sơ."""

    day: date | None = None
    """Day of filing, in Vietnam."""

    office: str | None = None
    """Name of the office, with or without marks, or the id of a counter."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How packages are to be."""

    target: Path
    zipped: bool = False
    shape: Shape = FULL
    review: bool = False
    """Whether dossiers that wait for a person are exported, too."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What became of one dossier."""

    name: str
    """The dossier's id, or what was asked for."""

    outcome: Outcome
    package: str = ""
    """Name of its folder or file."""

    reason: str = ""
    size: int = 0
    """Bytes of the package's files."""

    papers: int = 0
    unsigned: int = 0
    """Papers without the agency's signature."""

    has_scan: bool = False


@dataclass(frozen=True, slots=True)
class Sender:
    """Who hands dossiers over, and on what terms: the same for all packages."""

    offices: Mapping[str, str]
    """Name of the office by the id of its counter."""

    titles: Mapping[str, str]
    """Title of a procedure by its code."""

    type_codes: Mapping[str, str]
    """``typeName`` of the Circular by document type."""

    retention: Retention
    software: str
    fonds: str = ""
    agreement: str = ""
    mode: str = "02"
    backup_copy: bool = False


@dataclass(frozen=True, slots=True)
class Exporter:
    """Makes submission packages of dossiers."""

    archive: Archive
    sender: Sender
    clock: Callable[[], datetime]

    def export(
        self, choice: Choice, delivery: Delivery, *, at: datetime | None = None
    ) -> Iterator[Exported]:
        """Export the chosen dossiers, one after another, the latest revision of each.

        A package appears whole or not at all. Done again, what is there already is
        compared, and only what is missing is written.

        Args:
            choice: which.
            delivery: how, and where to.
            at: when packages are made, as they say themselves; None: now. With the same
                time, the same dossiers give the same bytes.

        Raises:
            StoreUnavailable, ConfigError: the store or the target cannot be used now.
        """
        with target_folder(delivery.target):
            for name, manifest in self._chosen(choice):
                if manifest is None:
                    yield Exported(name, Outcome.FAILED, reason=UNKNOWN)
                    continue
                found = self._export(manifest, delivery, at or self.clock())
                log.info("dossier %s: package %s", manifest.id, found.outcome)
                yield found

    def _chosen(self, choice: Choice) -> Iterator[tuple[str, Manifest | None]]:
        """Find the manifests, ordered by the dossiers' ids."""
        by_id = all(_DOSSIER_ID.fullmatch(name) for name in choice.names)
        if choice.names and by_id and choice.day is None and choice.office is None:
            for name in sorted(set(choice.names)):
                yield name, self._find(name)
            return
        found = self._search(choice)
        yield from sorted(found.items())
        known = {name for each in found.values() for name in (each.id, each.code)}
        for name in sorted(set(choice.names) - known):
            yield name, None

    def _find(self, name: str) -> Manifest | None:
        try:
            return self.archive.manifest(name)
        except ObjectMissing:
            return None

    def _search(self, choice: Choice) -> dict[str, Manifest]:
        """Look through all manifests; of each dossier the latest counts."""
        latest: dict[str, int] = {}
        found: dict[str, Manifest] = {}
        counters = self._counters(choice.office)
        for each in self.archive.manifests():
            if each.revision < latest.get(each.id, 0):
                continue
            latest[each.id] = each.revision
            found.pop(each.id, None)
            if _is_chosen(each, choice, counters):
                found[each.id] = each
        return found

    def _counters(self, office: str | None) -> Collection[str] | None:
        if office is None:
            return None
        wanted = comparable(office)
        return {
            counter
            for counter, name in self.sender.offices.items()
            if counter == office or comparable(name) == wanted
        } or {office}

    def _export(self, manifest: Manifest, delivery: Delivery, at: datetime) -> Exported:
        if manifest.status is DossierStatus.REVIEW and not delivery.review:
            return Exported(manifest.id, Outcome.REFUSED, reason=IN_REVIEW)
        try:
            shape = self._shape(manifest, delivery.shape)
            return self._deliver(manifest, delivery, shape, at)
        except (ObjectMissing, ObjectConflict, PackageInvalid) as error:
            return Exported(manifest.id, Outcome.FAILED, reason=str(error))

    def _shape(self, manifest: Manifest, wanted: Shape) -> Shape:
        """Leave the scan out where it holds other people's dossiers, too."""
        if not wanted.scan:
            return wanted
        plan = self.archive.find_plan(manifest.batch_id)
        if plan is None:
            raise ObjectMissing(f"plan of batch {manifest.batch_id}")
        if len(plan.dossiers) == 1:
            return wanted
        if manifest.signatures:
            raise ObjectConflict(f"dossier {manifest.id}: {SHARED}")
        return replace(wanted, scan=False)

    def _deliver(
        self, manifest: Manifest, delivery: Delivery, shape: Shape, at: datetime
    ) -> Exported:
        target, zipped = delivery.target, delivery.zipped
        name = object_id(package_uuid(manifest, shape))
        with find_written(target, name, zipped=zipped) as place:
            if place is not None:
                package = self._rebuild(manifest, shape, place)
                return self._told(manifest, shape, package, name, Outcome.KEPT)
        submission = self._submission(manifest, shape, at)
        with part_folder(target, name) as part:
            package = build(submission, self._fetch(manifest, shape, part))
            if zipped:
                write_zip(package, part, target, name, at)
            else:
                write_folder(package, part, target, name)
        return self._told(manifest, shape, package, name, Outcome.WRITTEN)

    def _fetch(self, manifest: Manifest, shape: Shape, part: Path) -> dict[str, Stored]:
        """Copy papers and scan; what is not as the manifest has it raises."""
        stored: dict[str, Stored] = {}
        for document in manifest.documents:
            path = part / paper_path(manifest, document)
            path.parent.mkdir(parents=True, exist_ok=True)
            self.archive.fetch_document(document, path)
            size = path.stat().st_size
            stored[paper_path(manifest, document)] = Stored(document.sha256, size)
        if shape.scan:
            folder = part / scan_path("")
            folder.mkdir(parents=True)
            for path, sha256 in self._fetch_scan(manifest, folder):
                place = path.relative_to(part).as_posix()
                stored[place] = Stored(sha256, path.stat().st_size)
        return stored

    def _fetch_scan(
        self, manifest: Manifest, folder: Path
    ) -> Iterator[tuple[Path, str]]:
        key, sha256 = manifest.original_key, manifest.original_sha256
        path = folder / key.rpartition("/")[2]
        if not key.endswith(_JOINED):
            self.archive.fetch_original(key, path, sha256=sha256)
            yield path, sha256
            return
        joined, files = self.archive.fetch_joined(key, folder, sha256=sha256)
        path.write_bytes(joined.to_json())
        yield path, hashlib.sha256(joined.to_json()).hexdigest()
        for each, one in zip(files, joined.parts, strict=True):
            yield each, one.sha256

    def _rebuild(self, manifest: Manifest, shape: Shape, place: Place) -> Package:
        """Make the package again as it was made, and compare what lies there.

        Raises:
            ObjectConflict: something else lies there.
        """
        at = find_moment(read(place, ROOT_METS))
        stored: dict[str, Stored] = {}
        wanted = {
            paper_path(manifest, each): each.sha256 for each in manifest.documents
        }
        scans = place.paths() if shape.scan else set()
        for path in (*wanted, *(each for each in scans if _is_scan(each))):
            found = digest(place, path)
            if found is None or wanted.get(path, found[0]) != found[0]:
                raise ObjectConflict(_other(path))
            stored[path] = Stored(*found)
        if shape.scan and manifest.original_sha256 not in {
            each.sha256 for each in stored.values()
        }:
            raise ObjectConflict(_other(scan_path("")))
        if at is None:
            raise ObjectConflict(_other(ROOT_METS))
        package = build(self._submission(manifest, shape, at), stored)
        if difference := find_difference(package, place):
            raise ObjectConflict(_other(difference))
        return package

    def _submission(self, manifest: Manifest, shape: Shape, at: datetime) -> Submission:
        sender = self.sender
        counter = manifest.counter_id
        return Submission(
            manifest=manifest,
            manifest_file=self.archive.manifest_file(manifest),
            office=sender.offices.get(counter, counter),
            title=sender.titles.get(manifest.procedure or "", ""),
            maintenance=sender.retention.code(manifest.procedure),
            type_codes=sender.type_codes,
            at=at,
            software=sender.software,
            shape=shape,
            fonds=sender.fonds,
            agreement=sender.agreement,
            mode=sender.mode,
            backup_copy=sender.backup_copy,
        )

    def _told(
        self,
        manifest: Manifest,
        shape: Shape,
        package: Package,
        name: str,
        outcome: Outcome,
    ) -> Exported:
        return Exported(
            manifest.id,
            outcome,
            package=name,
            size=package.size,
            papers=len(manifest.documents),
            unsigned=sum(each.signature is None for each in manifest.documents),
            has_scan=shape.scan,
        )


def _is_chosen(
    manifest: Manifest, choice: Choice, counters: Collection[str] | None
) -> bool:
    filed = manifest.filed_at.astimezone(VIETNAM).date()
    return (
        (not choice.names or bool({manifest.id, manifest.code} & set(choice.names)))
        and choice.day in (None, filed)
        and (counters is None or manifest.counter_id in counters)
    )


def _is_scan(path: str) -> bool:
    return path.startswith(scan_path(""))


def _other(path: str) -> str:
    return f"something else is there already, see {path}; move it away first"
