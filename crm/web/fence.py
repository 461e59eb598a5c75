"""What stands around every page: strict headers, and no word about readers in the log."""

import logging
from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crm.web.pages import style_source

_LOG = logging.getLogger("crm.web")
_METHODS = {"GET", "HEAD", "POST"}


def headers() -> Mapping[str, str]:
    """The headers of every answer: nothing is kept, embedded, guessed, sent elsewhere or told to where one goes next."""
    policy = f"default-src 'none'; style-src {style_source()}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    return {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Strict-Transport-Security": "max-age=31536000",
    }


def fenced(app: ASGIApp) -> ASGIApp:
    """An application with strict headers on every answer, and a log that names nobody.

    A request leaves one line there: its method, the page and the answer; never the address, which holds a token, nor
    whom it came from. An error leaves its kind and no more, for its words could name somebody.

    Args:
        app: the application inside.
    """
    strict = headers()

    async def fence(scope: Scope, receive: Receive, send: Send) -> None:
        status = 0

        async def headed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message).update(strict)
            await send(message)

        try:
            await app(scope, receive, headed)
        except Exception as error:  # noqa: BLE001 - whatever it is, its words stay in here
            _LOG.error("%s: %s", _asked(scope), type(error).__name__)
        if scope["type"] == "http":
            _LOG.info("%s: %d", _asked(scope), status)

    return fence


def _asked(scope: Scope) -> str:
    """What was asked for, without the token: the method and the name of the page."""
    method = scope.get("method", "")
    page = getattr(scope.get("endpoint"), "__name__", "no page")
    return f"{method if method in _METHODS else 'something else'} {page}"
