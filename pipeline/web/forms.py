"""Read the search form: hostile bytes in, a question with its faults out."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl

from fastapi import HTTPException, Request

from pipeline.messages import translate
from pipeline.model.dossier import DossierStatus
from pipeline.model.search import SearchQuery

LONGEST_TEXT = 500
"""Characters of a search; nobody types more."""

_LONGEST_BODY = 16_384
"""Bytes: 500 letters of nine escaped bytes each, and the filters."""

_MOST_FIELDS = 20
_FORM = "application/x-www-form-urlencoded"

_ISO_DATE = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d?)-(?P<day>\d\d?)", re.ASCII)
_TYPED_DATE = re.compile(
    r"(?P<day>\d\d?)[/.-](?P<month>\d\d?)[/.-](?P<year>\d{4})", re.ASCII
)

TOO_LONG = "The search is too long: at most 500 characters."
BAD_FILTER = "This kind of document or counter is not known here."
BAD_DATE = "A date is not right. Write it as day/month/year, such as 05/09/2026."
BAD_ORDER = "The first date lies after the second."


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, as it is shown in the form again."""

    text: str = ""
    doctype: str = ""
    counter: str = ""
    review: bool = False
    """Only what a person has to look at."""

    issued_from: date | None = None
    issued_to: date | None = None

    @property
    def narrowed(self) -> bool:
        """Whether anything but words was asked for."""
        return any(
            (self.doctype, self.counter, self.review, self.issued_from, self.issued_to)
        )

    def to_query(self, *, limit: int, offset: int = 0) -> SearchQuery:
        """Put it to the catalog."""
        return SearchQuery(
            text=self.text,
            doctype=self.doctype or None,
            counter_id=self.counter or None,
            status=DossierStatus.REVIEW if self.review else None,
            issued_from=self.issued_from,
            issued_to=self.issued_to,
            limit=limit,
            offset=offset,
        )


async def read_form(request: Request) -> dict[str, str]:
    """Read the fields of a posted form.

    Raises:
        HTTPException: it is no form (415), or too large (413).
    """
    media_type = request.headers.get("content-type", "").partition(";")[0]
    if media_type.strip().lower() != _FORM:
        raise HTTPException(415)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_BODY:
            raise HTTPException(413)
    try:
        pairs = parse_qsl(
            body.decode("utf-8", "replace"),
            keep_blank_values=True,
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise HTTPException(400) from None
    return dict(pairs)


def understand(
    form: Mapping[str, str], doctypes: Collection[str], counters: Collection[str]
) -> tuple[Question, tuple[str, ...]]:
    """Turn a form into a question, and say what is wrong with it, in English.

    Args:
        form: the posted fields; all may be missing.
        doctypes: codes that may be asked for.
        counters: ids that may be asked for.
    """
    faults = []
    text = " ".join(form.get("text", "").replace("\0", " ").split())
    doctype, counter = form.get("doctype", ""), form.get("counter", "")
    dates = {}
    for name in ("issued_from", "issued_to"):
        typed = form.get(name, "").strip()
        dates[name] = _to_date(typed)
        if typed and dates[name] is None and BAD_DATE not in faults:
            faults.append(BAD_DATE)
    first, last = dates["issued_from"], dates["issued_to"]
    if first and last and first > last:
        faults.append(BAD_ORDER)
    if len(text) > LONGEST_TEXT:
        faults.append(TOO_LONG)
    if (doctype and doctype not in doctypes) or (counter and counter not in counters):
        faults.append(BAD_FILTER)
    question = Question(
        text[:LONGEST_TEXT],
        doctype if doctype in doctypes else "",
        counter if counter in counters else "",
        bool(form.get("review")),
        first,
        last,
    )
    return question, tuple(map(translate, faults))


def _to_date(typed: str) -> date | None:
    match = _ISO_DATE.fullmatch(typed) or _TYPED_DATE.fullmatch(typed)
    if match is None:
        return None
    try:
        return date(*(int(match[part]) for part in ("year", "month", "day")))
    except ValueError:
        return None
