"""Write the list that a clerk reads in a drop folder, where anybody may write too."""

import codecs
import stat
from contextlib import suppress
from pathlib import Path


def write_status(target: Path, private: Path, text: str) -> None:
    """Put *text* into *target*, at once and only where it says something else.

    With a byte order mark and the line ends of Windows: it is read in Notepad.

    Args:
        target: the status file; whatever else is there gives way, unread.
        private: a folder on the same file system for the file that grows.
        text: with plain line ends.
    """
    data = codecs.BOM_UTF8 + text.replace("\n", "\r\n").encode()
    with suppress(FileNotFoundError):
        there = target.lstat()
        same_size = stat.S_ISREG(there.st_mode) and there.st_size == len(data)
        if same_size and target.read_bytes() == data:
            return
    private.mkdir(parents=True, exist_ok=True)
    growing = private / target.name
    growing.unlink(missing_ok=True)  # left by a crash
    with growing.open("xb") as file:
        file.write(data)
    growing.replace(target)
