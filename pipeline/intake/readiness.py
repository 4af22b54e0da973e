"""Decide which files of one drop folder are done: still for long enough, and whole.

A folder that is one dossier is done when all its files are.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import DamagedScan, IncompleteScan, ScanRejected
from pipeline.intake.folder import Found
from pipeline.intake.listing import list_scans
from pipeline.intake.settle import Look, StillnessWatch
from pipeline.model.intake import Probe
from pipeline.model.scan import FolderRules, Share, Sides

Candidate = tuple[Path, Look]
"""A file or folder that is done, as it looked when it was found so."""


@dataclass(frozen=True, slots=True)
class Patience:
    """For how long files must stand still; all seconds."""

    quiet_period: float
    """Any file."""

    give_up_after: float
    """An incomplete one, before it is claimed all the same, to be set aside."""

    damaged_after: float = 30.0
    """The same for a file that has its end and is damaged before it: no copy that goes
    on makes it whole."""

    remote_quiet_period: float = 30.0
    """Any file on a remote share, whose server tells of changes late."""

    growing_after: float = 60.0
    """A whole file to which its writer may add yet, going by its structure; and the
    most that is waited because of pauses that were seen before."""

    def quiet(self, rules: FolderRules) -> float:
        """Choose the quiet period of a folder."""
        if rules.quiet_period is not None:
            return rules.quiet_period
        remote = rules.share is Share.REMOTE
        return self.remote_quiet_period if remote else self.quiet_period


@dataclass(slots=True)
class _Verdict:
    """What was found inside a file, or the files of a folder so far."""

    look: Look
    """As it was when it was begun to be looked into."""

    looked: int = 0
    """Files looked into."""

    patience: float = 0.0
    """Seconds that it may stand still because of what was found."""


@dataclass(slots=True)
class Readiness:
    """What is known of the files of one drop folder."""

    patience: Patience
    is_whole: Callable[[Path], Probe]
    still: StillnessWatch = field(default_factory=StillnessWatch)
    _verdicts: dict[Path, _Verdict] = field(default_factory=dict)

    def done(
        self, drop: Path, rules: FolderRules, now: float
    ) -> Iterator[Candidate | None]:
        """List the folder, then yield the files that are done, oldest first.

        Files are looked into one by one as they are asked for, and None is given for
        one that is not done, and after each but the last of a folder's: a thousand of
        them hold nobody up.

        Of a folder for two-sided scanning nothing is yielded behind a file that is not
        done: the order of two scans tells which is which.

        Raises:
            OSError: the folder cannot be listed.
        """
        present = dict(list_scans(drop, rules))
        still = {
            path: self.still.still_for(path, found.look, now)
            for path, found in present.items()
        }
        self.still.forget_all_but(set(present))
        for path in self._verdicts.keys() - present.keys():
            del self._verdicts[path]
        return self._in_order(present, still, rules)

    def _quiet(self, path: Path, rules: FolderRules) -> float:
        quiet = self.patience.quiet(rules)
        learnt = min(self.still.likely_pause(path), self.patience.growing_after)
        return quiet if rules.done_marker else max(quiet, learnt)

    def _in_order(
        self,
        present: dict[Path, Found],
        still: dict[Path, float],
        rules: FolderRules,
    ) -> Iterator[Candidate | None]:
        in_turn = rules.sides is not Sides.SINGLE

        def age(path: Path) -> tuple[float, int, str]:
            seen = self.still.first_seen(path) if in_turn else 0.0
            return seen, present[path].look.mtime_ns, path.name

        for path in sorted(present, key=age):
            found, done = present[path], False
            if still[path] >= self._quiet(path, rules):
                for done in self._judge(path, found, still[path], rules):
                    yield (path, found.look) if done else None
            if in_turn and not done:
                return

    def _judge(
        self, path: Path, found: Found, still: float, rules: FolderRules
    ) -> Iterator[bool]:
        """Look into one file after another; the last answer tells whether it is done.

        A long folder goes on at the next sweep where this one left off.
        """
        if still >= self.patience.give_up_after:
            yield True
            return
        verdict = self._verdicts.get(path)
        if verdict is None or verdict.look != found.look:
            verdict = self._verdicts[path] = _Verdict(found.look)
        while verdict.looked < len(found.files):
            try:
                patience = self._look_into(found, verdict.looked, rules)
            except OSError:
                yield False
                return
            verdict.looked += 1
            verdict.patience = max(verdict.patience, patience)
            if verdict.looked < len(found.files):
                yield False
        yield still >= verdict.patience

    def _look_into(self, found: Found, index: int, rules: FolderRules) -> float:
        """Tell for how many seconds a file must stand still; 0.0 when it is done."""
        try:
            if found.fault is not None:
                raise found.fault
            probed = self.is_whole(found.files[index])
        except IncompleteScan:
            return self.patience.give_up_after
        except DamagedScan:
            return self.patience.damaged_after
        except ScanRejected:
            return 0.0
        may_grow = probed.may_grow and not rules.done_marker
        return self.patience.growing_after if may_grow else 0.0
