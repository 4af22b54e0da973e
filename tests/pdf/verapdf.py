"""Start the veraPDF validator, where it was fetched."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

LIBRARIES = Path(__file__).parents[2] / ".cache" / "verapdf" / "lib"


def validate(*files: Path) -> dict[str, bool]:
    """Tell for each file, by its name, whether it is valid PDF/A-2u.

    One start of Java serves all files. Skips the test where there is no validator.
    """
    if shutil.which("java") is None:
        pytest.skip("no java here to run veraPDF with")
    if not any(LIBRARIES.glob("*.jar")):
        pytest.skip("veraPDF was not fetched into .cache/verapdf/lib")
    run = subprocess.run(
        [
            *("java", "-Xmx400m", "-cp", f"{LIBRARIES}/*"),
            *("org.verapdf.apps.GreenfieldCliWrapper", "-f", "2u", "--format", "text"),
            *map(str, files),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    verdicts = re.findall(r"^(PASS|FAIL) (.+?)(?: 2u)?$", run.stdout, re.MULTILINE)
    return {Path(path).stem: verdict == "PASS" for verdict, path in verdicts}
