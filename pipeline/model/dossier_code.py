"""The mã hồ sơ, by which a dossier is known on receipts, in codes and in the portal."""

import re
from datetime import date, datetime

UNIT = r"(?:\d{3}\.\d{2}\.\d{2}\.[HG]\d{2}|[A-K]\d{2}(?:\.\d{1,3}){0,5})"
"""Code of an agency: Decision 20/2020/QĐ-TTg, or the reversed order before it."""

DOSSIER_CODE = re.compile(rf"({UNIT})-(\d{{6}})-(\d{{4,7}})", re.ASCII)
"""Unit, day of reception as yyMMdd, serial: four digits on provincial portals, six or
seven on those of ministries."""


def agency_of(code: str) -> str | None:
    """Tell the code of the agency inside a mã hồ sơ; None where *code* is none."""
    match = DOSSIER_CODE.fullmatch(code)
    return match[1] if match else None


def is_of_agencies(code: str, agencies: tuple[str, ...]) -> bool:
    """Tell whether one of *agencies*, or one below it, gave out *code*.

    ``H15.50`` stands above ``H15.50.05.13``. Before Decision 20/2020 codes ran the
    other way round, ``000.00.19.H29``: there the highest agency stands last.
    """
    own = agency_of(code)
    return own is not None and any(
        own == each or own.startswith(f"{each}.") or own.endswith(f".{each}")
        for each in agencies
    )


def received_on(code: str) -> date | None:
    """Tell the day inside a mã hồ sơ; None where *code* is none, or the day is none."""
    match = DOSSIER_CODE.fullmatch(code)
    if match is None:
        return None
    try:
        return datetime.strptime(match[2], "%y%m%d").date()  # noqa: DTZ007 no time in it
    except ValueError:
        return None
