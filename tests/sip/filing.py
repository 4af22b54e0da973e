"""Dossiers in a store on a folder, with all that a filed dossier can carry."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.model.dossier import (
    Conformance,
    Document,
    DossierStatus,
    Field,
    FieldStatus,
    Manifest,
    Plan,
    PlannedDocument,
    PlannedDossier,
    Span,
)
from pipeline.model.joined import Pair, Part
from pipeline.model.mark import Conversion
from pipeline.model.retention import Retention
from pipeline.model.scan import MediaType, Page, ScanBatch, to_batch_id
from pipeline.model.signature import AgencySignature, Change, IncomingSignature
from pipeline.storage.archive import ObjectArchive
from pipeline.storage.local_store import LocalStore
from pipeline.storage.store import ObjectStore
from pipeline.usecases.export import (
    Choice,
    Delivery,
    Exported,
    Exporter,
    Sender,
)

CODE = "H15.50.05.13-261008-0975"
OTHER_CODE = "H15.50.05.13-261008-0976"
COUNTER, OFFICE = "huong-phung-01", "Ủy ban nhân dân xã Hướng Phùng"
PROCEDURE, TITLE = "1.001193", "Đăng ký khai sinh"
RECEIVED = datetime(2026, 10, 8, 2, 15, tzinfo=UTC)
FILED = RECEIVED + timedelta(minutes=3)
EXPORTED = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)
NAME = "Đỗ Thị Ngọc Huyền"

FIELDS = {
    "so_ky_hieu": "154/2024/NĐ-CP",
    "ngay_ban_hanh": "2026-10-07",
    "co_quan_ban_hanh": "UBND xã Hướng Phùng",
    "nguoi_ky": NAME,
    "trich_yeu": "Về việc đăng ký khai sinh cho trẻ em ở thôn Cợp",
}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def field(
    name: str, value: str, status: FieldStatus = FieldStatus.OK, page: int = 1
) -> Field:
    return Field(name, value, value, status, 0.95, page)


def fields(status: FieldStatus = FieldStatus.OK) -> tuple[Field, ...]:
    return tuple(field(name, value, status) for name, value in FIELDS.items())


@dataclass
class Office:
    """An office with a store, which files dossiers and exports them."""

    folder: Path
    elsewhere: ObjectStore | None = None
    """Where its store is, if not in the folder."""

    def __post_init__(self) -> None:
        self.store = self.elsewhere or LocalStore(self.folder / "store")
        self.archive = ObjectArchive(self.store)
        self.exporter = Exporter(self.archive, sender(), lambda: EXPORTED)
        self.target = self.folder / "out"

    def file(
        self,
        *codes: str,
        papers: int = 2,
        scan: bytes = b"%PDF-1.7 a scan",
        status: DossierStatus = DossierStatus.FILED,
        incoming: tuple[IncomingSignature, ...] = (),
        found: tuple[Field, ...] = fields(),
    ) -> tuple[Manifest, ...]:
        """File one scan as a dossier for each of *codes*."""
        batch = make_batch(scan)
        path = self.folder / "scan"
        path.write_bytes(scan)
        key = self.archive.put_original(batch, path)
        return self._file(batch, key, codes, papers, status, incoming, found)

    def file_pair(self, code: str) -> Manifest:
        """File fronts and backs as one dossier."""
        sides = (b"%PDF-1.7 the fronts", b"%PDF-1.7 the backs")
        paths = (self.folder / "fronts", self.folder / "backs")
        for side, place in zip(sides, paths, strict=True):
            place.write_bytes(side)
        pair = Pair(
            *(Part(sha256(one), MediaType.PDF, 1, len(one)) for one in sides),
            backs_reversed=True,
        )
        batch = make_batch(pair.to_json(), MediaType.PAIR)
        key = self.archive.put_joined(batch, pair, paths)
        status = DossierStatus.FILED
        (manifest,) = self._file(batch, key, (code,), 1, status, (), fields())
        return manifest

    def _file(
        self,
        batch: ScanBatch,
        key: str,
        codes: Iterable[str],
        papers: int,
        status: DossierStatus,
        incoming: tuple[IncomingSignature, ...],
        found: tuple[Field, ...],
    ) -> tuple[Manifest, ...]:
        planned = [planned_paper(number, found) for number in range(1, papers + 1)]
        ids = {f"{batch.id[:16]}-{n:02}": code for n, code in enumerate(codes, 1)}
        self.archive.decide(
            Plan(
                batch.id,
                "0123abcd4567",
                tuple(
                    PlannedDossier(each, code, PROCEDURE, tuple(planned))
                    for each, code in ids.items()
                ),
            )
        )
        return tuple(
            self.archive.commit(
                Manifest(
                    id=each,
                    revision=1,
                    code=code,
                    procedure=PROCEDURE,
                    counter_id=COUNTER,
                    batch_id=batch.id,
                    original_key=key,
                    original_sha256=batch.sha256,
                    received_at=RECEIVED,
                    filed_at=FILED,
                    status=status,
                    recipe="0123abcd4567",
                    documents=tuple(self._put(each, paper) for paper in planned),
                    signatures=incoming,
                )
            )
            for each, code in ids.items()
        )

    def _put(self, dossier: str, planned: PlannedDocument) -> Document:
        pdf = self.folder / "paper.pdf"
        pdf.write_bytes(f"%PDF-1.7 {dossier} {planned.number}".encode() * 500)
        document = self.archive.put_document(
            dossier, 1, planned, pdf=pdf, pages=(), sensitive=False
        )
        return replace(
            document,
            pages=(Page(planned.number, 1654, 2339, 200.0),),
            conformance=Conformance(True, "veraPDF"),
            conversion=Conversion(
                "hoso_tthc",
                OFFICE,
                RECEIVED,
                "Hồ Văn Ví Dụ",
                f"Bản điện tử được chuyển đổi từ văn bản giấy\n{OFFICE}",
            ),
            signature=AgencySignature(OFFICE, "1f", FILED, "b-lta")
            if planned.number == 1
            else None,
        )

    def export(
        self, *names: str, choice: Choice | None = None, **how: object
    ) -> list[Exported]:
        delivery = replace(Delivery(self.target), **how)  # type: ignore[arg-type]
        return list(self.exporter.export(choice or Choice(names), delivery))

    def package(self, exported: Exported) -> Path:
        return self.target / exported.package


def make_batch(scan: bytes, media_type: MediaType = MediaType.PDF) -> ScanBatch:
    digest = sha256(scan)
    batch_id = to_batch_id(digest)
    return ScanBatch(batch_id, COUNTER, digest, media_type, 2, len(scan), RECEIVED)


def planned_paper(number: int, found: tuple[Field, ...]) -> PlannedDocument:
    span = Span(number, number, "quyet-dinh", "heading", 0.95)
    return PlannedDocument(number, span, "Quyết định", found)


def sender() -> Sender:
    return Sender(
        offices={COUNTER: OFFICE, "quan-ba-01": "UBND xã Quản Bạ"},
        titles={PROCEDURE: TITLE},
        type_codes={"quyet-dinh": "02"},
        retention=Retention({}, "06", {PROCEDURE: "01"}),
        software="0.1.0",
    )


SIGNED = IncomingSignature(
    "Signature1", "Nguyễn Văn Ký", "CA", RECEIVED, None, True, False, Change.NONE
)
