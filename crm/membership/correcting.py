"""Putting a membership right in the ledger: what was recorded wrongly, and the study group that an Associate picks anew."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from crm.directory.names import clean_name
from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.staff import day_said
from crm.errors import InvalidInput, Refused
from crm.membership.coverage import coverage_of
from crm.membership.ledger import coverage_meant, current_term, no_member_there
from crm.membership.ledger_tables import Term
from crm.membership.recorded import Recorded, recorded
from crm.membership.terms import Coverage, EventKind
from crm.membership.unexplained import refuse_unexplained
from crm.reference.categories import Category
from crm.reference.study_groups import find_study_group
from crm.reference.units import units_of
from crm.store.columns import chosen
from crm.store.store import Store


class Correcting:
    """The verb of `book.terms` that puts a membership right."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def correct(
        self,
        key: OrganizationKey,
        *,
        sector: str | None = None,
        category: Category | str | None = None,
        study_group: str | None = None,
        units: Fraction | int | str | None = None,
        on: date | str,
        reason: str,
        override: str = "",
        dry_run: bool = False,
    ) -> Recorded:
        """Record that a membership is something else than what the ledger says, from a day on. Nothing is rewritten.

        From its first day on, it puts right what was recorded: the term stays a join or an upgrade of that day. From a later
        one it is so from then on, as where an Associate picks another study group because its own was discontinued.
        What is not named stays as it is.

        Args:
            key: which organisation.
            sector: "R", "T" or "D"; may be left out where it holds one membership only.
            category: "sector_member" or "associate", where that was wrong.
            study_group: of an Associate, the one study group.
            units: of a Sector Member, the class.
            on: the first day for which it holds.
            reason: why, for the ledger.
            override: why it is so although the class is below the lowest of the Sector, or the study group does not exist on
                that day; for the trail.
            dry_run: only say what would come of it.

        Returns:
            The term as it is now, and what the next assessment will charge and give back.

        Raises:
            Ambiguous: no Sector is named, and it holds several memberships.
            NotFound: it is no member there on that day.
            InvalidInput: nothing is named, there is no reason, or it does not go with the category.
            Refused: the ledger says so already; or the class is too low or the study group does not exist on that day, and
                nobody says why.
        """
        why = clean_name(reason, field="reason")
        verb = f"membership.{EventKind.CORRECTION}"
        with self._store.changing(verb, reason=override or why, dry_run=dry_run) as change:
            day, session = day_said(change, on), change.session
            row = find_organization(session, key)
            coverage = coverage_meant(session, row, sector, day)
            current = current_term(session, row, coverage, day)
            if current is None:
                raise no_member_there(session, row, coverage, day)
            group = None if study_group is None else find_study_group(session, study_group)
            named = {
                "category": category and _category(category, coverage),
                "study_group": group and group.code,
                "units": None if units is None else units_of(units),
            }
            event = {"kind": EventKind.CORRECTION, "coverage": coverage, "effective_on": day, "reason": why}
            event |= {"synthetic": current.synthetic} | _put_right(current, named)
            found = recorded(change, row, event)
            if not override.strip():
                given = event | {"units": named["units"]}
                refuse_unexplained(session, row, given, group, explained_by="override")
            return found


def _category(category: Category | str, coverage: Coverage) -> Category:
    kind = chosen(Category, category, field="category")
    coverage_of(kind, None if coverage is Coverage.ALL else coverage.value)
    return kind


def _put_right(current: Term, named: Mapping[str, Any]) -> dict[str, Any]:
    """A membership with what is named; its study group and its class stay as long as its category does."""
    if all(value is None for value in named.values()):
        raise InvalidInput(
            "Nothing is named that is to be corrected.",
            field="study_group",
            hint="Name the study group, the class (units) or the category.",
        )
    said = {name: getattr(current, name) for name in named}
    kept = said if named["category"] in (None, current.category) else {}
    right = {name: kept.get(name) if value is None else value for name, value in named.items()}
    if right == said:
        raise Refused(
            f"The ledger says so already, since {current.since_on}.",
            rule="terms.correction",
            hint="See book.terms.ledger.",
        )
    return right
