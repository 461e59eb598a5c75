"""The ledger and its projection in the database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import func, select

from crm.directory.tables import Organization
from crm.errors import Ambiguous, InvalidInput, NotFound, Refused
from crm.membership.ledger import project, record_event
from crm.membership.ledger_tables import MembershipEvent, Term
from crm.membership.terms import Coverage, EventKind
from crm.reference.categories import Category

FIRST = date(2010, 1, 1)
GROUPS = {"R": "R-SG4", "T": "T-SG13", "D": "D-SG1"}


@pytest.fixture
def acme(book):
    return book.organizations.add("Acme Satellites", country="KE")


def join(book, account, on=FIRST, sector="T"):
    return book.terms.join(account, "associate", sector=sector, study_group=GROUPS[sector], on=on)


def record(book, account, kind, on, coverage="T", category="sector_member"):
    """An event for which the book has no verb yet."""
    with book._store.changing(f"membership.{kind}") as change:
        row = change.session.get_one(Organization, account.id)
        fields = {"kind": EventKind(kind), "coverage": Coverage(coverage), "category": Category(category)}
        return record_event(change, row, {**fields, "effective_on": on})


def test_wish_2_a_gap_stays_a_gap_and_every_term_says_how_it_began_and_ended(book, acme):
    join(book, acme)
    book.terms.upgrade(acme, sector="T", on=date(2012, 1, 1))
    book.terms.denounce(acme, sector="T", on=date(2014, 1, 1), reason="no budget")
    join(book, acme, on=date(2017, 1, 1))
    assert [
        (t.since_on.year, t.until_on and t.until_on.year, t.opened_by, t.ended_by)
        for t in book.terms.of(acme)
    ] == [
        (2010, 2011, "join", "upgrade"),
        (2012, 2013, "upgrade", "denunciation"),
        (2017, None, "join", None),
    ]
    assert book.terms.of(acme, on=date(2015, 6, 1)) == ()


def test_wish_2_a_report_that_reads_the_reason_tells_upgrades_from_renewals(book, acme, store):
    join(book, acme)
    for year in (2011, 2012):
        record(book, acme, "renewal", date(year, 1, 1), category="associate")
    book.terms.upgrade(acme, sector="T", on=date(2013, 1, 1))
    record(book, acme, "renewal", date(2014, 1, 1))
    with store.reading() as session:
        opened = dict(session.exec(select(Term.opened_by, func.count()).group_by(Term.opened_by)).all())
        events = dict(
            session.exec(select(MembershipEvent.kind, func.count()).group_by(MembershipEvent.kind)).all()
        )
    assert opened == {"join": 1, "upgrade": 1}
    assert events == {"join": 1, "upgrade": 1, "renewal": 3}


def test_an_event_says_who_recorded_it_when_and_why(book, acme, clock):
    book.terms.join(acme, "sector_member", sector="D", on=FIRST, reason="applied", source="letter 12")
    (event,) = book.terms.ledger(acme)
    assert (event.recorded_by, event.recorded_at) == ("dana@accord.example", clock.now())
    assert (event.reason, event.source, event.effective_on) == ("applied", "letter 12", FIRST)


def test_a_verb_gives_back_the_term_of_its_own_sector(book, acme):
    join(book, acme, sector="R", on=date(2012, 1, 1))
    join(book, acme, sector="T")
    book.terms.denounce(acme, sector="R", on=date(2020, 1, 1), reason="no budget")
    ended = book.terms.denounce(acme, sector="T", on=date(2015, 1, 1), reason="no budget").term
    assert (ended.coverage, ended.until_on) == ("T", date(2014, 12, 31))


def test_an_event_inside_a_contract_gives_back_the_term_it_falls_in(book, acme):
    joined = join(book, acme)
    join(book, acme, sector="R", on=date(2012, 1, 1))
    assert record(book, acme, "renewal", date(2013, 1, 1), category="associate").id == joined.id


def test_a_membership_recorded_by_mistake_is_taken_back_from_its_first_day(book, acme):
    join(book, acme)
    assert book.terms.denounce(acme, sector="T", on=FIRST, reason="recorded twice").term is None
    assert book.terms.of(acme) == ()
    assert len(book.terms.ledger(acme)) == 2


def test_only_an_associate_is_upgraded(book, acme):
    book.terms.join(acme, "sector_member", sector="T", on=FIRST)
    with pytest.raises(Refused, match="only an Associate") as refused:
        book.terms.upgrade(acme, sector="T", on=date(2012, 1, 1))
    assert refused.value.rule == "terms.upgrade"
    assert len(book.terms.ledger(acme)) == 1


def test_a_second_join_and_an_end_of_nothing_are_refused(book, acme):
    join(book, acme)
    with pytest.raises(Refused, match="is associate in ITU-T since 2010-01-01"):
        join(book, acme, on=date(2015, 1, 1))
    with pytest.raises(NotFound, match="is not a member in ITU-R"):
        book.terms.denounce(acme, sector="R", on=date(2015, 1, 1), reason="no budget")
    assert len(book.terms.ledger(acme)) == 1


@pytest.mark.parametrize(
    ("category", "sector", "group", "field"),
    [
        ("academia", "T", None, "sector"),
        ("sector_member", None, None, "sector"),
        ("sector_member", "X", None, "sector"),
        ("sector_member", "T", "T-SG13", "study_group"),
        ("associate", "T", None, "study_group"),
        ("associate", "R", "T-SG13", "study_group"),
    ],
)
def test_category_sector_and_study_group_go_together(book, acme, category, sector, group, field):
    with pytest.raises(InvalidInput) as refused:
        book.terms.join(acme, category, sector=sector, study_group=group, on=FIRST)
    assert refused.value.field == field


def test_academia_covers_all_sectors(book, acme):
    assert book.terms.join(acme, "academia", on=FIRST).coverage == "RTD"
    with pytest.raises(Refused):
        join(book, acme, on=date(2015, 1, 1))
    ended = book.terms.denounce(acme, on=date(2014, 1, 1), reason="closed").term
    assert ended.until_on == date(2013, 12, 31)


def test_two_joins_at_the_same_moment_are_one(make_book, acme):
    ready = Barrier(2)

    def attempt(_):
        mine = make_book()
        ready.wait()
        try:
            return join(mine, acme.id)
        except Refused:
            return None

    with ThreadPoolExecutor(2) as threads:
        assert sum(term is not None for term in threads.map(attempt, range(2))) == 1


# The database itself


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE membership_event SET reason = 'another'",
        "DELETE FROM membership_event",
        "TRUNCATE membership_event CASCADE",
    ],
)
def test_the_ledger_is_append_only_by_the_database(book, acme, store, statement):
    join(book, acme)
    with pytest.raises(Refused, match="The membership_event is append-only"), store.transaction() as session:
        session.execute(text(statement))
    assert len(book.terms.ledger(acme)) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE term SET coverage = 'T'",
        "UPDATE term SET coverage = 'RTD' WHERE coverage = 'R'",
        "UPDATE term SET coverage = 'T', since_on = '2014-12-31' WHERE coverage = 'R'",
    ],
)
def test_terms_that_overlap_are_refused_by_the_database_too(book, acme, store, statement):
    join(book, acme)
    book.terms.denounce(acme, sector="T", on=date(2015, 1, 1), reason="no budget")
    join(book, acme, sector="R", on=date(2012, 1, 1))
    with (
        pytest.raises(Refused, match="Two terms of the organisation would overlap"),
        store.transaction() as session,
    ):
        session.execute(text(statement))


def test_terms_that_follow_one_another_are_no_overlap_to_the_database(book, acme, store):
    join(book, acme)
    book.terms.denounce(acme, sector="T", on=date(2015, 1, 1), reason="no budget")
    join(book, acme, sector="R", on=date(2012, 1, 1))
    with store.transaction() as session:
        session.execute(text("UPDATE term SET coverage = 'T', since_on = '2015-01-01' WHERE coverage = 'R'"))


STEPS = st.lists(
    st.tuples(
        st.sampled_from(sorted({*EventKind} - {EventKind.FURTHER_SECTOR})),
        st.sampled_from(["R", "T", "D", "RTD"]),
        st.integers(0, 900),
    ),
    min_size=1,
    max_size=8,
)


def happens(book, account, kind, coverage, on):
    sector = None if coverage == "RTD" else coverage
    category = "sector_member" if sector else "academia"
    match kind:
        case "join" if sector:
            join(book, account, on=on, sector=sector)
        case "join":
            book.terms.join(account, "academia", on=on)
        case "upgrade":
            book.terms.upgrade(account, sector=coverage, on=on)
        case "downgrade" if sector:
            book.terms.downgrade(account, sector=sector, study_group=GROUPS[sector], on=on)
        case "class_change":
            book.terms.class_change(account, sector=coverage, units=on.day, on=on)
        case "denunciation":
            book.terms.denounce(account, sector=sector, on=on, reason="any")
        case "exclusion":
            book.terms.exclude(account, sector=sector, on=on, reason="any", override="any")
        case _:
            record(book, account, kind, on, coverage, category)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
@example([("join", "R", 0), ("join", "T", 0), ("denunciation", "RTD", 0)])
def test_the_projection_is_what_the_ledger_amounts_to_whatever_happens(book, store, steps):
    account, day = book.organizations.add("Any"), FIRST
    for kind, coverage, days in steps:
        day += timedelta(days=days)
        try:
            happens(book, account, kind, coverage, day)
        except (Ambiguous, NotFound, Refused):
            continue
    stood = [term.model_dump() for term in book.terms.of(account)]
    with store.transaction() as session:
        session.execute(text("DELETE FROM term WHERE organization_id = :id"), {"id": account.id})
        project(session, session.get_one(Organization, account.id))
    assert [term.model_dump() for term in book.terms.of(account)] == stood
