"""The book: every facet wired to one database, one actor and one clock. Nothing else happens here."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from sqlalchemy import Engine

from crm.clock import Clock
from crm.consent.bases import Bases
from crm.consent.suppressions import Suppressions
from crm.directory.absences import Colleagues
from crm.directory.organizations import Organizations
from crm.directory.respelling import respell
from crm.directory.roles import Roles
from crm.engagement.complaints import Complaints
from crm.engagement.follow_ups import FollowUps
from crm.engagement.interactions import Interactions
from crm.engagement.opportunities import Opportunities
from crm.engagement.participation import Participations
from crm.engagement.reservations import Reservations
from crm.engagement.teams import Teams
from crm.imports.batches import batches_of
from crm.imports.imports import Imports
from crm.insight import clearance_sources as house_grounds
from crm.insight import timeline_applications as application_sources
from crm.insight import timeline_contract as contract_sources
from crm.insight import timeline_coordination as coordination_sources
from crm.insight import timeline_sources as house_sources
from crm.insight.audiences import Audiences
from crm.insight.candidates import Candidates
from crm.insight.clearance import Clearances
from crm.insight.duplicates import Duplicates
from crm.insight.merging import Merges
from crm.insight.permissions import Permissions
from crm.insight.portfolios import Portfolios
from crm.insight.potentials import Potentials
from crm.insight.search import Search
from crm.insight.search_text import write_words
from crm.insight.timeline import Timeline
from crm.mail.templates import TemplateFolder
from crm.membership.contract.exemptions import Exemptions
from crm.membership.contract.postponements import Postponements
from crm.membership.contract.repayment_plans import RepaymentPlans
from crm.membership.contract.standing_spans import settle_every_standing, settle_standing
from crm.membership.contract.standings import Standings
from crm.membership.contract.suspension_notices import SuspensionNotices
from crm.membership.contributions.contributions import Contributions
from crm.membership.contributions.rounds import Rounds
from crm.membership.dues.dues import Dues
from crm.membership.fees import Fees
from crm.membership.joining.applications import Applications
from crm.membership.memberships import Terms
from crm.outreach import clearance_sources as mail_grounds
from crm.outreach import timeline_sources as mail_sources
from crm.outreach.answers.answers import Answers
from crm.outreach.answers.preferences import Preferences
from crm.outreach.attention_sources import attention
from crm.outreach.delivery.handover import Handover
from crm.outreach.drafts.administration_letters import administration_letters
from crm.outreach.drafts.drafts import Letters
from crm.outreach.identity import Identity
from crm.outreach.job_slots import JobSlots
from crm.outreach.limits import Limits
from crm.outreach.outbox.lately import Lately
from crm.outreach.outbox.outbox import Outbox
from crm.outreach.outbox.proofs import Proofs
from crm.outreach.outgoing import Outgoing
from crm.outreach.reminders.kinds import RULES
from crm.outreach.reminders.reminders import Reminders
from crm.outreach.results.outcomes import Outcomes
from crm.outreach.runs.entries import Entries
from crm.outreach.runs.runs import Runs
from crm.privacy.people import People
from crm.privacy.retention import Retention
from crm.reference.categories import Categories
from crm.reference.countries import Countries
from crm.reference.loader import Reference
from crm.reference.offices import Offices
from crm.reference.opportunity_stages import OpportunityStages
from crm.reference.populations import Populations
from crm.reference.regions import Regions
from crm.reference.sector_concerns import SectorConcerns
from crm.reference.sectors import Sectors
from crm.reference.segments import Segments
from crm.reference.study_groups import StudyGroups
from crm.reference.tiers import Tiers
from crm.reports.shelf import Reports
from crm.reports.subscriptions import Subscriptions
from crm.reports.what_if.asking import WhatIf
from crm.store.history import History
from crm.store.postgres import Server
from crm.store.restoring import Restoring
from crm.store.store import Store


class Book:
    """Everything about the accounts, under the name of one actor.

    Args:
        engine: the database.
        shared: whether others use the engine as well, so that it stays as it is when this book is closed.
        actor: who reads and changes, as the trail names them: a staff e-mail address or the name of a job.
        clock: says what time it is.
        identity: who we are in letters.
        templates: the letters on file.
        limits: how much, how fast and when letters leave.
        server: the embedded server that the book holds while it is open, if it is on one.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        shared: bool = False,
        actor: str,
        clock: Clock,
        identity: Identity,
        templates: TemplateFolder,
        limits: Limits,
        server: Server | None = None,
    ) -> None:
        store = Store(engine, actor=actor, clock=clock, alongside=[write_words], following=[settle_standing])
        self.actor = actor
        self.clock = clock
        self.identity = identity
        self.templates = templates
        self.limits = limits
        self.engine = engine
        self._shared = shared
        self._server = server
        self._store = store

        self.reference = Reference(
            store, consequences={"legal_forms.csv": respell, "membership_rules.csv": settle_every_standing}
        )
        self.countries = Countries(store)
        self.regions = Regions(store)
        self.sectors = Sectors(store)
        self.segments = Segments(store)
        self.populations = Populations(store)
        self.study_groups = StudyGroups(store)
        self.sector_concerns = SectorConcerns(store)
        self.categories = Categories(store)
        self.offices = Offices(store)
        self.opportunity_stages = OpportunityStages(store)
        self.tiers = Tiers(store)

        self.staff = Colleagues(store)
        self.organizations = Organizations(store)
        self.people = People(store, identity=identity)
        self.roles = Roles(store)
        self.imports = Imports(store)

        self.bases = Bases(store, keys=identity.keys)
        self.suppressions = Suppressions(store, keys=identity.keys)
        self.fees = Fees(store)
        self.dues = Dues(store)
        self.terms = Terms(store)
        self.applications = Applications(store)
        self.standing = Standings(store)
        self.repayment_plans = RepaymentPlans(store)
        self.suspension_notices = SuspensionNotices(store)
        self.postponements = Postponements(store)
        self.exemptions = Exemptions(store)
        self.contributions = Contributions(store)
        self.rounds = Rounds(store)
        self.participation = Participations(store)
        self.interactions = Interactions(store)
        self.follow_ups = FollowUps(store)
        self.opportunities = Opportunities(store)
        self.log = self.interactions.log
        self.teams = Teams(store)
        self.reservations = Reservations(store)
        self.complaints = Complaints(store)

        self.candidates = Candidates(store, keys=identity.keys, letters=administration_letters)
        self.audiences = Audiences(store)
        grounds = (*house_grounds.SOURCES, *mail_grounds.SOURCES)
        self.clearances = Clearances(store, keys=identity.keys, sources=grounds)
        self.clearance = self.clearances.of
        self.clearance_of_many = self.clearances.of_many
        self.override_clearance = self.clearances.override
        self.potential = Potentials(store, keys=identity.keys, sources=grounds)
        self.permissions = Permissions(store)
        self.duplicates = Duplicates(store)
        self.merges = Merges(store)
        self.merge = self.merges.merge
        self.unmerge = self.merges.unmerge
        self.search = Search(store)
        self.portfolios = Portfolios(store)
        self.hand_over = self.portfolios.hand_over
        self.attention = attention(store).of
        self.timeline = Timeline(
            store,
            sources=(
                *house_sources.SOURCES,
                *application_sources.SOURCES,
                *contract_sources.SOURCES,
                *coordination_sources.SOURCES,
                *mail_sources.SOURCES,
            ),
        ).of

        self.lately = Lately(store)
        self.runs = Runs(store, identity=identity, limits=limits)
        self.entries = Entries(store)
        self.outcomes = Outcomes(store)
        self.outbox = Outbox(store, identity=identity)
        self.proofs = Proofs(store, identity=identity)
        self.outgoing = Outgoing(store)
        self.handover = Handover(store, identity=identity, limits=limits)
        self.answers = Answers(store, identity=identity, budget=limits.budget)
        self.reminders = Reminders(store, templates=templates, keys=identity.keys, rules=RULES)
        self.letters = Letters(
            store,
            identity=identity,
            templates=templates,
            before_approval=self.reminders.refuse_overtaken,
        )
        self.preferences = Preferences(store, identity=identity, templates=templates)
        self.job_slots = JobSlots(store)

        self.retention = Retention(store, identity=identity)
        self.reports = Reports(store)
        self.what_if = WhatIf(store).of
        self.subscriptions = Subscriptions(
            store, reports=self.reports, identity=identity, templates=templates
        )
        self.trail = History(store, batches=batches_of)
        self.history = self.trail.of
        self.restore = Restoring(store, batches=batches_of).restore

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Group verbs: all of them happen, or none; each is a savepoint, so one that fails undoes itself alone."""
        with self._store.transaction():
            yield

    def close(self) -> None:
        """Let go of the database; an embedded server stops with its last user."""
        if not self._shared:
            self.engine.dispose()
        if self._server is not None:
            self._server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Book of {self.actor}>"
