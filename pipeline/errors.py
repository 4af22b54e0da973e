"""Every error the pipeline raises on purpose, and what its reader should do next.

Retries, quarantine, exit codes and the sentence a clerk reads are all derived from
these classes, once. What is not here is a defect.
"""

from enum import Enum, IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """Exit codes of the command line."""

    OK = 0
    DEFECT = 1
    USAGE = 2
    CONFIG = 3
    SCAN_REJECTED = 4
    TOOL_MISSING = 5
    TRY_AGAIN = 6


class Remedy(Enum):
    """What the reader of the message should do next."""

    FIX_CONFIG = "correct the configuration, then restart"
    SET_ASIDE = "set the paper aside for a person to look at"
    TRY_AGAIN = "wait and try again; the paper is not at fault"
    REPORT = "report a defect"


class PipelineError(Exception):
    """Something the pipeline knows about went wrong."""

    remedy: ClassVar[Remedy] = Remedy.REPORT
    exit_code: ClassVar[ExitCode] = ExitCode.DEFECT


class ConfigError(PipelineError):
    """A setting, counter, procedure or credential is wrong."""

    remedy = Remedy.FIX_CONFIG
    exit_code = ExitCode.CONFIG


class TemplateError(ConfigError):
    """A document type or procedure file is wrong; names file, place and rule."""


class ToolMissing(PipelineError):
    """A program, model or font the pipeline needs is not installed."""

    remedy = Remedy.FIX_CONFIG
    exit_code = ExitCode.TOOL_MISSING


class ToolTimeout(PipelineError):
    """A program or page took longer than its limit and was ended."""

    remedy = Remedy.TRY_AGAIN
    exit_code = ExitCode.TRY_AGAIN


class StoreUnavailable(PipelineError):
    """The object store gave no usable answer; nothing is known to be written."""

    remedy = Remedy.TRY_AGAIN
    exit_code = ExitCode.TRY_AGAIN


class CatalogBusy(PipelineError):
    """The catalog gave no usable answer in time; nothing is known to be written."""

    remedy = Remedy.TRY_AGAIN
    exit_code = ExitCode.TRY_AGAIN


class SigningUnavailable(PipelineError):
    """The agency's key or its timestamp server gives no usable answer now."""

    remedy = Remedy.TRY_AGAIN
    exit_code = ExitCode.TRY_AGAIN


class ObjectMissing(PipelineError):
    """An object that a record names is not in the store."""


class ObjectConflict(PipelineError):
    """An object exists under this key with other contents; objects never change."""


class ScanRejected(PipelineError):
    """The file cannot become a dossier however often it is tried."""

    remedy = Remedy.SET_ASIDE
    exit_code = ExitCode.SCAN_REJECTED
    reason: ClassVar[str] = "REJECTED"
    """Stable code: shown to the clerk with its sentence, used in JSON and metrics."""

    part: str = ""
    """Which file of a folder is at fault: its name there, for the clerk alone."""


class UnsupportedScan(ScanRejected):
    """The contents are not a PDF, TIFF, JPEG or PNG, whatever the name says."""

    reason = "UNSUPPORTED"


class EncryptedScan(ScanRejected):
    """A password is needed to open the file."""

    reason = "ENCRYPTED"


class DamagedScan(ScanRejected):
    """The file does not open, or only by repair."""

    reason = "DAMAGED"


class IncompleteScan(ScanRejected):
    """The file ends before its contents do."""

    reason = "INCOMPLETE"


class OversizedScan(ScanRejected):
    """More bytes, pages or pixels than the limits allow."""

    reason = "OVERSIZED"


class EmptyScan(ScanRejected):
    """The file has no bytes, or nothing but separator sheets."""

    reason = "EMPTY"


class NoPagesScan(ScanRejected):
    """The file is sound and has no pages."""

    reason = "NO_PAGES"


class XfaScan(ScanRejected):
    """An electronic form that only its maker's program can draw (XFA).

    Its one page says "please wait"; filed, that would pass for the paper.
    """

    reason = "XFA_ONLY"


class SidesDiffer(ScanRejected):
    """Fronts and backs, scanned one after the other, do not belong together."""

    reason = "SIDES_DIFFER"


class BacksMissing(ScanRejected):
    """The counter scans fronts, then backs; the backs did not come in time."""

    reason = "BACKS_MISSING"


class LateScan(ScanRejected):
    """A folder of the same name, one dossier, was taken in shortly before."""

    reason = "LATE"


class DuplicateScan(ScanRejected):
    """The same bytes were received before; the message is the first batch's id."""

    reason = "DUPLICATE"

    @property
    def batch_id(self) -> str:
        """The first batch."""
        return str(self)


class PageUnreadable(PipelineError):
    """One page cannot be rendered or read; it goes to review, the scan goes on."""

    remedy = Remedy.SET_ASIDE
    exit_code = ExitCode.SCAN_REJECTED

    def __init__(self, number: int, found: str) -> None:
        super().__init__(f"page {number}: {found}")
        self.number = number
        self.found = found

    def __reduce__(self) -> tuple[type["PageUnreadable"], tuple[int, str]]:
        """Come whole out of the process that read the page."""
        return type(self), (self.number, self.found)


class WorkTakenOver(PipelineError):
    """Another try holds the batch's lease now; this one has nothing left to do."""

    remedy = Remedy.TRY_AGAIN
    exit_code = ExitCode.TRY_AGAIN
