"""A file system over a folder that never answers: what a dead server looks like.

A child process mounts it (FUSE) and takes every question of the kernel without a word,
so that whoever looks into the folder waits in the kernel, as with NFS.
"""

import ctypes
import os
import select
import signal
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_INIT = 26
_HEADER = struct.Struct("<IiQ")
_INIT_OUT = struct.pack(
    "<IIIIHHIIHH8I", 7, 31, 65536, 0, 16, 12, 65536, 1, 0, 0, *[0] * 8
)
_DETACH = 2
"""Flag of umount2: at once, whoever waits inside."""

_libc = ctypes.CDLL(None, use_errno=True)


class CannotMount(Exception):
    """This machine does not let us mount."""


@contextmanager
def hanging(folder: Path) -> Iterator[None]:
    """Let *folder* hang for a while; then it is as it was, and who waited is told.

    Raises:
        CannotMount: there is no FUSE here, or no right to it.
    """
    ready, tell = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            _serve(folder, tell)
        finally:
            os._exit(1)
    os.close(tell)
    try:
        if not select.select([ready], [], [], 20)[0] or not os.read(ready, 1):
            raise CannotMount(str(folder))
        yield
    finally:
        os.close(ready)
        _libc.umount2(os.fsencode(folder), _DETACH)
        os.kill(child, signal.SIGKILL)  # ends the connection, and all that waits on it
        os.waitpid(child, 0)


def _serve(folder: Path, tell: int) -> None:
    device = os.open("/dev/fuse", os.O_RDWR)
    ids = f"user_id={os.getuid()},group_id={os.getgid()}"
    options = f"fd={device},rootmode=40000,{ids}".encode()
    if _libc.mount(b"sohoa-test", os.fsencode(folder), b"fuse", 0, options):
        return
    os.write(tell, b"!")
    while True:
        question = os.read(device, 1 << 17)
        _, operation, unique = _HEADER.unpack_from(question)
        if operation == _INIT:
            size = _HEADER.size + len(_INIT_OUT)
            os.write(device, _HEADER.pack(size, 0, unique) + _INIT_OUT)
