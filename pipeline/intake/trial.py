"""Prove by doing it that a drop folder can be watched."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.intake.places import PROCESSED, SET_ASIDE
from pipeline.intake.staging import Staging
from pipeline.model.scan import Counter, Share, Subfolders

_SKEW = 60.0
"""Seconds that a server's clock may differ before it is worth a word."""

_FEW_FILES = 1_000
"""Files a file system must still have room for, where it counts them."""

_CONTENTS = b"sohoa check\n"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What does not work on a drop folder, or not well."""

    found: str
    hinders: bool = True
    """False: it works nevertheless."""


def try_folder(counter: Counter, staging: Staging) -> Iterator[Trouble]:
    """Do what the watch does with a file, from the drop to each of its ends.

    Nothing is left behind.
    """
    drop = staging.drop(counter.id)
    if counter.folder.share is Share.REMOTE and not drop.is_dir():
        yield Trouble("the share is not there")
        return
    claim: Path | None = None
    step = "a claim"
    try:
        claim = staging.new_claim(counter.id)
        # The marks and the sign stand for what names of scans hold.
        dropped = drop / f".sohoa-check-{claim.name}-giấy #1"
        step = "writing a file"
        with dropped.open("xb") as file:
            file.write(_CONTENTS)
            file.flush()
            os.fsync(file.fileno())
        yield from _look_at_clock(dropped)
        step = "renaming into staging"
        scan = dropped.rename(claim / "scan")
        step = "reading what was written"
        if scan.read_bytes() != _CONTENTS:
            yield Trouble("what was written is read otherwise")
        ends = (SET_ASIDE, *((PROCESSED,) if counter.folder.keep_days else ()))
        for end in ends:
            step = f"renaming into {end}/"
            (drop / end).mkdir(exist_ok=True)
            scan = scan.rename(drop / end / dropped.name)
            scan = scan.rename(claim / "scan")
        if counter.folder.subfolders is Subfolders.DOSSIERS:
            step = "renaming a folder into staging"
            folder = dropped.with_name(f"{dropped.name} folder")
            folder.mkdir()
            scan = scan.rename(folder / "scan")
            folder = folder.rename(claim / "folder")
            for end in ends:
                step = f"renaming a folder into {end}/"
                folder = folder.rename(drop / end / dropped.name)
                folder = folder.rename(claim / "folder")
        step = "removing a claim"
        shutil.rmtree(claim)
        claim = None
        step = "asking for free space"
        yield from _look_at_space(drop)
    except OSError as error:
        yield Trouble(f"{step}: {error.strerror}")
    finally:
        if claim is not None:
            shutil.rmtree(claim, ignore_errors=True)


def _look_at_clock(written: Path) -> Iterator[Trouble]:
    skew = written.stat().st_mtime - datetime.now(UTC).timestamp()
    if abs(skew) > _SKEW:
        found = f"its clock is {skew:+.0f} s off; nothing depends on it"
        yield Trouble(found, hinders=False)


def _look_at_space(drop: Path) -> Iterator[Trouble]:
    found = os.statvfs(drop)
    if found.f_files and found.f_favail < _FEW_FILES:
        yield Trouble(f"room for {found.f_favail} more files")
