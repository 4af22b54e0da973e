"""Every setting with its default and unit; a misspelt key stops the start.

Order of precedence: ``PIPELINE_<SECTION>__<KEY>`` in the environment, then
``config/pipeline.toml``, then the defaults here. Secrets come from the environment or
from files only.
"""

import os
import re
import tomllib
from collections import Counter as Counts
from dataclasses import fields
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from pipeline.errors import ConfigError
from pipeline.model.dossier_code import UNIT
from pipeline.model.quality import Defect
from pipeline.model.scan import Counter, FolderRules, Priority, Share, Sides, Subfolders
from pipeline.model.sheet import Separates

Seconds = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]
Part = Annotated[float, Field(ge=0, le=1)]


class Section(BaseModel):
    """A part of the settings; unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StoreSettings(Section):
    """Where objects are kept."""

    kind: Literal["local", "s3"] = "local"
    folder: Path | None = None
    """Of a local store, absolute; None: store/ under the home folder."""

    endpoint: str = "127.0.0.1:9000"
    """Host and port of the S3 server, without scheme."""

    secure: bool = True
    region: str = "us-east-1"
    bucket_prefix: str = "sohoa-"
    """Buckets are named <prefix>originals, <prefix>work and <prefix>dossiers."""

    access_key: SecretStr = SecretStr("")
    secret_key: SecretStr = SecretStr("")
    access_key_file: Path | None = None
    secret_key_file: Path | None = None
    timeout: Seconds = 30.0
    """Seconds one request may take."""

    ca_bundle: Path | None = None
    """Certificates to believe, PEM; None: the system's."""

    allow_plain_http: bool = False
    """Whether papers may go to another machine without TLS."""

    lock: Literal["governance", "compliance", "off"] = "governance"
    """Object lock of what is kept. governance: an administrator may end it;
    compliance: nobody may, before its time; off: nothing is locked."""

    first_lock_days: Count = 30
    """Days that anything is locked from the moment it is stored: what becomes a
    dossier is locked for as long as its procedure demands."""


class RetentionSettings(Section):
    """How long dossiers are kept, by the maintenance codes of TT 05/2025/TT-BNV."""

    years: dict[Annotated[str, Field(pattern=r"^0[1-7]$")], Count] = {
        "01": 100,
        "02": 70,
        "03": 50,
        "04": 30,
        "05": 20,
        "06": 10,
        "07": 10,
    }
    """Years by code. 01 is for good: a lock needs an end, and can be made longer."""

    default: Annotated[str, Field(pattern=r"^0[1-7]$")] = "06"
    """Code of a dossier whose procedure names none."""


class CatalogSettings(Section):
    """Where the index is kept."""

    url: SecretStr = SecretStr("")
    """SQLAlchemy URL; empty: SQLite under the home folder."""

    url_file: Path | None = None


class IntakeSettings(Section):
    """When a dropped file is done, and what is too much."""

    quiet_period: Annotated[float, Field(ge=0)] = 10.0
    """Seconds without change in size or time before a file counts as written."""

    remote_quiet_period: Annotated[float, Field(ge=0)] = 30.0
    """The same on a remote share, whose server tells of changes late."""

    growing_after: Annotated[float, Field(ge=0)] = 60.0
    """Seconds a whole file must stand still to which pages may yet be added, going by
    its structure or by what this counter's scanner did before."""

    poll_interval: Seconds = 2.0
    """Seconds between two sweeps."""

    give_up_after: Seconds = 600.0
    """Seconds an incomplete file may stand still before it is set aside."""

    damaged_after: Seconds = 30.0
    """The same for a damaged file that has its end: waiting will hardly mend it."""

    keep_filed: Annotated[float, Field(ge=0)] = 60.0
    """Seconds a filed scan stays in staging: a store may forget in a power cut what it
    answered last."""

    max_bytes: Count = 2_000_000_000
    max_pages: Count = 2_000
    max_pixels: Count = 250_000_000
    """Pixels of one page: A3 at 600 dpi in colour fits."""

    probe_seconds: Seconds = 9.0
    """From the start of the probing child to a verdict; half may be CPU time."""

    probe_memory: Count = 1_500_000_000
    """Bytes the probing child may use."""


class QualitySettings(Section):
    """From where on a page counts as badly scanned."""

    check: bool = True
    """Whether all pages are looked at before any is read, and the clerk is told which
    should be scanned again."""

    sharpness: Part = 0.37
    """Below: blurred. Blur of 2 pixels at 200 dpi has 0.35, of 1.6, still read well,
    0.41."""

    contrast: Part = 0.3
    """Below: faint. Black print has 0.9."""

    paper: Part = 0.43
    """Brightness of the paper below which a page is too dark."""

    dpi: Annotated[float, Field(ge=0, le=600)] = 190.0
    """Below: too coarse. The law asks for 200 (Decree 30/2020); scanners round."""

    cut_lines: Count = 3
    """Lines that the left or right edge cuts, from which on a page is cut off."""

    cut_letters: Count = 8
    """Letters that the upper or lower edge cuts, likewise."""

    review: tuple[Defect, ...] = (
        Defect.BLURRED,
        Defect.FAINT,
        Defect.DARK,
        Defect.CUT_OFF,
        Defect.WRONG_SIDE,
    )
    """Defects that put a dossier before a person. Too coarse is not among them: such
    pages read well, and it is a setting of the scanner, the same for every scan."""

    seconds: Seconds = 10.0
    """Time limit of one page; one that takes longer goes unjudged."""


class ReadingSettings(Section):
    """How pages are read."""

    engine: Literal["auto", "tesserocr", "pytesseract"] = "auto"
    """auto: tesserocr where it is installed, which is faster."""

    tessdata: Path | None = None
    """Folder of the models; None: .cache/tessdata, then the system's."""

    model: str = "vie"
    second_model: str = "vie_fast"
    """An independent model for numbers and dates; skipped where it is missing."""

    dpi: Annotated[int, Field(ge=70, le=600)] = 200
    """Resolution the reader works at; 200 beats 300 on real scans and is faster."""

    second_look: bool = True
    """The riskiest words of a page are read again, and what is doubtful is marked."""

    careful: bool = False
    """Every page is read twice, at two sizes, and the readings vote: a third fewer
    words wrong for 1.9 times the processor. Counters and procedures come before it."""

    picture_dpi: Annotated[int, Field(ge=100, le=600)] = 300
    """Pages of higher resolution are brought down to this for the filed picture."""

    workers: Annotated[int, Field(ge=0)] = 0
    """Processes that read pages; 0: one for each processor."""

    page_seconds: Seconds = 60.0
    """Time limit of one page; after it the process is ended."""

    page_memory: Count = 2_500_000_000
    """Bytes of address space a reading process may use beyond its start."""


class FilingSettings(Section):
    """What filed documents are made of."""

    layers: bool = True
    """Color and gray pages of text are kept as ink and paper, where that is faithful:
    an eighth of the size. False: always as JPEG."""

    blank_backs: bool = True
    """Whether blank backs are filed with their paper; else they stay in the original
    only, and the manifest names them."""

    vectors: bool = True
    """Born-digital pages are kept as letters and lines, where all on them is allowed in
    an archive file. False: as pictures with words, like scans."""

    jbig2: str = "auto"
    """The program that codes what is bilevel: "auto": ``jbig2`` where it is installed;
    "off": Group 4; else its path."""

    mark: str = "hoso_tthc"
    """Profile of marks.toml for papers whose procedure and counter name none; empty:
    nothing is printed."""

    verapdf: Path | None = None
    """Folder of the jars of veraPDF, which then validates each document before it is
    stored; None: the writer's own checks alone. Needs a JDK of 11 or newer."""

    font: Path | None = None
    """File of the font of marks and signatures; None: TeX Gyre Termes or Noto Serif,
    where Debian puts them."""


class SigningSettings(Section):
    """The agency's signature on filed papers and on the store's digests."""

    key: Literal["none", "pkcs12", "pkcs11"] = "none"
    """Where the key lies: nowhere, in a file, or in a token or HSM."""

    level: Literal["b-b", "b-t", "b-lt", "b-lta"] = "b-b"
    """PAdES (ETSI EN 319 142-1): plain; with the time of a server; with all that a
    reader needs after certificates have expired; with a timestamp over that."""

    pkcs12: Path | None = None
    """The key file (.p12, .pfx)."""

    passphrase: SecretStr = SecretStr("")
    passphrase_file: Path | None = None

    module: Path | None = None
    """PKCS#11 module of the token's maker."""

    token: str = ""
    """Label of the token."""

    label: str = ""
    """Label of key and certificate in the token."""

    pin: SecretStr = SecretStr("")
    pin_file: Path | None = None

    timestamp_url: str = ""
    """RFC 3161 server; empty: signatures tell the time of this machine's clock."""

    timestamp_seconds: Seconds = 10.0
    """Seconds the timestamp server may take."""


class ExportSettings(Section):
    """What packages for an archive say of who hands them over (TT 05/2025/TT-BNV)."""

    fonds: Annotated[str, Field(max_length=100)] = ""
    """Mã phông, which the archive gives; empty: the agency's code in the mã hồ sơ."""

    agreement: Annotated[str, Field(max_length=100)] = ""
    """Code of the registered submission; empty: the mã hồ sơ."""

    mode: Literal["01", "02", "03"] = "02"
    """Who may use what is handed over: everybody; under conditions; secret."""

    backup_copy: bool = False
    """Whether the archive is to keep a backup copy (chế độ dự phòng)."""


class SheetSettings(Section):
    """Separator and leader sheets."""

    keys: SecretStr = SecretStr("")
    """One key a line, ``<key id> <secret>``: the first signs, all verify."""

    keys_file: Path | None = None
    keep: bool = False
    """Whether sheets are filed as papers of the dossier they stand before."""


class WorkSettings(Section):
    """Leases and tries."""

    lease: Seconds = 120.0
    """Seconds without a sign of life after which another worker may take over."""

    attempts: Count = 4
    """Tries before a batch is left to an operator."""

    keep_days: Count = 30
    """Days after filing that page results are kept for another look."""


class PrefectSettings(Section):
    """The orchestration server of the embedded stack, and names in it."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 4200
    work_pool: str = "sohoa"
    concurrency: Count = 2
    """Scans one worker digitizes at the same time."""

    upkeep_interval: Seconds = 300.0


class WebSettings(Section):
    """The search page."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8400
    names: tuple[str, ...] = ()
    """Host names browsers may use beside the loopback's: requests to others are
    refused, which keeps foreign pages from reaching this one by a name of theirs."""


class Settings(BaseSettings):
    """All settings of one process."""

    model_config = SettingsConfigDict(
        env_prefix="PIPELINE_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
    )

    home: Path = Path("home")
    """Folder of all state: store, catalog, drop folders, scratch, Prefect."""

    config: Path = Path("config")
    """Folder of pipeline.toml, counters.toml, procedures/ and doctypes/."""

    drop: Path | None = None
    """Folder of the drop folders; None: drop/ under the home folder."""

    store: StoreSettings = StoreSettings()
    retention: RetentionSettings = RetentionSettings()
    catalog: CatalogSettings = CatalogSettings()
    intake: IntakeSettings = IntakeSettings()
    quality: QualitySettings = QualitySettings()
    reading: ReadingSettings = ReadingSettings()
    filing: FilingSettings = FilingSettings()
    signing: SigningSettings = SigningSettings()
    export: ExportSettings = ExportSettings()
    sheets: SheetSettings = SheetSettings()
    work: WorkSettings = WorkSettings()
    prefect: PrefectSettings = PrefectSettings()
    web: WebSettings = WebSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the library's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over what the file says."""
        return env_settings, init_settings

    @cached_property
    def drop_root(self) -> Path:
        """Folder that holds one drop folder a counter."""
        return self.drop or self.home / "drop"


def load_settings(config: Path | None = None, home: Path | None = None) -> Settings:
    """Read the settings of this process.

    Args:
        config: folder of the configuration; default: ``config`` beside the package,
            else in the working folder.
        home: folder of all state, over what environment and file say. A relative
            folder in those is meant from the configuration's parent folder.

    Raises:
        ConfigError: a file is missing or malformed, a key or a variable of the
            environment unknown, a value not allowed.
    """
    _refuse_unknown_variables()
    folder = config or default_config()
    values = read_toml(folder / "pipeline.toml")
    values["config"] = folder
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise ConfigError(explain(folder / "pipeline.toml", error)) from error
    chosen = home.absolute() if home else folder.absolute().parent / settings.home
    return settings.model_copy(update={"home": chosen})


def _refuse_unknown_variables() -> None:
    """Find misspelt variables, which would change nothing without a word."""
    known = {"PIPELINE_CONFIG"}
    for name, field in Settings.model_fields.items():
        keys = getattr(field.annotation, "model_fields", None)
        names = [f"{name}__{key}" for key in keys] if keys else [name]
        known.update(f"PIPELINE_{each}".upper() for each in names)
    given = (name for name in os.environ if name.upper().startswith("PIPELINE_"))
    unknown = sorted(name for name in given if name.upper() not in known)
    if unknown:
        raise ConfigError(f"environment: no such setting: {', '.join(unknown)}")


def default_config() -> Path:
    """Find the configuration: ``PIPELINE_CONFIG``, the checkout's, or here."""
    named = os.environ.get("PIPELINE_CONFIG")
    if named:
        return Path(named).absolute()
    beside = Path(__file__).parent.parent / "config"
    return beside if beside.is_dir() else Path("config").absolute()


_FOLDER = r"^/?[^./][^/]*(/[^./][^/]*)*$"
"""Names with slashes between; none begins with a dot, so none leads up or hides."""


class _CounterEntry(Section):
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
    name: str
    office: str
    procedure: str | None = None
    converter: str = ""
    mark: str | None = None
    enabled: bool = True
    path: Annotated[str, Field(pattern=_FOLDER)] | None = None
    poll_interval: Annotated[float, Field(ge=0.2, le=3600)] | None = None
    quiet_period: Annotated[float, Field(ge=0)] | None = None
    share: Share = Share.LOCAL
    ignore: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    done_marker: bool = False
    priority: Priority = Priority.DAY
    status_file: bool = True
    patch: Separates = Separates.DOSSIER
    agencies: tuple[Annotated[str, Field(pattern=f"^{UNIT}$")], ...] = ()
    careful: bool | None = None
    both_sides: bool = True
    keep_days: Annotated[int, Field(ge=0, le=3650)] = 0
    sides: Sides = Sides.SINGLE
    sides_within: Seconds = 600.0
    subfolders: Subfolders = Subfolders.IGNORED
    late_within: Annotated[float, Field(ge=0, le=86_400)] = 600.0

    def to_counter(self) -> Counter:
        """Put what concerns the drop folder together."""
        rules = {rule.name for rule in fields(FolderRules)}
        return Counter(
            **self.model_dump(exclude=rules),
            folder=FolderRules(**self.model_dump(include=rules)),
        )


class _CounterFile(Section):
    counters: list[_CounterEntry]


def load_counters(config: Path) -> tuple[Counter, ...]:
    """Read ``counters.toml``.

    Raises:
        ConfigError: the file is missing or malformed, two counters share an id, a
            counter's procedure has no file in ``procedures/``, or a counter whose
            folders are dossiers cannot have them so.
    """
    path = config / "counters.toml"
    try:
        entries = _CounterFile.model_validate(read_toml(path)).counters
    except ValidationError as error:
        raise ConfigError(explain(path, error)) from error
    counters = tuple(entry.to_counter() for entry in entries)
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, counter in enumerate(counters):
        if counter.id in {other.id for other in counters[:number]}:
            place = _place(path, lines, ("counters", number, "id"))
            raise ConfigError(f"{place}: two counters share an id: {counter.id}")
        if counter.drop in {other.drop for other in counters[:number]}:
            place = _place(path, lines, ("counters", number, "path"))
            raise ConfigError(f"{place}: two counters share a folder: {counter.id}")
        if counter.folder.subfolders is Subfolders.DOSSIERS:
            fault = _forbids_dossiers(counter, counters)
            if fault:
                place = _place(path, lines, ("counters", number, "subfolders"))
                raise ConfigError(f"{place}: counter {counter.id}: {fault}")
        template = config / "procedures" / f"{counter.procedure}.yaml"
        if counter.procedure is not None and not template.is_file():
            place = _place(path, lines, ("counters", number, "procedure"))
            raise ConfigError(f"{place}: counter {counter.id}: there is no {template}")
    return counters


def _forbids_dossiers(counter: Counter, counters: tuple[Counter, ...]) -> str:
    """Say why folders inside a drop folder cannot be dossiers; empty: they can."""
    if counter.folder.sides is not Sides.SINGLE:
        return "files of folders that are dossiers are not fronts and backs"
    inside = [each.id for each in counters if each.drop.startswith(f"{counter.drop}/")]
    if inside:
        return f"the drop folder of {inside[0]} would be a dossier of its"
    return ""


_KEY_LINE = re.compile(r"([0-9A-Z]{1,12})\s+(\S{32,})", re.ASCII)
"""Key id and secret. The id stands on the sheet; a secret has 128 bits or more."""


def sheet_keys(sheets: SheetSettings) -> dict[str, bytes]:
    """Read the keys that sign separator and leader sheets, the signing one first.

    Raises:
        ConfigError: the file cannot be read, or a line is not a key.
    """
    keys: dict[str, bytes] = {}
    lines = secret_value(sheets.keys, sheets.keys_file).splitlines()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        match = _KEY_LINE.fullmatch(line.strip())
        if match is None:
            raise ConfigError(
                f"sheets.keys line {number}: not a key id (capitals and digits) and a"
                " secret of 32 characters or more"
            )
        if match[1] in keys:
            raise ConfigError(f"sheets.keys line {number}: key id given twice")
        keys[match[1]] = match[2].encode()
    return keys


def secret_value(value: SecretStr, file: Path | None) -> str:
    """Take a secret from its file where one is named, else from the setting.

    Raises:
        ConfigError: the file cannot be read.
    """
    if file is None:
        return value.get_secret_value()
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(f"secret file {file}: {error.strerror}") from error


def read_toml(path: Path) -> dict[str, Any]:
    """Read a file of the configuration.

    Raises:
        ConfigError: it is missing or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such file") from error
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error


def explain(path: Path, error: ValidationError) -> str:
    """Name file, line, key and what was found; never the value of a secret."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return "; ".join(
        f"{_place(path, lines, fault['loc'])}: "
        f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
        for fault in error.errors(include_input=False, include_url=False)
    )


def _place(path: Path, lines: list[str], loc: tuple[int | str, ...]) -> str:
    """Name the variable that a value came from, else its file and line.

    Where a key is missing, it is the line of its table.
    """
    variable = "PIPELINE_" + "__".join(str(part) for part in loc).upper()
    if variable in os.environ:
        return f"environment {variable}"
    index = next((part for part in loc if isinstance(part, int)), 0)
    wanted = ("", 0) if len(loc) == 1 else (str(loc[0]), index)
    here = ("", 0)
    counts: Counts[str] = Counts()
    best = 0
    for number, line in enumerate(lines, start=1):
        if header := _HEADER.match(line):
            here = (header[1], counts[header[1]])
            counts[header[1]] += 1
            best = number if here == wanted else best
        elif here == wanted and re.match(rf"\s*{re.escape(str(loc[-1]))}\s*=", line):
            return f"{path}:{number}"
    return f"{path}:{best}" if best else str(path)


_HEADER = re.compile(r"\s*\[\[?\s*([^\]\s]+)\s*\]")
"""The line that a table of TOML begins with."""
