"""The facts that come with Accord: what a journey may branch on without anybody writing code."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from campaigns.exits import contact_of
from campaigns.fact import Fact, FactKind, Subject
from campaigns.steps import Value
from crm.book import Book
from crm.directory.tables import Size
from crm.insight.candidate import Candidate
from crm.insight.study_group_interest import lately
from crm.mail.calendar_replies import Participation
from crm.membership.contract.standing import Punctuality, Standing
from crm.outreach.outbox_tables import COUNT_AS_SENT


def _letters_sent(subject: Subject) -> int:
    return sum(step.letter in COUNT_AS_SENT for step in subject.waiting.done.values())


def _meeting_accepted(subject: Subject) -> bool | None:
    said = [step.outcome for step in subject.waiting.done.values() if step.outcome in set(Participation)]
    return said[-1] == Participation.ACCEPTED if said else None


def _took_part_lately(subject: Subject) -> bool | None:
    return None if subject.account is None else bool(lately(subject.account, subject.on))


def _is_punctual(account: Candidate) -> bool | None:
    return None if account.punctuality is None else account.punctuality is Punctuality.ON_TIME


def _contact_role(subject: Subject) -> str | None:
    contact = contact_of(subject.waiting, subject.account)
    return None if contact is None else contact.role or None


def _contact_is_senior(subject: Subject) -> bool | None:
    contact = contact_of(subject.waiting, subject.account)
    return None if contact is None else contact.senior


def _has_open_opportunity(book: Book, ids: Sequence[int], _on: date) -> Mapping[int, bool]:
    asked = book.opportunities.open_with(ids)
    return {number: number in asked for number in ids}


def _of_account(told: Callable[[Candidate], Value | None]) -> Callable[[Subject], Value | None]:
    """Nothing is known of an account that is none any more."""
    return lambda subject: None if subject.account is None else told(subject.account)


BUILT_IN = (
    Fact(
        name="has_answered",
        words="somebody of the account or its corporate group has answered or come to us since the launch",
        kind=FactKind.YES_NO,
        see=lambda subject: subject.waiting.answered,
    ),
    Fact(
        name="letters_sent",
        words="how many letters of the run have left for it",
        kind=FactKind.NUMBER,
        see=_letters_sent,
    ),
    Fact(
        name="meeting_accepted",
        words="its calendar accepted the meeting that was proposed; not known until it answers",
        kind=FactKind.YES_NO,
        see=_meeting_accepted,
    ),
    Fact(
        name="standing",
        words="how it stands with its contributions, by the latest statement",
        kind=FactKind.WORD,
        values=tuple(Standing),
        see=_of_account(lambda account: account.standing),
    ),
    Fact(
        name="is_punctual",
        words="it has paid on time, by the latest statement",
        kind=FactKind.YES_NO,
        see=_of_account(_is_punctual),
    ),
    Fact(
        name="took_part_lately",
        words="it took part in a study group in the last 24 months",
        kind=FactKind.YES_NO,
        see=_took_part_lately,
    ),
    Fact(
        name="has_open_opportunity",
        words="somebody has an open ask to it",
        kind=FactKind.YES_NO,
        read=_has_open_opportunity,
    ),
    Fact(
        name="country",
        words="where it is based, e.g. KEN (ISO 3166 alpha-3)",
        kind=FactKind.WORD,
        see=_of_account(lambda account: account.country),
    ),
    Fact(
        name="region",
        words="the development region of its State, e.g. africa",
        kind=FactKind.WORD,
        see=_of_account(lambda account: account.region),
    ),
    Fact(
        name="segment",
        words="its segment, e.g. satellite",
        kind=FactKind.WORD,
        see=_of_account(lambda account: account.segment),
    ),
    Fact(
        name="size",
        words="its size",
        kind=FactKind.WORD,
        values=tuple(Size),
        see=_of_account(lambda account: account.size),
    ),
    Fact(
        name="contact_role",
        words="what the person who is written to does there, as it stands in the book",
        kind=FactKind.WORD,
        see=_contact_role,
    ),
    Fact(
        name="contact_is_senior",
        words="the person who is written to has a senior role",
        kind=FactKind.YES_NO,
        see=_contact_is_senior,
    ),
)
