"""`book.applications`: from an application to an active member, step by step, with whoever must act next in sight."""

from datetime import date
from fractions import Fraction

from crm.dates import day_of
from crm.directory.names import clean_name
from crm.directory.resolve import OrganizationKey
from crm.directory.staff import today_of
from crm.errors import Refused
from crm.membership.joining.application import Application, handed_out
from crm.membership.joining.application_invoices import credit_joining_invoice, post_joining_invoice
from crm.membership.joining.application_membership import begin_membership, first_day, refuse_unready
from crm.membership.joining.application_moves import ApplicationKey, locked_application, take_step
from crm.membership.joining.application_reads import ApplicationReads
from crm.membership.joining.application_steps import Status, Step
from crm.membership.joining.application_tables import ApplicationRecord
from crm.membership.joining.application_wish import Asked, change_wish, understood
from crm.membership.joining.applying import enter
from crm.membership.joining.eligibility import refuse_unless_overridden
from crm.reference.categories import Category
from crm.reference.gazetteer import CountryKey
from crm.store.store import Change


class Applications(ApplicationReads):
    """`book.applications`: enter an application, follow it, and see who must act next.

    Winning an ask for a first membership enters no application, and an application that succeeds wins no ask.
    """

    def apply(
        self,
        key: OrganizationKey,
        category: Category | str,
        *,
        sector: str | None = None,
        study_group: str | None = None,
        units: Fraction | int | str | None = None,
        state: CountryKey | None = None,
        on: str | date | None = None,
        override: str = "",
        source: str = "",
        synthetic: bool = False,
    ) -> Application:
        """Enter an application that has been signed.

        It goes to the administration of the Member State where the applicant is based, or that answers for the
        territory; those of international and regional bodies go straight to the Secretary-General (terms and conditions
        of membership). One that follows a refusal or a withdrawal is linked with it.

        Args:
            key: who applies.
            category: "sector_member", "associate" or "academia".
            sector: "R", "T" or "D"; Academia takes none, it joins all three Sectors for one fee.
            study_group: for an Associate, the one study group it selects.
            units: for a Sector Member, the class it chooses; the minimum one counts where none is given.
            state: the Member State whose administration is to approve, where it is not that of the place.
            on: the day of the application; today where none is given.
            override: why what speaks against it does not matter; see `warnings`.
            source: where it is documented.
            synthetic: whether it is made up for a demonstration or test.

        Raises:
            Refused: something speaks against it and nobody says why it does not matter; it is a member there already; or
                the day is still to come.
            AlreadyExists: another application for the same Sector is open.
            InvalidInput: the Sector, the study group or the units do not go with the category, or nobody can approve it.
        """
        asked = Asked(category=category, sector=sector, study_group=study_group, units=units, state=state)
        with self._store.changing("application.applied", reason=override or None) as change:
            today = today_of(change.session, change.now, change.actor)
            day = day_of(on or today, today=today, field="on")
            wanted = understood(change.session, key, asked, on=day)
            refuse_unless_overridden(wanted.against, override)
            row = enter(
                change,
                wanted,
                on=day,
                today=today,
                override=override,
                source=source,
                synthetic=synthetic,
            )
            return _told(change, row)

    def send_back(self, key: ApplicationKey, *, reason: str, on: str | date | None = None) -> Application:
        """Note that something is missing, and that the applicant has been asked to add it.

        Args:
            key: which application: its number, itself, or the organisation where it has one that is open.
            reason: what is missing.
            on: the day; today where none is given.
        """
        return self._step(key, Step.SENT_BACK, on=on, reason=reason)

    def complete(self, key: ApplicationKey, *, on: str | date | None = None, reason: str = "") -> Application:
        """Note that the applicant has added what was missing; the arguments are those of `send_back`."""
        return self._step(key, Step.COMPLETED, on=on, reason=reason)

    def forward(self, key: ApplicationKey, *, on: str | date | None = None, reason: str = "") -> Application:
        """Note that it has been forwarded to the administration that must approve it.

        Args:
            key: which application.
            on: the day; today where none is given.
            reason: why, where something is still missing.

        Raises:
            Refused: it has been forwarded already, goes straight to the Secretary-General, or the day is out of order.
        """
        return self._step(key, Step.FORWARDED, on=on, reason=reason)

    def approve(
        self,
        key: ApplicationKey,
        *,
        on: str | date | None = None,
        starts_on: str | date | None = None,
        reason: str = "",
        invoice: bool = True,
        dry_run: bool = False,
    ) -> Application:
        """Note that the administration, or the Secretary-General, has approved it, and issue the joining invoice today.

        The membership is to begin with the first day of the month of its approval, unless another month is named. The
        payment that covers the invoice begins it; where nothing is charged, it begins at once.

        Args:
            key: which application.
            on: the day of the approval; today where none is given.
            starts_on: a day in the month with which the membership is to begin.
            reason: why, where it was never forwarded, or is to begin before the month in which it was applied for.
            invoice: whether the joining invoice is issued with it; if not, see `invoice`.
            dry_run: only say what would come of it.

        Raises:
            Refused: it does not follow, leaves a step out or begins before it was applied for without a reason, or is to
                begin in a year that is not invoiced yet.
            InvalidInput: an Associate has selected no study group yet.
            NotFound: the fee tables say nothing for it.
        """
        with self._store.changing("application.approved", reason=reason or None, dry_run=dry_run) as change:
            row = locked_application(change.session, key)
            refuse_unready(row)
            take_step(change, row, Step.APPROVED, on=on, reason=reason)
            today = today_of(change.session, change.now, change.actor)
            begins = day_of(starts_on or row.since_on, today=today, field="starts_on")
            row.amend({"starts_on": first_day(row, begins, today=today, reason=reason)})
            if invoice:
                post_joining_invoice(change, row, on=today)
            return _told(change, row)

    def invoice(
        self, key: ApplicationKey, *, on: str | date | None = None, dry_run: bool = False
    ) -> Application:
        """Issue the joining invoice of an application that was approved without one.

        Args:
            key: which application.
            on: the day of issue; today where none is given.
            dry_run: only say what would be charged.

        Raises:
            Refused: it is not approved, has its invoice already, or the day is out of order or ahead.
            NotFound: the fee tables say nothing for it.
        """
        with self._store.changing("application.invoiced", dry_run=dry_run) as change:
            row = locked_application(change.session, key)
            today = today_of(change.session, change.now, change.actor)
            post_joining_invoice(change, row, on=day_of(on or today, today=today, field="on"))
            return _told(change, row)

    def activate(
        self, key: ApplicationKey, *, reason: str, on: str | date | None = None, dry_run: bool = False
    ) -> Application:
        """Let the membership begin before its first payment, or where it could not begin with it by itself.

        Usually nobody has to: the payment that covers the joining invoice begins it.

        Args:
            key: which application.
            reason: why.
            on: the day of the decision; today where none is given.
            dry_run: only say what would come of it.

        Raises:
            Refused: it is not approved, or the organisation has become a member there in another way.
        """
        with self._store.changing("application.activated", reason=reason, dry_run=dry_run) as change:
            row = locked_application(change.session, key)
            return _told(change, begin_membership(change, row, on=on, reason=reason))

    def refuse(self, key: ApplicationKey, *, reason: str, on: str | date | None = None) -> Application:
        """Note that the administration, or the Secretary-General, has refused it. A further try is a new application.

        Args:
            key: which application.
            reason: what was said.
            on: the day; today where none is given.
        """
        return self._step(key, Step.REFUSED, on=on, reason=reason)

    def withdraw(
        self, key: ApplicationKey, *, reason: str, on: str | date | None = None, dry_run: bool = False
    ) -> Application:
        """Note that the applicant does not want it any more. A further try is a new application.

        Its joining invoice is given back by a credit of today; what was paid of it stands to the account's credit.

        Args:
            key: which application.
            reason: why.
            on: the day; today where none is given.
            dry_run: only say what would come of it.

        Raises:
            Refused: it is closed, or the day is out of order or ahead.
        """
        with self._store.changing("application.withdrawn", reason=reason, dry_run=dry_run) as change:
            row = locked_application(change.session, key)
            take_step(change, row, Step.WITHDRAWN, on=on, reason=reason)
            credit_joining_invoice(change, row)
            return _told(change, row)

    def change(
        self,
        key: ApplicationKey,
        *,
        study_group: str | None = None,
        units: Fraction | int | str | None = None,
        reason: str,
    ) -> Application:
        """Change the study group or the class that is applied for, as long as nobody has approved it.

        Args:
            key: which application.
            study_group: the one that it selects now.
            units: the class that it chooses now; for one below the lowest of the Sector the reason is that it qualifies.
            reason: why.

        Raises:
            Refused: it has been approved already, or it is closed, or there is no such class in the Sector.
            InvalidInput: the study group or the units do not go with the category, or there is no reason.
        """
        why = clean_name(reason, field="reason")
        with self._store.changing("application.changed", reason=why) as change:
            row = locked_application(change.session, key)
            _refuse_late_change(row)
            return _told(change, change_wish(change, row, study_group=study_group, units=units))

    def _step(self, key: ApplicationKey, step: Step, *, on: str | date | None, reason: str) -> Application:
        with self._store.changing(f"application.{step}", reason=reason or None) as change:
            row = locked_application(change.session, key)
            return _told(change, take_step(change, row, step, on=on, reason=reason))


def _told(change: Change, row: ApplicationRecord) -> Application:
    change.about(row)
    today = today_of(change.session, change.now, change.actor)
    return next(handed_out(change.session, [row], today=today))


def _refuse_late_change(row: ApplicationRecord) -> None:
    if row.status not in {Status.RECEIVED, Status.INCOMPLETE, Status.SUBMITTED}:
        raise Refused(
            f"It is {row.status.value}.",
            rule="applications.changed_before_approval",
            hint="Withdraw it, and enter the new one.",
        )
