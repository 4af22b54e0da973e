"""Judge the mã hồ sơ of a dossier: fail closed wherever anything speaks against it."""

from collections import Counter as Tally
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from pipeline.model.dossier import (
    CodeReading,
    CodeSource,
    FieldStatus,
    Plan,
    PlannedDocument,
)
from pipeline.model.dossier_code import is_of_agencies, received_on
from pipeline.model.scan import Counter
from pipeline.model.text import ReadPage
from pipeline.split.printed_code import find_printed_code
from pipeline.split.rows import lay_out
from pipeline.split.separators import dossier_codes
from pipeline.split.sheets import Keyring, find_sheets

NO_CODE = "no dossier code"
SHARED_CODE = "another dossier of this scan has the same code"
EARLIER_CODE = "a dossier of an earlier scan has the same code"
SEEN_BEFORE = "its papers seem to have been scanned before, in another dossier"
FUTURE_CODE = "the dossier code's date lies after the scan"
OTHER_AGENCY = "the dossier code is that of an agency this counter does not serve"
CODE_DISAGREES = "the printed dossier code disagrees with the barcode"

DOSSIER_CODE_FIELD = "ma_ho_so"
"""Field of the receipt's template that repeats the barcode in print."""


def read_codes(pages: Iterable[ReadPage], keys: Keyring) -> Iterator[CodeReading]:
    """List every place on *pages* where a mã hồ sơ stands, whatever it is worth."""
    for page in pages:
        number = page.page.number
        for code in page.codes:
            source = CodeSource.QR if code.symbology == "qr" else CodeSource.BARCODE
            for value in dossier_codes([code]):
                yield CodeReading(source, value, number, code.box)
        for sheet in find_sheets(page.codes, keys):
            if sheet.token is not None and sheet.token.code is not None:
                yield CodeReading(CodeSource.SHEET, sheet.token.code, number, sheet.box)
        printed = find_printed_code(page, lay_out(page.page, page.text))
        if printed is not None:
            yield CodeReading(CodeSource.PRINT, printed.value, number, printed.box)


def doubt_code(
    code: str | None,
    documents: Iterable[PlannedDocument],
    counter: Counter | None,
    *,
    shared: bool,
    today: date,
) -> Iterator[str]:
    """Say what speaks against filing a dossier under *code*."""
    if code is None:
        yield NO_CODE
        return
    if shared:
        yield SHARED_CODE
    day = received_on(code)
    if day is not None and day > today:
        yield FUTURE_CODE
    agencies = counter.agencies if counter else ()
    if agencies and not is_of_agencies(code, agencies):
        yield OTHER_AGENCY
    printed = [
        field
        for document in documents
        for field in document.fields
        if field.name == DOSSIER_CODE_FIELD
    ]
    if any(
        f.status is FieldStatus.REVIEW or f.value not in (None, code) for f in printed
    ):
        yield CODE_DISAGREES


def shared_codes(codes: Iterable[str | None]) -> frozenset[str]:
    """Find the codes that stand for more than one dossier of a batch."""
    tally = Tally(code for code in codes if code is not None)
    return frozenset(code for code, count in tally.items() if count > 1)


def doubt_earlier(plan: Plan, earlier: frozenset[str]) -> Plan:
    """Let dossiers go to a person whose codes came with an *earlier* batch."""
    dossiers = tuple(
        replace(dossier, doubts=(*dossier.doubts, EARLIER_CODE))
        if dossier.code in earlier
        else dossier
        for dossier in plan.dossiers
    )
    return replace(plan, dossiers=dossiers)
