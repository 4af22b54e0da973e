"""Measure how well the receipt's table of papers is read, from pixels to rows.

    python -m tests.benchmarks.components --receipts 64 --seed 1

A row is right where its letters (marks and capitals aside), its counts and the type
of its paper are. Receipts are worn as an office does. Last figures: components.md.
"""

import argparse
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from pipeline.bootstrap import load_settings, open_page_reader
from pipeline.extract.components import Column, ListedPaper, read_paper_table
from pipeline.model.scan import MediaType
from pipeline.templates import load_doctypes, load_procedures
from pipeline.usecases.paper_names import names_of, plain
from pipeline.usecases.read import PageTask
from tests import drawing
from tests.benchmarks.dossiers import OFFICE
from tests.drawing import FORMS, PAGES, Listed, to_png

CONFIG = Path(__file__).parents[2] / "config"

NAMES = {
    "Tờ khai đăng ký khai sinh": "to-khai-dang-ky-khai-sinh",
    "Giấy chứng sinh": "giay-chung-sinh",
    "Bản sao giấy chứng nhận kết hôn của cha mẹ (nếu đã đăng ký kết hôn)": (
        "giay-chung-nhan-ket-hon"
    ),
    "Căn cước công dân của người yêu cầu (xuất trình)": "can-cuoc",
    "CCCD của người được ủy quyền": "can-cuoc",
    "Giấy ủy quyền": "giay-uy-quyen",
    "Đơn đề nghị cấp giấy phép xây dựng nhà ở riêng lẻ": "don-cap-giay-phep-xay-dung",
    "Giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở và tài sản khác gắn liền với"
    " đất": "giay-chung-nhan-quyen-su-dung-dat",
    "Giấy xác nhận tình trạng hôn nhân": "giay-xac-nhan-tinh-trang-hon-nhan",
    "Sơ yếu lý lịch": "so-yeu-ly-lich",
    "Giấy khám sức khỏe": "giay-kham-suc-khoe",
    "Quyết định": "quyet-dinh",
    "02 ảnh chân dung cỡ 4 x 6 cm": None,
    "Bản vẽ thiết kế xây dựng": None,
}
"""Names as clerks type them, and the types they are; None: no type is known."""

_COLUMNS = {
    "Bản chính": Column.ORIGINALS,
    "Bản chứng thực": Column.CERTIFIED,
    "Bản photo": Column.COPIES,
    "Số trang": Column.PAGES,
    "Số bản giấy": Column.PAPER_COPIES,
    "Ký bản điện tử": Column.SIGNED_COPIES,
}


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--receipts", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    os.environ["OMP_THREAD_LIMIT"] = "1"
    total: Counter[tuple[str, str]] = Counter()
    seconds = 0.0
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        work = partial(measure, told.seed)
        for score, spent, wrong in pool.map(work, range(told.receipts)):
            total += score
            seconds += spent
            for line in wrong:
                print("  wrong:", line)
    print(f"{told.receipts} receipts of seed {told.seed}\n")
    print(
        "| grade | receipts | rows | read right | tables whole |\n|---|--:|--:|--:|--:|"
    )
    for grade in (*OFFICE, "all"):
        rows, right = total[grade, "rows"], total[grade, "right"]
        print(
            f"| {grade} | {total[grade, 'receipts']} | {rows} | {right}"
            f" ({right / max(rows, 1):.1%}) | {total[grade, 'whole']} |"
        )
    print(f"\n{1000 * seconds / told.receipts:.1f} ms a receipt to find the rows")


def measure(
    seed: int, number: int
) -> tuple[Counter[tuple[str, str]], float, list[str]]:
    """Draw, read and judge one receipt."""
    chance = random.Random(f"{seed} {number}")
    receipt = draw(chance)
    grade = tuple(OFFICE)[number % len(OFFICE)]
    person = drawing.make_family(chance.randrange(10**6)).father
    page = drawing.draw_receipt(person, "H15.50.05.13-261008-0975", receipt)
    page = page.through(OFFICE[grade], chance)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        settings = load_settings(CONFIG).model_copy(update={"home": home})
        path = home / "page.png"
        path.write_bytes(to_png(page))
        reader = open_page_reader(settings)
        reader.read(PageTask("0" * 32, "x", path, MediaType.PNG, 1))
        read = reader.archive.find_page("0" * 32, "x", 1)
        reader.close()
    assert read is not None
    start = time.process_time()
    table = read_paper_table([read])
    spent = time.process_time() - start
    rows = table.rows if table else ()
    wrong = list(judge(receipt, rows))
    score: Counter[tuple[str, str]] = Counter()
    for name in (grade, "all"):
        score[name, "receipts"] += 1
        score[name, "rows"] += len(receipt.components)
        score[name, "right"] += len(receipt.components) - len(wrong)
        score[name, "whole"] += table is not None and table.whole
    return score, spent, [f"{number} {grade}: {line}" for line in wrong]


def draw(chance: random.Random) -> drawing.Receipt:
    """Make up a receipt: two to seven rows, one of the two kinds of columns."""
    names = chance.sample(tuple(NAMES), chance.randint(2, 7))
    certifies = chance.random() < 0.25
    return drawing.Receipt(
        columns=PAGES if certifies else FORMS,
        components=tuple(Listed(name, _counts(name, chance)) for name in names),
        qr=chance.random() < 0.4,
    )


def _counts(name: str, chance: random.Random) -> tuple[int, int, int]:
    if "xuất trình" in name:
        return (0, 0, 0)
    first = chance.choice((0, 1, 1, 1, 2))
    return (first, chance.choice((0, 0, 1, 10)), 1 if first == 0 else 0)


def judge(receipt: drawing.Receipt, rows: Sequence[ListedPaper]) -> Iterator[str]:
    """Yield every printed row that was not read as it stands."""
    names = names_of(load_doctypes(CONFIG), load_procedures(CONFIG), None)
    columns = [_COLUMNS[head] for head in receipt.columns]
    for place, listed in enumerate(receipt.components):
        row = rows[place] if place < len(rows) else None
        if row is None:
            yield f"{listed.name!r} is missing"
            continue
        printed = {
            column: count
            for column, count in zip(columns, listed.counts, strict=True)
            if count
        }
        if _letters(row.name) != _letters(listed.name) or dict(row.counts) != printed:
            yield f"{listed.name!r} {printed}: {row.name!r} {dict(row.counts)}"
        elif names.find(row.name) != NAMES[listed.name]:
            yield f"{listed.name!r} is a {names.find(row.name)}"


def _letters(name: str) -> str:
    return plain(name).replace(" ", "")


if __name__ == "__main__":
    main()
