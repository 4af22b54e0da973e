"""Name all that can change a result, so that results of before can be told apart."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.model.scan import Counter
from pipeline.model.template import Procedure
from pipeline.ocr.engine import engine_recipe, find_tessdata, has_model
from pipeline.settings import Settings

_RECIPE_DIGITS = 12
"""Hexadecimal digits of a recipe: enough to tell all recipes of a province apart."""

RESULT_VERSION = 6
"""Raised when code changes what is read from the same page with the same options."""


def make_recipe(settings: Settings, *, careful: bool = False) -> str:
    """Name everything that can change a result: options, engines, models, templates.

    Args:
        settings: of this process.
        careful: pages are read twice; such results are never mixed with others.
    """
    reading = settings.reading
    tessdata = find_tessdata(reading.tessdata)
    parts = [
        f"result {RESULT_VERSION}",
        f"dpi {reading.dpi} picture {reading.picture_dpi}",
        f"layers {settings.filing.layers} vectors {settings.filing.vectors}",
        f"sheets {settings.sheets.keep}",
        f"blank backs {settings.filing.blank_backs}",
        f"quality {settings.quality.model_dump(mode='json', exclude={'seconds'})}",
        *(["careful"] if careful else []),
        f"second look {reading.second_look}",
        engine_recipe(reading.engine, tessdata=tessdata, model=reading.model),
    ]
    if has_model(tessdata, reading.second_model):
        parts.append(
            engine_recipe(reading.engine, tessdata=tessdata, model=reading.second_model)
        )
    parts.extend(_template_digests(settings.config))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:_RECIPE_DIGITS]


def find_careful(
    counters: Iterable[Counter], procedures: Iterable[Procedure], default: bool
) -> frozenset[str]:
    """Find the counters whose pages are read twice.

    What a counter says of itself counts before what its procedure says, and that before
    the *default* of the settings.
    """
    wanted = {procedure.code: procedure.careful for procedure in procedures}
    said = {
        counter.id: (counter.careful, wanted.get(counter.procedure or ""), default)
        for counter in counters
    }
    return frozenset(
        counter
        for counter, words in said.items()
        if next(word for word in words if word is not None)
    )


def _template_digests(config: Path) -> Iterator[str]:
    for pattern in ("doctypes/*.yaml", "procedures/*.yaml", "kinds.yaml"):
        for path in sorted(config.glob(pattern)):
            yield f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}"
