"""Keep claimed files apart from what clerks see, each in a folder of its own.

    <drop>/.sohoa/claimed/<id>/   ``scan``, a file or a dossier's folder, and
                                  ``claim.json``; ``done``, its marker; ``backs`` or
                                  ``backs-in-order``, its other sides, with
                                  ``backs.json``
    <drop>/.sohoa/taken/<id>.json  names of folders that were taken and have left
    <drop>/set-aside/             what must be done again, each with its reason
    <drop>/.sohoa/aside/<id>.json  which files of those were one claim
    <drop>/processed/<day>/       filed scans, where the counter keeps them

Staging lies on the drop folder's own file system, so that every step is one rename: of
two watchers exactly one gets the file, and a power cut leaves it in one of two places.
"""

import json
import logging
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NotRequired, TypedDict
from zoneinfo import ZoneInfo

from pipeline.errors import LateScan
from pipeline.intake.folder import look_at_folder, others_in
from pipeline.intake.listing import marker_of
from pipeline.intake.places import PRIVATE, PROCESSED, SET_ASIDE
from pipeline.intake.settle import Look
from pipeline.intake.taken import CLAIM_TIME, TakenFolders, time_of
from pipeline.messages import advice, sentence
from pipeline.model.intake import ClaimedFile

log = logging.getLogger(__name__)

_CLAIMED = "claimed"
_SCAN = "scan"
_NOTE = "claim.json"
_BACKS = "backs"
_BACKS_IN_ORDER = "backs-in-order"
_NOTE_OF_BACKS = "backs.json"
_GROWING = "copying"
_MARKER = "done"
_PARKED = "parked"
_ASIDE = "aside"
_GONE = "gone"
_TAKEN = "taken"

_LONGEST_NAME = 240
"""Bytes of a file name that leave room for the endings we add (limit 255)."""

_ABANDONED = timedelta(minutes=10)
"""Age at which a claim without its file was left by a crash."""

_COUNTER_TIME = ZoneInfo("Asia/Ho_Chi_Minh")


class Note(TypedDict):
    """What ``claim.json`` remembers of a file or a folder."""

    name: str
    size: int
    mtime_ns: int
    inode: int
    parts: NotRequired[str]
    adopted: NotRequired[bool]
    late: NotRequired[bool]
    """Whether another folder of this name was taken shortly before."""


@dataclass(slots=True)
class Staging:
    """The claimed files of all counters."""

    root: Path
    clock: Callable[[], datetime]
    places: Mapping[str, str] = field(default_factory=dict)
    """Where drop folders lie that are not named by their counter's id."""

    ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Patterns of names that are left alone, by counter."""

    _latest: datetime = field(default=datetime.min.replace(tzinfo=UTC), init=False)

    def drop(self, counter_id: str) -> Path:
        """Name the drop folder of a counter."""
        return self.root / self.places.get(counter_id, counter_id)

    def listed(self, counter_id: str) -> Iterator[ClaimedFile]:
        """List what a counter has in staging, in no order; clear what a crash left."""
        claims = self._claims(counter_id)
        if not claims.is_dir():
            return
        for folder in claims.iterdir():
            if (folder / _SCAN).is_file():
                yield _to_claimed(folder, counter_id)
            elif (folder / _SCAN).is_dir():
                with suppress(OSError):  # it went meanwhile, or its share did
                    yield self._to_claimed_folder(folder, counter_id)
            elif self.clock() - time_of(folder.name) > _ABANDONED:
                self._clear_abandoned(counter_id, folder)

    def take(
        self,
        counter_id: str,
        path: Path,
        look: Look,
        *,
        marked: bool,
        late: bool = False,
    ) -> ClaimedFile | None:
        """Claim a file or a folder by one rename; None where it is not what was seen.

        Between the look at a file and its claim another may have taken its place, or a
        link. A rename follows no link, so what came along shows itself afterwards.
        """
        folder = self.new_claim(counter_id)
        scan = folder / _SCAN
        try:
            if not self._is_same(counter_id, path, look):
                raise FileNotFoundError(2, "it is no longer what it was")
            _write_note(folder / _NOTE, path.name, look, late=late)
            if marked:
                # First: a marker left behind would vouch for the next file of the name.
                marker_of(path).rename(folder / _MARKER)
            path.rename(scan)
            if not self._came(scan, look):
                scan.rename(_free_name(path.parent, path.name, folder.name))
                raise FileNotFoundError(2, "another came in its place")
        except OSError as error:
            log.info("a file of %s was not claimed: %s", counter_id, error.strerror)
            _return_marker(folder, path)
            if not os.path.lexists(scan):
                shutil.rmtree(folder, ignore_errors=True)
            return None
        log.info("claim %s taken at %s", folder.name, counter_id)
        if scan.is_dir():
            return self._to_claimed_folder(folder, counter_id)
        return _to_claimed(folder, counter_id)

    def is_late(self, counter_id: str, name: str, within: timedelta) -> bool:
        """Tell whether a folder of this name was taken shortly before.

        What was set aside does not count: it is to be dropped again.
        """
        since = self.clock() - within
        recent = self._taken(counter_id).names(since)
        for claimed in self.listed(counter_id):
            if claimed.is_folder and claimed.claimed_at >= since:
                recent.add(self.note(claimed)["name"])
        return name in recent

    def adopt(
        self, path: Path, counter_id: str, backs: Path | None, *, reverse: bool
    ) -> ClaimedFile:
        """Copy a file, and its backs, into staging; the originals stay."""
        folder = self.new_claim(counter_id)
        try:
            if backs is not None:
                copy = _copied(backs, folder, _NOTE_OF_BACKS)
                copy.rename(folder / _name_of_backs(reverse=reverse))
            copy = _copied(path, folder, _NOTE)
            copy.rename(folder / _SCAN)  # a watch must not see half a copy
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return _to_claimed(folder, counter_id)

    def join(
        self, fronts: ClaimedFile, backs: ClaimedFile, *, reverse: bool
    ) -> ClaimedFile:
        """Make one claim of two, that of *fronts*, by one rename."""
        folder = fronts.path.parent
        shutil.copyfile(backs.path.parent / _NOTE, folder / _NOTE_OF_BACKS)
        _sync(folder / _NOTE_OF_BACKS)
        backs.path.rename(folder / _name_of_backs(reverse=reverse))
        shutil.rmtree(backs.path.parent, ignore_errors=True)
        return _to_claimed(folder, fronts.counter_id)

    def new_claim(self, counter_id: str) -> Path:
        """Make the folder of a claim; later ones sort behind earlier ones."""
        at = max(self.clock().astimezone(UTC), self._latest + timedelta(microseconds=1))
        self._latest = at
        claims = self._claims(counter_id)
        claims.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = claims / f"{at:{CLAIM_TIME}}-{secrets.token_hex(4)}"
        folder.mkdir(parents=True)
        return folder

    def note(self, claimed: ClaimedFile) -> Note:
        """Read what is remembered of a file."""
        return _read_note(claimed.path.parent / _NOTE)

    def is_unchanged(self, claimed: ClaimedFile) -> bool:
        """Tell whether nobody wrote to the file, or its backs, since it was claimed."""
        if claimed.is_folder:
            note = self.note(claimed)
            try:
                look = self._look(claimed.counter_id, claimed.path)
            except FileNotFoundError:  # one in it went while it was looked at
                return False
            return (look.size, look.parts) == (note["size"], note.get("parts"))
        return all(
            [found.st_size, found.st_mtime_ns] == [note["size"], note["mtime_ns"]]
            for _, note, found in (
                (path, note, path.stat()) for path, note in _files(claimed)
            )
        )

    def set_aside(
        self, claimed: ClaimedFile, reason: str, found: str, bad: str = ""
    ) -> Path:
        """Move a claim's files to ``set-aside/``, each with a reason file beside it.

        A folder stays one, with one reason; *bad* names the file in it at fault.

        The reason file is written first, under a name that belongs to the claim, so
        that doing it again after a crash gives the same files.
        """
        folder = self.drop(claimed.counter_id) / SET_ASIDE
        folder.mkdir(exist_ok=True)
        target = claimed.path
        names: list[str] = []
        for path, note in reversed(_files(claimed)):
            # The fronts go last: while they are here, the claim is.
            other = claimed.id if path == claimed.path else f"{claimed.id}-{_BACKS}"
            target = _free_name(folder, note["name"], other)
            names.append(target.name)
            self._remember_aside(claimed, names)
            told = self._explain(reason, f"{bad}\n{found}" if bad else found)
            reason_file = target.with_name(target.name + ".txt")
            reason_file.write_text(told, encoding="utf-8-sig", newline="\r\n")
            if claimed.is_folder and reason == LateScan.reason:
                self._remember_taken(claimed)  # more may come late
            path.rename(target)
        self._remove(claimed)
        return target

    def drop_again(self, counter_id: str, claim: str) -> bool:
        """Return what was set aside of a claim to the drop folder.

        Returns:
            Whether there was anything; a file that a clerk moved away is not looked
            for.
        """
        note = self._aside(counter_id) / f"{Path(claim).name}.json"
        try:
            names: list[str] = json.loads(note.read_text("ascii"))
        except (FileNotFoundError, NotADirectoryError):
            return False
        drop, moved = self.drop(counter_id), False
        for name in names:
            path = drop / SET_ASIDE / name
            if (path.is_file() or path.is_dir()) and not path.is_symlink():
                target = _free_name(drop, name, claim)
                if path.is_dir() and name in self._taken(counter_id).names():
                    # A person says that what came late is a dossier of its own.
                    target = drop / f"{claim}-{_SCAN}"
                path.rename(target)
                moved = True
            path.with_name(name + ".txt").unlink(missing_ok=True)
        note.unlink(missing_ok=True)
        return moved

    def put_back(self, claimed: ClaimedFile) -> bool:
        """Return files that are still being written to their drop folder.

        Returns:
            False for a folder whose writer has begun another in its place: the two
            are one dossier, and no rename makes them so again.
        """
        drop = self.drop(claimed.counter_id)
        if claimed.is_folder and (drop / self.note(claimed)["name"]).exists():
            return False
        for path, note in reversed(_files(claimed)):
            target = _free_name(drop, note["name"], f"{claimed.id}-{path.name}")
            path.rename(target)
            if path == claimed.path:
                _return_marker(claimed.path.parent, target)
        self._remove(claimed)
        return True

    def release(self, claimed: ClaimedFile, *, keep: bool) -> None:
        """Remove a claim whose originals are safe in the store.

        What was left alone in a folder goes back to the drop folder.

        Args:
            claimed: the claim.
            keep: the files go to ``processed/``; not those that were adopted, which
                still lie where they came from.
        """
        if claimed.is_folder:
            self._remember_taken(claimed)
            self._return_others(claimed)
        for path, note in reversed(_files(claimed)) if keep else ():
            if not note.get("adopted"):
                day = self.clock().astimezone(_COUNTER_TIME).date().isoformat()
                folder = self.drop(claimed.counter_id) / PROCESSED / day
                folder.mkdir(parents=True, exist_ok=True)
                path.rename(_free_name(folder, note["name"], claimed.id + path.name))
        self._remove(claimed)

    def park(self, claimed: ClaimedFile) -> None:
        """Mark a claim that only a person can bring on: it takes nobody's place."""
        (claimed.path.parent / _PARKED).touch()

    def is_parked(self, claimed: ClaimedFile) -> bool:
        """Tell whether a claim is marked so."""
        return (claimed.path.parent / _PARKED).exists()

    def expire(self, counter_id: str, keep: timedelta) -> int:
        """Remove filed scans that were kept for long enough; returns how many."""
        self._taken(counter_id).expire(self.clock())
        kept = self.drop(counter_id) / PROCESSED
        last = (self.clock() - keep).astimezone(_COUNTER_TIME).date()
        removed = 0
        for folder in kept.iterdir() if kept.is_dir() else ():
            with suppress(ValueError):  # not a folder of ours
                if date.fromisoformat(folder.name) < last:
                    removed += sum(1 for _ in folder.iterdir())
                    shutil.rmtree(folder, ignore_errors=True)
        return removed

    def _clear_abandoned(self, counter_id: str, folder: Path) -> None:
        """Remove a claim that a crash left without its file."""
        with suppress(OSError, ValueError):  # no note: nothing was moved yet
            note = _read_note(folder / _NOTE)
            _return_marker(folder, self.drop(counter_id) / note["name"])
        shutil.rmtree(folder, ignore_errors=True)

    def _remove(self, claimed: ClaimedFile) -> None:
        if claimed.path.is_dir():  # half a folder must not look like a claim
            claimed.path.rename(claimed.path.with_name(_GONE))
        shutil.rmtree(claimed.path.parent, ignore_errors=True)

    def _return_others(self, claimed: ClaimedFile) -> None:
        place = self.drop(claimed.counter_id) / self.note(claimed)["name"]
        for path in list(others_in(claimed.path, claimed.files)):
            target = place / path.relative_to(claimed.path)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(_free_name(target.parent, target.name, claimed.id))

    def _to_claimed_folder(self, folder: Path, counter_id: str) -> ClaimedFile:
        scan = folder / _SCAN
        found = look_at_folder(scan, self.ignores.get(counter_id, ()))
        fault = found.fault
        if _read_note(folder / _NOTE).get("late"):
            fault = LateScan("a folder of this name was taken before")
        return ClaimedFile(
            folder.name,
            counter_id,
            scan,
            time_of(folder.name),
            files=found.files,
            is_folder=True,
            fault=fault,
        )

    def _is_same(self, counter_id: str, path: Path, look: Look) -> bool:
        """Tell whether *path* is a file with one name, or a folder, like *look*."""
        if look.parts:
            return self._look(counter_id, path) == look
        return _is_plain(path.lstat(), look)

    def _came(self, scan: Path, look: Look) -> bool:
        """Tell whether the rename brought what was looked at.

        Whether a folder changed meanwhile shows itself before it is taken in: a late
        file may have made another of its name by now, so it cannot just go back.
        """
        found = scan.lstat()
        if look.parts:
            return stat.S_ISDIR(found.st_mode) and found.st_ino == look.inode
        return _is_plain(found, look)

    def _look(self, counter_id: str, folder: Path) -> Look:
        return look_at_folder(folder, self.ignores.get(counter_id, ())).look

    def _taken(self, counter_id: str) -> TakenFolders:
        return TakenFolders(self.drop(counter_id) / PRIVATE / _TAKEN)

    def _remember_taken(self, claimed: ClaimedFile) -> None:
        name = self.note(claimed)["name"]
        self._taken(claimed.counter_id).add(claimed.id, name)

    def _explain(self, reason: str, found: str) -> str:
        when = self.clock().astimezone(_COUNTER_TIME)
        lines = [sentence(reason), advice(reason), f"{when:%H:%M %d/%m/%Y} · {reason}"]
        if found:
            lines.append(found)
        return "\n".join(lines) + "\n"

    def _remember_aside(self, claimed: ClaimedFile, names: list[str]) -> None:
        folder = self._aside(claimed.counter_id)
        folder.mkdir(exist_ok=True)
        note = folder / f"{claimed.id}.json"
        note.write_text(json.dumps(names), "ascii")

    def _aside(self, counter_id: str) -> Path:
        return self.drop(counter_id) / PRIVATE / _ASIDE

    def _claims(self, counter_id: str) -> Path:
        return self.drop(counter_id) / PRIVATE / _CLAIMED


def _to_claimed(folder: Path, counter_id: str) -> ClaimedFile:
    scan, claimed_at = folder / _SCAN, time_of(folder.name)
    for reverse in (True, False):
        backs = folder / _name_of_backs(reverse=reverse)
        if backs.is_file():
            return ClaimedFile(
                folder.name, counter_id, scan, claimed_at, backs, reverse
            )
    return ClaimedFile(folder.name, counter_id, scan, claimed_at)


def _name_of_backs(*, reverse: bool) -> str:
    return _BACKS if reverse else _BACKS_IN_ORDER


def _copied(path: Path, folder: Path, note: str) -> Path:
    """Copy a file into a claim under a name that nobody takes for a scan."""
    growing = folder / _GROWING
    with path.open("rb") as source, growing.open("xb") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
        copy.flush()
        os.fsync(copy.fileno())
    _write_note(folder / note, path.name, Look.of(growing.stat()), adopted=True)
    return growing


def _files(claimed: ClaimedFile) -> list[tuple[Path, Note]]:
    """List the files of a claim with what is remembered of each."""
    folder = claimed.path.parent
    found = [(claimed.path, _read_note(folder / _NOTE))]
    if claimed.backs is not None:
        found.append((claimed.backs, _read_note(folder / _NOTE_OF_BACKS)))
    return found


def _is_plain(found: os.stat_result, look: Look) -> bool:
    plain = stat.S_ISREG(found.st_mode) and found.st_nlink == 1
    return plain and Look.of(found) == look


def _write_note(path: Path, name: str, look: Look, **more: bool) -> None:
    marks = {key: True for key, value in more.items() if value}
    path.write_text(json.dumps({"name": name, **asdict(look), **marks}), "ascii")
    _sync(path)


def _read_note(path: Path) -> Note:
    note: Note = json.loads(path.read_text(encoding="ascii"))
    return note


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _return_marker(claim: Path, scan: Path) -> None:
    """Lay a claim's marker beside its file again; many claims have none."""
    if scan.exists() and (claim / _MARKER).exists():
        (claim / _MARKER).rename(marker_of(scan))


def _free_name(folder: Path, name: str, claim: str) -> Path:
    """Find a name in *folder* that no other file has; the claim's id makes it so."""
    plain = folder / name
    if len(os.fsencode(name)) <= _LONGEST_NAME and not plain.exists():
        return plain
    suffix = Path(name).suffix
    return folder / f"{claim}{suffix if len(os.fsencode(suffix)) < 16 else ''}"
