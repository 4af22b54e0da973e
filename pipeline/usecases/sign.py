"""Sign what is filed in the agency's name: at filing where possible, else later.

The library that signs takes half a second to load: it is imported where it is used.
"""

import hashlib
import logging
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import (
    ConfigError,
    ObjectConflict,
    ObjectMissing,
    PipelineError,
    SigningUnavailable,
)
from pipeline.model.dossier import Document, Manifest
from pipeline.model.mark import MarkProfile, fill, write_time
from pipeline.model.signature import (
    AgencySignature,
    SignatureLevel,
    SigningState,
)
from pipeline.pdf.signatures import may_be_signed
from pipeline.usecases.marking import Marker
from pipeline.usecases.ports import Archive, Catalog

if TYPE_CHECKING:
    from asn1crypto.x509 import Certificate

    from pipeline.signing.signer import AgencySigner, SigningSession

log = logging.getLogger(__name__)

_PAUSE = timedelta(minutes=1)
"""Time after a failure in which filing does not try again: a scan of a hundred papers
does not wait a hundred times for a timestamp server that is down."""

_MOST_RACES = 3
"""Revisions tried where somebody else writes them at the same time."""

_REASONS = ((SigningUnavailable, "UNAVAILABLE"), (ConfigError, "CONFIG"))
_DAMAGED = "DAMAGED"

_PLAIN = MarkProfile("", "", mark=(), signature=(("{agency}",), ("{time}",)))
"""What a signature shows where papers bear no mark."""


@dataclass(slots=True)
class _Pause:
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """What became of one dossier in the queue."""

    dossier_id: str
    state: SigningState
    reason: str = ""
    """``UNAVAILABLE``, ``CONFIG`` or ``DAMAGED`` where it failed."""

    error: PipelineError | None = None


@dataclass(frozen=True, slots=True)
class Signatory:
    """Holds the pen. Everything here may be done again."""

    signer: "AgencySigner"
    level: SignatureLevel
    roots: "Sequence[Certificate]"
    marker: Marker
    clock: Callable[[], datetime]
    _pause: _Pause = field(default_factory=_Pause, compare=False)

    def try_to_sign(self, pdf: Path, counter_id: str, procedure: str | None) -> bool:
        """Sign a document that is about to be filed, if that is possible now.

        Returns:
            False where it is not: the file is as it was, and is signed later. Nothing
            that is wrong with key, token or timestamp server keeps a paper from being
            filed.
        """
        if self._pause.until is not None and self.clock() < self._pause.until:
            return False
        try:
            with self.signer.session() as session:
                self.sign(pdf, session, counter_id, procedure)
        except (ConfigError, SigningUnavailable) as error:
            self._pause.until = self.clock() + _PAUSE
            log.warning("filed without the agency's signature: %s", error)
            return False
        return True

    def sign(
        self,
        pdf: Path,
        session: "SigningSession",
        counter_id: str,
        procedure: str | None,
    ) -> None:
        """Sign the file at *pdf*; raises as `pipeline.pdf.sign.sign_file` does."""
        from pipeline.pdf.sign import Appearance, common_name, sign_file
        from pipeline.signing.signer import certificate_of

        profile = self.marker.profile(counter_id, procedure) or _PLAIN
        values = {
            "agency": common_name(certificate_of(session.signer)),
            "time": write_time(self.clock(), profile.time),
        }
        lines = fill(profile, profile.signature or _PLAIN.signature, values)
        appearance = Appearance(tuple(lines), self.marker.font, profile.signature_size)
        sign_file(pdf, session, appearance, self.level, self.roots)


@dataclass(frozen=True, slots=True)
class SigningQueue:
    """Signs what was filed unsigned, as a new revision of its dossier."""

    archive: Archive
    catalog: Catalog
    signatory: Signatory | None
    """None: the agency does not sign, and all that is filed waits."""

    index: Callable[[Manifest], None]
    scratch: Path
    clock: Callable[[], datetime]

    def sign_waiting(self, limit: int) -> Iterator[Signed]:
        """Sign the dossiers that wait, longest first, at most *limit* of them.

        An outage or a mistake of the settings ends it: the next dossier would fare no
        better. A dossier that is damaged is passed over.

        Raises:
            ConfigError: the agency does not sign.
        """
        if self.signatory is None:
            raise ConfigError("nothing to sign with: signing.key is none")
        for dossier_id in self.catalog.waiting_for_signature(limit):
            try:
                self._sign(dossier_id, self.signatory)
            except (SigningUnavailable, ConfigError) as error:
                yield self._failed(dossier_id, error)
                return
            except (ObjectConflict, ObjectMissing) as error:
                yield self._failed(dossier_id, error)
                continue
            yield Signed(dossier_id, SigningState.SIGNED)

    def _sign(self, dossier_id: str, signatory: Signatory) -> Manifest:
        """Sign all documents of the latest revision, and commit them as the next one.

        Raises:
            SigningUnavailable, ConfigError: as `AgencySigner.session`.
            ObjectMissing, ObjectConflict: what is to be signed is not what was filed.
        """
        for _ in range(_MOST_RACES):
            filed = self.archive.manifest(dossier_id)
            if all(document.signature for document in filed.documents):
                self.index(filed)
                return filed
            manifest = self._next_revision(filed, signatory)
            if self.archive.commit(manifest) == manifest:
                self.index(manifest)
                log.info(
                    "dossier %s signed as revision %d", dossier_id, manifest.revision
                )
                return manifest
        raise ObjectConflict(f"dossier {dossier_id}: others keep writing revisions")

    def _next_revision(self, filed: Manifest, signatory: Signatory) -> Manifest:
        revision = filed.revision + 1
        with signatory.signer.session() as session:
            documents = tuple(
                document
                if document.signature
                else self._signed(
                    filed, document, revision, partial(signatory.sign, session=session)
                )
                for document in filed.documents
            )
        return replace(
            filed, revision=revision, filed_at=self.clock(), documents=documents
        )

    def _signed(
        self,
        filed: Manifest,
        document: Document,
        revision: int,
        sign: Callable[..., None],
    ) -> Document:
        self.scratch.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="signing-", dir=self.scratch) as folder:
            pdf = Path(folder) / "document.pdf"
            self.archive.fetch_document(document, pdf)
            sign(pdf, counter_id=filed.counter_id, procedure=filed.procedure)
            stored = self.archive.put_signed(filed.id, revision, document, pdf)
            signature = find_stored_signature(self.archive, stored, pdf)
        return replace(stored, signature=signature)

    def _failed(self, dossier_id: str, error: PipelineError) -> Signed:
        reason = next(
            (code for kind, code in _REASONS if isinstance(error, kind)), _DAMAGED
        )
        self.catalog.signing_failed(dossier_id, reason)
        log.warning("dossier %s not signed: %s", dossier_id, error)
        return Signed(dossier_id, SigningState.FAILED, reason, error)


def find_stored_signature(
    archive: Archive, document: Document, pdf: Path
) -> AgencySignature | None:
    """Read the signature of what is stored, which is not always what was offered.

    An earlier try may have stored its own file and died before the manifest: with
    another time in its signature, or without one.

    Args:
        archive: holds the document.
        document: as stored.
        pdf: the file that was offered; overwritten where another is stored.
    """
    with pdf.open("rb") as file:
        offered = hashlib.file_digest(file, "sha256").hexdigest()
    if offered != document.sha256:
        pdf.unlink()
        archive.fetch_document(document, pdf)
    if not may_be_signed(pdf):
        return None
    from pipeline.pdf.sign import find_agency_signature

    return find_agency_signature(pdf)
