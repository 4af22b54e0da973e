"""The web page: find a document, see its fields on its pages, see a counter's scans.

Searches are posted, not put into the address: names of citizens must not stay in
histories and logs. Until users exist the server listens on the loopback interface.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import uvicorn
from fastapi import FastAPI, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from markupsafe import Markup, escape
from starlette.middleware.trustedhost import TrustedHostMiddleware

from pipeline.bootstrap import App, open_app
from pipeline.errors import ObjectMissing, PipelineError, Remedy
from pipeline.messages import advice, sentence, translate
from pipeline.model.dossier import FieldStatus
from pipeline.model.search import SearchQuery, Snippet
from pipeline.settings import Settings
from pipeline.web.labels import doubt_label, field_label, tier_label

log = logging.getLogger(__name__)

_HERE = Path(__file__).parent
_PAGE_SIZE = 20
_IMAGE_WIDTH = 1000
"""Pixels of a page picture: readable on a screen, 100 to 300 kB."""

_SHOWN_BATCHES = 50
_COUNTER_TIME = ZoneInfo("Asia/Ho_Chi_Minh")

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self'; style-src 'self'; font-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""Nothing from outside, no scripts, nothing kept: the pages show personal data."""

_LOCAL_NAMES = ["127.0.0.1", "localhost", "[::1]"]


def serve(settings: Settings) -> None:
    """Run the web server until it is told to stop."""
    uvicorn.run(
        make_app(settings),
        host=settings.web.host,
        port=settings.web.port,
        access_log=False,
        server_header=False,
    )


def make_app(settings: Settings) -> FastAPI:
    """Build the web application."""

    @asynccontextmanager
    async def lifespan(api: FastAPI) -> AsyncIterator[None]:
        with open_app(settings) as application:
            api.state.app = application
            yield

    api = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    api.add_middleware(
        TrustedHostMiddleware, allowed_hosts=[*_LOCAL_NAMES, *settings.web.names]
    )
    api.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")
    _add_safety(api)
    _add_pages(api, _make_templates())
    return api


def _add_safety(api: FastAPI) -> None:
    @api.middleware("http")
    async def harden(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        response = await call_next(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response


def _add_pages(api: FastAPI, templates: Jinja2Templates) -> None:  # noqa: C901
    def page(request: Request, name: str, status: int = 200, **values: Any) -> Response:
        return templates.TemplateResponse(request, name, values, status_code=status)

    @api.exception_handler(PipelineError)
    def on_error(request: Request, error: PipelineError) -> Response:
        if isinstance(error, ObjectMissing):
            return page(request, "missing.html", 404)
        log.error("a page failed: %s", error)
        again = error.remedy is Remedy.TRY_AGAIN
        return page(request, "trouble.html", 503 if again else 500, again=again)

    @api.exception_handler(404)
    def on_missing(request: Request, _error: HTTPException) -> Response:
        return page(request, "missing.html", 404)

    @api.exception_handler(500)
    def on_defect(request: Request, _error: Exception) -> Response:
        return page(request, "trouble.html", 500, again=False)

    @api.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @api.get("/", response_class=HTMLResponse)
    def home(request: Request) -> Response:
        application = _app(request)
        return page(
            request,
            "search.html",
            query=None,
            found=None,
            counters=application.counters,
            doctypes=application.doctypes,
        )

    @api.post("/", response_class=HTMLResponse)
    def search(
        request: Request,
        text: Annotated[str, Form(max_length=500)] = "",
        counter: Annotated[str, Form(max_length=64)] = "",
        doctype: Annotated[str, Form(max_length=64)] = "",
        offset: Annotated[int, Form(ge=0, le=1000)] = 0,
    ) -> Response:
        application = _app(request)
        query = SearchQuery(
            text=text,
            counter_id=counter or None,
            doctype=doctype or None,
            limit=_PAGE_SIZE,
            offset=offset,
        )
        return page(
            request,
            "search.html",
            query=query,
            found=application.catalog.search(query),
            counters=application.counters,
            doctypes=application.doctypes,
        )

    @api.get("/dossiers/{dossier_id}", response_class=HTMLResponse)
    def dossier(request: Request, dossier_id: str) -> Response:
        manifest = _app(request).viewer.manifest(dossier_id)
        return page(request, "dossier.html", manifest=manifest)

    @api.get("/dossiers/{dossier_id}/{number}", response_class=HTMLResponse)
    def document(request: Request, dossier_id: str, number: int) -> Response:
        manifest, found = _app(request).viewer.document(dossier_id, number)
        return page(request, "document.html", manifest=manifest, document=found)

    @api.get("/dossiers/{dossier_id}/{number}/pdf")
    def pdf(request: Request, dossier_id: str, number: int) -> Response:
        viewer = _app(request).viewer
        _, found = viewer.document(dossier_id, number)
        name = Path(found.key).name
        return Response(
            viewer.pdf(found),
            media_type="application/pdf",
            headers={
                "Content-Disposition": f'attachment; filename="{dossier_id}-{name}"'
            },
        )

    @api.get("/dossiers/{dossier_id}/{number}/pages/{page_number}.png")
    def picture(
        request: Request, dossier_id: str, number: int, page_number: int
    ) -> Response:
        viewer = _app(request).viewer
        _, found = viewer.document(dossier_id, number)
        image = viewer.page_image(found, page_number, width=_IMAGE_WIDTH)
        return Response(image, media_type="image/png")

    @api.get("/counters", response_class=HTMLResponse)
    def counters(request: Request) -> Response:
        return page(request, "counters.html", counters=_app(request).counters)

    @api.get("/counters/{counter_id}", response_class=HTMLResponse)
    def counter(request: Request, counter_id: str) -> Response:
        application = _app(request)
        known = {counter.id: counter for counter in application.counters}
        if counter_id not in known:
            raise HTTPException(404)
        catalog = application.catalog
        records = catalog.batches(counter_id=counter_id, limit=_SHOWN_BATCHES)
        return page(
            request,
            "counter.html",
            counter=known[counter_id],
            records=records,
            dossiers={r.batch.id: catalog.dossiers_of(r.batch.id) for r in records},
            rejections=catalog.rejections(counter_id=counter_id, limit=_SHOWN_BATCHES),
        )


def _app(request: Request) -> App:
    application: App = request.app.state.app
    return application


def _make_templates() -> Jinja2Templates:
    templates = Jinja2Templates(directory=_HERE / "templates")
    templates.env.globals.update(
        _=translate,
        sentence=sentence,
        advice=advice,
        field_label=field_label,
        doubt_label=doubt_label,
        tier_label=tier_label,
        FieldStatus=FieldStatus,
    )
    templates.env.filters["highlighted"] = highlighted
    templates.env.filters["local_time"] = local_time
    return templates


def highlighted(snippet: Snippet) -> Markup:
    """Put a snippet's found words into ``<mark>``, everything else escaped."""
    parts = []
    end = 0
    for start, stop in snippet.marks:
        parts.append(escape(snippet.text[end:start]))
        parts.append(Markup("<mark>%s</mark>") % snippet.text[start:stop])
        end = stop
    parts.append(escape(snippet.text[end:]))
    return Markup("").join(parts)


def local_time(moment: datetime) -> str:
    """Show a time as the counters' clocks do."""
    return moment.astimezone(_COUNTER_TIME).strftime("%H:%M %d/%m/%Y")
