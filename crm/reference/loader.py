"""`book.reference`: bring the tables of facts into line with their CSV files, as often as you like."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from importlib.resources.abc import Traversable
from itertools import pairwise
from types import MappingProxyType

from sqlalchemy import inspect
from sqlmodel import Session, select

from crm.errors import InvalidInput
from crm.reference.application_patience import ApplicationPatience
from crm.reference.attention_weights import AttentionWeight
from crm.reference.categories import MembershipCategory
from crm.reference.change_rules import ChangeRule
from crm.reference.clearance_rule import ClearanceRule
from crm.reference.comparison import Differences, Key, LoadReport, TableLoad, differences, key_of
from crm.reference.consent_rules import ConsentRule, forget_consent_rules
from crm.reference.contribution_scale import ContributionClass
from crm.reference.contributory_units import ContributoryUnit
from crm.reference.countries import forget_gazetteer
from crm.reference.country import Country, CountryAlias, CountryGroup
from crm.reference.csvfile import Line, read, shipped
from crm.reference.development import DevelopedCountry
from crm.reference.eligibility_rules import EligibilityRule
from crm.reference.facts import Fact
from crm.reference.fees import ClassMinimum, Fee
from crm.reference.financial_periods import FinancialPeriod
from crm.reference.legal_forms import LegalForm, forget_legal_forms
from crm.reference.mailbox_providers import MailboxProvider
from crm.reference.membership_rules import MembershipRule
from crm.reference.offices import Office
from crm.reference.opportunity_stages import OpportunityStage
from crm.reference.potential_weights import PotentialWeight
from crm.reference.regions import Region
from crm.reference.retention_rules import RetentionRule
from crm.reference.round_reminders import RoundReminderStep
from crm.reference.sector_concerns import SectorConcern, StudyGroupSubject
from crm.reference.sectors import Sector
from crm.reference.segments import Segment
from crm.reference.senior_roles import SeniorRole
from crm.reference.small_class_states import SmallClassState
from crm.reference.state_classes import StateClass
from crm.reference.study_groups import StudyGroup
from crm.reference.tiers import Tier
from crm.store.store import Change, Store
from crm.store.turns import take_turns

__all__ = ["FILES", "LoadReport", "Reference", "TableLoad", "read_all"]

# In this order: what a table refers to stands before it.
FILES: Mapping[str, type[Fact]] = {
    "regions.csv": Region,
    "sectors.csv": Sector,
    "countries.csv": Country,
    "country_aliases.csv": CountryAlias,
    "country_groups.csv": CountryGroup,
    "segments.csv": Segment,
    "study_groups.csv": StudyGroup,
    "study_group_subjects.csv": StudyGroupSubject,
    "sector_concerns.csv": SectorConcern,
    "membership_categories.csv": MembershipCategory,
    "developed_countries.csv": DevelopedCountry,
    "contributory_units.csv": ContributoryUnit,
    "fees.csv": Fee,
    "class_minimums.csv": ClassMinimum,
    "membership_rules.csv": MembershipRule,
    "offices.csv": Office,
    "opportunity_stages.csv": OpportunityStage,
    "tiers.csv": Tier,
    "attention_weights.csv": AttentionWeight,
    "potential_weights.csv": PotentialWeight,
    "senior_roles.csv": SeniorRole,
    "clearance_rules.csv": ClearanceRule,
    "legal_forms.csv": LegalForm,
    "mailbox_providers.csv": MailboxProvider,
    "retention_rules.csv": RetentionRule,
    "consent_rules.csv": ConsentRule,
    "eligibility_rules.csv": EligibilityRule,
    "application_patience.csv": ApplicationPatience,
    "change_rules.csv": ChangeRule,
    "financial_periods.csv": FinancialPeriod,
    "contribution_scale.csv": ContributionClass,
    "state_classes.csv": StateClass,
    "small_class_states.csv": SmallClassState,
    "round_reminders.csv": RoundReminderStep,
}

Consequence = Callable[[Session], object]


class Reference:
    """`book.reference`: load the facts.

    Args:
        store: the door to the database.
        consequences: for a file, what in the rest of the book follows from it and is brought into line when it changes.
    """

    def __init__(
        self, store: Store, *, consequences: Mapping[str, Consequence] = MappingProxyType({})
    ) -> None:
        self._store = store
        self._consequences = consequences

    def load(self, *, folder: Traversable | None = None, dry_run: bool = False) -> LoadReport:
        """Bring the tables of facts into line with their files, in one transaction.

        Nothing is ever deleted, and loading the same files again changes nothing.

        Args:
            folder: where the files are, a `pathlib.Path` for example; those that come with the program if left out.
            dry_run: only say what would happen.

        Returns:
            What was added, changed, unchanged, retired or kept in each table.

        Raises:
            InvalidInput: a value is wrong; the error names file, row, field and value, and nothing is written.
        """
        lines = read_all(folder)
        if dry_run:
            with self._store.reading() as session:
                found = {file: _compared(session, file, lines[file]) for file in FILES}
        else:
            with self._store.changing("reference.loaded") as change:
                # Two who load at the same moment take turns; the second finds nothing to do.
                take_turns(change.session, "reference")
                found = {file: _write(change, _compared(change.session, file, lines[file])) for file in FILES}
                for file, settle in self._consequences.items():
                    if found[file].counted(file).touched:
                        settle(change.session)
            forget_gazetteer(self._store.engine)
            forget_legal_forms(self._store.engine)
            forget_consent_rules(self._store.engine)
        return LoadReport(tuple(found[file].counted(file) for file in FILES), dry_run)


def read_all(folder: Traversable | None = None) -> dict[str, tuple[Line[Fact], ...]]:
    """Read and check all files of facts.

    Raises:
        InvalidInput: a value is wrong, a key stands twice, or something refers to what no file holds.
    """
    lines = {
        file: read(kind, folder.joinpath(file) if folder else shipped(file)) for file, kind in FILES.items()
    }
    keys = {kind: _keys(file, lines[file]) for file, kind in FILES.items()}
    for file, kind in FILES.items():
        for column, target in _references(kind):
            _check_references(file, lines[file], column, keys[target])
    _check_spells("country_groups.csv", lines["country_groups.csv"])
    _check_default("tiers.csv", lines["tiers.csv"])
    return lines


def _compared(session: Session, file: str, lines: tuple[Line[Fact], ...]) -> Differences:
    return differences(lines, session.exec(select(FILES[file])).all())


def _write(change: Change, found: Differences) -> Differences:
    change.session.add_all(found.added)
    for row, values in found.changed:
        row.amend(values)
    for row in found.retired:
        row.amend({"retired_on": change.now.date()})
    change.session.flush()
    return found


def _keys(file: str, lines: tuple[Line[Fact], ...]) -> set[Key]:
    seen: set[Key] = set()
    for line in lines:
        key = key_of(line.fact)
        if key in seen:
            shown = ", ".join(map(str, key))
            raise InvalidInput(
                f"{file}, row {line.row}: {shown} stands twice.", subject=file, row=line.row, value=shown
            )
        seen.add(key)
    return seen


def _references(kind: type[Fact]) -> Iterator[tuple[str, type[Fact]]]:
    by_table = {str(known.__tablename__): known for known in FILES.values()}
    for foreign in inspect(kind).local_table.foreign_keys:
        yield foreign.parent.name, by_table[foreign.column.table.name]


def _check_references(file: str, lines: tuple[Line[Fact], ...], column: str, known: set[Key]) -> None:
    for line in lines:
        value = getattr(line.fact, column)
        if value is not None and (value,) not in known:
            raise InvalidInput(
                f"{file}, row {line.row}, {column}: there is no {value!r}.",
                subject=file,
                row=line.row,
                field=column,
                value=value,
            )


def _check_spells(file: str, lines: tuple[Line[Fact], ...]) -> None:
    spells = [(line.row, line.fact) for line in lines if isinstance(line.fact, CountryGroup)]
    spells.sort(key=lambda spell: (spell[1].country, spell[1].kind, spell[1].valid_from or date.min))
    for (_, before), (row, spell) in pairwise(spells):
        same = (before.country, before.kind) == (spell.country, spell.kind)
        if same and (before.valid_to or date.max) > (spell.valid_from or date.min):
            raise InvalidInput(
                f"{file}, row {row}, valid_from: {spell.key} overlaps {before.key}.",
                subject=file,
                row=row,
                field="valid_from",
                value=spell.valid_from,
            )


def _check_default(file: str, lines: tuple[Line[Fact], ...]) -> None:
    defaults = [line.row for line in lines if isinstance(line.fact, Tier) and line.fact.is_default]
    if len(defaults) != 1:
        raise InvalidInput(
            f"{file}: exactly one tier is the default one, not {len(defaults)}.",
            subject=file,
            row=defaults[-1] if defaults else 1,
            field="is_default",
        )
