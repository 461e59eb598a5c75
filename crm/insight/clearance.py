"""`book.clearance`: may an office get in touch with an account? Clear, caution or hold, with every reason.

What stands against it is read from wherever it is on record; what it comes to is decided by `clearance_rules`, in
which the verdicts and windows of `crm/reference/data/clearance_rules.csv` speak.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from crm.dates import day_of, last_day_of
from crm.directory.names import clean_name
from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.staff import own_office, speaking_office
from crm.directory.tables import Organization
from crm.errors import NotFound, Refused
from crm.insight.clearance_facts import clearances
from crm.insight.clearance_rules import Caveat, Clearance
from crm.insight.clearance_sources import ClearanceSource
from crm.insight.clearance_tables import ClearanceOverride, in_force
from crm.insight.grounds import Question
from crm.keyring import KeyRing
from crm.reference.clearance_rule import ClearanceReason, Purpose
from crm.reference.offices import Office
from crm.store.columns import chosen
from crm.store.store import Store

AnyOffice = Office | str


class Clearances:
    """`book.clearances`: ask before you write, and override what holds you back.

    Args:
        store: the door to the database.
        keys: key the suppression list.
        sources: what the rooms of the book have to say.
    """

    def __init__(self, store: Store, *, keys: KeyRing, sources: Sequence[ClearanceSource]) -> None:
        self._store = store
        self._keys = keys
        self._sources = tuple(sources)

    def of(
        self,
        key: OrganizationKey,
        *,
        office: AnyOffice | None = None,
        purpose: Purpose | str = Purpose.CONTACT,
        on: str | date | None = None,
    ) -> Clearance:
        """Whether an office may get in touch with an account; printed, it says why not.

        What another office asked, agreed on or talked about with an account of the same corporate group counts like
        what it did with the account itself; a reservation, a complaint or a standing is that of the account alone.

        Args:
            key: which account.
            office: for which office; yours where none is named. For somebody of no office every office is another one.
            purpose: "contact" for getting in touch yourself, "campaign" for a letter of a campaign.
            on: the day; today where none is given. What is open now counts for it as if it stayed open.

        Raises:
            NotFound: nothing answers to the key, or the rules have not been loaded.
            Ambiguous: several accounts do.
        """
        with self._store.reading() as session:
            account = find_organization(session, key)
            return self._read(session, [account.id], self._question(session, office, purpose, on))[account.id]

    def of_many(
        self,
        organizations: Iterable[int],
        *,
        office: AnyOffice | None = None,
        purpose: Purpose | str = Purpose.CAMPAIGN,
        on: str | date | None = None,
        reasons: Collection[ClearanceReason] = tuple(ClearanceReason),
    ) -> dict[int, Clearance]:
        """The same for many accounts by id, in a fixed number of statements.

        Args:
            organizations: their ids; one that is not in the book, or was merged into another, is passed over.
            office: for which office; yours where none is named.
            purpose: "campaign" or "contact".
            on: the day; today where none is given.
            reasons: look for nothing else.
        """
        with self._store.reading() as session:
            question = self._question(session, office, purpose, on)
            return self._read(session, organizations, question, reasons)

    def override(
        self,
        key: OrganizationKey,
        *,
        reason: str,
        until: str | date,
        office: AnyOffice | None = None,
    ) -> ClearanceOverride:
        """Decide that what holds an office back from an account shall not do so for a time.

        Until the last day each of the reasons that hold now is a caution that names this decision; another one that
        comes up later holds again. The trail keeps what was overridden.

        Args:
            key: which account.
            reason: why, for everybody who asks.
            until: the last day: a date, "2w", "3m".
            office: for which office; yours where none is named.

        Raises:
            Refused: nothing holds it back, or only what nobody can override, such as an objection to be written to.
            InvalidInput: there is no reason or office, or the last day is over.
        """
        why = clean_name(reason, field="reason")
        with self._store.changing("clearance.overridden", reason=why) as change:
            today = change.now.date()
            last = last_day_of(until, today=today)
            account = find_organization(change.session, key)
            code = own_office(change.session, office, actor=change.actor)
            held = _overridden(account, code, self._held(change.session, account, code))
            values = {"organization_id": account.id, "office": code, "reason": why, "overridden": held}
            values |= {"since_on": today, "until_on": last}
            values |= {"decided_by": change.actor, "decided_at": change.now}
            return change.add(ClearanceOverride.model_validate(values))

    def end_override(
        self, key: OrganizationKey, *, reason: str, office: AnyOffice | None = None
    ) -> tuple[ClearanceOverride, ...]:
        """Take back the overrides of an office for an account before their time.

        Raises:
            NotFound: there is none.
        """
        with self._store.changing("clearance.override_ended", reason=reason) as change:
            account = find_organization(change.session, key)
            code = own_office(change.session, office, actor=change.actor)
            running = _running(account, change.now.date()).where(ClearanceOverride.office == code)
            rows = change.session.exec(running).all()
            if not rows:
                raise NotFound(f"{code} has no override for {account.name}.", field="office", value=code)
            return tuple(row.amend({"ended_at": change.now}) for row in rows)

    def overrides(self, key: OrganizationKey) -> tuple[ClearanceOverride, ...]:
        """The overrides for an account that are in force today, the latest first."""
        with self._store.reading() as session:
            return tuple(session.exec(_running(find_organization(session, key), self._store.now().date())))

    def _question(
        self, session: Session, office: AnyOffice | None, purpose: Purpose | str, on: str | date | None
    ) -> Question:
        today = self._store.now().date()
        return Question(
            speaking_office(session, office, actor=self._store.actor),
            chosen(Purpose, purpose, field="purpose"),
            today if on is None else day_of(on, today=today, field="on"),
        )

    def _read(
        self,
        session: Session,
        ids: Iterable[int],
        question: Question,
        reasons: Collection[ClearanceReason] = tuple(ClearanceReason),
    ) -> dict[int, Clearance]:
        return clearances(session, ids, question, keys=self._keys, sources=self._sources, reasons=reasons)

    def _held(self, session: Session, account: Organization, office: str) -> list[Caveat]:
        """What holds an office back from an account, for whatever purpose."""
        today = self._store.now().date()
        questions = [Question(office, purpose, today) for purpose in Purpose]
        answers = [self._read(session, [account.id], question)[account.id] for question in questions]
        return [caveat for answer in answers for caveat in answer.holds]


def _overridden(account: Organization, office: str, held: Sequence[Caveat]) -> list[dict[str, str | None]]:
    """What a colleague may override of all that holds; told without what is personal, for the trail keeps it."""
    if not held:
        raise Refused(
            f"Nothing holds {office} back from {account.name}.",
            rule="clearance.something_holds",
            subject=account.name,
        )
    found = {caveat.refers_to: caveat for caveat in held if caveat.overridable}
    if not found:
        raise Refused(
            f"Nobody can override what holds {office} back: {held[0].words}.",
            rule="clearance.absolute",
            subject=account.name,
            value=held[0].reason.value,
        )
    return [
        {"reason": caveat.reason.value, "refers_to": record, "office": caveat.office}
        for record, caveat in found.items()
    ]


def _running(account: Organization, day: date) -> SelectOfScalar[ClearanceOverride]:
    query = select(ClearanceOverride).where(ClearanceOverride.organization_id == account.id, in_force(day))
    return query.order_by(col(ClearanceOverride.id).desc())
