"""A colleague's own mail, copied to their drop address: logged with whom it went to, as far as the book knows them.

Two things must agree: the address, which carries a token that we signed for one colleague, and the sender, who must be
that colleague. So whoever answers to all, and finds the address there, logs nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from crm.directory.addresses import parse_email
from crm.directory.merged import keepers_of
from crm.directory.people import Person, positions_of
from crm.directory.staff import Staff, today_of
from crm.directory.tables import Organization
from crm.engagement.interactions import InteractionKind, log_interaction
from crm.errors import InvalidInput, Refused
from crm.mail.answers import Answer, AnswerKind
from crm.outreach.answers.replies import OLDEST, summary, written_at
from crm.outreach.identity import DROP, Identity
from crm.store.records import by_id
from crm.store.store import Change

_BY_PEOPLE = frozenset({AnswerKind.REPLY, AnswerKind.UNSUBSCRIBE, AnswerKind.OTHER})


def drop_address_of(staff: Staff, *, identity: Identity) -> str:
    """The drop address of a member of staff; see `Answers.drop_address`."""
    if not staff.active:
        raise Refused(f"{staff.name} no longer works here.", rule="drop_address.active_staff")
    return identity.drop(staff.id)


def copied_by(session: Session, answer: Answer, *, identity: Identity) -> Staff | None:
    """The colleague who wrote a message and copied it to their drop address; None where it is not proved.

    Args:
        session: the session of the verb.
        answer: the message.
        identity: verifies the token.
    """
    if answer.sender is None or answer.kind not in _BY_PEOPLE:
        return None
    numbers = (identity.colleague(found.token) for found in answer.tokens if found.purpose == DROP)
    owners = (by_id(session, Staff, number) for number in numbers if number is not None)
    writer = _canonical(answer.sender.address)
    return next((one for one in owners if one and one.active and one.email == writer), None)


def log_copy(change: Change, answer: Answer, writer: Staff, *, before: int | None) -> dict[str, Any]:
    """Log a colleague's mail inside a verb: one interaction for each account that it went to.

    Args:
        change: the verb.
        answer: the message.
        writer: whose it is.
        before: the interaction that the same mail has been logged as already.

    Returns:
        What the received message becomes; once it is logged, its words stand in the interactions alone.
    """
    if before is not None:
        return _logged(before, "logged before")
    people, strangers = _readers(change.session, answer)
    accounts = _accounts(change.session, people, on=today_of(change.session, change.now, writer))
    if not accounts:
        return {
            "kind": AnswerKind.COPY,
            "effect": "not logged: the book knows no account of anybody in To and Cc",
        }
    return log_copy_with(change, answer, writer, accounts, received=change.now, also=_also(strangers))


def log_copy_with(
    change: Change,
    answer: Answer,
    writer: Staff,
    accounts: Sequence[tuple[Organization, Sequence[Person]]],
    *,
    received: datetime,
    also: str = "",
) -> dict[str, Any]:
    """Log a colleague's mail inside a verb with these accounts; see `log_copy`."""
    values = {
        "kind": InteractionKind.EMAIL,
        "at": written_at(answer, after=received - OLDEST, received=received),
        "summary": summary(answer, also, otherwise="(an empty e-mail)"),
        "office": writer.office,
        "inbound": False,
    }
    met = [
        log_interaction(change, account, values, people=them, staff=[writer]) for account, them in accounts
    ]
    return _logged(met[0].id, f"logged with {', '.join(account.name for account, _ in accounts)}")


def _logged(interaction_id: int, effect: str) -> dict[str, Any]:
    emptied = {"subject": "", "text": "", "raw": b""}
    return {"kind": AnswerKind.COPY, "interaction_id": interaction_id, "effect": effect, **emptied}


def _readers(session: Session, answer: Answer) -> tuple[list[Person], list[str]]:
    """Whom a message is for: those in the book, and the addresses that are nobody's there."""
    forms = {form: given for given in answer.addressed if (form := _canonical(given))}
    found = session.exec(select(Person).where(col(Person.email_key).in_(forms))).all()
    ours = session.exec(select(Staff.email).where(col(Staff.email).in_(forms))).all()
    drops = {token.token for token in answer.tokens}
    known = {person.email_key for person in found} | set(ours)
    strangers = [
        given
        for form, given in forms.items()
        if form not in known and not any(drop in given for drop in drops)
    ]
    return keepers_of(session, found), strangers


def _accounts(
    session: Session, people: Iterable[Person], *, on: date
) -> list[tuple[Organization, Sequence[Person]]]:
    """The accounts at which these people hold a position, each with those of them who do."""
    found: dict[int, list[Person]] = {}
    for person in people:
        for number in dict.fromkeys(held.organization_id for held in positions_of(session, person, on=on)):
            found.setdefault(number, []).append(person)
    return [(session.get_one(Organization, number), met) for number, met in found.items()]


def _also(strangers: list[str]) -> str:
    return f"Also to, not in the book: {', '.join(strangers)}" if strangers else ""


def _canonical(address: str) -> str | None:
    try:
        return parse_email(address).canonical
    except InvalidInput:
        return None
