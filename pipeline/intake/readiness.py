"""Decide which files of one drop folder are done: still for long enough, and whole."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import DamagedScan, IncompleteScan, ScanRejected
from pipeline.intake.listing import list_scans
from pipeline.intake.settle import Look, StillnessWatch
from pipeline.model.intake import Probe
from pipeline.model.scan import FolderRules, Share, Sides

Candidate = tuple[Path, Look]
"""A file that is done, as it looked when it was found so."""


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
class Readiness:
    """What is known of the files of one drop folder."""

    patience: Patience
    is_whole: Callable[[Path], Probe]
    still: StillnessWatch = field(default_factory=StillnessWatch)
    _waiting: dict[Path, tuple[Look, float]] = field(default_factory=dict)
    """Files that are not whole: as they were looked into, and for how many seconds
    they may stand still."""

    def done(
        self, drop: Path, rules: FolderRules, now: float
    ) -> Iterator[Candidate | None]:
        """List the folder, then yield the files that are done, oldest first.

        Files are looked into one by one as they are asked for, and None is given for
        one that is not done: a folder with a thousand of them holds nobody up.

        Of a folder for two-sided scanning nothing is yielded behind a file that is not
        done: the order of two scans tells which is which.

        Raises:
            OSError: the folder cannot be listed.
        """
        present = dict(list_scans(drop, rules))
        still = {
            path: self.still.still_for(path, look, now)
            for path, look in present.items()
        }
        self.still.forget_all_but(set(present))
        for path in self._waiting.keys() - present.keys():
            del self._waiting[path]
        return self._in_order(present, still, rules)

    def _quiet(self, path: Path, rules: FolderRules) -> float:
        quiet = self.patience.quiet(rules)
        learnt = min(self.still.likely_pause(path), self.patience.growing_after)
        return quiet if rules.done_marker else max(quiet, learnt)

    def _in_order(
        self,
        present: dict[Path, Look],
        still: dict[Path, float],
        rules: FolderRules,
    ) -> Iterator[Candidate | None]:
        in_turn = rules.sides is not Sides.SINGLE

        def age(path: Path) -> tuple[float, int, str]:
            seen = self.still.first_seen(path) if in_turn else 0.0
            return seen, present[path].mtime_ns, path.name

        for path in sorted(present, key=age):
            look, quiet = present[path], self._quiet(path, rules)
            if still[path] >= quiet:
                done = self._is_done(path, look, still[path], rules)
                yield (path, look) if done else None
                if done:
                    continue
            if in_turn:
                return

    def _is_done(
        self, path: Path, look: Look, still: float, rules: FolderRules
    ) -> bool:
        if still >= self.patience.give_up_after:
            return True
        seen, patience = self._waiting.get(path, (None, 0.0))
        if seen != look:
            try:
                patience = self._look_into(path, rules)
            except OSError:
                return False
            self._waiting[path] = (look, patience)
        return still >= patience

    def _look_into(self, path: Path, rules: FolderRules) -> float:
        """Tell for how many seconds a file must stand still; 0.0 when it is done."""
        try:
            found = self.is_whole(path)
        except IncompleteScan:
            return self.patience.give_up_after
        except DamagedScan:
            return self.patience.damaged_after
        except ScanRejected:
            return 0.0
        may_grow = found.may_grow and not rules.done_marker
        return self.patience.growing_after if may_grow else 0.0
