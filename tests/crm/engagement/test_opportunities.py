"""Asks: opened, moved on, changed, won or lost; every step stays on record."""

import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm.errors import InvalidInput, NotFound, ReadOnly, Refused

DANA = "dana@accord.example"


@pytest.fixture
def dana(book):
    return book.staff.add("Dana Novak", email=DANA, office="BDT")


@pytest.fixture
def acme(book, dana):
    return book.organizations.add("Acme", country="KE", owner=dana)


@pytest.fixture
def upgrade(book, acme):
    return book.opportunities.add(
        acme, "upgrade", amount="21200", expected="2027-03-01", sector="T", note="They asked twice."
    )


def steps(book, ask):
    return [
        (step.kind, step.from_stage, step.to_stage, step.note) for step in book.opportunities.history(ask)
    ]


def test_an_ask_begins_where_its_kind_begins_with_what_is_usual(book, acme, dana, upgrade, clock):
    assert (upgrade.organization_id, upgrade.owner_id, upgrade.office) == (acme.id, dana.id, "BDT")
    assert (upgrade.stage, upgrade.probability, upgrade.basis) == ("identified", 10, "stage")
    assert (upgrade.amount, upgrade.currency, upgrade.frequency) == (Decimal("21200.00"), "CHF", "yearly")
    assert (upgrade.title, upgrade.sector) == ("Upgrade to Sector Member: ITU-T", "T")
    assert (upgrade.expected_on, upgrade.opened_at) == (date(2027, 3, 1), clock.now())
    assert steps(book, upgrade) == [("opened", None, "identified", "They asked twice.")]
    gift = book.opportunities.add(acme, "Contribution", currency="usd", amount=5)
    assert (gift.title, gift.frequency, gift.currency) == ("A voluntary contribution", "once", "USD")


def test_an_ask_to_an_account_that_nobody_keeps_belongs_to_whoever_opens_it(book, dana):
    ask = book.opportunities.add(book.organizations.add("Nobody's"), "first_membership")
    assert (ask.owner_id, ask.office, ask.amount, ask.expected_on) == (dana.id, "BDT", None, None)


def test_an_ask_moves_forth_and_back_and_takes_the_probability_of_its_stage(book, upgrade, clock):
    clock.advance(timedelta(days=3))
    moved = book.opportunities.move(upgrade, "Proposal sent", note="by post")
    assert (moved.stage, moved.probability, moved.stage_since) == ("proposal_sent", 50, clock.now())
    stated = book.opportunities.move(upgrade, "in conversation", probability=70)
    assert (stated.probability, stated.basis) == (70, "stated")
    again = book.opportunities.move(upgrade, "proposal_sent")
    assert (again.probability, again.basis) == (50, "stage")
    assert steps(book, upgrade)[1:] == [
        ("moved", "identified", "proposal_sent", "by post"),
        ("moved", "proposal_sent", "in_conversation", ""),
        ("moved", "in_conversation", "proposal_sent", ""),
    ]


def test_a_change_keeps_what_stood_there(book, upgrade, clock):
    since = upgrade.stage_since
    clock.advance(timedelta(days=30))
    changed = book.opportunities.change(
        upgrade, expected="2027-06-01", amount=Decimal(31800), probability=40, reason="their board met"
    )
    assert (changed.expected_on, changed.amount, changed.basis) == (
        date(2027, 6, 1),
        Decimal(31800),
        "stated",
    )
    assert changed.stage_since == since
    assert [
        (s.kind, s.amount, s.expected_on, s.probability) for s in book.opportunities.history(upgrade)
    ] == [
        ("opened", Decimal(21200), date(2027, 3, 1), 10),
        ("changed", Decimal(31800), date(2027, 6, 1), 40),
    ]
    last = book.history(upgrade)[-1]
    assert (last.verb, last.reason) == ("opportunity.changed", "their board met")
    back = book.opportunities.change(upgrade, probability=None, amount=None, expected=None)
    assert (back.probability, back.basis, back.amount, back.expected_on) == (10, "stage", None, None)


def test_a_change_of_its_title_or_owner_is_no_step_of_an_ask(book, upgrade):
    lucia = book.staff.add("Lucía", email="lucia@accord.example", office="TSB")
    changed = book.opportunities.change(
        upgrade, title="The upgrade", owner=lucia, office="TSB", source="fair"
    )
    assert (changed.title, changed.owner_id, changed.office) == ("The upgrade", lucia.id, "TSB")
    assert len(steps(book, upgrade)) == 1
    assert book.history(upgrade)[-1].after.keys() == {"title", "owner_id", "office", "source"}


def test_an_ask_is_won_once_and_may_be_opened_again(book, upgrade, clock):
    clock.advance(timedelta(days=10))
    won = book.opportunities.win(upgrade, on="2026-12-01", note="signed")
    assert (won.outcome, won.stage, won.probability) == ("won", "upgraded", 100)
    assert (won.closed_at, won.closed_on) == (clock.now(), date(2026, 12, 1))
    assert book.opportunities.open() == ()
    for verb in (
        lambda: book.opportunities.win(upgrade),
        lambda: book.opportunities.lose(upgrade, reason="no"),
        lambda: book.opportunities.move(upgrade, "proposal_sent"),
        lambda: book.opportunities.change(upgrade, amount=1),
    ):
        with pytest.raises(Refused, match="won on 1 December 2026") as refused:
            verb()
        assert refused.value.rule == "opportunities.open"
    again = book.opportunities.reopen(upgrade, note="not signed after all")
    assert (again.outcome, again.stage, again.closed_at, again.closed_on) == (
        "open",
        "identified",
        None,
        None,
    )
    with pytest.raises(Refused) as refused:
        book.opportunities.reopen(upgrade, note="again")
    assert refused.value.rule == "opportunities.closed"


def test_an_ask_is_lost_for_a_reason(book, upgrade):
    with pytest.raises(InvalidInput) as refused:
        book.opportunities.lose(upgrade, reason=" ")
    assert refused.value.field == "reason"
    lost = book.opportunities.lose(upgrade, reason="no budget")
    assert (lost.outcome, lost.probability) == ("lost", 0)
    assert steps(book, upgrade)[-1] == ("lost", "identified", "declined", "no budget")


def test_two_who_close_an_ask_at_once_close_it_once(make_book, upgrade):
    outcomes = []
    barrier = threading.Barrier(2)

    def close(verb):
        book = make_book()
        barrier.wait()
        try:
            verb(book)
            outcomes.append("closed")
        except Refused as refused:
            outcomes.append(refused.rule)

    verbs = (
        lambda book: book.opportunities.win(upgrade),
        lambda book: book.opportunities.lose(upgrade, reason="no"),
    )
    threads = [threading.Thread(target=close, args=(verb,)) for verb in verbs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["closed", "opportunities.open"]


@pytest.mark.parametrize(
    ("stage", "rule"),
    [
        ("due_diligence", "opportunities.stage_of_its_kind"),
        ("upgraded", "opportunities.closing_has_its_verb"),
        ("Declined", "opportunities.closing_has_its_verb"),
        ("identified", "opportunities.moves"),
    ],
)
def test_a_stage_that_an_ask_cannot_move_to_is_refused(book, upgrade, stage, rule):
    with pytest.raises(Refused) as refused:
        book.opportunities.move(upgrade, stage)
    assert refused.value.rule == rule


def test_a_stage_that_there_is_not_lists_those_there_are(book, upgrade):
    with pytest.raises(NotFound) as refused:
        book.opportunities.move(upgrade, "limbo")
    assert "proposal_sent" in refused.value.candidates


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        ("upgrade", {"sector": "T", "amount": -1}, "amount"),
        ("upgrade", {"sector": "T", "amount": 21200.0}, "amount"),
        ("upgrade", {"sector": "T", "currency": "CHX"}, "currency"),
        ("upgrade", {"sector": "T", "probability": 101}, "probability"),
        ("upgrade", {"sector": "T", "probability": 0.4}, "probability"),
        ("upgrade", {"sector": "T", "expected": "soon"}, "expected"),
        ("upgrade", {"sector": "T", "frequency": "weekly"}, "frequency"),
        ("upgrade", {"sector": "T", "colour": "blue"}, "colour"),
        ("upgrade", {}, "sector"),
        ("further_sector", {}, "sector"),
        ("contribution", {"sector": "T"}, "sector"),
        ("gift", {}, "kind"),
    ],
)
def test_a_value_that_an_ask_cannot_have_is_refused(book, acme, kind, values, field):
    with pytest.raises(InvalidInput) as refused:
        book.opportunities.add(acme, kind, **values)
    assert refused.value.field == field
    assert book.opportunities.of(acme) == ()


def test_what_every_ask_has_cannot_be_emptied(book, upgrade):
    for field in ("title", "currency", "frequency"):
        with pytest.raises(InvalidInput) as refused:
            book.opportunities.change(upgrade, **{field: None})
        assert refused.value.field == field
    with pytest.raises(InvalidInput):
        book.opportunities.change(upgrade, sector=None)


def test_the_day_of_an_outcome_is_not_ahead(book, upgrade):
    with pytest.raises(Refused) as refused:
        book.opportunities.win(upgrade, on="tomorrow")
    assert refused.value.rule == "opportunities.not_ahead"


def test_open_asks_are_listed_by_what_is_asked_about(book, acme, upgrade):
    later = book.opportunities.add(acme, "sponsorship", office="TSB", expected="2027-09-01")
    undated = book.opportunities.add(book.organizations.add("Other"), "contribution")
    assert [ask.id for ask in book.opportunities.open()] == [upgrade.id, later.id, undated.id]
    assert book.opportunities.open(office="TSB") == (later,)
    assert book.opportunities.open(kind="upgrade", owner=DANA) == (upgrade,)
    assert book.opportunities.open(organization="Other") == (undated,)
    book.opportunities.win(later)
    assert [ask.id for ask in book.opportunities.of(acme)] == [later.id, upgrade.id]


def test_what_is_handed_out_is_read_only_and_found_by_its_number(book, upgrade):
    assert book.opportunities.get(upgrade.id) == upgrade
    with pytest.raises(ReadOnly, match=r"book\.opportunities"):
        upgrade.amount = Decimal(1)
    with pytest.raises(NotFound):
        book.opportunities.get(404)


def test_wish_8_asks_follow_a_merge_and_come_back(book, acme, upgrade):
    keeper = book.organizations.add("Acme Group")
    merged = book.merge(keeper, acme, reason="same")
    assert book.opportunities.open(organization=keeper)[0].id == upgrade.id
    book.unmerge(merged.id, reason="not the same")
    assert book.opportunities.open(organization=acme)[0].id == upgrade.id


def test_words_are_erasable_although_steps_are_not(book, upgrade):
    (trailed,) = [h for h in book.trail.about(upgrade) if h.record.startswith("opportunity_note")]
    assert trailed.after["text"] == "They asked twice."
    with book.engine.begin() as connection:
        for table in ("opportunity_note", "trail_personal"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    assert steps(book, upgrade) == [("opened", None, "identified", "")]
    assert book.search("asked") == ()
