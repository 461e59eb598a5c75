"""The fold from a ledger of events to terms, without a database."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.errors import Refused
from crm.membership.terms import CHANGING, OPENING, Coverage, EventKind, LedgerEvent, overlapping, terms_of
from crm.reference.categories import Category

R, T, D, ALL = Coverage.RADIO, Coverage.STANDARDIZATION, Coverage.DEVELOPMENT, Coverage.ALL
ASSOCIATE, MEMBER, ACADEMIA = Category.ASSOCIATE, Category.SECTOR_MEMBER, Category.ACADEMIA
FIRST = date(2010, 1, 1)


def event(number, kind, on, coverage=T, category=ASSOCIATE, account=1, units=None):
    group = "T-SG13" if category is ASSOCIATE else None
    return LedgerEvent(number, EventKind(kind), coverage, category, group, on, account, units)


def spans(*events):
    return [(t.category, t.since_on, t.until_on, t.opened_by, t.ended_by) for t in terms_of(events)]


def test_a_membership_goes_on_until_it_is_ended():
    assert spans(event(1, "join", FIRST)) == [(ASSOCIATE, FIRST, None, "join", None)]


def test_wish_2_a_gap_stays_a_gap():
    told = spans(
        event(1, "join", FIRST),
        event(2, "denunciation", date(2012, 7, 1)),
        event(3, "join", date(2015, 3, 1)),
    )
    assert told == [
        (ASSOCIATE, FIRST, date(2012, 6, 30), "join", "denunciation"),
        (ASSOCIATE, date(2015, 3, 1), None, "join", None),
    ]


def test_wish_2_an_upgrade_is_never_a_renewal():
    told = spans(
        event(1, "join", FIRST),
        event(2, "renewal", date(2011, 1, 1)),
        event(3, "upgrade", date(2012, 1, 1), category=MEMBER),
        event(4, "renewal", date(2013, 1, 1), category=MEMBER),
    )
    assert told == [
        (ASSOCIATE, FIRST, date(2011, 12, 31), "join", "upgrade"),
        (MEMBER, date(2012, 1, 1), None, "upgrade", None),
    ]


def test_a_term_is_in_the_class_that_its_event_chose_and_a_renewal_leaves_it():
    half, one = Fraction(1, 2), Fraction(1)
    told = terms_of(
        [
            event(1, "join", FIRST, category=MEMBER, units=half),
            event(2, "class_change", date(2012, 1, 1), category=MEMBER, units=one),
            event(3, "renewal", date(2013, 1, 1), category=MEMBER),
        ]
    )
    assert [(t.units, t.since_on.year, t.ended_by) for t in told] == [
        (half, 2010, "class_change"),
        (one, 2012, None),
    ]


def test_a_term_keeps_the_id_of_the_event_that_opened_it():
    events = [event(7, "join", FIRST), event(9, "upgrade", date(2012, 1, 1), category=MEMBER)]
    assert [t.id for t in terms_of(events)] == [7, 9]


def test_a_renewal_neither_opens_nor_ends_a_term():
    renewed = spans(event(1, "join", FIRST), event(2, "renewal", date(2011, 1, 1)))
    assert renewed == spans(event(1, "join", FIRST))


@pytest.mark.parametrize("kind", ["denunciation", "exclusion"])
def test_a_membership_that_ends_on_its_first_day_never_was(kind):
    assert spans(event(1, "join", FIRST), event(2, kind, FIRST)) == []


def test_a_correction_from_the_first_day_leaves_nothing_of_what_it_corrects_and_a_join_a_join():
    events = [event(1, "join", FIRST), event(2, "correction", FIRST, category=MEMBER)]
    assert spans(*events) == [(MEMBER, FIRST, None, "join", None)]
    assert [term.id for term in terms_of(events)] == [1]


def test_a_correction_that_takes_an_upgrade_back_leaves_no_upgrade():
    told = spans(
        event(1, "join", FIRST),
        event(2, "upgrade", date(2012, 1, 1), category=MEMBER),
        event(3, "correction", date(2012, 1, 1)),
    )
    assert [(category, opened_by) for category, _, _, opened_by, _ in told] == [
        (ASSOCIATE, "join"),
        (ASSOCIATE, "correction"),
    ]


@pytest.mark.parametrize(
    ("events", "until"),
    [
        ([event(2, "denunciation", date(2013, 1, 1)), event(3, "exclusion", date(2012, 1, 1))], [2012]),
        ([event(2, "exclusion", date(2013, 1, 1)), event(3, "denunciation", date(2012, 1, 1))], [2012]),
        (  # twice
            [
                event(2, "denunciation", date(2014, 1, 1)),
                event(3, "denunciation", date(2013, 1, 1)),
                event(4, "denunciation", date(2012, 1, 1)),
            ],
            [2012],
        ),
        (  # and came back: what was overtaken ends nothing of the later membership
            [
                event(2, "denunciation", date(2014, 1, 1)),
                event(3, "exclusion", date(2012, 1, 1)),
                event(4, "join", date(2013, 1, 1)),
            ],
            [2012, None],
        ),
        (  # what it was before was entered later: another membership
            [
                event(2, "denunciation", date(2014, 1, 1)),
                event(3, "join", date(2005, 1, 1)),
                event(4, "denunciation", date(2007, 1, 1)),
            ],
            [2007, 2014],
        ),
    ],
    ids=["excluded", "left", "twice", "came back", "entered later"],
)
def test_an_end_that_an_earlier_one_has_overtaken_ends_nothing(events, until):
    told = terms_of([event(1, "join", FIRST), *events])
    assert [term.until_on and term.until_on.year + 1 for term in told] == until


@pytest.mark.parametrize(
    ("events", "rule"),
    [
        (
            [
                event(1, "join", FIRST),
                event(2, "exclusion", date(2012, 1, 1)),
                event(3, "denunciation", date(2013, 1, 1)),
            ],
            "terms.event_fits",
        ),
        ([event(1, "upgrade", FIRST, category=MEMBER)], "terms.event_fits"),
        ([event(1, "denunciation", FIRST)], "terms.event_fits"),
        ([event(1, "renewal", FIRST)], "terms.event_fits"),
        ([event(1, "join", FIRST), event(2, "denunciation", date(2009, 12, 31))], "terms.event_fits"),
        (
            [event(1, "join", FIRST), event(2, "denunciation", date(2011, 1, 1), coverage=R)],
            "terms.event_fits",
        ),
        ([event(1, "join", FIRST), event(2, "join", date(2011, 1, 1))], "terms.no_overlap"),
        (
            [event(1, "join", FIRST), event(2, "join", date(2011, 1, 1), ALL, ACADEMIA)],
            "terms.no_overlap",
        ),
        (
            [event(1, "join", FIRST, ALL, ACADEMIA), event(2, "further_sector", date(2011, 1, 1), D)],
            "terms.no_overlap",
        ),
        (
            [event(1, "join", FIRST, T, MEMBER), event(2, "upgrade", date(2011, 1, 1), T, MEMBER)],
            "terms.upgrade",
        ),
        ([event(1, "join", FIRST), event(2, "downgrade", date(2011, 1, 1))], "terms.downgrade"),
        (
            [event(1, "join", FIRST), event(2, "class_change", date(2011, 1, 1), T, MEMBER)],
            "terms.class_change",
        ),
    ],
)
def test_an_event_that_does_not_fit_is_refused(events, rule):
    with pytest.raises(Refused) as refused:
        terms_of(events)
    assert refused.value.rule == rule


def test_sectors_are_memberships_of_their_own():
    told = terms_of([event(1, "join", FIRST, T), event(2, "further_sector", date(2012, 1, 1), R, MEMBER)])
    assert [(t.coverage, t.until_on) for t in told] == [(T, None), (R, None)]


# Ledgers that were merged


def test_merged_ledgers_are_read_side_by_side():
    told = spans(
        event(1, "join", FIRST, account=1),
        event(2, "join", date(2015, 1, 1), account=2),
        event(3, "denunciation", date(2015, 1, 1), account=1),
    )
    assert told == [
        (ASSOCIATE, FIRST, date(2014, 12, 31), "join", "denunciation"),
        (ASSOCIATE, date(2015, 1, 1), None, "join", None),
    ]


def test_an_event_concerns_its_own_account_first():
    told = spans(
        event(1, "join", FIRST, account=1),
        event(2, "join", date(2012, 1, 1), account=2),
        event(3, "denunciation", date(2012, 1, 1), account=2),
    )
    assert told == [(ASSOCIATE, FIRST, None, "join", None)]


def test_after_a_merge_the_keeper_carries_the_membership_of_the_duplicate_on():
    told = spans(
        event(1, "join", FIRST, account=2),
        event(2, "upgrade", date(2012, 1, 1), category=MEMBER, account=1),
        event(3, "denunciation", date(2014, 1, 1), category=MEMBER, account=1),
    )
    assert [(category, ended) for category, _, _, _, ended in told] == [
        (ASSOCIATE, "upgrade"),
        (MEMBER, "denunciation"),
    ]


def test_merged_ledgers_that_overlap_are_refused_with_both_terms():
    with pytest.raises(
        Refused, match=r"associate in ITU-T since 2010-01-01 and associate in ITU-T since 2012-01-01"
    ):
        terms_of([event(1, "join", FIRST, account=1), event(2, "join", date(2012, 1, 1), account=2)])


def withdrawn(number, notice, on):
    return replace(
        notice, id=number, kind=EventKind.NOTICE_WITHDRAWN, effective_on=on, withdraws_id=notice.id
    )


def test_a_notice_that_was_withdrawn_ends_nothing_and_another_one_does():
    notice = event(2, "denunciation", date(2012, 7, 1))
    back = withdrawn(3, notice, date(2012, 6, 30))
    assert spans(event(1, "join", FIRST), notice, back) == [(ASSOCIATE, FIRST, None, "join", None)]
    again = event(4, "denunciation", date(2012, 12, 1))
    assert spans(event(1, "join", FIRST), notice, back, again) == [
        (ASSOCIATE, FIRST, date(2012, 11, 30), "join", "denunciation")
    ]


@pytest.mark.parametrize(
    ("on", "of"), [(date(2012, 7, 1), 2), (date(2012, 6, 30), 1), (date(2012, 6, 30), None)]
)
def test_what_took_effect_or_is_no_notice_cannot_be_withdrawn(on, of):
    notice = event(2, "denunciation", date(2012, 7, 1))
    back = replace(withdrawn(3, notice, on), withdraws_id=of)
    with pytest.raises(Refused, match="There is no notice"):
        terms_of([event(1, "join", FIRST), notice, back])


# Whatever happens

patient = settings(deadline=None)  # a busy machine is no mistake
KINDS = st.sampled_from(EventKind)
CLASSES = st.sampled_from([None, Fraction(1, 8), Fraction(1, 2), Fraction(3, 2)])
STEPS = st.lists(
    st.tuples(KINDS, st.sampled_from(Coverage), st.sampled_from(Category), st.integers(0, 400), CLASSES),
    max_size=25,
)


def legal(steps, account=1, start=1):
    """The events that the book would have taken, one after the other."""
    taken, day = [], FIRST
    for number, (kind, coverage, category, days, units) in enumerate(steps, start):
        day += timedelta(days=days)
        attempt = [*taken, event(number, kind, day, coverage, category, account, units)]
        try:
            terms_of(attempt)
        except Refused:
            continue
        taken = attempt
    return taken


@patient
@given(STEPS, st.randoms())
def test_the_order_in_which_events_are_read_makes_no_difference(steps, random):
    events = legal(steps)
    shuffled = random.sample(events, len(events))
    assert terms_of(shuffled) == terms_of(events)


@patient
@given(STEPS)
def test_terms_never_overlap_in_a_sector(steps):
    assert not any(overlapping(one, other) for one, other in combinations(terms_of(legal(steps)), 2))


@patient
@given(STEPS)
def test_every_term_is_opened_by_its_event_and_says_so(steps):
    events = {each.id: each for each in legal(steps)}
    for term in terms_of(events.values()):
        opening = events[term.id]
        assert opening.kind in OPENING | CHANGING
        assert (term.opened_by, term.since_on) == (opening.kind, opening.effective_on)
        assert (term.category, term.units) == (opening.category, opening.units)
        assert (term.until_on is None) == (term.ended_by is None)


@patient
@given(STEPS, st.integers(1, 400), st.data())
def test_a_notice_that_is_withdrawn_leaves_the_terms_as_they_were(steps, days, data):
    events = legal(steps)
    running = [term for term in terms_of(events) if term.until_on is None]
    if not running:
        return
    term = data.draw(st.sampled_from(running))
    today = max(each.effective_on for each in events)
    end = event(900, "denunciation", today + timedelta(days=days), term.coverage, term.category)
    assert terms_of([*events, end]) != terms_of(events)
    assert terms_of([*events, end, withdrawn(901, end, today)]) == terms_of(events)


@patient
@given(STEPS, STEPS)
def test_merging_two_ledgers_gives_the_terms_of_both_or_is_refused(ours, theirs):
    one, other = legal(ours), legal(theirs, account=2, start=1000)
    both = sorted([*terms_of(one), *terms_of(other)], key=lambda t: (t.since_on, t.id))
    if any(overlapping(earlier, later) for earlier, later in combinations(both, 2)):
        with pytest.raises(Refused):
            terms_of([*one, *other])
    else:
        assert list(terms_of([*one, *other])) == both


@pytest.mark.parametrize(
    ("until", "since", "expected"),
    [
        (date(2012, 1, 1), date(2012, 1, 1), True),
        (date(2012, 1, 1), date(2012, 1, 2), False),
        (None, date(2030, 1, 1), True),
    ],
)
def test_terms_overlap_where_they_share_a_day(until, since, expected):
    (one,) = terms_of([event(1, "join", FIRST)])
    other = replace(one, since_on=since)
    assert overlapping(replace(one, until_on=until), other) is expected
    assert overlapping(other, replace(one, until_on=until)) is expected
