"""How memberships end: by a notice that takes effect after its time, unless it is withdrawn, by a denunciation, or by exclusion."""

from datetime import date

from crm.dates import day_of
from crm.directory.names import clean_name
from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.staff import day_said, today_of
from crm.errors import InvalidInput
from crm.membership.contract.undue import refuse_undue_exclusion
from crm.membership.ledger import coverage_meant, current_term
from crm.membership.recorded import Recorded, recorded
from crm.membership.terms import EventKind
from crm.membership.withdrawing import notice_to_withdraw
from crm.reference.membership_rules import membership_rules
from crm.store.store import Change, Store


class Leaving:
    """The verbs of `book.terms` that end a membership."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def give_notice(
        self,
        key: OrganizationKey,
        *,
        sector: str | None = None,
        received_on: date | str,
        reason: str,
        dry_run: bool = False,
    ) -> Recorded:
        """Record that a member has given notice; it leaves after the time of notice, and is cancelling until then.

        The time of notice is six months (Convention No. 240), by the rule that holds on the day of the notice. Fees go on
        until the membership ends; what was charged beyond is given back by the next `book.dues.assess` of its year.

        Args:
            key: which organisation.
            sector: "R", "T" or "D"; may be left out where it holds one membership only.
            received_on: the day on which its notice was received.
            reason: why, for the ledger.
            dry_run: only say what would come of it.

        Returns:
            The term with its last day, and what is given back by the next assessment.

        Raises:
            Ambiguous: no Sector is named, and it holds several memberships.
            NotFound: it is no member there when the notice takes effect: it never was, or it has given notice before.
            InvalidInput: the day is still to come, or there is no reason.
        """
        why = clean_name(reason, field="reason")
        with self._store.changing("membership.notice_given", reason=why, dry_run=dry_run) as change:
            received = day_said(change, received_on, field="received_on")
            if received > today_of(change.session, change.now, change.actor):
                raise InvalidInput(f"{received} is still to come.", field="received_on", value=received)
            months = membership_rules(change.session).on(received).notice_months
            leaves_on = day_of(f"{months}m", today=received)
            what = {"kind": EventKind.DENUNCIATION, "notice_on": received}
            return _ended(change, key, what, sector=sector, on=leaves_on, reason=why)

    def withdraw_notice(
        self,
        key: OrganizationKey,
        *,
        sector: str | None = None,
        on: date | str,
        reason: str,
        agreed_by: str,
        dry_run: bool = False,
    ) -> Recorded:
        """Record that a member has withdrawn its notice before it took effect, and stays: the membership goes on.

        No source says whether a notice can be withdrawn, so somebody has to agree (unverified). What an assessment has
        given back for the months after the end is charged again by the next `book.dues.assess` of its year.

        Args:
            key: which organisation.
            sector: "R", "T" or "D"; may be left out where it holds one membership only.
            on: the day on which the withdrawal was received; until then it stands as cancelling.
            reason: why, for the ledger.
            agreed_by: who of ours agreed to it.
            dry_run: only say what would come of it.

        Raises:
            NotFound: there is no notice of its that is still to take effect.
            InvalidInput: nobody has agreed, or no reason is given.
            Refused: the day is still to come, or not between the notice and the day on which it takes effect.
        """
        why, who = clean_name(reason, field="reason"), clean_name(agreed_by, field="agreed_by")
        verb = f"membership.{EventKind.NOTICE_WITHDRAWN}"
        with self._store.changing(verb, reason=why, dry_run=dry_run) as change:
            day, row = day_said(change, on), find_organization(change.session, key)
            coverage = coverage_meant(change.session, row, sector, day)
            notice = notice_to_withdraw(change, row, coverage, day)
            event = {"kind": EventKind.NOTICE_WITHDRAWN, "effective_on": day, "withdraws_id": notice.id}
            event |= {name: getattr(notice, name) for name in ("coverage", "category", "synthetic")}
            return recorded(change, row, event | {"reason": why, "agreed_by": who})

    def denounce(
        self,
        key: OrganizationKey,
        *,
        sector: str | None = None,
        on: date | str,
        reason: str,
        dry_run: bool = False,
    ) -> Recorded:
        """Record that a member leaves on a day that is fixed already. One that ends on its first day leaves no term.

        Where it has given notice, an earlier day that was agreed takes the place of the one on which the notice takes effect.

        Args:
            key: which organisation.
            sector: "R", "T" or "D"; may be left out where it holds one membership only.
            on: the first day on which it is no longer a member; `give_notice` works it out from the day of a notice.
            reason: why, for the ledger.
            dry_run: only say what would come of it.

        Returns:
            The term that it ends, None where nothing is left of it, because it never was; and what is given back by the
            next assessment.

        Raises:
            Ambiguous: no Sector is named, and it holds several memberships.
            NotFound: it is no member there on that day.
            InvalidInput: there is no reason.
        """
        why = clean_name(reason, field="reason")
        verb = f"membership.{EventKind.DENUNCIATION}"
        with self._store.changing(verb, reason=why, dry_run=dry_run) as change:
            day = day_said(change, on)
            return _ended(change, key, {"kind": EventKind.DENUNCIATION}, sector=sector, on=day, reason=why)

    def exclude(
        self,
        key: OrganizationKey,
        *,
        sector: str | None = None,
        on: date | str,
        reason: str,
        override: str = "",
        dry_run: bool = False,
    ) -> Recorded:
        """Record that a member has been excluded, e.g. because its arrears were not paid after the suspension.

        It is decided by the Secretary-General (Resolution 152, Busan), when the ladder asks for it; see `book.standing.due`.
        A notice that is still to take effect is overtaken by it.

        Args:
            key: which organisation.
            sector: "R", "T" or "D"; may be left out where it holds one membership only.
            on: the first day on which it is no longer a member.
            reason: why, for the ledger.
            override: why it is excluded although the ladder does not ask for it, for the trail.
            dry_run: only say what would come of it.

        Returns:
            The term that it ends, None where nothing is left of it; and what is given back by the next assessment.

        Raises:
            Ambiguous: no Sector is named, and it holds several memberships.
            NotFound: it is no member there on that day.
            InvalidInput: there is no reason.
            Refused: no exclusion is due, on that day or today, and nobody says why it is excluded all the same.
        """
        why = clean_name(reason, field="reason")
        verb = f"membership.{EventKind.EXCLUSION}"
        with self._store.changing(verb, reason=override or why, dry_run=dry_run) as change:
            day, today = day_said(change, on), today_of(change.session, change.now, change.actor)
            account = find_organization(change.session, key)
            refuse_undue_exclusion(change.session, account, min(day, today), override)
            return _ended(change, key, {"kind": EventKind.EXCLUSION}, sector=sector, on=day, reason=why)


def _ended(
    change: Change,
    key: OrganizationKey,
    event: dict[str, object],
    *,
    sector: str | None,
    on: date,
    reason: str,
) -> Recorded:
    row = find_organization(change.session, key)
    coverage = coverage_meant(change.session, row, sector, on)
    current = current_term(change.session, row, coverage, on)
    event = event | {"coverage": coverage, "effective_on": on, "reason": reason}
    event |= {
        "category": current and current.category,
        "synthetic": current is not None and current.synthetic,
    }
    return recorded(change, row, event)
