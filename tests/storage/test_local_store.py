import errno
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.errors import ConfigError, StoreUnavailable
from pipeline.storage.files import translated
from pipeline.storage.local_store import LocalStore

KEY = "work/a/0001.json"
HOUR = 3600

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_objects_are_plain_files_under_their_keys(root: Path) -> None:
    LocalStore(root).create(KEY, b"one")

    assert (root / KEY).read_bytes() == b"one"


def test_objects_are_read_only_and_closed_to_others(root: Path) -> None:
    LocalStore(root).create(KEY, b"one")

    assert (root / KEY).stat().st_mode & 0o777 == 0o440
    assert root.stat().st_mode & 0o007 == 0


def test_an_object_has_one_name_only(root: Path) -> None:
    LocalStore(root).create(KEY, b"one")

    assert files_below(root) == [root / KEY]
    assert (root / KEY).stat().st_nlink == 1


def test_another_process_finds_the_objects(root: Path) -> None:
    LocalStore(root).create(KEY, b"one")

    assert LocalStore(root).get(KEY) == b"one"
    assert not LocalStore(root).create(KEY, b"two")


@pytest.mark.parametrize(("age", "stays"), [(2 * HOUR, False), (HOUR / 2, True)])
def test_only_stale_temporary_files_are_cleared_at_start(
    root: Path, age: float, stays: bool
) -> None:
    LocalStore(root)
    left = root / ".tmp" / "left"
    left.write_bytes(b"half an obj")
    os.utime(left, (time.time() - age,) * 2)

    LocalStore(root)

    assert left.exists() is stays


def test_temporary_files_are_never_listed(root: Path) -> None:
    store = LocalStore(root)
    (root / ".tmp" / "left").write_bytes(b"half")

    assert list(store.list_objects("work/")) == []


_PUT_UNTIL_KILLED = """
import sys
from pathlib import Path
from pipeline.storage.local_store import LocalStore

store = LocalStore(Path(sys.argv[1]))
for number in range(1_000_000):
    store.create(f"work/a/{number:06d}", b"%06d" % number * 10_000)
    print(number, flush=True)
"""


def test_a_killed_process_leaves_whole_objects_only(root: Path) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", _PUT_UNTIL_KILLED, root], stdout=subprocess.PIPE
    )
    assert writer.stdout is not None
    acknowledged = [int(writer.stdout.readline()) for _ in range(20)]
    writer.kill()
    acknowledged += [int(line) for line in writer.communicate()[0].split()]

    store = LocalStore(root)
    found = {each.key: store.get(each.key) for each in store.list_objects("work/")}
    assert {f"work/a/{number:06d}" for number in acknowledged} <= found.keys()
    assert all(data == key[-6:].encode() * 10_000 for key, data in found.items())


def test_two_stores_on_one_folder_never_both_win(root: Path) -> None:
    stores = [LocalStore(root) for _ in range(8)]

    for number in range(50):
        with ThreadPoolExecutor(8) as threads:
            won = threads.map(
                lambda one, n=number: one.create(f"work/{n}", b""), stores
            )
            assert list(won).count(True) == 1


def test_an_emptied_folder_is_made_again_under_a_put(root: Path) -> None:
    store = LocalStore(root)

    def put_and_clear(number: int) -> bool:
        key = f"work/a/b/{number}"
        created = store.create(key, b"x")
        store.delete(key)
        return created

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(put_and_clear, range(200)))


def test_clearing_the_work_area_leaves_no_folders(root: Path) -> None:
    store = LocalStore(root)
    store.create(KEY, b"one")
    store.create("work/b/0001.json", b"two")

    store.delete(KEY)

    assert [path.name for path in (root / "work").iterdir()] == ["b"]


def test_a_store_others_may_enter_is_a_problem(root: Path) -> None:
    store = LocalStore(root)
    root.chmod(0o755)

    (problem,) = store.check().problems

    assert "other users may enter" in problem


def test_a_root_that_is_a_file_stops_the_start(root: Path) -> None:
    root.write_bytes(b"not a folder")

    with pytest.raises(StoreUnavailable, match="store"):
        LocalStore(root)


@pytest.mark.parametrize(
    ("number", "expected", "words"),
    [
        (errno.ENOSPC, StoreUnavailable, "the disk is full"),
        (errno.EDQUOT, StoreUnavailable, "the disk is full"),
        (errno.EIO, StoreUnavailable, "Input/output error"),
        (errno.EACCES, ConfigError, "not allowed"),
        (errno.EROFS, ConfigError, "Read-only file system"),
    ],
)
def test_what_the_system_says_is_translated(
    number: int, expected: type[Exception], words: str
) -> None:
    with pytest.raises(expected, match=f"work/a: .*{words}"), translated("work/a"):
        raise OSError(number, os.strerror(number), "/home/Nguyễn Văn Ví Dụ.pdf")


def test_the_name_of_a_file_gets_into_no_message() -> None:
    with pytest.raises(StoreUnavailable) as caught, translated("work/a"):
        raise OSError(errno.EIO, "oh", "/home/Nguyễn Văn Ví Dụ.pdf")

    assert "Nguyễn" not in str(caught.value)


@needs_root
def test_a_full_disk_leaves_nothing_half_written(small_disk: Path) -> None:
    store = LocalStore(small_disk / "store")

    with pytest.raises(StoreUnavailable, match="the disk is full"):
        store.create(KEY, os.urandom(8 << 20))

    assert files_below(small_disk) == []
    assert store.create(KEY, b"small enough")


@needs_root
def test_a_disk_nobody_may_write_to_is_a_fault_of_the_setup(small_disk: Path) -> None:
    store = LocalStore(small_disk / "store")
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)

    with pytest.raises(ConfigError, match="Read-only file system"):
        store.create(KEY, b"one")


@pytest.fixture
def small_disk(tmp_path: Path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"no small disk: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", disk], check=True)
