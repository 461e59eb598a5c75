"""Opening a book: from settings to a database that is reachable, migrated and filled with its reference data."""

from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import Engine

from crm.book import Book
from crm.clock import Clock, SystemClock
from crm.config import Settings
from crm.errors import ConfigurationError
from crm.keyring import KeyRing, key_ring, own_key
from crm.mail.templates import TemplateFolder
from crm.notebook import show_several
from crm.outreach.identity import Identity
from crm.outreach.limits import Budget, Limits, Rate
from crm.outreach.send_hours import SendHours
from crm.store.engine import connect
from crm.store.postgres import Server, default_folder, open_server
from crm.store.schema import ensure_current, migrate, newest, version


def open_book(
    actor: str = "",
    *,
    settings: Settings | None = None,
    clock: Clock | None = None,
    engine: Engine | None = None,
) -> Book:
    """Open the book.

    Without ``CRM_DATABASE_URL`` the embedded PostgreSQL starts in your data folder, and a new book is migrated and
    filled with the reference data; a configured database is never changed by opening it.

    Args:
        actor: who you are, as the trail will name you: your staff e-mail address; ``CRM_ACTOR`` where none is given.
        settings: read from the environment where none are given.
        clock: the machine's clock where none is given.
        engine: on the book's database, for who opens it again and again; it stays open. One of the book's own where
            none is given.

    Raises:
        ConfigurationError: a setting is missing or wrong, or nobody says who the actor is.
        Unreachable: no database answers.
        NotMigrated: the configured database is at another version.
    """
    settings = settings or read_settings()
    who = (actor or settings.actor).strip()
    if not who:
        hint = 'Say so: crm.open(actor="you@…"), `crm --actor you@…`, or CRM_ACTOR.'
        raise ConfigurationError("Nobody says who you are.", field="CRM_ACTOR", hint=hint)
    server = open_server(folder_of(settings)) if settings.database_url is None else None
    with ExitStack() as undo:
        if server is not None:
            undo.callback(server.close)
        where = engine or database_url(settings, server)
        book = wire(where, actor=who, settings=settings, clock=clock or SystemClock(), server=server)
        undo.callback(book.close)
        if server is not None:
            _prepare(book)
        else:
            ensure_current(book.engine)
        undo.pop_all()
    show_several()
    return book


def read_settings() -> Settings:
    """The settings in the environment.

    Raises:
        ConfigurationError: one of them makes no sense; the message names it and never repeats a secret.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = f"CRM_{first['loc'][0]}".upper()
        raise ConfigurationError(f"{name}: {first['msg']}.", field=name) from None


def wire(
    where: str | Engine, *, actor: str, settings: Settings, clock: Clock, server: Server | None = None
) -> Book:
    """A book on a database, as these settings say; nothing is contacted yet.

    Args:
        where: the address of the database, or an engine on it that others use as well; closing the book leaves it open.
        actor: who reads and changes.
        settings: what the book is to be like.
        clock: says what time it is.
        server: the embedded server that the book holds while it is open, if it is on one.
    """
    return Book(
        connect(where) if isinstance(where, str) else where,
        shared=isinstance(where, Engine),
        actor=actor,
        clock=clock,
        identity=identity_of(settings),
        templates=TemplateFolder(),
        limits=limits_of(settings),
        server=server,
    )


def database_url(settings: Settings, server: Server | None) -> str:
    """Where the book is: the configured database, or the book's own on the embedded server."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    assert server is not None
    server.ensure_database(settings.book)
    return server.url(settings.book)


def folder_of(settings: Settings) -> Path:
    """The data folder."""
    return settings.data_folder or default_folder()


def identity_of(settings: Settings) -> Identity:
    """Who we are in letters."""
    return Identity(
        sender_name=settings.sender_name,
        sender_address=settings.sender_address,
        answer_domain=settings.answer_domain,
        keys=keys_of(settings),
        web_url=settings.web_url,
    )


def limits_of(settings: Settings) -> Limits:
    """How much, how fast and when letters leave.

    Raises:
        InvalidInput: the hours of sending are none.
    """
    return Limits(
        lease=timedelta(seconds=settings.lease_seconds),
        doubt=timedelta(seconds=settings.doubt_seconds),
        cap=timedelta(days=settings.cap_days),
        hours=SendHours.parse(settings.send_hours),
        rate=Rate(settings.per_minute, settings.per_domain_per_minute),
        budget=Budget(settings.failure_share, settings.failure_span, settings.complaint_share),
    )


def keys_of(settings: Settings) -> KeyRing:
    """The secret keys; on a laptop they are made on first use, a configured database needs a configured key."""
    if settings.secret_key is not None:
        return key_ring(settings.secret_key, settings.former_keys)
    if settings.database_url is not None:
        hint = "Every process needs the same one; without it, refusals and unsubscribe addresses would not be recognised."
        raise ConfigurationError("The secret key is missing.", field="CRM_SECRET_KEY", hint=hint)
    return key_ring(own_key(folder_of(settings)), settings.former_keys)


def _prepare(book: Book) -> None:
    # Several may open a new book at the same moment, and one may have been stopped half-way: each step waits for whoever
    # is at it, and finds nothing to do when it has been done.
    if not _is_ready(book):
        migrate(book.engine)
        book.reference.load()


def _is_ready(book: Book) -> bool:
    return version(book.engine) == newest() and any(book.regions)
