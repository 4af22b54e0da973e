import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_everything_that_is_not_code_is_installed_with_the_package() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    installed = {
        path
        for package, patterns in tomllib.loads(text)["tool"]["setuptools"][
            "package-data"
        ].items()
        for pattern in patterns
        for path in (ROOT / package.replace(".", "/")).glob(pattern)
    }

    needed = {
        path
        for path in (ROOT / "pipeline").rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    }

    assert needed <= installed
