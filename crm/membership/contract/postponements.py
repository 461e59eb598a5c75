"""`book.postponements`: what the Secretary-General puts off of the ladder, with the reason (Resolution 152, Busan)."""

from datetime import date

from sqlmodel import col, select

from crm.directory.merged import with_merged
from crm.directory.names import clean_name
from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.staff import day_said
from crm.directory.tables import Organization
from crm.membership.contract.contract_case import Postponable
from crm.membership.contract.contract_tables import StepPostponement
from crm.membership.contract.undue import refuse_needless_postponement
from crm.membership.dues.payments import past_day
from crm.store.columns import chosen
from crm.store.store import Store


class Postponements:
    """`book.postponements`: put off a suspension or an exclusion until a day."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def grant(
        self,
        key: OrganizationKey,
        step: Postponable | str,
        *,
        on: date | str,
        until: date | str,
        reason: str,
        override: str = "",
        dry_run: bool = False,
    ) -> StepPostponement:
        """Record that a step of the ladder was put off.

        Args:
            key: for which account.
            step: "suspension" or "exclusion".
            on: the day of the decision; a suspension that had begun is lifted from then on.
            until: the day on which the step is taken, if there is still reason to.
            reason: why.
            override: why it is recorded although no step of the ladder was due or ahead on the day of the decision, by
                what is on file.
            dry_run: only say what would be recorded.

        Raises:
            InvalidInput: there is no reason, or the day comes before the decision.
            Refused: the decision is still to come, or there was nothing to put off and nobody says why it was.
        """
        why = clean_name(reason, field="reason")
        with self._store.changing("ladder.postponed", reason=override or why, dry_run=dry_run) as change:
            decided, last = past_day(change, on), day_said(change, until, field="until")
            account = find_organization(change.session, key)
            refuse_needless_postponement(change.session, account, decided, override)
            values = {"organization_id": account.id, "step": chosen(Postponable, step, field="step")}
            values |= {"decided_on": decided, "until_on": last, "reason": why}
            values |= {"recorded_at": change.now, "recorded_by": change.actor}
            return change.add(StepPostponement.model_validate(values))

    def of(self, key: OrganizationKey) -> tuple[StepPostponement, ...]:
        """What was put off for an account, the oldest decision first."""
        with self._store.reading() as session:
            account = find_organization(session, key)
            theirs = col(StepPostponement.organization_id).in_(with_merged(Organization, [account.id]))
            query = select(StepPostponement).where(theirs)
            return tuple(
                session.exec(query.order_by(col(StepPostponement.decided_on), col(StepPostponement.id)))
            )
