"""Learn how sure words are: weights, tables and thresholds, from pages with known text.

    python -m tests.benchmarks.calibrate --out pipeline/ocr/calibration

Real pages, as they are and worn, and drawn ones are prepared and read as at a counter,
their riskiest words looked at again and all of them read at the second size, too. A
table of reliability is printed for words of pages that the tables were not learnt from
(five parts, cut by what is printed). It writes one file, named by the model's bytes.
"""

import argparse
import json
import pickle
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from pipeline.imaging.arrays import GrayImage, resize_to_dpi, to_gray
from pipeline.imaging.prepare import PrepareOptions, prepare
from pipeline.model.scan import MediaType
from pipeline.model.text import OcrPage
from pipeline.ocr.calibration import Calibration, Table, evidence_of, is_alike
from pipeline.ocr.engine import (
    OcrEngine,
    find_tessdata,
    model_digest,
    open_engine,
)
from pipeline.ocr.montage import look_at_words
from pipeline.ocr.risk import signs_of
from pipeline.ocr.voting import read_smaller, vote
from pipeline.pdf.rasterize import open_scan
from tests import drawing
from tests.benchmarks.pages import SAMPLES, draw_grades
from tests.benchmarks.score import comparable

_PARTS = 5
_LOOKED = 0.25
"""Share of the words of a page that are looked at again to learn from it."""

_LOOK_SHARE, _DOUBT_SHARE = 0.12, 0.05
"""Shares of all words that are looked at again, and that are marked."""

_FEWEST = 60
"""Words in a step of a table."""


@dataclass(frozen=True, slots=True)
class Word:
    """What is known of a word that was read."""

    part: int
    signs: dict[str, float]
    right: bool
    evidence: str


@dataclass(slots=True)
class Sample:
    """A page that was read, and whether its words are right."""

    part: int
    reading: GrayImage
    dpi: int
    page: OcrPage
    signs: list[dict[str, float]]
    right: list[bool]
    orders: Sequence[str]


def real_samples() -> Iterator[tuple[int, GrayImage, float, bool, tuple[str, ...]]]:
    """Real pages in six states; the part is what is printed on them."""
    scan = SAMPLES / "scans" / "nghi_dinh_96_2016_p1-6.pdf"
    if not scan.exists():
        return
    with open_scan(scan, MediaType.PDF) as opened:
        for number in range(2, 7):
            raster = opened.render(number)
            truth = scan.with_name(f"nghi_dinh_96_2016_p{number}.txt").read_text(
                "utf-8"
            )
            orders = (truth, f"{number} {truth}")
            gray = to_gray(raster.image)
            small = to_gray(resize_to_dpi(gray, raster.dpi, 200))
            coarse = to_gray(resize_to_dpi(gray, raster.dpi, 150))
            yield number, gray, raster.dpi, True, orders
            for worn, dpi in (
                (drawing.tilted(gray, 0.8), raster.dpi),
                (drawing.tilted(gray, -2.0), raster.dpi),
                (drawing.speckled(small, 0.005, number), 200.0),
                (drawing.jpeg(small, 40), 200.0),
                (coarse, 150.0),
            ):
                yield number, worn, dpi, False, orders


def drawn_samples(
    pages: int, seed: int, folder: Path
) -> Iterator[tuple[int, GrayImage, float, bool, tuple[str, ...]]]:
    """Drawn pages of all grades but the turned and the nearly empty ones."""
    for index, page in enumerate(draw_grades(pages, seed)):
        if page.grade.startswith(("turned", "blank", "one word", "clean")):
            continue
        path = folder / "page"
        path.write_bytes(page.data)
        with open_scan(path, page.media_type) as opened:
            raster = opened.render(page.number)
        yield index % pages, raster.image, raster.dpi, raster.bilevel, page.orders


def is_right(page: OcrPage, orders: Sequence[str]) -> list[bool]:
    """Tell which words of a page stand in its text, in the order that fits best."""
    read = [word.text for word in page.words]
    best: tuple[int, list[bool]] | None = None
    for order in orders:
        right = [False] * len(read)
        steps = Levenshtein.opcodes(read, comparable(order).split())
        for step in steps:
            if step.tag == "equal":
                span = range(step.src_start, step.src_end)
                for at in span:
                    right[at] = True
        wrong = len(read) - sum(right)
        if best is None or wrong < best[0]:
            best = wrong, right
    return best[1] if best else []


def gather(engine: OcrEngine, folder: Path, pages: int, seed: int) -> list[Sample]:
    """Read all pages once."""
    samples = []
    sources = (real_samples(), drawn_samples(pages, seed, folder))
    for source in sources:
        for part, image, dpi, bilevel, orders in source:
            made = prepare(image, dpi, bilevel=bilevel, options=PrepareOptions())
            page = engine.read(made.reading, dpi=made.reading_dpi)
            right = is_right(page, orders)
            sample = Sample(
                part % _PARTS,
                made.reading,
                made.reading_dpi,
                page,
                _signs(page),
                right,
                orders,
            )
            samples.append(sample)
            sys.stderr.write(f"\r{len(samples)} read")
    return samples


def words_of(samples: Sequence[Sample]) -> list[Word]:
    """All words as read once."""
    return [
        Word(sample.part, signs, right, "once")
        for sample in samples
        for signs, right in zip(sample.signs, sample.right, strict=True)
    ]


def words_looked_at(
    samples: Sequence[Sample], weights: dict[str, float], engine: OcrEngine
) -> list[Word]:
    """The riskiest words of each page, with what a second look saw."""
    words = []
    for count, sample in enumerate(samples, start=1):
        signs = sample.signs
        risks = np.array([_risk(each, weights) for each in signs])
        chosen = np.argsort(-risks)[: round(_LOOKED * len(risks))].tolist()
        seen = look_at_words(
            sample.reading, sample.page, chosen, dpi=sample.dpi, engine=engine
        )
        read = sample.page.words
        for at, text in seen.items():
            how = "alike" if is_alike(read[at].text, text) else "otherwise"
            words.append(Word(sample.part, signs[at], sample.right[at], how))
        sys.stderr.write(f"\r{count} looked at")
    return words


def words_voted(samples: Sequence[Sample], engine: OcrEngine) -> list[Word]:
    """The words of two joined readings."""
    words = []
    for count, sample in enumerate(samples, start=1):
        other = read_smaller(engine, sample.reading, dpi=sample.dpi)
        page = vote(sample.page, other)
        right = is_right(page, sample.orders)
        for word, signs, good in zip(page.words, _signs(page), right, strict=True):
            how = evidence_of(word, voted=True)
            words.append(Word(sample.part, signs, good, how))
        sys.stderr.write(f"\r{count} voted")
    return words


def _signs(page: OcrPage) -> list[dict[str, float]]:
    mean = page.confidence
    return [signs for line in page.lines for signs in signs_of(line, mean)]


def _risk(signs: dict[str, float], weights: dict[str, float]) -> float:
    return sum(weights[name] * value for name, value in signs.items())


def fit_weights(words: Sequence[Word], ridge: float = 3.0) -> dict[str, float]:
    """Fit a logistic regression of being wrong by Newton's method."""
    names = list(words[0].signs)
    raw = np.array([[word.signs[name] for name in names] for word in words])
    wrong = np.array([not word.right for word in words], np.float64)
    scale = raw.std(axis=0)
    scale[scale == 0] = 1.0
    signs = raw / scale
    weights = np.zeros(len(names))
    for _ in range(30):
        odds = 1 / (1 + np.exp(-signs @ weights))
        slope = signs.T @ (odds - wrong) + ridge * weights
        curve = (signs * (odds * (1 - odds))[:, None]).T @ signs
        weights -= np.linalg.solve(curve + ridge * np.eye(len(names)), slope)
    return dict(zip(names, (weights / scale).round(4).tolist(), strict=True))


def fit_table(risks: NDArray[np.float64], right: NDArray[np.bool_]) -> Table:
    """Fit falling steps by pooling neighbors that do not fall (isotonic regression)."""
    order = np.argsort(risks)
    steps: list[list[float]] = []  # least risk, words, right words
    chunks = np.array_split(order, max(1, len(order) // _FEWEST))
    for chunk in chunks:
        steps.append([float(risks[chunk[0]]), len(chunk), float(right[chunk].sum())])
        while len(steps) > 1 and _share(steps[-1]) >= _share(steps[-2]):
            _, words, good = steps.pop()
            steps[-1][1] += words
            steps[-1][2] += good
    return tuple((round(step[0], 3), round(_share(step), 4)) for step in steps)


def _share(step: Sequence[float]) -> float:
    """Share that is right, one word of doubt added."""
    return step[2] / (step[1] + 1) if step[2] == step[1] else step[2] / step[1]


def learn(once: list[Word], looked: list[Word], voted: list[Word]) -> Calibration:
    """Fit weights, thresholds and tables."""
    weights = fit_weights(once)
    risks = np.array([_risk(word.signs, weights) for word in once])
    look_from = round(float(np.quantile(risks, 1 - _LOOK_SHARE)), 3)
    tables = {}
    for name, words in _by_evidence([*once, *looked, *voted]).items():
        mine = np.array([_risk(word.signs, weights) for word in words])
        right = np.array([word.right for word in words])
        if name in ("alike", "otherwise"):
            mine, right = mine[mine >= look_from], right[mine >= look_from]
        tables[name] = fit_table(mine, right)
    learnt = Calibration(weights, look_from, 0.0, tables)
    shares = _final_shares(once, looked, learnt)
    doubt_below = round(float(np.quantile(shares, _DOUBT_SHARE)) + 1e-4, 4)
    return Calibration(weights, look_from, doubt_below, tables)


def _by_evidence(words: Sequence[Word]) -> dict[str, list[Word]]:
    found: dict[str, list[Word]] = {}
    for word in words:
        found.setdefault(word.evidence, []).append(word)
    return found


def _final_shares(
    once: Sequence[Word], looked: Sequence[Word], learnt: Calibration
) -> NDArray[np.float64]:
    """Calibrated confidences of all words, those looked at with what was seen."""
    return np.array([share for _, share in _judged(once, looked, learnt)])


def _judged(
    once: Sequence[Word], looked: Sequence[Word], learnt: Calibration
) -> Iterator[tuple[Word, float]]:
    seen = {id(word.signs): word for word in looked}
    for word in once:
        risk = _risk(word.signs, dict(learnt.weights))
        found = seen.get(id(word.signs), word) if risk >= learnt.look_from else word
        yield found, learnt.share_right(risk, found.evidence)


def show(once: list[Word], looked: list[Word], voted: list[Word]) -> None:
    """Print reliability and what is marked, on words the tables do not know."""
    judged: list[tuple[Word, float, bool]] = []
    twice: list[tuple[Word, float, bool]] = []
    for part in range(_PARTS):
        others = [
            [word for word in words if word.part != part]
            for words in (once, looked, voted)
        ]
        learnt = learn(others[0], others[1], others[2])
        mine = [[w for w in words if w.part == part] for words in (once, looked, voted)]
        for word, share in _judged(mine[0], mine[1], learnt):
            judged.append((word, share, share < learnt.doubt_below))
        for word in mine[2]:
            risk = _risk(word.signs, dict(learnt.weights))
            share = learnt.share_right(risk, word.evidence)
            twice.append((word, share, share < learnt.doubt_below))
    for name, rows in (("read once", judged), ("careful", twice)):
        print(f"\n{name}: {len(rows)} words\n")
        _show_reliability(rows)
        _show_marks(rows)


def _show_reliability(rows: list[tuple[Word, float, bool]]) -> None:
    ordered = sorted(rows, key=lambda row: row[1])
    print("| words | confidence | right | n |\n|---|--:|--:|--:|")
    edges = (0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 1.01)
    for low, high in pairwise(edges):
        part = [row for row in ordered if low <= row[1] < high]
        if part:
            said = sum(share for _, share, _ in part) / len(part)
            true = sum(word.right for word, _, _ in part) / len(part)
            print(
                f"| {low:g}-{min(high, 1):g} | {said:.4f} | {true:.4f} | {len(part)} |"
            )


def _show_marks(rows: list[tuple[Word, float, bool]]) -> None:
    wrong = [marked for word, _, marked in rows if not word.right]
    marked = sum(mark for _, _, mark in rows)
    looked = sum(word.evidence in ("alike", "otherwise") for word, _, _ in rows)
    print(
        f"\nwrong {len(wrong)}, caught {100 * sum(wrong) / max(1, len(wrong)):.1f} %, "
        f"marked {100 * marked / len(rows):.2f} % of all, "
        f"looked at again {100 * looked / len(rows):.1f} %"
    )


def main() -> None:
    """Gather, learn, show and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, required=True, help="folder")
    options.add_argument("--model", default="vie")
    options.add_argument("--pages", type=int, default=1, help="drawn, of each grade")
    options.add_argument("--seed", type=int, default=31)
    options.add_argument("--keep", type=Path, help="file for the words, to go on from")
    chosen = options.parse_args()
    tessdata = find_tessdata(None)
    if chosen.keep and chosen.keep.exists():
        once, looked, voted = pickle.loads(chosen.keep.read_bytes())
    else:
        engine = open_engine("auto", tessdata=tessdata, model=chosen.model)
        samples = gather(engine, chosen.out, chosen.pages, chosen.seed)
        once = words_of(samples)
        looked = words_looked_at(samples, fit_weights(once), engine)
        voted = words_voted(samples, engine)
        if chosen.keep:
            chosen.keep.write_bytes(pickle.dumps((once, looked, voted)))
    show(once, looked, voted)
    learnt = learn(once, looked, voted)
    digest = model_digest(tessdata, chosen.model)
    told = {
        "model": chosen.model,
        "learnt_from": f"{len(once)} words, {sum(not w.right for w in once)} wrong: "
        "pages 2-6 of Nghị định 96/2016 in six states of wear, and drawn pages "
        f"(tests.benchmarks.calibrate --pages {chosen.pages} --seed {chosen.seed})",
        "look_from": learnt.look_from,
        "doubt_below": learnt.doubt_below,
        "weights": dict(learnt.weights),
        "tables": {name: list(map(list, rows)) for name, rows in learnt.tables.items()},
    }
    path = chosen.out / f"{digest}.json"
    text = json.dumps(told, ensure_ascii=False, indent=1)
    path.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
