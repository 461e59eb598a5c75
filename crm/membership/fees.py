"""`book.fees`: what a membership costs a year, by the dated fee tables, and the tables themselves."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from crm.directory.staff import day_asked
from crm.directory.tables import Size
from crm.membership.coverage import coverage_of, refuse_odd_units
from crm.membership.fee_status import fee_status
from crm.membership.pricing import Holding, yearly_fee
from crm.membership.terms import EventKind
from crm.reference.categories import Category
from crm.reference.contributory_units import ContributoryUnit
from crm.reference.countries import CountryKey, find_country
from crm.reference.development import developed_on
from crm.reference.fee_schedule import YearlyFee, fee_schedule
from crm.reference.fees import ClassMinimum, Fee
from crm.reference.membership_rules import MembershipRule, Rule, RulesOn, membership_rules
from crm.reference.spans import holds_on
from crm.reference.units import units_of
from crm.store.columns import chosen
from crm.store.store import Store


class Fees:
    """`book.fees`: look fees and rules up."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(
        self,
        category: Category | str,
        *,
        sector: str | None = None,
        country: CountryKey | None = None,
        headquarters: CountryKey | None = None,
        size: Size | str | None = None,
        units: Fraction | int | str | None = None,
        on: date | str | None = None,
    ) -> YearlyFee:
        """What a membership costs a year.

        Args:
            category: "sector_member", "associate" or "academia".
            sector: "R", "T" or "D"; none for Academia.
            country: where the organisation is based; without it no reduction for developing countries is given.
            headquarters: where its corporate group is headquartered, if it belongs to one; a subsidiary of a group from a
                developed country pays the full fee.
            size: "sme" or "large"; without it no reduction for small enterprises is given.
            units: the class of a Sector Member, e.g. "1/2"; the lowest of its Sector if left out.
            on: the day as of which the tables are asked; today if left out.

        Returns:
            The amount, the rule that it comes from, and how sure that is.

        Raises:
            InvalidInput: the category does not go with the Sector or the class, or there is no such class.
            NotFound: there is no such country, or the tables say nothing for the day.
        """
        kind = chosen(Category, category, field="category")
        coverage = coverage_of(kind, sector)
        with self._store.reading() as session:
            day = day_asked(self._store, session, on)
            based = None if country is None else find_country(session, country).code
            seat = None if headquarters is None else find_country(session, headquarters)
            status = fee_status(based, seat, developed_on(session, day))
            class_ = None if units is None else units_of(units)
            refuse_odd_units({"kind": EventKind.JOIN, "category": kind, "units": class_})
            holding = Holding(
                coverage=coverage,
                category=kind,
                units=class_,
                development=status.development,
                headquarters=status.headquarters,
                size=None if size is None else chosen(Size, size, field="size").value,
            )
            return yearly_fee(fee_schedule(session), holding, day)

    def table(self, *, on: date | str | None = None) -> Iterator[Fee | ClassMinimum | ContributoryUnit]:
        """Every line of the fee tables that holds on a day (today).

        Returns:
            Fees, the lowest classes of Sector Members, and what one unit is for them and for Member States.
        """
        with self._store.reading() as session:
            day = day_asked(self._store, session, on)
            schedule = fee_schedule(session)
            lines: list[Fee | ClassMinimum | ContributoryUnit] = [*schedule.fees, *schedule.minimums]
            return iter([line for line in (*lines, *schedule.units) if holds_on(line, day)])

    def rules(self, *, on: date | str | None = None) -> RulesOn:
        """The rules of the contract as they stand on a day (today): notice, due dates, suspension, interest and so on."""
        with self._store.reading() as session:
            day = day_asked(self._store, session, on)
            return membership_rules(session).on(day)

    def rule_lines(self, *, on: date | str | None = None) -> tuple[MembershipRule, ...]:
        """The same rules one by one, each in a sentence, with its value, its source and how sure that is."""
        with self._store.reading() as session:
            day = day_asked(self._store, session, on)
            rules = membership_rules(session)
            return tuple(rules.line(rule, day) for rule in Rule)
