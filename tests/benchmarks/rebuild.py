"""How fast a lost catalog comes back from the store alone.

``python -m tests.benchmarks.rebuild --dossiers 100000`` makes that many dossiers of one
page in a folder, rebuilds an empty catalog from them, and gives seconds, and
milliseconds of CPU a dossier: into SQLite, and with ``--postgres`` into a PostgreSQL of
its own. Beside it: a transaction each, as filing does, over the first thousand. Last
figures: ``rebuild.md``.
"""

import argparse
import hashlib
import itertools
import resource
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.catalog.catalog import SqlCatalog
from pipeline.model.dossier import Document, DossierStatus
from pipeline.model.geometry import BoundingBox
from pipeline.model.scan import to_batch_id
from pipeline.model.search import SearchQuery
from pipeline.model.text import OcrLine, OcrPage, OcrWord
from pipeline.storage import keys
from pipeline.storage.archive import ObjectArchive
from pipeline.storage.local_store import LocalStore
from pipeline.storage.manifest import write_manifest, write_text
from pipeline.usecases.file import Filer
from pipeline.usecases.upkeep import Upkeep
from tests import servers
from tests.benchmarks.bench_search import Archive as Papers
from tests.storage.records import FIELD, manifest

ALONE = 1_000
"""Dossiers indexed one by one, for comparison."""

TEXTS = 1_000
"""Different texts, of about two hundred words each; dossiers share them in turn."""

START = datetime(2026, 1, 1, tzinfo=UTC)


def make_store(root: Path, count: int) -> None:
    """Write *count* dossiers of one paper each, without waiting for the disk."""
    papers = Papers(7, count)
    texts = [write_text((to_page(papers.text()),)) for _ in range(TEXTS)]
    for number in range(count):
        text = texts[number % TEXTS]
        sha256 = hashlib.sha256(str(number).encode()).hexdigest()
        batch_id = to_batch_id(sha256)
        dossier_id = f"{batch_id[:16]}-01"
        place = (dossier_id, 1, 1, "giay-khai-sinh")
        document = Document(
            number=1,
            doctype="giay-khai-sinh",
            title="Giấy khai sinh",
            first_page=1,
            last_page=1,
            fields=(replace(FIELD, value=" ".join(papers.name())),) * 8,
            key=keys.document_key(*place),
            sha256="0" * 64,
            size=1,
            text_key=keys.text_key(*place),
            text_sha256=hashlib.sha256(text).hexdigest(),
        )
        record = replace(
            manifest(document),
            id=dossier_id,
            batch_id=batch_id,
            code=f"000.00.05.H20-261124-{number:06d}",
            original_sha256=sha256,
            filed_at=START + timedelta(seconds=number),
            status=DossierStatus.FILED,
        )
        folder = root / keys.dossier_prefix(dossier_id) / "r1"
        folder.mkdir(parents=True)
        (folder / keys.MANIFEST).write_bytes(write_manifest(record))
        (root / document.text_key).write_bytes(text)


def to_page(text: str) -> OcrPage:
    """Give each word of a text a box, as a reader would."""

    def to_line(words: list[str], y: int) -> OcrLine:
        boxes = [BoundingBox(9 * x, y, 9 * x + 8, y + 30) for x in range(len(words))]
        return OcrLine(tuple(map(OcrWord, words, boxes, [0.9] * len(words))))

    lines = text.splitlines()
    return OcrPage(
        tuple(to_line(line.split(), 40 * row) for row, line in enumerate(lines))
    )


def rebuild(store: Path, url: str) -> tuple[int, float, float, float]:
    """Rebuild an empty catalog.

    Returns:
        Dossiers, seconds, seconds of our own CPU, and those of a dossier alone.
    """
    catalog = SqlCatalog(url)
    catalog.migrate()
    archive = ObjectArchive(LocalStore(store))
    filer = Filer(archive, catalog, (), lambda: START, store.parent)
    began = time.process_time()
    some = list(itertools.islice(archive.manifests(), ALONE))
    for each in some:
        filer.index(each)
    alone = (time.process_time() - began) / len(some)
    upkeep = Upkeep(
        archive,
        catalog,
        None,  # type: ignore[arg-type] # drop folders have no part in it
        filer,
        store.parent,
        timedelta(days=1),
        lambda: START,
    )
    began, cpu = time.perf_counter(), time.process_time()
    count = sum(1 for _ in upkeep.rebuild())
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    found = catalog.search(SearchQuery(f"000.00.05.H20-261124-{count - 1:06d}"))
    if len(found.hits) != 1:
        raise SystemExit(f"the last dossier is found {len(found.hits)} times")
    catalog.close()
    return count, took, cpu, alone


def main() -> None:
    """Make the store, rebuild, and print a table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--dossiers", type=int, default=10_000)
    options.add_argument("--postgres", action="store_true")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        began = time.perf_counter()
        make_store(folder / "store", chosen.dossiers)
        print(f"store made in {time.perf_counter() - began:.0f} s\n", flush=True)
        print("| catalog | dossiers | s | CPU s | ms each | one by one | times |")
        print("|---|---|---|---|---|---|---|")
        show("SQLite", folder / "store", f"sqlite:///{folder / 'catalog.sqlite3'}")
        if chosen.postgres:
            with servers.postgres() as server:
                show("PostgreSQL", folder / "store", server.url)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"\npeak memory {peak} MiB")


def show(name: str, store: Path, url: str) -> None:
    """Rebuild and print a row."""
    count, took, cpu, alone = rebuild(store, url)
    print(
        f"| {name} | {count} | {took:.0f} | {cpu:.0f} | {1000 * cpu / count:.2f}"
        f" | {1000 * alone:.2f} | {alone * count / cpu:.1f} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
