"""The house on a folder: real store, catalog and drop folders; pages typed, not read.

What is cut short is a real adapter too: `Cuttable` hands every call on, and fails at
one of them.
"""

import io
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from pipeline.catalog.catalog import SqlCatalog
from pipeline.errors import ObjectMissing, StoreUnavailable
from pipeline.intake.inbox import DropFolders, InboxOptions, Patience
from pipeline.intake.probe import probe
from pipeline.model.dossier import Manifest
from pipeline.model.intake import ClaimedFile
from pipeline.model.scan import Counter
from pipeline.model.state import BatchRecord
from pipeline.model.text import PageReceipt, ReadPage
from pipeline.pdf.picture import encode_picture
from pipeline.storage.archive import ObjectArchive
from pipeline.storage.local_store import LocalStore
from pipeline.usecases.compose import Composer
from pipeline.usecases.digitize import Care, Digitizer, Work, WorkOptions
from pipeline.usecases.file import Filer
from pipeline.usecases.ingest import Ingester
from pipeline.usecases.read import PageTask, to_receipt
from pipeline.usecases.receive import Receiver
from pipeline.usecases.sides import SidePairing
from pipeline.usecases.upkeep import Upkeep
from pipeline.usecases.view import Viewer
from tests.catalog.made_up import Clock
from tests.intake.files import LIMITS
from tests.split.paper import (
    BODY,
    CODE,
    DOCTYPES,
    HEIGHT,
    KEYS,
    MOTTO,
    OTHER_CODE,
    WIDTH,
    form,
    page,
    receipt,
    stack,
)

COUNTER = Counter("demo", "Quầy", "UBND xã", "1.001193")
LEASE = 60.0
ATTEMPTS = 3
RECIPE = "0123abcd4567"

BIRTH = form("GIẤY KHAI SINH")
DECLARATION = form("TỜ KHAI ĐĂNG KÝ KHAI SINH")
TWO_DOSSIERS = stack(receipt(CODE), BIRTH, receipt(OTHER_CODE), DECLARATION)
"""Filed for review: nobody's name can be read on the forms."""


def slip(code: str) -> ReadPage:
    """Type a receipt on which nothing is doubtful."""
    heading = ("GIẤY TIẾP NHẬN HỒ SƠ", "VÀ HẸN TRẢ KẾT QUẢ")
    return page(*MOTTO, "", *heading, "", *BODY, codes=[code])


TWO_SLIPS = stack(slip(CODE), slip(OTHER_CODE))

PICTURE = encode_picture(
    np.full((HEIGHT, WIDTH), 255, np.uint8), bilevel=True, dpi=200.0
)


def scan(pages: int, shade: int = 200) -> bytes:
    """Draw a TIFF of *pages* small pages; *shade* makes scans different."""
    sheets = [Image.new("L", (60, 80), shade - number) for number in range(pages)]
    target = io.BytesIO()
    sheets[0].save(target, "TIFF", save_all=True, append_images=sheets[1:])
    return target.getvalue()


SCAN = scan(len(TWO_DOSSIERS))
SHORT_SCAN = scan(len(TWO_SLIPS))


@dataclass
class TypedPages:
    """Reads pages as `PagePool` does, from typed sheets instead of pictures."""

    archive: Any
    sheets: tuple[ReadPage, ...]
    before_page: Callable[[int], None] = lambda number: None
    numbers: list[int] = field(default_factory=list)
    """Pages that were read, in this order."""

    places: list[tuple[str, int]] = field(default_factory=list)
    """Names of the files they were in, and their numbers there."""

    careful: list[bool] = field(default_factory=list)
    """Whether they were to be read twice."""

    def start(self) -> None:
        """Nothing to start."""

    def read(
        self, tasks: Iterable[PageTask], tick: Callable[[], None]
    ) -> Iterator[PageReceipt]:
        for task in tasks:
            self.before_page(task.number)
            tick()
            assert task.path.read_bytes()
            page = replace(self.sheets[task.number - 1], picture=PICTURE.suffix)
            key = self.archive.put_page(task.batch_id, task.recipe, page, PICTURE.data)
            self.numbers.append(task.number)
            self.places.append((task.path.name, task.number_in_file or task.number))
            self.careful.append(task.careful)
            yield to_receipt(page, key)


class PowerCut(BaseException):
    """The process ends here: what comes after does not happen."""


@dataclass
class Cutter:
    """Counts the calls of real adapters and cuts one of them short."""

    at: int | None = None
    after: bool = False
    """Whether the call takes effect before it is cut."""

    power: bool = False
    """Whether nothing works after it; otherwise one answer is lost."""

    stop_after: str = ""
    """Method after which Ctrl-C is pressed, before its caller has the answer."""

    names: list[str] = field(default_factory=list)
    """Methods that were called, in this order."""

    @property
    def calls(self) -> int:
        return len(self.names)

    def call(self, real: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.names.append(real.__name__)
        if self.power and self.at is not None and self.calls > self.at:
            raise PowerCut
        if self.stop_after == real.__name__:
            real(*args, **kwargs)
            raise KeyboardInterrupt
        if self.calls != self.at:
            return real(*args, **kwargs)
        if self.after:
            with suppress(ObjectMissing):
                real(*args, **kwargs)
        raise PowerCut if self.power else StoreUnavailable("no answer")


class Cuttable:
    """A real adapter behind a `Cutter`."""

    def __init__(self, real: Any, cutter: Cutter) -> None:
        self._real, self._cutter = real, cutter

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        return partial(self._cutter.call, found) if callable(found) else found


@dataclass
class House:
    """All use-cases of one process on a home folder."""

    home: Path
    clock: Clock
    store: LocalStore
    archive: ObjectArchive
    catalog: SqlCatalog
    inbox: DropFolders
    pages: TypedPages
    receiver: Receiver
    digitizer: Digitizer
    ingester: Ingester
    filer: Filer
    upkeep: Upkeep
    viewer: Viewer
    sides: SidePairing

    def drop(self, data: bytes = SCAN, name: str = "scan.tif") -> Path:
        path = self.home / "drop" / COUNTER.id / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def claim(self, data: bytes = SCAN, name: str = "scan.tif") -> ClaimedFile:
        self.drop(data, name)
        (claimed,) = self.inbox.sweep()
        return claimed

    def receive(self, data: bytes = SCAN) -> BatchRecord:
        record = self.receiver.receive(self.claim(data))
        assert isinstance(record, BatchRecord)
        return record

    def digitize(self, batch_id: str, owner: str = "worker") -> tuple[Manifest, ...]:
        with self.digitizer.work_on(batch_id, owner) as work:
            return () if work is None else finish(work)

    def work_through(self) -> None:
        """Do what the watch and the upkeep do, once."""
        self.inbox.sweep()
        for claimed in self.sides.ready(self.inbox.claimed()):
            record = self.receiver.receive(claimed)
            if isinstance(record, BatchRecord):
                self.digitize(record.batch.id)
                self.receiver.settle(claimed)

    def keys(self) -> set[str]:
        """List all objects of the store."""
        areas = ("originals/", "work/", "dossiers/")
        return {each.key for area in areas for each in self.store.list_objects(area)}

    def staged(self) -> list[Path]:
        staging = self.home / "drop" / COUNTER.id / ".sohoa" / "claimed"
        return list(staging.rglob("scan"))

    def set_aside(self) -> set[str]:
        folder = self.home / "drop" / COUNTER.id / "set-aside"
        return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def finish(work: Work) -> tuple[Manifest, ...]:
    """Do all steps of a work."""
    list(work.read_pages())
    return work.file(work.compose())


def new_home(folder: Path, migrated: Path) -> Path:
    """Make a home folder with an empty catalog, copied instead of migrated."""
    folder.mkdir()
    shutil.copy(migrated, folder / "catalog.sqlite3")
    return folder


def open_house(
    home: Path,
    sheets: tuple[ReadPage, ...] = TWO_DOSSIERS,
    *,
    clock: Clock | None = None,
    lease_clock: Clock | None = None,
    cutter: Cutter | None = None,
    recipe: str = RECIPE,
    careful: str | None = None,
    counter: Counter = COUNTER,
) -> House:
    """Open the use-cases on *home*, as one start of the program does.

    Args:
        home: the folder of all state.
        sheets: what the pages of every scan say.
        clock: what time it is.
        lease_clock: what time it is to the catalog; by default *clock*.
        cutter: fails one call of store, catalog or drop folders.
        recipe: names how pages are read.
        careful: names how the counter's pages are read twice, where they are.
        counter: whose drop folder there is.
    """
    clock = clock or Clock()
    cutter = cutter or Cutter()
    real_store = LocalStore(home / "store")
    url = f"sqlite:///{home / 'catalog.sqlite3'}"
    real_catalog = SqlCatalog(url, clock=lease_clock or clock)
    look = partial(probe, limits=LIMITS)
    real_inbox = DropFolders(
        home / "drop",
        (counter,),
        InboxOptions(Patience(0, 600)),
        look,
        clock,
        lambda: 0.0,
    )
    store: Any = Cuttable(real_store, cutter)
    catalog: Any = Cuttable(real_catalog, cutter)
    inbox: Any = Cuttable(real_inbox, cutter)
    archive = ObjectArchive(store)
    pages = TypedPages(archive, sheets)
    scratch = home / "scratch"
    filer = Filer(archive, catalog, DOCTYPES, clock, scratch)
    receiver = Receiver(inbox, look, archive, catalog, clock)
    pool: Any = pages
    digitizer = Digitizer(
        archive,
        catalog,
        Composer(DOCTYPES, KEYS),
        filer,
        pool,
        (COUNTER,),
        recipe,
        WorkOptions(LEASE, ATTEMPTS, scratch),
        clock,
        Care(careful, frozenset([COUNTER.id])) if careful else Care(),
    )
    return House(
        home=home,
        clock=clock,
        store=real_store,
        archive=archive,
        catalog=real_catalog,
        inbox=real_inbox,
        pages=pages,
        receiver=receiver,
        digitizer=digitizer,
        ingester=Ingester(inbox, receiver, digitizer, archive, catalog),
        filer=filer,
        upkeep=Upkeep(
            archive, catalog, inbox, filer, scratch, timedelta(days=30), clock
        ),
        viewer=Viewer(archive),
        sides=SidePairing(inbox, catalog, receiver, (counter,), clock),
    )
