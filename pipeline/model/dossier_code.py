"""The mã hồ sơ, by which a dossier is known on receipts, in codes and in the portal."""

import re
from datetime import date, datetime

UNIT = r"(?:\d{3}\.\d{2}\.\d{2}\.[HG]\d{2}|[A-K]\d{2}(?:\.\d{1,3}){0,5})"
"""Code of an agency: Decision 20/2020/QĐ-TTg, or the reversed order before it."""

DOSSIER_CODE = re.compile(rf"({UNIT})-(\d{{6}})-(\d{{4,7}})", re.ASCII)
"""Unit, day of reception as yyMMdd, serial: four digits on provincial portals, six or
seven on those of ministries."""


def received_on(code: str) -> date | None:
    """Tell the day inside a mã hồ sơ; None where *code* is none, or the day is none."""
    match = DOSSIER_CODE.fullmatch(code)
    if match is None:
        return None
    try:
        return datetime.strptime(match[2], "%y%m%d").date()  # noqa: DTZ007 no time in it
    except ValueError:
        return None
