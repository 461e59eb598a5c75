"""What outcomes are learnt from: the facts of the day on which an ask was opened, never later ones."""

import math
from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import event
from support.associates import associate

from crm.directory.tables import Size
from crm.engagement.opportunity_tables import Opportunity
from crm.insight.potential_outcomes import lessons
from crm.reference.potential_weights import potential_weights
from crm.store.store import Store


def read(book, until=date(2030, 1, 1)):
    with Store(book.engine, actor="test", clock=book.clock).reading() as session:
        return lessons(session, potential_weights(session), until=until)


def asked(book, account, clock, *, after=30, won=True):
    """An upgrade that is asked for today, and won or lost after some days."""
    ask = book.opportunities.add(account, "upgrade", sector="T")
    clock.advance(timedelta(days=after))
    if won:
        book.terms.upgrade(account, sector="T", on=clock.now().date())
        book.opportunities.win(ask)
    else:
        book.opportunities.lose(ask, reason="no")
    return ask


def test_a_model_is_fitted_again_only_when_what_the_outcomes_teach_has_changed(book, clock):
    acme, _ = associate(book, "Acme", punctuality="on_time")
    other, _ = associate(book, "Other", punctuality="on_time")
    asked(book, acme, clock, won=False)
    first = book.potential.model()
    book.log("call", other, "Nothing of it")
    assert book.potential.model() is first
    asked(book, other, clock, won=False)
    assert (first.outcomes, book.potential.model().outcomes) == (1, 2)
    assert book.potential.model(on=date(2026, 12, 25)).outcomes == 1


def test_an_ask_is_opened_without_reading_the_outcomes(book):
    def outcomes_read(ask):
        seen = []
        event.listen(book.engine, "before_cursor_execute", listen := lambda *args: seen.append(args[2]))
        ask()
        event.remove(book.engine, "before_cursor_execute", listen)
        return [statement for statement in seen if "opportunity.closed_on <=" in statement]

    acme, _ = associate(book, "Acme", punctuality="on_time")
    assert outcomes_read(lambda: book.potential.of(acme))
    assert not outcomes_read(lambda: book.potential.open(acme, "upgrade", sector="T"))


def test_an_outcome_is_told_with_what_was_known_when_it_was_opened(book, clock):
    acme, _ = associate(book, "Acme", punctuality="on_time")
    book.participation.record(acme, "T-SG17", "asked", on=date(2026, 11, 1))
    ask = asked(book, acme, clock)
    (lesson,), passed_over = read(book)
    assert (lesson.opportunity_id, lesson.won, passed_over) == (ask.id, True, 0)
    assert (lesson.opened_on, lesson.closed_on) == (date(2026, 11, 24), date(2026, 12, 24))
    assert lesson.points == 50
    assert {"upgrade", "second_study_group", "size", "punctuality"} <= lesson.features.keys()
    assert lesson.features["years a member"] == pytest.approx(math.log1p(6.9), abs=0.01)


def later_participation(book, acme):
    book.participation.record(acme, "T-SG17", "asked", on=date(2026, 11, 1))


def later_conversation(book, acme):
    book.log("call", acme, "…", inbound=True, at=book.clock.now() - timedelta(days=60))


def larger_since(book, acme):
    book.organizations.change(acme, size="large", employees=900)


def moved_since(book, acme):
    head = book.organizations.add("Group", country="CH")
    associate(book, "Sister", parent=head)
    book.organizations.change(acme, parent=head)


def left_since(book, acme):
    book.terms.denounce(acme, sector="T", on=date(2027, 9, 1), reason="notice")


@pytest.mark.parametrize(
    "since", [later_participation, later_conversation, larger_since, moved_since, left_since]
)
def test_nothing_that_was_written_down_since_is_known_of_an_outcome(book, clock, since):
    acme, _ = associate(book, "Acme", size="sme", punctuality="on_time")
    ask = book.opportunities.add(acme, "upgrade", sector="T")
    clock.advance(timedelta(days=20))
    book.opportunities.lose(ask, reason="no")
    before = read(book)
    now = book.potential.of(acme)
    since(book, acme)
    assert read(book) == before
    assert book.potential.of(acme) != now, "the same fact counts today"


def test_an_sme_that_grew_after_the_ask_was_one_when_it_was_asked(book, clock):
    acme, _ = associate(book, "Acme", size="sme")
    asked(book, acme, clock)
    larger_since(book, acme)
    (lesson,), _ = read(book)
    assert not {"size", "outgrown"} & lesson.features.keys()
    assert book.organizations.get(acme).size is Size.LARGE


def test_the_upgrade_that_was_won_does_not_hide_that_it_was_an_associate(book, clock):
    acme, _ = associate(book, "Acme")
    book.opportunities.add(acme, "upgrade", sector="T")
    book.terms.upgrade(acme, sector="T", on=date(2026, 11, 24))  # recorded later, effective the same day
    book.opportunities.win(book.opportunities.of(acme)[0])
    found, passed_over = read(book)
    assert (len(found), passed_over) == (1, 0)


def test_an_ask_of_somebody_who_was_no_such_member_teaches_nothing(book, clock):
    stranger = book.organizations.add("Stranger", country="CH")
    asks = [
        book.opportunities.add(stranger, "further_sector", sector="D"),
        book.opportunities.add(stranger, "sponsorship"),
    ]
    for ask in asks:
        book.opportunities.lose(ask, reason="no")
    assert read(book) == ([], 1)


def test_only_what_is_over_by_the_day_is_an_outcome(book, clock):
    acme, _ = associate(book, "Acme")
    asked(book, acme, clock, won=False)
    book.opportunities.add(acme, "upgrade", sector="T")
    assert len(read(book)[0]) == 1
    assert read(book, until=date(2026, 12, 23))[0] == []


def test_an_earlier_refusal_is_known_and_the_ask_itself_is_not(book, clock):
    acme, _ = associate(book, "Acme")
    asked(book, acme, clock, won=False)
    asked(book, acme, clock, won=False)
    first, second = read(book)[0]
    assert ("refused" in first.features, "refused" in second.features) == (False, True)
    assert "asked" not in first.features.keys() | second.features.keys()


def test_with_few_outcomes_the_weights_rank_and_it_says_so(book, clock):
    acme, _ = associate(book, "Acme")
    asked(book, acme, clock, won=False)
    model = book.potential.model()
    assert (model.used, model.outcomes, model.won) == (False, 1, 0)
    assert str(model).startswith(
        "The weights rank: it takes 200 asks that were won or lost, 40 of either kind"
    )
    assert all(p.chance is None for p in book.potential.of(acme))


def outcomes(book, accounts, clock, count):
    """Asks, one every other day, each over after a day: large accounts mostly say no, which no weight foresees."""
    chance = np.random.default_rng(11)
    store = Store(book.engine, actor="test", clock=clock)
    with store.changing("test.asked") as change:
        for _ in range(count):
            clock.advance(timedelta(days=2))
            account = accounts[int(chance.integers(0, len(accounts)))]
            won = bool(chance.random() < (0.2 if account.size is Size.LARGE else 0.8))
            change.add(closed_ask(account, clock.now(), won=won))


def closed_ask(account, at, *, won):
    values = {"organization_id": account.id, "kind": "upgrade", "sector": "T", "title": "Upgrade"}
    values |= {"stage": "upgraded" if won else "declined", "outcome": "won" if won else "lost"}
    values |= {"frequency": "yearly", "probability": 100 if won else 0}
    values |= {"opened_at": at, "stage_since": at, "closed_at": at + timedelta(days=1)}
    return Opportunity.model_validate({**values, "closed_on": at.date() + timedelta(days=1)})


def test_once_outcomes_show_what_counts_the_chances_rank_and_explain_themselves(book, clock):
    accounts = []
    for n in range(30):
        account = book.organizations.add(f"Account {n}", country="CH", size="large" if n % 2 else "sme")
        book.terms.join(account, "associate", sector="T", study_group="T-SG13", on=date(2020, 1, 1))
        accounts.append(account)
    outcomes(book, accounts, clock, 300)
    clock.advance(timedelta(days=2))
    model = book.potential.model()
    assert model.used, model.why
    assert (model.outcomes, model.passed_over) == (300, 0)
    assert model.linear.coefficients["size"] < -1
    ranked = book.potential.ranked(kind="upgrade")
    assert [p.chance for p in ranked] == sorted((p.chance for p in ranked), reverse=True)
    assert (ranked[0].facts.size, ranked[-1].facts.size) == (Size.SME, Size.LARGE)
    odds = model.linear.constant + sum(part.amount for part in ranked[0].contributions)
    assert ranked[0].chance == pytest.approx(1 / (1 + math.exp(-odds)))
    assert book.potential.model() == model
