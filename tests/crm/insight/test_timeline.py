"""The timeline walks the relations of the book, wherever a thing is on record."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event
from support.inbound_mail import message
from support.outbox import MANAGER, campaign_letters, order, queue, running, staffed

from crm.errors import InvalidInput, NotFound
from crm.insight.happening import HappeningKind


def titles(happenings):
    return [happening.title for happening in happenings]


def kinds(happenings):
    return {happening.kind for happening in happenings}


@pytest.fixture
def acme(book):
    staffed(book)
    return book.organizations.add("Acme Satellites", country="KE", owner=MANAGER)


@pytest.fixture
def amina(book, acme):
    return book.people.add("Amina Odhiambo", email="amina@acme.example", at=acme)


def reply(book, letter, subject="Re: For you"):
    return message("Yes please.\n", To=book.identity.reply(letter.id), Subject=subject)


def test_wish_17_mail_attached_to_a_child_record_stands_in_the_timeline_of_the_account(
    book, make_book, acme, amina
):
    branch = book.organizations.add("Acme Kenya", country="KE", parent=acme)
    juma = book.people.add("Juma Otieno", email="juma@acme.example", at=branch)
    board = book.organizations.add("Satellite Association", country="CH")
    book.people.join(amina, board, role="Board member")
    book.log("meeting", branch, "About the branch", people=[juma])
    book.log("email", board, "What Amina wrote for the board", people=[amina])
    run = running(make_book, (branch, juma))
    (letter,) = campaign_letters(book, run, (branch, juma))
    answer = book.answers.receive(reply(book, letter))

    shown = {happening.refers_to: happening for happening in book.timeline(acme)}

    assert shown[f"outbox:{letter.id}"].title == "Letter: For Juma Otieno (queued)"
    assert shown[f"answer:{answer.id}"].title == "Reply received: Re: For you"
    assert shown[f"interaction:{answer.interaction_id}"].organization == "Acme Kenya"
    assert {"Meeting: About the branch", "Email: What Amina wrote for the board"} <= set(
        titles(shown.values())
    )


def test_what_somebody_did_elsewhere_before_they_came_is_not_shown(book, acme, amina, clock):
    former = book.organizations.add("Former Employer", country="CH")
    juma = book.people.add("Juma Otieno", at=former)
    book.log("call", former, "While at the former employer", people=[juma])
    clock.advance(timedelta(days=30))
    book.people.join(juma, acme, since=clock.now().date())
    book.log("call", former, "About old times", people=[juma])
    assert titles(book.timeline(acme)) == ["Call: About old times"]


def owing(book, account):
    """What becomes of a membership that is not paid in full."""
    book.terms.join(account, "sector_member", sector="D", on=date(2024, 1, 1), synthetic=True)
    book.dues.assess(2026, issued_on=date(2025, 9, 15))
    paid = book.dues.pay(account, 1000, on=date(2026, 5, 4), reference="UBS 1")
    book.dues.reverse(paid, on=date(2026, 5, 6), reason="recalled")
    book.suspension_notices.sent(account, on=date(2026, 9, 28), received_on=date(2026, 10, 1), document="N 7")
    (invoice,) = book.dues.invoices(account)
    plan = ((date(2027, 1, 31), invoice.amount),)
    book.repayment_plans.agree(account, plan, on=date(2026, 11, 2), reason="asked for time")
    book.exemptions.grant(account, since=date(2026, 11, 3), until=date(2027, 12, 31), reason="reciprocity")


def test_money_and_the_contract_are_told_with_what_is_made_up(book, acme):
    owing(book, acme)
    (invoice,) = book.dues.invoices(acme)
    told = titles(book.timeline(acme, newest_first=False))[1:]
    assert told == [
        f"Yearly invoice {invoice.number}: CHF 3,975.00, due 31 March 2026 (made up)",
        "Payment: CHF 1,000.00, UBS 1 (finance)",
        "Payment taken back: CHF -1,000.00, UBS 1 (finance): recalled",
        "Notice of suspension sent, received on 1 October 2026: N 7",
        "Repayment plan agreed: asked for time",
        "Exempt until 31 December 2027: reciprocity",
    ]


def test_a_statement_that_the_invoices_overrule_says_what_counts(book, acme):
    owing(book, acme)
    book.standing.record(acme, "good", as_of=date(2026, 6, 30), source="finance")
    (stated,) = book.timeline(acme, kinds={"standing"})
    assert stated.title.startswith("Standing: good, says finance; what counts is arrears: ")


def test_every_kind_of_happening_is_told(book, make_book, acme, amina, clock):
    owing(book, book.organizations.add("Acme Kenya", country="KE", parent=acme))
    book.terms.join(
        acme, "associate", sector="T", study_group="T-SG13", on=date(2020, 1, 1), reason="applied"
    )
    book.terms.upgrade(acme, sector="T", on=date(2024, 1, 1), reason="wants a vote")
    book.standing.record(acme, "good", as_of=date(2026, 9, 30), source="finance")
    book.participation.record(acme, "T-SG13", "contributed", on=date(2026, 5, 5))
    applied = book.applications.apply(acme, "sector_member", sector="R", override="its articles are on file")
    book.applications.forward(applied)
    met = book.log("meeting", acme, "Wants spectrum", people=[amina], next="send the fee table", due="14d")
    book.letters.draft(met)
    ask = book.opportunities.add(acme, "further_sector", sector="D", note="they asked")
    book.opportunities.move(ask, "proposal_sent")
    book.opportunities.change(ask, amount=7950)
    book.opportunities.lose(ask, reason="no budget", on="2026-11-20")
    book.reservations.reserve(acme, office="TSB", reason="talks", until="3m")
    book.override_clearance(acme, reason="agreed with the TSB", until="2w")
    complaint = book.complaints.record("Too many letters", source="call", organization=acme, person=amina)
    book.complaints.resolve(complaint, outcome="two a year")
    book.merge(acme, book.organizations.add("Acme Sat"), reason="same LEI")
    (letter,) = campaign_letters(book, running(make_book, (acme, amina)), (acme, amina))
    book.answers.receive(reply(book, letter))
    clock.advance(timedelta(days=1))
    book.follow_ups.complete(met.next, outcome="sent by post")

    told = book.timeline(acme, newest_first=False)

    assert kinds(told) == set(HappeningKind)
    for title in (
        "Join, associate in ITU-T: applied",
        "Upgrade, sector member in ITU-T: wants a vote",
        "Reserved until 24 February 2027: talks",
        "Clearance overridden until 8 December 2026: agreed with the TSB",
        "Complaint (call): Too many letters",
        "Complaint resolved: two a year",
        "Applied: sector member in ITU-R: its articles are on file",
        "Application forwarded: sector member in ITU-R",
        "Standing: good, says finance",
        "Contributed: T-SG13",
        "Opened: A further Sector: ITU-D: they asked",
        "Moved to Proposal sent: A further Sector: ITU-D",
        "Lost: A further Sector: ITU-D: no budget",
        "Meeting: Wants spectrum",
        "Planned for 8 December 2026: send the fee table",
        "Done: send the fee table: sent by post",
        "Merged with the duplicate Acme Sat: same LEI",
        "In the run rehearsal (exited: somebody there answered)",
    ):
        assert title in titles(told)
    assert [h.at for h in told] == sorted(h.at for h in told)


def test_a_happening_says_who_took_part_and_for_which_office_and_prints_in_a_line(book, acme, amina):
    book.log("meeting", acme, "Wants\nspectrum", people=[amina])
    (met,) = book.timeline(acme)
    assert (met.people, met.office) == (("Amina Odhiambo",), "BDT")
    assert (
        str(met) == "2026-11-24  interaction   Acme Satellites: Meeting: Wants spectrum (Amina Odhiambo, BDT)"
    )


def test_what_only_a_day_is_known_of_stands_at_midnight(book, acme):
    book.participation.record(acme, "T-SG13", "attended", on=date(2026, 5, 5))
    (attended,) = book.timeline(acme)
    assert attended.at == datetime(2026, 5, 5, tzinfo=UTC)


def test_a_follow_up_without_a_day_stands_where_it_was_planned(book, acme, clock):
    book.follow_ups.plan(acme, "think")
    planned_at = clock.now()
    clock.advance(timedelta(days=3))
    assert [h.at for h in book.timeline(acme)] == [planned_at]


def test_without_its_group_an_account_stands_for_itself(book, acme):
    branch = book.organizations.add("Acme Kenya", parent=acme)
    leaf = book.organizations.add("Acme Mombasa", parent=branch)
    for account in (acme, branch, leaf):
        book.log("note", account, account.name)
    assert len(book.timeline(acme)) == 3
    assert titles(book.timeline(branch)) == ["Note: Acme Mombasa", "Note: Acme Kenya"]
    assert titles(book.timeline(branch, group=False)) == ["Note: Acme Kenya"]


def test_a_person_sees_what_they_took_part_in_at_all_their_organisations(book, make_book, acme, amina):
    board = book.organizations.add("Satellite Association")
    book.people.join(amina, board)
    book.log("call", acme, "At work", people=[amina], next="call again", due="1d")
    book.log("call", board, "On the board", people=[amina])
    book.log("call", acme, "With somebody else")
    (letter,) = queue(book, order(book, (acme, amina)))
    book.answers.receive(reply(book, letter))
    told = book.timeline(amina)
    assert {"Call: At work", "Call: On the board", "Planned for 25 November 2026: call again"} <= set(
        titles(told)
    )
    assert {"letter", "answer"} <= kinds(told)
    assert "Call: With somebody else" not in titles(told)
    assert titles(told) == titles(book.timeline("amina@acme.example"))


def test_a_member_state_shows_all_based_there_and_in_its_territories(book, acme):
    for name, country in (("Denmark ApS", "DK"), ("Nuuk Telecom", "GL"), ("Acme France", "FR")):
        book.log("note", book.organizations.add(name, country=country), name)
    told = book.timeline("DNK")
    assert {h.organization for h in told} == {"Denmark ApS", "Nuuk Telecom"}
    assert book.timeline(book.countries.get("Denmark")) == told
    assert titles(book.timeline("GRL")) == ["Note: Nuuk Telecom"]


def test_since_until_kinds_and_limit_narrow_a_timeline(book, acme, clock):
    for day in range(5):
        book.log("note", acme, f"day {day}")
        book.follow_ups.plan(acme, f"plan {day}")
        clock.advance(timedelta(days=1))
    notes = {"kinds": ["interaction"]}
    assert titles(book.timeline(acme, limit=2, **notes)) == ["Note: day 4", "Note: day 3"]
    assert titles(book.timeline(acme, limit=2, newest_first=False, **notes)) == ["Note: day 0", "Note: day 1"]
    between = book.timeline(acme, since=date(2026, 11, 25), until=date(2026, 11, 26), **notes)
    assert titles(between) == ["Note: day 2", "Note: day 1"]
    assert titles(book.timeline(acme, until=datetime(2026, 11, 24, 9, 30, tzinfo=UTC), **notes)) == [
        "Note: day 0"
    ]
    assert kinds(book.timeline(acme, limit=3)) == {"interaction", "follow_up"}


def test_a_source_asks_one_statement_however_much_there_is(book, acme, amina):
    asked = []
    event.listen(book.engine, "before_cursor_execute", lambda *details: asked.append(details[2]))

    def statements():
        asked.clear()
        book.timeline(acme)
        return len(asked)

    few = statements()
    for number in range(20):
        branch = book.organizations.add(f"Branch {number}", parent=acme)
        book.log("note", branch, "hello", people=[amina], next="call")
    assert statements() == few


def test_what_stayed_with_a_duplicate_is_shown_with_its_keeper(book, acme):
    twin = book.organizations.add("Acme Sat")
    for account in (acme, twin):
        book.standing.record(account, "good", as_of=date(2026, 9, 30), source="finance")
    book.merge(acme, twin, reason="same LEI")
    assert titles(book.timeline(acme, kinds=["standing"])) == ["Standing: good, says finance"] * 2


def test_the_arm_of_an_enrolment_is_not_given_away(book, make_book, acme, amina):
    running(make_book, (acme, amina))
    (told,) = book.timeline(acme, kinds=["run"])
    assert "treatment" not in str(told)


def test_an_unknown_kind_or_key_is_refused(book, acme):
    with pytest.raises(InvalidInput, match="gossip"):
        book.timeline(acme, kinds=["gossip"])
    with pytest.raises(NotFound):
        book.timeline("Nobody Knows")
