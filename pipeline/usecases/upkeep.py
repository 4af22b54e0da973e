"""Mend what a crash left behind, and clear what is no longer needed."""

import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pipeline.model.dossier import Manifest
from pipeline.model.state import BatchRecord, BatchState
from pipeline.parallel import in_order
from pipeline.usecases.file import Filer
from pipeline.usecases.ports import Archive, Catalog, Inbox

log = logging.getLogger(__name__)

_ABANDONED = timedelta(days=1)
"""Age of a scratch folder that no running try can still own."""

_TOGETHER = 200
"""Dossiers that a rebuild indexes in one transaction: few enough that whoever files
meanwhile waits a second at most."""

_FILED = (BatchState.FILED, BatchState.REVIEW)


@dataclass(frozen=True, slots=True)
class Upkeep:
    """The nightly and the five-minute work."""

    archive: Archive
    catalog: Catalog
    inbox: Inbox
    filer: Filer
    scratch: Path
    keep_work: timedelta
    clock: Callable[[], datetime]

    def stalled(self, *, older_than: float) -> tuple[BatchRecord, ...]:
        """List the batches that must be started again."""
        return self.catalog.stalled(older_than=older_than)

    def clear_scratch(self) -> int:
        """Remove copies of scans that killed tries left; returns how many."""
        cleared = 0
        if not self.scratch.is_dir():
            return 0
        oldest = (self.clock() - _ABANDONED).timestamp()
        for folder in self.scratch.iterdir():
            with suppress(FileNotFoundError):  # its try has just ended
                if folder.stat().st_mtime < oldest:
                    shutil.rmtree(folder, ignore_errors=True)
                    cleared += 1
        return cleared

    def expire_processed(self) -> int:
        """Remove filed scans from drop folders whose counters kept them long enough."""
        return self.inbox.expire_processed()

    def expire_work(self) -> int:
        """Remove page results of batches that were filed long ago."""
        removed = 0
        oldest = self.clock() - self.keep_work
        for batch_id in self.archive.batches_at_work():
            record = self.catalog.batch(batch_id)
            if record is None or record.state not in _FILED:
                continue
            if record.changed_at < oldest:
                removed += self.archive.expire_work(batch_id)
        return removed

    def rebuild(self) -> Iterator[Manifest]:
        """Restore the catalog's index from the manifests, the only truth.

        A document whose words are lost is found by its fields; `Archive.verify`
        reports it.
        """
        self.catalog.begin_rebuild()
        waiting: list[tuple[Manifest, tuple[str, ...]]] = []
        for each in in_order(self._with_texts, self.archive.manifests()):
            waiting.append(each)
            if len(waiting) == _TOGETHER:
                yield from self._index(waiting)
        yield from self._index(waiting)

    def _with_texts(self, manifest: Manifest) -> tuple[Manifest, tuple[str, ...]]:
        return manifest, self.filer.texts(manifest, damaged=True)

    def _index(
        self, waiting: list[tuple[Manifest, tuple[str, ...]]]
    ) -> Iterator[Manifest]:
        self.catalog.index_many(waiting)
        yield from (manifest for manifest, _ in waiting)
        waiting.clear()
