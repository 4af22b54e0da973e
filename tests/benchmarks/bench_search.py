"""Measure indexing, searching and leasing on a made-up archive.

    python -m tests.benchmarks.bench_search --documents 50000
    python -m tests.benchmarks.bench_search --url postgresql://user:pass@host/database

With --keep the archive of an earlier run on the same database is searched again.
Times are of the wall, and the processor's beside them, because the machines this runs
on are shared. Last figures: bench_search.md beside this file.
"""

import argparse
import itertools
import random
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import TypeVar

from pipeline.catalog.catalog import SqlCatalog
from pipeline.model.dossier import Document, Manifest
from pipeline.model.search import SearchQuery
from pipeline.model.state import BatchState
from tests.catalog.made_up import START, a_batch, a_document, a_manifest

Answer = TypeVar("Answer")

ONSETS = "b c ch d đ g gi h kh l m n ng nh ph qu s t th tr v x".split()  # noqa: SIM905
RHYMES = (  # noqa: SIM905
    "a á à ả ạ an án àn ang áng ao áo ạo ay ây ấy ăn ắn âm ân ấn ất ật e ế ệ ên ến iên"
    " iện i í ì ị inh ính ình ịnh o ó ò ỏ oa òa oan ong òng ông ống ộng ơ ờ ở ơn u ú ủ"
    " ung uân ương ướng ường ưu ư ữ uy ủy uyên uyết"
).split()
SYLLABLES = [onset + rhyme for onset in ONSETS for rhyme in RHYMES]
NAMES = ["Nguyễn", "Trần", "Lê", "Hoàng", "Vàng", "Thị", "Văn", "Minh", "Mẫu", "Páo"]
ON_PAGE = 250
"""Words of a document: a form or a short letter."""

IN_DOSSIER = 5


class Archive:
    """Documents made of frequent and rare words, the same for the same seed."""

    def __init__(self, seed: int, documents: int) -> None:
        self._random = random.Random(seed)
        self._random.shuffle(SYLLABLES)
        # Frequency falls with rank (Zipf); most words come in pairs, as compounds do.
        pairs = [
            (self._random.choice(SYLLABLES), self._random.choice(SYLLABLES))
            for _ in range(8_000)
        ]
        self._words = [*((each,) for each in SYLLABLES), *pairs]
        self._random.shuffle(self._words)
        self._weights = list(
            itertools.accumulate(1 / (rank + 8) for rank in range(len(self._words)))
        )
        self._dossiers = documents // IN_DOSSIER

    def text(self) -> str:
        chosen = self._random.choices(self._words, cum_weights=self._weights, k=170)
        words = list(itertools.chain.from_iterable(chosen))[:ON_PAGE]
        lines = (" ".join(words[start : start + 12]) for start in range(0, ON_PAGE, 12))
        return f"Họ và tên: {' '.join(self.name())}\n" + "\n".join(lines)

    def name(self) -> list[str]:
        return self._random.choices(NAMES, k=3)

    def dossiers(self) -> Iterator[tuple[Manifest, tuple[str, ...]]]:
        for number in range(self._dossiers):
            papers = tuple(self._paper(number, each) for each in range(1, 6))
            filed_at = START + timedelta(seconds=number)
            code = f"H15.50-{filed_at:%y%m%d}-{number:06}"
            manifest = a_manifest(f"d{number}", *papers, filed_at=filed_at, code=code)
            yield manifest, tuple(self.text() for _ in papers)

    def queries(self, count: int) -> Iterator[tuple[str, str]]:
        """Kinds of queries, drawn from new documents of the same words."""
        for _ in range(count):
            words = self.text().split("\n", 1)[1].split()
            start = self._random.randrange(len(words) - 4)
            phrase = words[start : start + 3]
            typo = words[start] + self._random.choice("abcdehinotu")
            yield "two words", f"{words[5]} {words[90]}"
            yield "one word", words[7]
            yield "phrase of three, with marks", " ".join(phrase)
            yield "quoted pair", f'"{phrase[0]} {phrase[1]}"'
            yield "name", " ".join(self.name())
            yield "one typo", f"{typo} {words[60]}"
            yield "number", f"{self._random.randrange(9_999)}/2024/QĐ-UBND"
            yield "number, loosely", f"quyet dinh {self._random.randrange(9_999)} 2024"
            yield "nothing typed", ""

    def _paper(self, dossier: int, number: int) -> Document:
        return a_document(
            number,
            dossier_id=f"d{dossier}",
            so_ky_hieu=f"{dossier}/2024/QĐ-UBND",
            ho_ten=" ".join(self.name()),
            so_dinh_danh=f"0341870{self._random.randrange(99_999):05}",
            ngay_ban_hanh="2024-02-05",
        )


class Times:
    """How long pieces of work took, milliseconds."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.cpu: list[float] = []

    def add(self, work: Callable[[], Answer]) -> Answer:
        """Do *work* and note what it took."""
        wall, cpu = time.perf_counter(), time.process_time()
        answer = work()
        self.cpu.append((time.process_time() - cpu) * 1_000)
        self.wall.append((time.perf_counter() - wall) * 1_000)
        return answer

    def show(self, name: str, note: str = "") -> None:
        p50, cpu = statistics.median(self.wall), statistics.median(self.cpu)
        p95 = statistics.quantiles(self.wall, n=20)[-1]
        print(f"| {name} | {p50:.1f} | {p95:.1f} | {cpu:.1f} | {note} |", flush=True)


def bench_index(catalog: SqlCatalog, archive: Archive) -> None:
    times = Times()
    for manifest, texts in archive.dossiers():
        times.add(partial(catalog.index, manifest, texts))
    times.show(f"index a dossier of {IN_DOSSIER}")


def bench_search(catalog: SqlCatalog, archive: Archive, count: int) -> None:
    every, kinds = Times(), defaultdict[str, Times](Times)
    tiers = defaultdict[str, Counter[str]](Counter)
    for kind, text in archive.queries(count):
        ask = partial(catalog.search, SearchQuery(text))
        found = every.add(partial(kinds[kind].add, ask))
        tiers[kind].update(hit.tier for hit in found.hits)
    for kind, times in kinds.items():
        shown = tiers[kind].most_common()
        times.show(kind, ", ".join(f"{tier} {hits}" for tier, hits in shown))
    every.show("all kinds")


def bench_lease(catalog: SqlCatalog, count: int, run: str) -> None:
    batches = [a_batch(f"{run}-{number}") for number in range(count)]
    for batch in batches:
        catalog.register(batch, batch.id, "originals/x")

    def one(batch_id: str) -> None:
        lease = catalog.lease(batch_id, "me", seconds=60, attempts=1)
        if lease is not None:
            catalog.finish(lease, BatchState.FILED, None)

    times = Times()
    for batch in batches:
        times.add(partial(one, batch.id))
    times.show("lease and finish a batch")


def main() -> None:
    """Run the measurements and print a Markdown table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--documents", type=int, default=50_000)
    options.add_argument("--queries", type=int, default=100, help="of each kind")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--keep", action="store_true", help="index nothing")
    options.add_argument("--url", help="default: an SQLite file that is removed again")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        catalog = SqlCatalog(chosen.url or f"sqlite:///{folder}/catalog.sqlite3")
        catalog.migrate()
        archive = Archive(chosen.seed, chosen.documents)
        print("| what | p50 ms | p95 ms | p50 CPU ms | hits shown, by tier |")
        print("|---|---|---|---|---|")
        if not chosen.keep:
            bench_index(catalog, archive)
        bench_search(catalog, archive, chosen.queries)
        bench_lease(catalog, 300, f"{time.time()}")
        catalog.close()


if __name__ == "__main__":
    main()
