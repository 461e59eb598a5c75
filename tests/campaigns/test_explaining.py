"""Whom other offices, groups and earlier runs keep out, told account by account."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event
from support.associates import associate
from support.desk_runs import DAY, NOBODY_HELD_OUT, launched, sweep

from campaigns import desk
from campaigns.guards import GUARDS
from crm.errors import NotFound


def test_a_letter_of_one_run_is_a_contact_for_the_next(book, colleague, worker, clock):
    associate(book, "Acme")
    run = launched(book, colleague)
    sweep(worker, clock, days=1)
    desk.cancel(book, run, reason="enough")
    assert desk.preview(book, NOBODY_HELD_OUT).of("Acme").skip.reason == "quiet_period"
    clock.advance(14 * DAY)
    assert desk.preview(book, NOBODY_HELD_OUT).count == 1


def test_of_a_corporate_group_one_account_is_written_to(book, colleague, worker):
    head, _ = associate(book, "Head")
    daughter, _ = associate(book, "Daughter", parent=head)
    book.participation.record(daughter, "T-SG17", "asked", on=date(2026, 10, 1))
    run = launched(book, colleague)
    desk.advance(worker)
    assert [letter.organization_id for letter in book.outbox.of()] == [daughter.id]
    assert desk.overview(book, run).results.left_out == {"group_enrolled": 1}
    assert "SG17" in book.outbox.shown(book.outbox.of()[0]).text


def test_an_account_that_another_office_is_busy_with_is_left_out_with_the_reason(book, colleague, clock):
    acme, _ = associate(book, "Acme")
    associate(book, "Other")
    met = clock.now() - timedelta(days=20)
    book.log("meeting", acme, "About a pledge", office="BDT", at=met)

    left = desk.preview(book, NOBODY_HELD_OUT).of(acme)

    assert (left.skip.reason, left.skip.detail) == ("clearance_hold", "meeting by BDT 20 days ago")
    overview = desk.prepare(book, NOBODY_HELD_OUT)
    assert overview.count == 1
    (kept,) = book.runs.audience(overview.run, state="left_out")
    assert (kept.organization_id, kept.reason) == (acme.id, "clearance_hold")


def test_the_offices_own_contact_and_an_overridden_hold_keep_no_campaign_away(book, colleague, clock):
    ours, _ = associate(book, "Ours")
    theirs, _ = associate(book, "Theirs")
    for account, office in ((ours, "TSB"), (theirs, "BDT")):
        book.log("meeting", account, "Hello", office=office, at=clock.now() - timedelta(days=20))
    book.override_clearance(theirs, reason="agreed with the BDT", until="2w")
    assert desk.preview(book, NOBODY_HELD_OUT).count == 2


def test_the_preview_asks_a_number_of_statements_that_does_not_grow(book, colleague):
    def statements():
        seen = []
        event.listen(book.engine, "before_cursor_execute", count := lambda *args: seen.append(args[2]))
        desk.preview(book, NOBODY_HELD_OUT)
        event.remove(book.engine, "before_cursor_execute", count)
        return len(seen)

    associate(book, "First")
    statements()  # what is read once and kept
    few = statements()
    for number in range(12):
        account, _ = associate(book, f"Account {number}")
        book.log("call", account, "Hello", office="BDT", next="call again")
    assert statements() == few


def test_one_account_is_explained_with_every_question_and_its_answer(book, colleague):
    associate(book, "Acme", owner="dana@accord.example")
    met, _ = associate(book, "Met", size="sme")
    book.log("meeting", met, "About something else", office="BDT", at=datetime(2026, 11, 20, tzinfo=UTC))
    book.organizations.add("Prospect")
    found = desk.explain(book, NOBODY_HELD_OUT, "Acme")
    assert (found.objection, found.outcome.partition(",")[0]) == ("", "enrolled")
    assert str(found).splitlines()[1:] == [
        "  yes: is an Associate",
        "  membership: associate of ITU-T, T-SG13, since 1 January 2020",
        "  speaks for it: a large enterprise, and still an Associate",
        "  in good standing: yes",
        *(f"  {guard.__name__.replace('_', ' ')}: yes" for guard in GUARDS[1:]),
        "  contact: Contact of Acme",
    ]
    left_out = desk.explain(book, NOBODY_HELD_OUT, met)
    assert left_out.outcome == "left out: nothing speaks for writing to it"
    assert [str(verdict) for verdict in left_out.guards if verdict.objection] == [
        "with a signal: nothing speaks for writing to it",
        "not contacted lately: contacted inside the quiet period: meeting by BDT on 20 November 2026",
        "cleared: its clearance says to hold: meeting by BDT 4 days ago",
    ]
    assert (
        desk.explain(book, NOBODY_HELD_OUT, "Prospect").outcome
        == "not in the audience: it is not an Associate"
    )
    with pytest.raises(NotFound):
        desk.explain(book, NOBODY_HELD_OUT, "Nobody")


def test_an_explanation_agrees_with_the_preview_about_every_account(book, colleague):
    associate(book, "Busy")
    launched(book, colleague)
    changes = [{}, {"size": "sme"}, {"standing": "arrears"}, {"standing": None}, {"language": "ru"}]
    for n, change in enumerate(changes):
        associate(book, f"Account {n}", **change)
    audience = desk.preview(book, "associate_upgrade").audience
    for row in audience.invited:
        found = desk.explain(book, "associate_upgrade", row.account.organization_id)
        assert (found.objection, found.contact) == ("", row.contact)
    for row in audience.left_out:
        found = desk.explain(book, "associate_upgrade", row.account.organization_id)
        assert found.objection.startswith(row.skip.reason.words)
    assert {row.skip.reason.value for row in audience.left_out} >= {"other_campaign", "arrears", "no_signal"}


def test_an_explanation_asks_as_many_statements_however_many_accounts_there_are(book, colleague):
    def statements():
        seen = []
        event.listen(book.engine, "before_cursor_execute", count := lambda *args: seen.append(args[2]))
        desk.explain(book, "associate_upgrade", "Acme")
        event.remove(book.engine, "before_cursor_execute", count)
        return len(seen)

    associate(book, "Acme")
    statements()  # the first time the countries are read
    alone = statements()
    for n in range(12):
        associate(book, f"Account {n}")
    assert statements() == alone
