"""Name all that can change a result, so that results of before can be told apart."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from pipeline.ocr.engine import engine_recipe, find_tessdata, has_model
from pipeline.settings import Settings

_RECIPE_DIGITS = 12
"""Hexadecimal digits of a recipe: enough to tell all recipes of a province apart."""

RESULT_VERSION = 1
"""Raised when code changes what is read from the same page with the same options."""


def make_recipe(settings: Settings) -> str:
    """Name everything that can change a result: options, engines, models, templates."""
    reading = settings.reading
    tessdata = find_tessdata(reading.tessdata)
    parts = [
        f"result {RESULT_VERSION}",
        f"dpi {reading.dpi} picture {reading.picture_dpi}",
        f"layers {settings.filing.layers}",
        f"sheets {settings.sheets.keep}",
        engine_recipe(reading.engine, tessdata=tessdata, model=reading.model),
    ]
    if has_model(tessdata, reading.second_model):
        parts.append(
            engine_recipe(reading.engine, tessdata=tessdata, model=reading.second_model)
        )
    parts.extend(_template_digests(settings.config))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:_RECIPE_DIGITS]


def _template_digests(config: Path) -> Iterator[str]:
    for folder in ("doctypes", "procedures"):
        for path in sorted((config / folder).glob("*.yaml")):
            yield f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}"
