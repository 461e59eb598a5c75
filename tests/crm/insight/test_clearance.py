from datetime import date, timedelta

import pytest
from sqlalchemy import event, text
from support.associates import associate
from support.inbound_mail import message
from support.outbox import campaign_letters, running, staffed

from crm.errors import InvalidInput, NotFound, Refused
from crm.reference.clearance_rule import ClearanceReason

BDT = {"office": "BDT"}


@pytest.fixture
def acme(book):
    staffed(book)
    book.staff.add("Lucía Fernández", email="lucia@accord.example", office="TSB")
    return book.organizations.add("Acme", country="KE", owner="dana@accord.example")


@pytest.fixture
def amina(book, acme):
    return book.people.add("Amina", email="amina@acme.example", at=acme)


def reasons(found):
    return [caveat.reason.value for caveat in found.reasons]


def test_the_office_is_that_of_whoever_asks_unless_another_is_named(book, make_book, acme):
    book.log("meeting", acme, "Hello", office="BDT")
    assert book.clearance(acme).office == "BDT"
    assert str(book.clearance(acme)) == "clear"
    assert reasons(book.clearance(acme, office="tsb")) == ["recent_contact"]
    assert reasons(make_book(actor="lucia@accord.example").clearance(acme)) == ["recent_contact"]
    stranger = make_book(actor="job").clearance(acme)
    assert (stranger.office, reasons(stranger)) == (None, ["recent_contact"])


def test_the_latest_contact_of_every_other_office_is_told_and_a_note_is_none(book, acme, clock):
    for days, kind, office in (
        (9, "meeting", "TSB"),
        (6, "call", "TSB"),
        (4, "email", "BR"),
        (1, "note", "GS"),
    ):
        book.log(kind, acme, "…", office=office, at=clock.now() - timedelta(days=days))
    found = book.clearance(acme, **BDT)
    assert str(found) == "caution: email by BR 4 days ago, call by TSB 6 days ago"
    assert book.clearance(acme, purpose="campaign", **BDT).verdict == "hold"
    assert str(book.clearance(acme, on="25d", **BDT)) == "caution: email by BR 29 days ago"


def test_a_step_agreed_on_in_a_talk_is_a_promise_and_a_reminder_of_our_own_is_none(book, acme):
    met = book.log("call", acme, "Hello", staff="lucia@accord.example", next="send the fee table", due="2w")
    book.follow_ups.plan(acme, "look at them again", owner="lucia@accord.example")
    book.log("note", acme, "Idea", staff="lucia@accord.example", next="ask around")
    found = book.clearance(acme, purpose="campaign", **BDT)
    assert reasons(found) == ["promise", "recent_contact"]
    assert found.reasons[0].words == "TSB owes it a next step (send the fee table)"
    assert found.reasons[0].refers_to == f"follow_up:{met.next.id}"
    book.follow_ups.complete(met.next)
    assert reasons(book.clearance(acme, **BDT)) == ["recent_contact"]


def test_a_letter_that_waits_for_approval_is_an_open_ask(book, make_book, acme, amina):
    lucia = make_book(actor="lucia@accord.example")
    met = lucia.log("call", acme, "Hello", people=[amina], at=book.clock.now() - timedelta(days=200))
    draft = lucia.letters.draft(met)
    found = book.clearance(acme, **BDT)
    assert reasons(found) == ["open_ask"]
    assert found.verdict == "hold"
    assert found.reasons[0].refers_to == f"letter_draft:{draft.id}"
    assert book.clearance(acme, office="TSB").verdict == "clear"
    lucia.letters.discard(draft)
    assert book.clearance(acme, **BDT).verdict == "clear"


def test_an_opportunity_is_an_open_ask_until_it_has_its_answer(book, acme):
    asked = book.opportunities.add(acme, "first membership", title="Join ITU-T", office="TSB", sector="T")
    assert str(book.clearance(acme, **BDT)) == "hold: TSB has an open ask (Join ITU-T)"
    assert book.clearance(acme, office="TSB").verdict == "clear"
    book.opportunities.lose(asked, reason="No budget this year")
    assert book.clearance(acme, **BDT).verdict == "clear"


def test_a_campaign_is_told_for_the_whole_group_and_not_in_which_arm(book, make_book, acme, amina):
    branch = book.organizations.add("Acme Kenya", country="KE", parent=acme)
    running(make_book, (acme, amina))
    found = book.clearance(branch, purpose="campaign", **BDT)
    assert (found.verdict, reasons(found)) == ("hold", ["in_campaign"])
    assert found.reasons[0].refers_to.startswith("run:")
    assert "arm" not in str(found)
    assert book.clearance(branch, **BDT).verdict == "caution"


def test_a_reservation_holds_others_from_the_account_alone_and_for_its_time(book, acme, clock):
    branch = book.organizations.add("Acme Kenya", country="KE", parent=acme)
    book.reservations.reserve(acme, office="TSB", reason="Talks", until="2w")
    assert str(book.clearance(acme, **BDT)) == "hold: TSB has reserved it (until 8 December 2026: Talks)"
    assert book.clearance(acme, office="TSB").verdict == "clear"
    assert book.clearance(branch, **BDT).verdict == "clear"
    assert book.clearance(acme, on="15d", **BDT).verdict == "clear"
    book.reservations.release(acme, reason="done")
    assert book.clearance(acme, **BDT).verdict == "clear"


def test_a_complaint_of_somebody_who_speaks_for_themselves_counts_where_they_work(book, acme, amina):
    other = book.organizations.add("Other")
    book.people.join(amina, other)
    book.people.join(amina, other, role="a second position")
    book.complaints.record("Too many letters", source="call", person=amina)
    for account in (acme, other):
        assert reasons(book.clearance(account, **BDT)) == ["complaint"]
    book.complaints.record("Wrong name", source="call", person=amina, organization=other)
    assert [len(book.clearance(account, **BDT).reasons) for account in (acme, other)] == [1, 2]
    for complaint in book.complaints.open():
        book.complaints.resolve(complaint, outcome="settled")
    assert book.clearance(other, **BDT).verdict == "clear"


def test_an_account_of_which_no_contact_may_be_written_to_is_held_from_campaigns(book, acme, amina):
    juma = book.people.add("Juma", email="juma@acme.example", at=acme)
    book.suppressions.add("AMINA@acme.example")
    assert book.clearance(acme, purpose="campaign").verdict == "clear"
    book.suppressions.add("juma@acme.example", scope="all", reason="bounced")
    found = book.clearance(acme, purpose="campaign")
    assert (found.verdict, reasons(found), found.reasons[0].detail) == ("hold", ["suppressed"], "Amina, Juma")
    assert book.clearance(acme).verdict == "caution"
    book.people.leave(juma, acme, on=date(2026, 11, 1))
    book.people.leave(amina, acme, on=date(2026, 11, 1))
    assert book.clearance(acme, purpose="campaign").verdict == "clear"


def test_an_administration_is_written_to_by_circular(book):
    state = book.organizations.add("Communications Authority", country="KE", kind="administration")
    found = book.clearance("KE", purpose="campaign")
    assert (found.organization_id, found.verdict, reasons(found)) == (state.id, "hold", ["protocol"])
    assert str(book.clearance(state)) == "caution: an administration is written to by circular or note"


@pytest.mark.parametrize(
    ("standing", "told"),
    [
        ("good", []),
        ("on_plan", ["retention"]),
        ("arrears", ["retention"]),
        ("suspended", ["retention"]),
        ("cancelling", ["retention"]),
        ("exempt", []),
        ("application_pending", []),
    ],
)
def test_who_does_not_pay_or_is_leaving_is_a_case_for_retention(book, acme, standing, told):
    book.standing.record(acme, "arrears", as_of=date(2026, 1, 31), source="finance")
    book.standing.record(acme, standing, as_of=date(2026, 9, 30), source="finance")
    book.standing.record(acme, "good", as_of=date(2027, 1, 31), source="finance")
    assert reasons(book.clearance(acme)) == told


def test_a_meeting_with_a_subsidiary_counts_for_the_head_and_the_sister(book, acme, clock):
    branches = [book.organizations.add(f"Acme {n}", country="KE", parent=acme) for n in ("Kenya", "Uganda")]
    book.log("meeting", branches[0], "Hello", office="TSB", at=clock.now() - timedelta(days=6))
    for account in (acme, branches[1]):
        assert str(book.clearance(account, **BDT)) == "caution: meeting by TSB with Acme Kenya 6 days ago"
    assert str(book.clearance(branches[0], **BDT)) == "caution: meeting by TSB 6 days ago"


def test_who_asks_for_a_duplicate_is_answered_for_its_keeper(book, acme):
    twin = book.organizations.add("Acme Ltd")
    book.reservations.reserve(twin, office="TSB", reason="Talks", until="2w")
    book.merge(acme, twin, reason="same LEI")
    assert book.clearance(twin, **BDT).organization == "Acme"
    assert book.clearance(twin, **BDT).verdict == "hold"
    assert set(book.clearance_of_many([acme.id, twin.id, 7**20 % 2**60])) == {acme.id}


def test_an_override_turns_what_holds_now_into_a_caution_for_its_time(book, acme, clock):
    book.reservations.reserve(acme, office="TSB", reason="Talks", until="2w")
    decided = book.override_clearance(acme, office="BDT", reason="Agreed with the TSB", until="1w")
    (reservation,) = book.reservations.running()
    assert decided.overridden == [
        {"reason": "reserved", "refers_to": f"reservation:{reservation.id}", "office": "TSB"}
    ]
    found = book.clearance(acme, **BDT)
    assert found.verdict == "caution"
    assert str(found).endswith(
        "overridden by dana@accord.example until 1 December 2026 because Agreed with the TSB"
    )
    assert book.clearance(acme, office="BR").verdict == "hold"
    assert book.clearances.overrides(acme) == (decided,)
    clock.advance(timedelta(days=8))
    assert book.clearance(acme, **BDT).verdict == "hold"
    assert book.clearances.overrides(acme) == ()


def test_the_trail_says_what_was_overridden_and_why_without_what_is_personal(book, acme, amina):
    book.complaints.record("Amina is upset", source="call", organization=acme, person=amina)
    decided = book.override_clearance(acme, reason="She asked for this letter", until="1w")
    (entry,) = book.history(decided)
    assert (entry.verb, entry.reason) == ("clearance.overridden", "She asked for this letter")
    assert entry.after["overridden"][0]["reason"] == "complaint"
    assert "upset" not in str(entry.after)


def test_another_reason_that_comes_up_later_holds_again(book, acme):
    book.reservations.reserve(acme, office="TSB", reason="Talks", until="2w")
    book.override_clearance(acme, reason="Agreed", until="1w")
    book.complaints.record("Too many", source="call", organization=acme)
    assert book.clearance(acme).verdict == "caution"
    assert reasons(book.clearance(acme, purpose="campaign"))[0] == "complaint"
    assert book.clearance(acme, purpose="campaign").verdict == "hold"


def test_an_override_can_be_taken_back(book, acme):
    book.reservations.reserve(acme, office="TSB", reason="Talks", until="2w")
    book.override_clearance(acme, reason="Agreed", until="1w")
    (ended,) = book.clearances.end_override(acme, reason="They did not agree")
    assert ended.ended_at == book.clock.now()
    assert book.clearance(acme).verdict == "hold"
    with pytest.raises(NotFound, match="BDT has no override"):
        book.clearances.end_override(acme, reason="again")


def test_what_nobody_can_override_and_what_holds_nobody_back_is_refused(book, acme, amina):
    with pytest.raises(Refused, match="Nothing holds BDT back from Acme") as caught:
        book.override_clearance(acme, reason="just in case", until="1w")
    assert caught.value.rule == "clearance.something_holds"
    book.suppressions.add("amina@acme.example")
    with pytest.raises(Refused, match="Nobody can override") as caught:
        book.override_clearance(acme, reason="important", until="1w")
    assert (caught.value.rule, caught.value.value) == ("clearance.absolute", "suppressed")


@pytest.mark.parametrize(("given", "field"), [({"reason": ""}, "reason"), ({"until": "yesterday"}, "until")])
def test_an_override_needs_a_reason_and_an_end(book, acme, given, field):
    book.reservations.reserve(acme, office="TSB", reason="Talks", until="2w")
    with pytest.raises(InvalidInput) as caught:
        book.override_clearance(acme, **{"reason": "Agreed", "until": "1w", **given})
    assert caught.value.field == field


def test_many_are_answered_as_each_is_in_a_number_of_statements_that_does_not_grow(
    book, make_book, acme, amina
):
    seen: list[str] = []
    event.listen(book.engine, "before_cursor_execute", lambda *details: seen.append(details[2]))

    def asked(ids):
        seen.clear()
        return book.clearance_of_many(ids, **BDT), len(seen)

    _, few = asked([acme.id])
    accounts = [associate(book, f"Account {n}")[0] for n in range(12)]
    for number, account in enumerate(accounts):
        book.log("call", account, "Hello", staff="lucia@accord.example", next="call again")
        book.reservations.reserve(account, office="TSB", reason="Talks", until="2w")
        book.complaints.record("Too many", source="call", organization=account)
        book.suppressions.add(f"contact@account-{number}.example")
    book.override_clearance(accounts[0], reason="Agreed", until="1w")
    running(make_book, (acme, amina))

    ids = [acme.id, *(account.id for account in accounts)]
    found, many = asked(ids)

    assert many == few
    assert found == {number: book.clearance(number, purpose="campaign", **BDT) for number in ids}


def test_what_is_read_is_asked_of_what_is_known_of_every_reason(book, make_book, acme, amina):
    """Each reason can come up in a book: none is a dead letter in the rules."""
    lucia = make_book(actor="lucia@accord.example")
    book.organizations.change(acme, kind="administration")
    (letter,) = campaign_letters(book, running(make_book, (acme, amina)), (acme, amina))
    lucia.letters.draft(lucia.log("call", acme, "Hello", people=[amina], next="write"))
    book.reservations.reserve(acme, office="TSB", reason="Talks", until="2w")
    book.complaints.record("Too many", source="call", organization=acme)
    book.standing.record(acme, "arrears", as_of=date(2026, 9, 30), source="finance")
    book.suppressions.add("amina@acme.example")
    assert set(reasons(book.clearance(acme, **BDT))) == {reason.value for reason in ClearanceReason}
    book.answers.receive(message("Yes.\n", To=book.identity.reply(letter.id)))
    assert "in_campaign" not in reasons(book.clearance(acme, **BDT))


def test_a_rule_without_days_counts_whatever_is_on_record(book, acme, clock):
    long_ago = clock.now() - timedelta(days=4000)
    book.log("call", acme, "Hello", staff="lucia@accord.example", at=long_ago, next="call again")
    assert book.clearance(acme).verdict == "clear"
    with book.engine.begin() as connection:
        connection.execute(text("UPDATE clearance_rule SET days = NULL"))
    assert reasons(book.clearance(acme, **BDT)) == ["promise", "recent_contact"]


def test_without_rules_nothing_is_called_clear(book, acme):
    with book.engine.begin() as connection:
        connection.execute(text("UPDATE clearance_rule SET retired_on = '2026-01-01'"))
    with pytest.raises(NotFound, match=r"book.reference.load\(\)"):
        book.clearance(acme)


def test_a_purpose_and_an_account_that_are_not_there_are_told(book, acme):
    with pytest.raises(InvalidInput, match="purpose"):
        book.clearance(acme, purpose="gossip")
    with pytest.raises(NotFound):
        book.clearance("Nobody")
