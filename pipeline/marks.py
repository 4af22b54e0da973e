"""Read what is printed on filed papers from ``config/marks.toml``."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import Field, RootModel, ValidationError, field_validator

from pipeline.errors import ConfigError
from pipeline.model.mark import (
    PLACEHOLDERS,
    Lines,
    Margin,
    MarkProfile,
    TimeFormat,
)
from pipeline.model.scan import Counter
from pipeline.model.template import Procedure
from pipeline.pdf.printed_font import find_font
from pipeline.settings import Section, Settings, explain, read_toml
from pipeline.usecases.marking import Marker

_BRACED = re.compile(r"\{([^{}]*)\}|[{}]")

_Points = Annotated[float, Field(ge=4, le=20)]


class _ProfileEntry(Section):
    title: str
    mark: Lines = ()
    signature: Lines = ()
    separator: str = " | "
    time: TimeFormat = TimeFormat.ISO
    size: _Points = 8.0
    signature_size: _Points = 10.0
    margin: Margin = Margin.BOTTOM
    every_page: bool = False

    @field_validator("mark", "signature")
    @classmethod
    def _knows_its_placeholders(cls, lines: Lines) -> Lines:
        for part in (part for line in lines for part in line):
            for found in _BRACED.finditer(part):
                if found[1] not in PLACEHOLDERS:
                    known = ", ".join(sorted(PLACEHOLDERS))
                    raise ValueError(f"no such placeholder: {found[0]}; known: {known}")
        return lines


class _MarksFile(RootModel[dict[str, _ProfileEntry]]):
    pass


def load_marks(config: Path) -> dict[str, MarkProfile]:
    """Read the profiles, by their code.

    Raises:
        ConfigError: the file is missing or malformed, or a text asks for something
            that is not known.
    """
    path = config / "marks.toml"
    try:
        entries = _MarksFile.model_validate(read_toml(path)).root
    except ValidationError as error:
        raise ConfigError(explain(path, error)) from error
    return {
        code: MarkProfile(code=code, **entry.model_dump())
        for code, entry in entries.items()
    }


def open_marker(
    settings: Settings, counters: tuple[Counter, ...], procedures: tuple[Procedure, ...]
) -> Marker:
    """Put together what is printed on papers, and with what.

    Raises:
        ConfigError: somebody asks for a profile that is not in the file.
        ToolMissing: no font is installed.
    """
    marks = load_marks(settings.config)
    for asker, code in _asked(settings, counters, procedures):
        if code and code not in marks:
            known = ", ".join(sorted(marks))
            raise ConfigError(
                f"{asker}: no mark {code!r} in marks.toml; known: {known}"
            )
    font = find_font(settings.filing.font)
    return Marker(marks, settings.filing.mark, counters, procedures, font)


def _asked(
    settings: Settings, counters: tuple[Counter, ...], procedures: tuple[Procedure, ...]
) -> Iterator[tuple[str, str | None]]:
    yield "filing.mark", settings.filing.mark
    for counter in counters:
        yield f"counter {counter.id}", counter.mark
    for procedure in procedures:
        yield f"procedure {procedure.code}", procedure.mark
