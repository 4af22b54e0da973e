"""The web page: find a document, see its fields on its pages, see a counter's scans.

Until users exist the server listens on the loopback interface.
"""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import uvicorn
from fastapi import APIRouter, FastAPI, HTTPException
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.telemetry import TelemetryConfig

from pipeline.bootstrap import App, open_app
from pipeline.errors import ObjectMissing, PipelineError
from pipeline.settings import Settings
from pipeline.web.counters import counter_pages
from pipeline.web.dossiers import dossier_pages
from pipeline.web.pages import STATIC
from pipeline.web.safety import Guard, add_error_pages
from pipeline.web.search import search_pages

log = logging.getLogger(__name__)

_NO_DOSSIER = f"{'0' * 16}-01"
"""Id of no dossier: asking for its manifest tells whether the store answers. The plans,
for one, may not be read by the identity of a server's web page."""

_SILENT: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""FastAPI would hand messages of exceptions to whatever the environment names."""


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
    """Build the web application; it opens stores and catalog when it starts."""

    @asynccontextmanager
    async def lifespan(api: FastAPI) -> AsyncIterator[None]:
        with open_app(settings) as app:
            for pages in (_plain_pages, search_pages, dossier_pages, counter_pages):
                api.include_router(pages(app))
            yield

    api = FastAPI(
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        telemetry=_SILENT,
    )
    api.add_middleware(Guard, names=settings.web.names)
    add_error_pages(api)
    return api


def _plain_pages(app: App) -> APIRouter:
    pages = APIRouter()

    @pages.get("/health")
    def health() -> Response:
        parts = {
            "catalog": _answers(lambda: app.catalog.batches(limit=1)),
            "store": _answers(lambda: app.archive.manifest(_NO_DOSSIER, 1)),
        }
        fine = all(parts.values())
        state = {name: "ok" if well else "down" for name, well in parts.items()}
        status = {"status": "ok" if fine else "down", **state}
        return JSONResponse(status, 200 if fine else 503)

    @pages.get("/favicon.ico")
    def icon() -> Response:
        return RedirectResponse("/static/favicon.svg", 308)

    @pages.get("/static/{name}")
    def static(name: str) -> Response:
        if name not in STATIC:
            raise HTTPException(404)
        media_type, contents = STATIC[name]
        keep = {"Cache-Control": "public, max-age=86400"}  # named by their contents
        return Response(contents, media_type=media_type, headers=keep)

    return pages


def _answers(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except ObjectMissing:
        return True
    except PipelineError as error:
        log.warning("not healthy: %s", error)
        return False
    return True
