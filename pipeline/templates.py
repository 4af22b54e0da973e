"""Read document types and procedures from YAML; refuse what is not exactly right.

A template that is slightly wrong files papers slightly wrong, for months. So every file
is read at the start, unknown keys and words are errors, and the message names file,
line and rule.
"""

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic import Field as Limit

from pipeline.errors import TemplateError
from pipeline.model.template import (
    SEPARATOR,
    UNKNOWN,
    Check,
    Component,
    DocType,
    FieldRule,
    Half,
    Kind,
    Procedure,
    Rule,
    Standing,
    Take,
    Within,
)
from pipeline.model.unicode import comparable

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's where PyYAML was built with it: the 140 files take .1 s instead of 1.9, in
each process that opens the house."""

_MAX_BYTES = 64 * 1024
"""Of one file: the longest form of the country needs a tenth of it."""

_MAX_DEPTH = 8
"""Lists and mappings inside one another; a template needs four."""

_OPENING = (
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)
_CLOSING = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)

_LABELLED = frozenset(
    {Take.RIGHT_OF_LABEL, Take.BELOW_LABEL, Take.LETTER_GRID, Take.TABLE_COLUMN}
)
"""Takes that start from a printed label."""

_KINDS_OF_RULE = {
    Rule.NOT_BEFORE: (Kind.DATE, Kind.DATE),
    Rule.ID_MATCHES_BIRTH: (Kind.PERSONAL_ID, Kind.DATE),
    Rule.ID_MATCHES_SEX: (Kind.PERSONAL_ID, Kind.SEX),
}
"""What ``field`` and ``other`` of a check must be."""

_Slug = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)
]
_Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
_Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)
]
_Share = Annotated[float, Limit(gt=0, le=1)]
_ProcedureCode = Annotated[str, StringConstraints(pattern=r"^\d\.\d{6}(\.\w+)*$")]
_Place = tuple[str | int, ...]

_Node = TypeVar("_Node", bound="_Entry")


def load_doctypes(config: Path) -> tuple[DocType, ...]:
    """Read ``doctypes/*.yaml`` below *config*, ordered by code.

    A field without a threshold of its own gets that of its kind, in ``kinds.yaml``, or
    that of its type where this is higher.

    Raises:
        TemplateError: a file is missing, malformed or contradicts another one.
    """
    owners: dict[str, Path] = {}
    kinds = load_thresholds(config)
    paths = _files(config / "doctypes")
    return tuple(_thresholded(_read_doctype(path, owners), kinds) for path in paths)


def load_thresholds(config: Path) -> dict[Kind, float]:
    """Read ``kinds.yaml``: confidence under which a value of a kind goes to review.

    Empty where there is no such file.

    Raises:
        TemplateError: it is malformed.
    """
    path = config / "kinds.yaml"
    if not path.exists():
        return {}
    return dict(_Source(path).read(_KindsEntry).review_below)


def _thresholded(doctype: DocType, kinds: Mapping[Kind, float]) -> DocType:
    fields = tuple(
        replace(rule, review_below=max(kinds[rule.kind], doctype.review_below))
        if rule.review_below is None and rule.kind in kinds
        else rule
        for rule in doctype.fields
    )
    return replace(doctype, fields=fields, kinds_below=tuple(kinds.items()))


def load_procedures(
    config: Path, doctypes: Iterable[DocType] | None = None
) -> tuple[Procedure, ...]:
    """Read ``procedures/*.yaml`` below *config*, ordered by code.

    Args:
        config: folder of the configuration.
        doctypes: its document types, where they were read already.

    Raises:
        TemplateError: a file is missing or malformed, or names a document type that
            ``doctypes/`` does not have.
    """
    if doctypes is None:
        doctypes = load_doctypes(config)
    known = {doctype.code for doctype in doctypes}
    paths = _files(config / "procedures")
    return tuple(_read_procedure(path, known) for path in paths)


def find_problems(config: Path) -> Iterator[TemplateError]:
    """Try every template below *config*; give what is wrong, one error a broken file.

    Raises:
        TemplateError: a folder of templates is missing or empty.
    """
    try:
        load_thresholds(config)
    except TemplateError as error:
        yield error
    owners: dict[str, Path] = {}
    known = set()
    for path in _files(config / "doctypes"):
        known.add(path.stem)  # a broken type is told once, not by each procedure
        try:
            _read_doctype(path, owners)
        except TemplateError as error:
            yield error
    for path in _files(config / "procedures"):
        try:
            _read_procedure(path, known)
        except TemplateError as error:
            yield error


def _read_doctype(path: Path, owners: dict[str, Path]) -> DocType:
    """Read a document type; *owners* remembers whose each heading is."""
    source = _Source(path)
    entry = source.read(_DocTypeEntry)
    _check_doctype(entry, source)
    for part in ("headings", "abbreviations"):
        for index, words in enumerate(getattr(entry.first_page, part)):
            owner = owners.setdefault(f"{part} {comparable(words)}", path)
            if owner != path:
                source.refuse(
                    f"{words!r} also stands in {owner.name}",
                    ("first_page", part, index),
                )
    return entry.to_doctype()


def _read_procedure(path: Path, known: Collection[str]) -> Procedure:
    source = _Source(path)
    entry = source.read(_ProcedureEntry)
    source.expect_name(entry.code)
    seen: set[str] = set()
    for index, component in enumerate(entry.components):
        place = ("components", index, "doctype")
        if component.doctype not in known:
            source.refuse(f"no document type {component.doctype!r}", place)
        if component.doctype in seen:
            source.refuse(f"{component.doctype!r} is listed twice", place)
        seen.add(component.doctype)
    return entry.to_procedure()


class _Entry(BaseModel):
    # Not strict: YAML has lists and strings where the values are tuples and words of
    # a vocabulary. Numbers still do not become strings: 1.001193 must be quoted.
    model_config = ConfigDict(extra="forbid", frozen=True)


class _FirstPage(_Entry):
    headings: tuple[_Words, ...] = ()
    within: Within = Within.TOP_THIRD
    markers: tuple[_Words, ...] = ()
    abbreviations: tuple[_Words, ...] = ()


class _FieldEntry(_Entry):
    name: _Name
    take: Take
    kind: Kind
    labels: tuple[_Words, ...] = ()
    required: bool = False
    review_below: _Share | None = None
    after: _Words | None = None
    half: Half | None = None
    column: _Words | None = None
    sensitive: bool = False


class _KindsEntry(_Entry):
    review_below: dict[Kind, _Share]


class _CheckEntry(_Entry):
    rule: Rule
    field: _Name
    other: _Name


class _DocTypeEntry(_Entry):
    code: _Slug
    title: _Words
    first_page: _FirstPage
    further_pages: tuple[_Words, ...] = ()
    longest: Annotated[int, Limit(ge=1, le=1000)] | None = None
    leads_dossier: bool = False
    type_code: (
        Annotated[str, StringConstraints(pattern=r"^(0[1-9]|[12]\d|3[0-2])$")] | None
    ) = None
    standing: Standing = Standing.SECTOR
    sensitive: bool = False
    layers: bool = True
    fields: tuple[_FieldEntry, ...] = ()
    checks: tuple[_CheckEntry, ...] = ()
    review_below: _Share = 0.80

    def to_doctype(self) -> DocType:
        return DocType(
            code=self.code,
            title=self.title,
            headings=self.first_page.headings,
            within=self.first_page.within,
            markers=self.first_page.markers,
            abbreviations=self.first_page.abbreviations,
            further_pages=self.further_pages,
            longest=self.longest,
            leads_dossier=self.leads_dossier,
            type_code=self.type_code,
            standing=self.standing,
            sensitive=self.sensitive,
            layers=self.layers,
            fields=tuple(FieldRule(**field.model_dump()) for field in self.fields),
            checks=tuple(Check(**check.model_dump()) for check in self.checks),
            review_below=self.review_below,
        )


class _ComponentEntry(_Entry):
    doctype: _Slug
    required: bool = True
    must_digitize: bool = False
    count: Annotated[int, Limit(ge=1, le=100)] = 1
    names: tuple[_Words, ...] = ()


class _ProcedureEntry(_Entry):
    code: _ProcedureCode
    title: _Words
    components: tuple[_ComponentEntry, ...] = ()
    retention_code: Annotated[str, StringConstraints(pattern=r"^0[1-7]$")] | None = None
    careful: bool | None = None
    mark: str | None = None

    def to_procedure(self) -> Procedure:
        return Procedure(
            code=self.code,
            title=self.title,
            components=tuple(
                Component(**component.model_dump()) for component in self.components
            ),
            retention_code=self.retention_code,
            careful=self.careful,
            mark=self.mark,
        )


class _Source:
    """One file, with the place of everything in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._root: yaml.Node | None = None

    def read(self, entry: type[_Node]) -> _Node:
        """Read the file as *entry*."""
        text = self._text()
        try:
            self._refuse_growth(text)
            self._root = yaml.compose(text, Loader=_Loader)
            self._refuse_repeated_keys()
            content = yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe one
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else None
            self._refuse_line(error.problem or "not YAML", line, error)
        except (yaml.YAMLError, ValueError) as error:
            self._refuse_line("not YAML", None, error)
        try:
            return entry.model_validate(content)
        except ValidationError as error:
            # A misspelt key explains the missing one beside it, so it comes first.
            every = error.errors(include_url=False, include_input=False)
            first = min(every, key=lambda one: one["type"] != "extra_forbidden")
            where = ".".join(str(part) for part in first["loc"])
            self.refuse(f"{where or 'the file'}: {first['msg']}", first["loc"], error)

    def expect_name(self, code: str) -> None:
        """Refuse a file whose name is not its code."""
        if self.path.stem != code:
            self.refuse(f"code is {code!r}, not the file's name", ("code",))

    def refuse(
        self, rule: str, place: _Place = (), cause: Exception | None = None
    ) -> NoReturn:
        """Raise TemplateError for *rule*, broken at *place*."""
        self._refuse_line(rule, self._line_of(place), cause)

    def _refuse_line(
        self, rule: str, line: int | None, cause: Exception | None
    ) -> NoReturn:
        where = f"{self.path}:{line}" if line else str(self.path)
        raise TemplateError(f"{where}: {rule}") from cause

    def _text(self) -> str:
        try:
            with self.path.open("rb") as file:
                data = file.read(_MAX_BYTES + 1)
        except OSError as error:
            self.refuse(error.strerror or "cannot be read", cause=error)
        if len(data) > _MAX_BYTES:
            self.refuse(f"larger than {_MAX_BYTES} bytes")
        try:
            # Editors on some systems write decomposed marks; papers compare in NFC.
            return unicodedata.normalize("NFC", data.decode("utf-8"))
        except UnicodeDecodeError as error:
            self.refuse("not UTF-8", cause=error)

    def _refuse_growth(self, text: str) -> None:
        """Refuse what makes a small file cost much: aliases and deep nesting."""
        depth = 0
        for token in yaml.scan(text, Loader=_Loader):
            if isinstance(token, yaml.AliasToken):
                self.refuse("anchors and aliases are not allowed")
            depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
            if depth > _MAX_DEPTH:
                self.refuse("nested too deeply")

    def _refuse_repeated_keys(self) -> None:
        for mapping in _mappings(self._root):
            seen: set[str] = set()
            for key, _ in mapping.value:
                if key.value in seen:
                    line = key.start_mark.line + 1
                    self._refuse_line(f"{key.value!r} is given twice", line, None)
                seen.add(key.value)

    def _line_of(self, place: _Place) -> int | None:
        """Find the line of *place*, or of the deepest part of it that exists."""
        node = self._root
        line = None
        for part in place:
            if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
                node = node.value[part]
            elif isinstance(node, yaml.MappingNode):
                pairs = {key.value: (key, value) for key, value in node.value}
                if part not in pairs:
                    break
                key, node = pairs[part]
                line = key.start_mark.line + 1
                continue
            else:
                break
            line = node.start_mark.line + 1
        return line


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise TemplateError(f"{folder}: no such folder")
    every = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    for path in every:
        if path.suffix != ".yaml":
            raise TemplateError(f"{path}: the name of a template ends in .yaml")
    if not every:
        raise TemplateError(f"{folder}: holds no template")
    return every


def _mappings(node: yaml.Node | None) -> Iterator[yaml.MappingNode]:
    if isinstance(node, yaml.MappingNode):
        yield node
        for key, value in node.value:
            yield from _mappings(key)
            yield from _mappings(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _mappings(value)


def _check_doctype(entry: _DocTypeEntry, source: _Source) -> None:
    source.expect_name(entry.code)
    if entry.code in {UNKNOWN, SEPARATOR}:
        source.refuse(f"{entry.code!r} is a reserved code", ("code",))
    if not entry.first_page.headings and not entry.first_page.markers:
        source.refuse("needs headings or markers", ("first_page",))
    kinds: dict[str, Kind] = {}
    for index, field in enumerate(entry.fields):
        place = ("fields", index)
        if field.name in kinds:
            source.refuse(f"field {field.name!r} is given twice", place)
        if field.take in _LABELLED and not field.labels:
            source.refuse(f"{field.take} needs labels", place)
        if field.take not in _LABELLED and (field.labels or field.after or field.half):
            source.refuse(f"{field.take} uses no labels", place)
        if (field.take is Take.TABLE_COLUMN) != (field.column is not None):
            source.refuse("a column goes with table-column, and only with it", place)
        kinds[field.name] = field.kind
    for index, check in enumerate(entry.checks):
        _check_check(check, kinds, source, index)


def _check_check(
    check: _CheckEntry, kinds: dict[str, Kind], source: _Source, index: int
) -> None:
    for part, name in (("field", check.field), ("other", check.other)):
        if name not in kinds:
            source.refuse(f"no field {name!r} to check", ("checks", index, part))
    found = (kinds[check.field], kinds[check.other])
    if check.field == check.other:
        source.refuse("compares a field with itself", ("checks", index))
    wanted = _KINDS_OF_RULE.get(check.rule, (found[0], found[0]))
    if found != wanted:
        source.refuse(
            f"{check.rule} compares {wanted[0]} with {wanted[1]}", ("checks", index)
        )
