"""Answer whatever is sent: refuse foreign hosts, harden answers, hide every failure."""

import logging
import traceback
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.errors import ObjectMissing, PipelineError, Remedy
from pipeline.web.pages import show

log = logging.getLogger(__name__)

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self'; style-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Nothing from outside, no scripts, nothing kept: the pages show personal data."""

_FORBIDDEN, _MISSING, _NOT_ALLOWED, _BAD_HOST = 403, 404, 405, 421

_LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")


class Guard:
    """The outermost layer: what passes here is a page with a status, never a trace."""

    def __init__(self, app: ASGIApp, names: tuple[str, ...]) -> None:
        """Wrap *app*.

        Args:
            app: the application.
            names: host names it answers to, beside the loopback's. A foreign page that
                points a name of its own at this machine is refused (DNS rebinding).
        """
        self._app = app
        self._names = frozenset(name.lower() for name in (*_LOCAL_NAMES, *names))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asks_head = scope["method"] == "HEAD"
        started = False

        async def send_hardened(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            elif asks_head:
                message = {**message, "body": b""}
            await send(message)

        app = self._app
        if _host(scope) not in self._names:
            app = _problem(_BAD_HOST)
        elif scope["method"] == "POST" and _is_foreign(scope):
            app = _problem(_FORBIDDEN)
        if asks_head:
            scope = {**scope, "method": "GET"}
        try:
            await app(scope, receive, send_hardened)
        except Exception as defect:  # noqa: BLE001 - whatever it is, a person waits
            _log_defect(defect)
            if not started:
                await _problem(500)(scope, receive, send_hardened)


def add_error_pages(api: FastAPI) -> None:
    """Answer errors with a page that says what to do."""

    @api.exception_handler(PipelineError)
    def on_error(_request: Request, error: PipelineError) -> HTMLResponse:
        if isinstance(error, ObjectMissing):
            return _problem(_MISSING)
        log.error("a page failed: %s", error)
        return _problem(503 if error.remedy is Remedy.TRY_AGAIN else 500)

    @api.exception_handler(HTTPException)
    def on_refusal(_request: Request, error: HTTPException) -> HTMLResponse:
        page = _problem(error.status_code)
        page.headers.update(error.headers or {})
        return page

    @api.exception_handler(RequestValidationError)
    def on_nonsense(_request: Request, _error: Exception) -> HTMLResponse:
        return _problem(_MISSING)  # an address that no page of ours links to


def _problem(status: int) -> HTMLResponse:
    return show("problem.html", status, code=status)


def _is_foreign(scope: Scope) -> bool:
    """Tell whether a form was sent from a page that is not ours.

    Browsers name the page's origin with every form; what names none is no browser.
    """
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host", "")


def _host(scope: Scope) -> str:
    """The name in the Host header, without its port."""
    host = Headers(scope=scope).get("host", "").lower()
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


def _log_defect(defect: Exception) -> None:
    """Log where, never what was said: messages of libraries quote what they got."""
    frames = "".join(traceback.format_tb(defect.__traceback__))
    log.error("a page failed by a defect: %s\n%s", type(defect).__name__, frames)
