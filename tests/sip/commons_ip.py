"""Start commons-ip, the validator of E-ARK packages, where it was fetched."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

LIBRARIES = Path(__file__).parents[2] / ".cache" / "commons-ip" / "lib"
_MAIN = "org.roda_project.commons_ip2.cli.Main"


def validate(package: Path, scratch: Path) -> tuple[str, list[str]]:
    """Give the verdict, and the ids of requirements that are not met.

    Skips the test where there is no validator.
    """
    if shutil.which("java") is None:
        pytest.skip("no java here to run commons-ip with")
    if not any(LIBRARIES.glob("*.jar")):
        pytest.skip("commons-ip was not fetched: scripts/setup-test")
    scratch.mkdir()
    words = ("validate", "-o", str(scratch), "-i", str(package))
    subprocess.run(
        ["java", "-Xmx400m", "-cp", f"{LIBRARIES}/*", _MAIN, *words],
        cwd=scratch,  # it leaves a log where it stands
        capture_output=True,
        check=True,
    )
    (report,) = scratch.glob("*.json")
    found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    failed = [
        each["id"]
        for each in found["validation"]
        if each["testing"]["outcome"] == "FAILED"
    ]
    return found["summary"]["result"], failed
