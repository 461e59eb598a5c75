"""The application: three pages for whoever holds a token that we signed, and nothing for anybody else.

`/u/TOKEN` unsubscribes by one POST (RFC 8058); `/c/TOKEN` stops letters by purpose and sends a link; `/p/TOKEN`, the
link, allows, stops and sets the language. A GET or HEAD of any page changes nothing: mail scanners follow every link.
There are no cookies, no redirects, and no address but the page's own, whatever the request says of hosts.
"""

import math
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Lifespan

from crm.book import Book
from crm.consent.bases import Purpose
from crm.errors import ConfigurationError, StoreError
from crm.mail.mime import ONE_CLICK
from crm.opening import open_book
from crm.outreach.answers.preferences import CHOOSABLE
from crm.outreach.identity import PREFERENCES, UNSUBSCRIBE
from crm.reference.languages import Language
from crm.web.allowance import Allowance
from crm.web.fence import fenced
from crm.web.pages import chosen_language, page, words

ACTOR = "web"
"""How the trail names whoever chose on the pages."""

_FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}  # both, says RFC 8058 3.2
_MOST_FIELDS = 20
_LARGEST_BODY = 8_192
_SAID = {404: "unknown", 429: "busy", 500: "broken", 503: "broken"}
_IPV6_NETWORK = 64
"""Bits that one subscriber of an IPv6 network holds."""


def application(book: Book, *, lifespan: Lifespan[Starlette] | None = None) -> ASGIApp:
    """The pages of a book.

    Args:
        book: opened under the name `ACTOR`.
        lifespan: what is done when the server starts and stops.
    """
    pages = Pages(book)
    app = Starlette(
        routes=[
            Route("/u/{token}", pages.unsubscribe, methods=["GET", "POST"]),
            Route("/c/{token}", pages.choices, methods=["GET", "POST"]),
            Route("/p/{token}", pages.preferences, methods=["GET", "POST"]),
            Route("/health", health),
        ],
        exception_handlers={HTTPException: pages.refused, StoreError: pages.broken, Exception: pages.broken},
        max_body_size=_LARGEST_BODY,
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # it would redirect to whatever host the request names
    return fenced(app)


def from_environment() -> ASGIApp:
    """The pages of the book that the environment names, for any ASGI server: `crm.web.app:from_environment`, a factory."""
    book = open_book(ACTOR)
    if not book.identity.web_url:
        hint = "Set it to the address at which readers reach the pages, as in https://letters.your-domain."
        raise ConfigurationError("Nobody says where the pages are.", field="CRM_WEB_URL", hint=hint)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        book.close()

    return application(book, lifespan=lifespan)


async def health(_: Request) -> Response:
    """That the process answers."""
    return PlainTextResponse("ok\n")


class Pages:
    """What the addresses answer.

    A token of ours may be shown thirty times at once and every two seconds: a mail provider that repeats itself, a
    reader who hesitates. Who shows tokens that are none may do so twenty times, and every five seconds from then on.
    Whoever brings good tokens is never counted together: a provider unsubscribes thousands from one address.

    Args:
        book: where choices are kept.
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        self._known = Allowance(30, every=2)
        self._unknown = Allowance(20, every=5)

    async def unsubscribe(self, request: Request) -> Response:
        """One button; the same POST comes from mail programs without anybody seeing the page."""
        letter = self._letter(request, UNSUBSCRIBE)
        if request.method != "POST":
            return await self._page(request, letter, "unsubscribe")
        name, _, value = ONE_CLICK.partition("=")
        if (await _form(request)).getlist(name) != [value]:
            raise HTTPException(400)
        await run_in_threadpool(self._book.preferences.stop, letter)
        return await self._page(request, letter, "unsubscribed")

    async def choices(self, request: Request) -> Response:
        """Stop letters by purpose, or have a link sent with which one may do more. Says nothing of what is on record."""
        letter = self._letter(request, UNSUBSCRIBE)
        if request.method != "POST":
            return await self._page(request, letter, "choices", purposes=CHOOSABLE)
        form = await _form(request)
        purposes = _purposes(form.getlist("stop"))
        match form.get("do"):
            case "link":
                language = await self._language(request, letter)
                await run_in_threadpool(self._book.preferences.send_link, letter, language=language)
                return await self._page(request, letter, "said", said="sent")
            case "stop" if purposes:
                await run_in_threadpool(self._book.preferences.stop, letter, purposes)
                return await self._page(request, letter, "said", said="stopped")
            case "stop":
                return await self._page(request, letter, "said", said="unticked")
        raise HTTPException(400)

    async def preferences(self, request: Request) -> Response:
        """What the owner of an address allows and in which language; for whoever holds the link that was sent there."""
        letter = self._letter(request, PREFERENCES)
        kept = request.method == "POST"
        if kept:
            form = await _form(request)
            allowed, language = _purposes(form.getlist("allow")), _chosen_language(form.get("language"))
            wording = _consent(words(await self._language(request, letter)))
            found = await run_in_threadpool(
                self._book.preferences.choose, letter, allow=allowed, language=language, wording=wording
            )
        else:
            found = await run_in_threadpool(self._book.preferences.of, letter)
        if found is None:
            return await self._page(request, letter, "expired", status=410)
        return await self._page(request, letter, "preferences", choices=found, kept=kept)

    async def refused(self, request: Request, error: Exception) -> Response:
        """A page for a request that is none of ours, too much, or cannot be read."""
        assert isinstance(error, HTTPException)
        said = _SAID.get(error.status_code, "odd")
        return self._said(request, said, status=error.status_code, headers=error.headers)

    async def broken(self, request: Request, error: Exception) -> Response:
        """A page for an error of ours; where the database does not answer, a mail program may try again."""
        status = 503 if isinstance(error, StoreError) else 500
        return self._said(request, "broken", status=status, headers={"Retry-After": "60"})

    def _letter(self, request: Request, purpose: str) -> int:
        """The letter that the token in the address names, if its allowance is not spent."""
        letter = self._book.identity.letter(purpose, request.path_params["token"])
        if letter is None:
            wait = self._unknown.spend(_asker(request))
        else:
            wait = self._known.spend((purpose, letter))
        if wait:
            raise HTTPException(429, headers={"Retry-After": str(math.ceil(wait))})
        if letter is None:
            raise HTTPException(404)
        return letter

    async def _language(self, request: Request, letter: int) -> Language:
        return _language(request, await run_in_threadpool(self._book.preferences.language_of, letter))

    async def _page(
        self, request: Request, letter: int, name: str, *, status: int = 200, **facts: object
    ) -> Response:
        language = await self._language(request, letter)
        token = self._book.identity.token(UNSUBSCRIBE, letter)
        return HTMLResponse(self._html(name, language, token=token, **facts), status)

    def _said(
        self, request: Request, said: str, *, status: int, headers: Mapping[str, str] | None
    ) -> Response:
        return HTMLResponse(self._html("said", _language(request), said=said), status, headers)

    def _html(self, name: str, language: Language, **facts: object) -> str:
        return page(name, language, sender=self._book.identity.sender_name, **facts)


def _language(request: Request, letter: Language | None = None) -> Language:
    accepted = request.headers.get("accept-language", "")
    return chosen_language(request.query_params.get("lang"), accepted=accepted, letter=letter)


async def _form(request: Request) -> FormData:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _FORMS:
        raise HTTPException(415)
    return await request.form(max_files=0, max_fields=_MOST_FIELDS, max_part_size=_LARGEST_BODY)


def _purposes(given: Sequence[object]) -> frozenset[Purpose]:
    if not set(CHOOSABLE).issuperset(given):
        raise HTTPException(400)
    return frozenset(Purpose(str(name)) for name in given)


def _chosen_language(given: object) -> Language:
    if given not in set(Language):
        raise HTTPException(400)
    return Language(str(given))


def _consent(said: Mapping[str, str]) -> dict[str, str]:
    """The words beside each choice, as their reader sees them."""
    return {purpose: f"{said['preferences']} {said[purpose]}" for purpose in CHOOSABLE}


def _asker(request: Request) -> str:
    """Whom a request comes from, for counting: an address, or the network that one subscriber has."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return (
        str(ip_network((address, _IPV6_NETWORK), strict=False)) if isinstance(address, IPv6Address) else host
    )
