"""The pages of the counters: every scan's state within seconds, trouble on top."""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import RedirectResponse, Response

from pipeline.bootstrap import App, describe_defects, find_counter, now
from pipeline.errors import DuplicateScan, ObjectConflict, ObjectMissing
from pipeline.model.dossier import Manifest
from pipeline.model.intake import ClaimedFile
from pipeline.model.scan import ScanBatch, Sides
from pipeline.model.state import BatchRecord, BatchState, RejectedScan
from pipeline.web.forms import read_form
from pipeline.web.memory import Kept
from pipeline.web.pages import show

log = logging.getLogger(__name__)

_SHOWN = 30
"""Scans on a counter's page: a busy day."""

_URGENT = timedelta(hours=24)
"""Time that a set-aside scan stays on top; later its paper has left the counter."""

_AT_HAND = timedelta(minutes=30)
"""Time that a scan with bad pages stays on top: as long as the paper may be at hand.
Later it is told beside the scan, and by the dossier that waits for a person."""

_MANIFESTS_KEPT = 1_000
_MANIFEST_SECONDS = 20.0
"""A counter's page is loaded every 3 s on every screen; the store is asked less."""

_GLANCES_WEIGH = 16_000_000
"""Bytes of small pictures kept at hand: some 2,000."""

_GLANCE_EXPECTED = timedelta(minutes=2)
"""Age of a scan up to which its picture may still come; later nobody asks again."""

_CLAIM = re.compile(r"\d{8}T\d{12}Z-[0-9a-f]{8}", re.ASCII)
"""Id of a claim; nothing else becomes a part of a path."""

_IN_TROUBLE = (BatchState.SET_ASIDE, BatchState.FAILED)


@dataclass(frozen=True, slots=True)
class Scan:
    """One file that was dropped, and what became of it."""

    at: datetime
    """When it was accepted, or set aside."""

    state: str
    """Name of a `BatchState` or ``claimed``: what the mark looks like."""

    reason: str
    """Code of what to tell the clerk."""

    claim: str
    done: int = 0
    pages: int = 0
    dossiers: tuple[Manifest, ...] = ()
    again: tuple[str, ...] = ()
    """Which of its pages to scan again, in sentences."""

    glance: bool = False
    """Whether there is a small picture of its first page."""

    @property
    def in_trouble(self) -> bool:
        """Whether the paper has to be scanned again, or the operator told."""
        failed = self.state in {state.value for state in _IN_TROUBLE}
        return failed and self.reason != DuplicateScan.reason


def counter_pages(app: App) -> APIRouter:
    """Make the pages over *app*."""
    pages = APIRouter()
    counters = {counter.id: counter for counter in app.counters}
    board = _Board(app)

    @pages.get("/counters")
    def overview() -> Response:
        busy = {
            counter_id: app.catalog.batches(
                counter_id=counter_id,
                states=(BatchState.RECEIVED, BatchState.WORKING),
                limit=_SHOWN,
            )
            for counter_id in counters
        }
        return show("counters.html", counters=app.counters, busy=busy)

    @pages.get("/counters/{counter_id}")
    def counter(counter_id: str, still: bool = False) -> Response:
        if counter_id not in counters:
            raise HTTPException(404)
        staged = board.staged(counter_id)
        scans = board.scans(counter_id, staged or ())
        urgent = [each for each in scans if is_urgent(each, now())]
        return show(
            "counter.html",
            counter=counters[counter_id],
            urgent=urgent,
            scans=[each for each in scans if each not in urgent],
            still=still,
            away=staged is None,
            at=now(),
        )

    @pages.get("/counters/{counter_id}/scans/{claim}.jpg")
    def glance(counter_id: str, claim: str) -> Response:
        record = app.catalog.batch_of_claim(claim) if _CLAIM.fullmatch(claim) else None
        if record is None or record.batch.counter_id != counter_id:
            raise HTTPException(404)
        picture = board.glance(record.batch)
        if not picture:
            raise HTTPException(404)
        # The page comes again every 3 s; its pictures never change.
        keep = {"Cache-Control": "private, max-age=600"}
        return Response(picture, media_type="image/jpeg", headers=keep)

    @pages.post("/counters/{counter_id}/again")
    def again(
        counter_id: str, posted: Annotated[dict[str, str], Depends(read_form)]
    ) -> Response:
        claim = posted.get("claim", "")
        if counter_id not in counters or not _CLAIM.fullmatch(claim):
            raise HTTPException(404)
        try:
            begun = app.retrier.again(counter_id, claim)
        except OSError as error:  # the drop folders may lie on another machine
            log.warning("nothing was dropped again: %s", error.strerror)
            raise HTTPException(503) from error
        log.info("claim %s asked for again: %s", claim, "begun" if begun else "nothing")
        return RedirectResponse(f"/counters/{counter_id}", 303)

    return pages


def is_urgent(scan: Scan, at: datetime) -> bool:
    """Tell whether somebody at the counter should do something about *scan* now."""
    age = at - scan.at
    return (scan.in_trouble and age < _URGENT) or (bool(scan.again) and age < _AT_HAND)


class _Board:
    """Gathers the scans of a counter."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._manifests: Kept[str, Manifest] = Kept(
            _MANIFESTS_KEPT, seconds=_MANIFEST_SECONDS
        )
        self._glances: Kept[str, bytes] = Kept(
            _GLANCES_WEIGH, weigh=lambda picture: 1_000 + len(picture)
        )

    def glance(self, batch: ScanBatch) -> bytes:
        """Load the small picture of a scan's first page; empty where there is none."""
        picture = self._glances.find(batch.id)
        if picture is None:
            try:
                picture = self._app.archive.glance(batch.id)
            except ObjectMissing:
                picture = b""
            if picture or now() - batch.received_at > _GLANCE_EXPECTED:
                self._glances.keep(batch.id, picture)
        return picture

    def staged(self, counter_id: str) -> tuple[ClaimedFile, ...] | None:
        """List what lies in staging; None where the folder does not answer."""
        try:
            return self._app.inbox.claimed(counter_id)
        except OSError as error:  # the drop folders may lie on another machine
            log.warning("staging of %s: %s", counter_id, error.strerror)
            return None

    def scans(self, counter_id: str, staged: Sequence[ClaimedFile]) -> list[Scan]:
        """List the latest scans of a counter, the newest first."""
        catalog = self._app.catalog
        records = catalog.batches(counter_id=counter_id, limit=_SHOWN)
        refused = catalog.rejections(counter_id=counter_id, limit=_SHOWN)
        known = {r.claim for r in records} | {r.claim for r in refused}
        scans = [
            *self._just_claimed(staged, known),
            *map(self._of_record, records),
            *map(self._of_rejection, refused),
        ]
        return sorted(scans, key=lambda scan: scan.at, reverse=True)[:_SHOWN]

    def _just_claimed(
        self, staged: Sequence[ClaimedFile], known: set[str]
    ) -> Iterator[Scan]:
        """Files that were taken out of the drop folder and not looked into yet."""
        for each in staged[-_SHOWN:]:
            if each.id in known:
                continue
            if self._app.catalog.batch_of_claim(each.id) is None:
                reason = "FRONTS" if self._waits_for_backs(each) else "CLAIMED"
                yield Scan(each.claimed_at, "claimed", reason, each.id)

    def _waits_for_backs(self, claimed: ClaimedFile) -> bool:
        sides = find_counter(self._app, claimed.counter_id).folder.sides
        return sides is not Sides.SINGLE and claimed.backs is None

    def _of_record(self, record: BatchRecord) -> Scan:
        batch = record.batch
        return Scan(
            at=batch.received_at,
            state=record.state.value,
            reason=record.reason or record.state.name,
            claim=record.claim,
            glance=bool(self.glance(batch)),
            done=record.pages_done,
            pages=batch.page_count,
            dossiers=self._dossiers(batch.id),
            again=describe_defects(record.defects, batch.page_count),
        )

    def _of_rejection(self, rejected: RejectedScan) -> Scan:
        return Scan(
            at=rejected.rejected_at,
            state=BatchState.SET_ASIDE.value,
            reason=rejected.reason,
            claim=rejected.claim,
            dossiers=self._dossiers(rejected.batch_id) if rejected.batch_id else (),
        )

    def _dossiers(self, batch_id: str) -> tuple[Manifest, ...]:
        found = map(self._manifest, self._app.catalog.dossiers_of(batch_id))
        return tuple(manifest for manifest in found if manifest is not None)

    def _manifest(self, dossier_id: str) -> Manifest | None:
        manifest = self._manifests.find(dossier_id)
        if manifest is None:
            try:
                manifest = self._app.viewer.manifest(dossier_id)
            except (ObjectMissing, ObjectConflict) as error:
                log.error("a dossier cannot be shown: %s", error)  # noqa: TRY400
                return None
            self._manifests.keep(dossier_id, manifest)
        return manifest
