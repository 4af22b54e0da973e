"""Write the files that commands are asked for."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import ConfigError


def write_whole(path: Path, data: bytes) -> None:
    """Write beside *path*, then rename: nobody sees half a file."""
    with _beside(path) as (handle, temporary):
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        temporary.replace(path)


@contextlib.contextmanager
def _beside(path: Path) -> Iterator[tuple[int, Path]]:
    try:
        handle, name = tempfile.mkstemp(prefix=".sohoa-", dir=path.parent)
    except OSError as error:
        raise ConfigError(f"{path.parent}: {error.strerror}") from error
    temporary = Path(name)
    try:
        yield handle, temporary
    finally:
        temporary.unlink(missing_ok=True)
