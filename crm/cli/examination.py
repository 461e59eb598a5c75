"""What `crm doctor` looks at in this layer: one function for each thing, from settings to findings."""

import os
import platform
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version as version_of

from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from crm.checks import Check
from crm.clock import Clock
from crm.config import ON_THIS_MACHINE, Settings, Tls
from crm.directory.staff import StaffFacet
from crm.errors import AccordError, InvalidInput, NotFound
from crm.insight.search import Search
from crm.mail.gate import header_text
from crm.mail.message import Mailbox, Message
from crm.mail.mime import compose
from crm.mail.smtp import SmtpFailure, Timeouts, mail_server
from crm.mail.templates import TemplateFolder
from crm.membership.dues.uncharged import uncharged, uncharged_states, year_to_invoice
from crm.opening import database_url, folder_of, keys_of
from crm.outreach.outgoing import Outgoing
from crm.outreach.stuck_mail import stuck_mail
from crm.reference.loader import Reference
from crm.reference.membership_rules import membership_rules
from crm.store.engine import connect
from crm.store.postgres import open_server
from crm.store.schema import newest, version
from crm.store.store import Store
from crm.store.violations import told_in_our_words

_PATIENCE = Timeouts(connect=3, command=5, final=5, quit=1)
_PLACEHOLDER = ".example"


def examinations(clock: Clock) -> Mapping[str, Callable[[Settings], Iterable[Check]]]:
    """What is looked at, in order, by name.

    Args:
        clock: says what time it is.
    """
    return {
        "program": _program,
        "actor": _actor,
        "secret key": _secret_key,
        "database": partial(_database, clock=clock),
        "templates": _templates,
        "sender": _sender,
        "mail server": _mail_server,
        "inbox": _inbox,
        "mail gate": _gate,
    }


def _program(_settings: Settings) -> Iterator[Check]:
    yield Check(
        "program", ok=True, detail=f"Accord {version_of('accord')} on Python {platform.python_version()}."
    )


def _actor(settings: Settings) -> Iterator[Check]:
    hint = "Set CRM_ACTOR to your staff e-mail address, or give --actor."
    if settings.actor:
        yield Check("actor", ok=True, detail=f"You are {settings.actor}.")
    else:
        yield Check("actor", ok=None, detail="Nobody says who you are.", hint=hint)


def _secret_key(settings: Settings) -> Iterator[Check]:
    if settings.secret_key is None and settings.database_url is None:
        made = (folder_of(settings) / "secret.key").exists()
        yield Check(
            "secret key", ok=True, detail="Kept in the data folder." if made else "Made on first use."
        )
        return
    keys = keys_of(settings)
    former = f", and {len(keys.former)} former ones are recognised" if keys.former else ""
    yield Check("secret key", ok=True, detail=f"CRM_SECRET_KEY is set{former}.")


def _database(settings: Settings, *, clock: Clock) -> Iterator[Check]:
    server = open_server(folder_of(settings)) if settings.database_url is None else None
    engine = connect(database_url(settings, server))
    try:
        with told_in_our_words(), engine.connect() as connection:
            number = connection.scalar(text("SHOW server_version"))
        yield Check("database", ok=True, detail=f"PostgreSQL {number} {_place(settings)}.")
        yield from _contents(engine, settings, clock)
    finally:
        engine.dispose()
        if server is not None:
            server.close()


def _place(settings: Settings) -> str:
    if settings.database_url is None:
        return f"comes with Accord, in {folder_of(settings)}; the book is {settings.book}"
    address = make_url(settings.database_url.get_secret_value())
    return f"at {address.host or address.query.get('host', 'the local socket')}, database {address.database}"


def _contents(engine: Engine, settings: Settings, clock: Clock) -> Iterator[Check]:
    found = version(engine)
    if found is None and settings.database_url is None:
        yield Check("migrations", ok=None, detail="The book is new.", hint="It is filled on first use.")
        return
    if found != newest():
        detail = f"The database is at version {found or 'none'}, this program needs {newest()}."
        yield Check("migrations", ok=False, detail=detail, hint="Run `crm migrate`.")
        return
    yield Check("migrations", ok=True, detail=f"At version {found}.")
    store = Store(engine, actor="doctor", clock=clock)
    yield _reference(store)
    yield _search(store)
    yield _outgoing(store)
    yield _outbox(store)
    yield from _dues(store)
    if settings.actor:
        yield _on_the_staff(store, settings.actor)


def _reference(store: Store) -> Check:
    report = Reference(store).load(dry_run=True)
    held = sum(table.changed + table.unchanged + table.kept for table in report.tables)
    if not held:
        return Check("reference", ok=False, detail="No facts are loaded.", hint="Run `crm reference load`.")
    if report.touched:
        detail = f"{report.touched} rows differ from the files of this program."
        return Check("reference", ok=None, detail=detail, hint="Run `crm reference load`.")
    return Check("reference", ok=True, detail=f"{held} facts, as in the files of this program.")


def _search(store: Store) -> Check:
    if Search(store).is_complete():
        return Check("search", ok=True, detail="Every text in the book can be found.")
    detail = (
        "Some texts cannot be found: they were in the book before it could search, or were copied into it."
    )
    return Check("search", ok=None, detail=detail, hint="Run `crm search --rebuild`.")


def _outgoing(store: Store) -> Check:
    if stop := Outgoing(store).stopped:
        return Check("outgoing mail", ok=None, detail=stop.words, hint="Let it go on: `crm mail resume`.")
    return Check("outgoing mail", ok=True, detail="Letters that are due go out.")


def _outbox(store: Store) -> Check:
    with store.reading() as session:
        stuck = stuck_mail(session)
        halted = [
            f"Run {run.id} paused itself on {run.halted_at:%-d %B %Y}: {run.note}" for run in stuck.halted
        ]
    found = [*([f"{stuck.letters}."] if stuck.letters else []), *halted]
    if not found:
        return Check("outbox", ok=True, detail="No letter and no campaign waits for a decision.")
    hint = "See `crm mail outbox --status held` and `--status in_doubt`; `crm campaign status` has each run."
    return Check("outbox", ok=None, detail=" ".join(found), hint=hint)


def _dues(store: Store) -> Iterator[Check]:
    with store.reading() as session:
        today = store.now().date()
        rules = membership_rules(session)
        if not rules.lines:
            return
        year = year_to_invoice(rules.on(today), today)
        left, states = uncharged(session, year), uncharged_states(session, year)
    if left:
        detail = f"Not charged for {year}, although its invoices should have gone out: {left:,} of the memberships."
        yield Check("dues", ok=None, detail=detail, hint=f"See `crm dues assess {year} --dry-run`.")
    else:
        yield Check("dues", ok=True, detail=f"Every membership is charged for {year}, or exempt.")
    if states:
        detail = f"{states:,} Member States are not charged for {year}, and were for another year."
        hint = f"See `crm contribution assess {year} --dry-run`."
        yield Check("contributions", ok=None, detail=detail, hint=hint)


def _on_the_staff(store: Store, actor: str) -> Check:
    try:
        return Check("staff", ok=True, detail=f"You are on the staff as {StaffFacet(store).get(actor).name}.")
    except (NotFound, InvalidInput):
        hint = "Letters need somebody to sign them: `crm staff add`."
        return Check("staff", ok=None, detail=f"{actor} is not on the staff.", hint=hint)


def _templates(_settings: Settings) -> Iterator[Check]:
    folder = TemplateFolder()
    try:
        letters = [(name, language) for name in folder.names() for language in folder.languages(name)]
        for name, language in letters:
            folder.version(name, language)
    except AccordError as error:
        yield Check("templates", ok=False, detail=error.message, hint=error.hint or "")
    else:
        detail = (
            f"{len(letters)} letters can be read." if letters else f"There are no letters in {folder.path}."
        )
        yield Check("templates", ok=bool(letters), detail=detail)


def _sender(settings: Settings) -> Iterator[Check]:
    detail = f"Letters come from {settings.sender_address}, answers go to {settings.answer_domain}."
    Mailbox(settings.sender_name, settings.sender_address)
    reserved = settings.sender_address.endswith(_PLACEHOLDER) or settings.answer_domain.endswith(_PLACEHOLDER)
    hint = "These are placeholders: set CRM_SENDER_ADDRESS and CRM_ANSWER_DOMAIN." if reserved else ""
    yield Check("sender", ok=None if reserved else True, detail=detail, hint=hint)


def _mail_server(settings: Settings) -> Iterator[Check]:
    try:
        mail_server(settings, timeouts=_PATIENCE).line().quit()
    except SmtpFailure as failure:
        hint = "Start it, or set CRM_SMTP_HOST, CRM_SMTP_PORT and CRM_SMTP_TLS. Letters wait in the outbox meanwhile."
        yield Check("mail server", ok=False, detail=failure.message, hint=hint)
        return
    yield _answers(settings)


def _answers(settings: Settings) -> Check:
    tls = settings.tls_of_mail_server
    login = f", logged in as {settings.smtp_username}" if settings.smtp_username else ""
    detail = f"{settings.smtp_host}:{settings.smtp_port} answers (TLS: {tls}{login})."
    if tls is not Tls.NONE or settings.smtp_host in ON_THIS_MACHINE:
        return Check("mail server", ok=True, detail=detail)
    hint = "Letters travel in the clear to another machine: take CRM_SMTP_TLS=none away, unless the way is yours alone."
    return Check("mail server", ok=None, detail=detail, hint=hint)


def _inbox(settings: Settings) -> Iterator[Check]:
    inbox = settings.inbox or folder_of(settings) / "inbox"
    if not inbox.exists():
        yield Check("inbox", ok=None, detail=f"{inbox} is not there yet.", hint="The worker makes it.")
    elif inbox.is_dir() and os.access(inbox, os.R_OK | os.W_OK | os.X_OK):
        yield Check("inbox", ok=True, detail=f"{inbox} can be read and written.")
    else:
        hint = "The worker takes answers from there: give it to the user who runs the worker."
        yield Check("inbox", ok=False, detail=f"{inbox} is no folder that you can write to.", hint=hint)


def _gate(_settings: Settings) -> Iterator[Check]:
    """Whether this Python writes headers as it must: patch versions have differed in what they let through."""
    try:
        header_text("Hello\r\nBcc: somebody@accord.example", field="subject")
    except InvalidInput:
        compose(_probe())
        yield Check(
            "mail gate", ok=True, detail="Names and addresses in any script are written as they should be."
        )
    else:
        yield Check(
            "mail gate", ok=False, detail="A line break gets into a header.", hint="Do not send; report it."
        )


def _probe() -> Message:
    return Message(
        message_id="<probe@accord.example>",
        date=datetime(2026, 1, 1, tzinfo=UTC),
        sender=Mailbox("Équipe des membres", "membership@accord.example"),
        to=Mailbox("أمينة", "amina@xn--mgbh0fb.example"),
        subject="مرحبا",
        text="مرحبا",
        language="ar",
    )
