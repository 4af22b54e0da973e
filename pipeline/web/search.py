"""The pages that find documents: home, and the answers to a search.

A search is posted, then shown under an address that says nothing about it: names of
citizens stay out of histories and logs, and yet *back* and *reload* work.
"""

import secrets
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pipeline.bootstrap import App
from pipeline.model.dossier import DossierStatus
from pipeline.model.search import Hit, SearchQuery
from pipeline.model.template import UNKNOWN, DocType
from pipeline.model.unicode import fold
from pipeline.web.forms import Question, read_form, understand
from pipeline.web.memory import Kept
from pipeline.web.pages import show

_PAGE_SIZE = 20
_MOST_PAGES = 51
"""The catalog lists 1,001 documents at most."""

_NEWEST = 8
"""Dossiers on the home page."""

_NEWEST_DOCUMENTS = 60
"""Documents looked through for them."""

_REMEMBERED = 2_000
"""Searches that still have an address; a search page holds one."""

_REMEMBERED_SECONDS = 12 * 3600.0


@dataclass(frozen=True, slots=True)
class NewDossier:
    """A dossier on the home page."""

    first: Hit
    titles: tuple[str, ...]


def search_pages(app: App) -> APIRouter:
    """Make the pages over *app*."""
    pages = APIRouter()
    asked: Kept[str, Question] = Kept(_REMEMBERED, seconds=_REMEMBERED_SECONDS)
    doctypes = _sorted_types(app.doctypes)
    counters = {counter.id: counter.name for counter in app.counters}

    def form(template: str, status: int = 200, **values: Any) -> HTMLResponse:
        given = {"question": Question(), "faults": (), **values}
        return show(template, status, doctypes=doctypes, counters=counters, **given)

    @pages.get("/")
    def home() -> Response:
        review = app.catalog.search(SearchQuery(status=DossierStatus.REVIEW, limit=0))
        newest = app.catalog.search(SearchQuery(limit=_NEWEST_DOCUMENTS))
        return form("home.html", review=review, newest=_dossiers_of(newest.hits))

    @pages.post("/")
    def ask(posted: Annotated[dict[str, str], Depends(read_form)]) -> Response:
        question, faults = understand(posted, doctypes, counters)
        if faults:
            return form("asked.html", 400, question=question, faults=faults)
        token = secrets.token_urlsafe(16)
        asked.keep(token, question)
        return RedirectResponse(f"/results/{token}", 303)

    @pages.get("/results/{token}")
    def results(
        token: str, page: Annotated[int, Query(ge=1, le=_MOST_PAGES)] = 1
    ) -> Response:
        question = asked.find(token)
        if question is None:
            return form("asked.html", 410)
        offset = (page - 1) * _PAGE_SIZE
        found = app.catalog.search(question.to_query(limit=_PAGE_SIZE, offset=offset))
        return form(
            "results.html",
            question=question,
            found=found,
            token=token,
            page=page,
            first=offset + 1,
            pages=max(1, -(-found.total // _PAGE_SIZE)),
        )

    return pages


def _sorted_types(doctypes: tuple[DocType, ...]) -> dict[str, str]:
    """Titles by code, in the order of the alphabet; papers of no type last."""
    ordered = sorted(doctypes, key=lambda doctype: fold(doctype.title))
    return {doctype.code: doctype.title for doctype in ordered} | {UNKNOWN: ""}


def _dossiers_of(hits: tuple[Hit, ...]) -> tuple[NewDossier, ...]:
    """Put the newest documents together as dossiers; the last may not be whole."""
    groups = [list(group) for _, group in groupby(hits, lambda hit: hit.dossier_id)]
    if len(hits) == _NEWEST_DOCUMENTS and len(groups) > 1:
        groups.pop()
    return tuple(
        NewDossier(group[0], tuple(dict.fromkeys(hit.title for hit in group)))
        for group in groups[:_NEWEST]
    )
