"""The JBIG2 encoder, where it is installed or was built."""

import os
import shutil
from pathlib import Path

import pytest

from pipeline.pdf.jbig2 import PROGRAM, Jbig2Coder

BUILT = Path(__file__).parents[2] / ".cache" / "bin"


def find_program() -> Path | None:
    path = os.pathsep.join([os.environ.get("PATH", ""), str(BUILT)])
    found = shutil.which(PROGRAM, path=path)
    return Path(found) if found else None


def coder() -> Jbig2Coder:
    """Give the encoder; skips the test where there is none."""
    found = find_program()
    if found is None:
        pytest.skip("no program jbig2 here, and none built by scripts/setup-test")
    return Jbig2Coder(found)
