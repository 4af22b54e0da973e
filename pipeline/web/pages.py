"""Fill the templates, and show dates, numbers and found words as staff read them."""

import hashlib
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
from fastapi.responses import HTMLResponse
from markupsafe import Markup, escape

from pipeline.messages import advice, paper_name, sentence, translate
from pipeline.model.dossier import WANTING, DossierStatus, FieldStatus
from pipeline.model.search import Snippet
from pipeline.model.text import OcrPage, OcrWord
from pipeline.web.labels import (
    defect_label,
    doubt_label,
    presence_label,
    review_reasons,
    source_label,
    tier_label,
)

_HERE = Path(__file__).parent

_MOST_FIELDS = 64
"""Fields of a document whose places light up; no form has half as many."""

_COUNTER_TIME = ZoneInfo("Asia/Ho_Chi_Minh")
_ISO_DATE = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d))?")

_PERSONAL_NUMBER = re.compile(
    r"(?<!\d)(?:\d{9,}|\d{3}(?: \d{3}){2,3})(?!\d)"  # together, or in groups of three
)
"""Personal numbers (9 and 12 digits), phone numbers, and the rows of a card's MRZ that
hold them. Document numbers and dossier codes have no run of digits that long."""

_SHOWN_DIGITS = 4


def _place_rules() -> bytes:
    """Style that lights up a field's place while the field is pointed at or focused.

    One rule a field, because CSS cannot compare one element's number with another's.
    """
    selectors = ",\n".join(
        f".document:has(#field-{n}:is(:hover, :focus-within, :target)) #place-{n}"
        for n in range(1, _MOST_FIELDS + 1)
    )
    return f"{selectors} {{ fill: #ffd54a66; stroke: #b00020; }}\n".encode()


STATIC = {
    "style.css": ("text/css", (_HERE / "static/style.css").read_bytes()),
    "places.css": ("text/css", _place_rules()),
    "favicon.svg": ("image/svg+xml", (_HERE / "static/favicon.svg").read_bytes()),
}
"""All that is served beside pages: (media type, contents) by name."""


def show(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Answer with a page."""
    return HTMLResponse(_TEMPLATES.get_template(template).render(values), status)


def highlighted(snippet: Snippet) -> Markup:
    """Put a snippet's found words into ``<mark>``, personal numbers masked."""
    text = masked(snippet.text)
    parts = []
    end = 0
    for start, stop in snippet.marks:
        parts.append(escape(text[end:start]))
        parts.append(Markup("<mark>%s</mark>") % text[start:stop])
        end = stop
    parts.append(escape(text[end:]))
    return Markup("").join(parts)


def recognized(page: OcrPage) -> Markup:
    """Show the words of a page, a line a line, the doubtful ones marked.

    Pointing at one tells what a second reading saw in its place.
    """
    return Markup("\n").join(
        Markup(" ").join(map(_word, line.words)) for line in page.lines
    )


def _word(word: OcrWord) -> Markup:
    if not word.doubtful:
        return escape(word.text)
    why = translate("hard to read")
    if word.second and word.second != word.text:
        why = translate("also read as: {0}").format(word.second)
    return Markup('<mark title="%s">%s</mark>') % (why, word.text)


def masked(text: str) -> str:
    """Cover all digits of personal numbers but the last four; keeps the length."""
    return _PERSONAL_NUMBER.sub(lambda match: _cover(match[0]), text)


def covered(value: str) -> str:
    """Cover the letters and digits of a sensitive value, but the last four digits."""
    shown = value[-_SHOWN_DIGITS:] if value.isdigit() else ""
    return re.sub(r"\w", "•", value[: len(value) - len(shown)]) + shown


def local_time(moment: datetime) -> str:
    """Show a time as the counters' clocks do."""
    return moment.astimezone(_COUNTER_TIME).strftime("%H:%M %d/%m/%Y")


def local_date(value: str | date) -> str:
    """Turn a date around to dd/mm/yyyy, or mm/yyyy; leave anything else as it is."""
    match = _ISO_DATE.fullmatch(str(value))
    return "/".join(filter(None, reversed(match.groups()))) if match else str(value)


def percent(part: float) -> str:
    """Show a share of one as whole percent."""
    return f"{part:.0%}".replace("%", " %")


def static_url(name: str) -> str:
    """Address of a file beside the pages; another one whenever the file changes."""
    digest = hashlib.sha256(STATIC[name][1]).hexdigest()[:8]
    return f"/static/{name}?{digest}"


def _cover(number: str) -> str:
    hidden = len(number) - _SHOWN_DIGITS
    return re.sub(r"\d", "•", number[:hidden]) + number[hidden:]


def _make_templates() -> jinja2.Environment:
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals.update(
        _=translate,
        sentence=sentence,
        advice=advice,
        static_url=static_url,
        defect_label=defect_label,
        doubt_label=doubt_label,
        paper_name=paper_name,
        presence_label=presence_label,
        source_label=source_label,
        WANTING=WANTING,
        review_reasons=review_reasons,
        tier_label=tier_label,
        FieldStatus=FieldStatus,
        DossierStatus=DossierStatus,
    )
    filters = (highlighted, masked, local_time, local_date, percent, recognized)
    templates.filters.update({each.__name__: each for each in filters})
    return templates


_TEMPLATES = _make_templates()
