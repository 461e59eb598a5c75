from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event
from support.outbox import (
    campaign_letters,
    contact,
    contacts,
    letters,
    look_at,
    of,
    order,
    queue,
    running,
    staffed,
    statuses,
    told,
)
from support.sending import at, delivery, nobody_listens, watched

from crm.outreach.outbox_tables import MessageClass

OBSTACLES = {
    "unsubscribed": ("stopped", "must not be written to"),
    "bounced": ("stopped", "must not be written to"),
    "answered": ("stopped", "left the journey: somebody there answered"),
    "cancelled": ("stopped", "cancelled"),
    "paused": ("queued", "paused"),
    "to be looked at": ("queued", "its account is looked at first"),
    "written to by another campaign": ("queued", "another campaign wrote"),
}


@pytest.mark.parametrize(
    ("obstacle", "point"),
    [("unsubscribed", "claim"), ("unsubscribed", "mail"), *((obstacle, "body") for obstacle in OBSTACLES)],
)
def test_what_comes_up_between_the_claim_and_the_intent_keeps_the_letter_back(
    book, make_book, mail_server, obstacle, point
):
    staffed(book)
    to = contact(book)
    run = running(make_book, to)
    (letter,) = campaign_letters(book, run, to)
    other = make_book()
    acts = {
        "unsubscribed": lambda: other.suppressions.add(letter.to_address),
        "bounced": lambda: other.suppressions.add(letter.to_address, scope="all", reason="bounced"),
        "answered": lambda: other.answers.receive(answer_to(book, letter)),
        "cancelled": lambda: other.runs.cancel(run, reason="a wrong figure"),
        "paused": lambda: other.runs.pause(run, reason="a wrong figure"),
        "to be looked at": lambda: look_at(other, run),
        "written to by another campaign": lambda: wrote_lately(other, letter),
    }
    done = watched(book, mail_server, at(point, acts[obstacle])).deliver(limit=1)
    status, why = OBSTACLES[obstacle]
    kept = book.outbox.get(letter)
    assert (kept.status, kept.tries, kept.attempts, done.passed_over) == (
        status,
        1 if status == "stopped" else 0,
        0,
        1,
    )
    assert why in kept.verdict
    mail_server.wait_until_abandoned(1)
    assert mail_server.messages == ()
    assert told(book, letter)[-1] == status


def wrote_lately(book, letter):
    """Another campaign's letter to the same person is accepted."""
    account, person = book.organizations.get(letter.organization_id), book.people.get(letter.person_id)
    values = {"key": "other", "message_class": "marketing"}
    (other,) = queue(book, order(book, (account, person), **values))
    (claim,) = book.handover.claim(limit=1, ids=[other.id])
    book.handover.intend([claim.letter])


@pytest.mark.parametrize("obstacle", ["unsubscribed", "bounced", "answered", "cancelled"])
def test_of_what_has_an_obstacle_before_the_claim_no_mail_server_hears(book, make_book, obstacle):
    staffed(book)
    people = [contact(book), contact(book, "Ben Otieno")]
    run = running(make_book, *people)
    letter, other = campaign_letters(book, run, *people)
    {
        "unsubscribed": lambda: book.suppressions.add(letter.to_address),
        "bounced": lambda: book.suppressions.add(letter.to_address, scope="all", reason="bounced"),
        "answered": lambda: book.answers.receive(answer_to(book, letter)),
        "cancelled": lambda: cancelled_while_a_worker_held_it(book, run, letter),
    }[obstacle]()
    delivery(book, through=nobody_listens()).deliver(limit=2)
    assert statuses(book, [letter]) == ["stopped"]
    assert obstacle == "cancelled" or statuses(book, [other]) == ["queued"]


def answer_to(book, letter):
    reply = book.identity.reply(letter.id)
    return f"From: a@acme.example\r\nTo: {reply}\r\n\r\nYes please.\r\n".encode()


def cancelled_while_a_worker_held_it(book, run, letter):
    claims = book.handover.claim(limit=1, ids=[letter.id])
    book.runs.cancel(run, reason="a wrong figure")
    book.handover.put_back(claims, reason="The mail server does not answer.")


def test_correspondence_is_no_campaign_but_an_address_that_bounces_gets_nothing(book, mail_server):
    people = contacts(book, 2)
    unsubscribed, bounced = queue(book, *(order(book, to) for to in people))
    book.suppressions.add(unsubscribed.to_address)
    book.suppressions.add(bounced.to_address, scope="all", reason="bounced")
    delivery(book, mail_server).deliver(limit=2)
    assert statuses(book, [unsubscribed, bounced]) == ["accepted", "stopped"]


def test_one_letter_that_is_kept_back_leaves_the_others_of_its_window_alone(book, mail_server):
    queued = letters(book, 4, message_class="marketing")
    act = at("body", lambda: book.suppressions.add(queued[1].to_address))
    watched(book, mail_server, act, window=4).deliver(limit=4)
    assert statuses(book, queued) == ["accepted", "stopped", "accepted", "accepted"]
    mail_server.wait_until_abandoned(1)
    assert len(mail_server.messages) == 3


def test_a_paused_run_goes_on_where_it_stood(book, make_book, mail_server):
    staffed(book)
    people = contact(book), contact(book, "Baraka Mwangi")
    run = running(make_book, *people)
    queued = campaign_letters(book, run, *people)
    book.runs.pause(run, reason="a question")
    assert delivery(book, mail_server).deliver(limit=5).outcomes == {}
    assert statuses(book, queued) == ["queued"] * 2
    book.runs.resume(run)
    assert delivery(book, mail_server).deliver(limit=5).outcomes == {}
    look_at(book, run, in_days=1)
    delivery(book, mail_server).deliver(limit=5)
    assert statuses(book, queued) == ["accepted"] * 2


def test_a_second_campaign_waits_for_the_cap_even_within_one_window(book, make_book, clock):
    staffed(book)
    to = contact(book)
    other_account = book.organizations.add("Acme Africa", country="KE")
    one = running(make_book, to)
    two = running(make_book, (other_account, to[1]), campaign="another")
    (first,) = campaign_letters(book, one, to)
    (second,) = campaign_letters(book, two, (other_account, to[1]))
    claims = book.handover.claim(limit=2)
    assert book.handover.intend(of(claims)) == {first.id}
    kept = book.outbox.get(second)
    assert (kept.status, kept.tries) == ("queued", 0)
    assert kept.due_at == clock.now() + timedelta(days=3)
    assert "another campaign wrote on 24 November 2026" in kept.verdict


def about(make_book, *enrolled, purpose="campaigns"):
    """A launched run that says what it is about, as every campaign does."""
    return running(make_book, *enrolled, about=purpose)


def member(book, account):
    book.terms.join(
        account, "associate", sector="T", study_group="T-SG13", on=date(2020, 1, 1), synthetic=True
    )


WITHDRAWN = "agreement withdrawn on 24 November 2026"
GROUNDS = {
    # what stands, whether it is a member, what comes up before the intent -> what becomes of the letter, and why
    "a member, and nothing on record": (None, True, None, "accepted", ""),
    "a member whose consent is withdrawn": ("consent", True, "withdraw", "stopped", WITHDRAWN),
    "a member whose membership has ended": (
        None,
        True,
        "leave",
        "stopped",
        "consent needed for a prospect in KEN",
    ),
    "a prospect with consent": ("consent", False, None, "accepted", ""),
    "a prospect whose consent is withdrawn": ("consent", False, "withdraw", "stopped", WITHDRAWN),
    "a prospect without any ground": (None, False, None, "stopped", "consent needed for a prospect in KEN"),
    "a prospect and a legitimate interest": ("legitimate_interest", False, None, "stopped", "consent needed"),
    "a prospect that became a member": (None, False, "join", "accepted", ""),
}


@pytest.mark.parametrize("situation", GROUNDS)
def test_whether_the_reader_may_be_written_to_is_asked_once_more(book, make_book, mail_server, situation):
    ground, is_member, comes_up, status, why = GROUNDS[situation]
    staffed(book)
    to = contact(book)
    account, person = to
    if is_member:
        member(book, account)
    if ground:
        book.bases.record(person, "campaigns", ground, source="fair", evidence="form 12")
    run = about(make_book, to)
    (letter,) = campaign_letters(book, run, to)
    other = make_book()
    acts = {
        None: lambda: None,
        # The refusal of campaigns also puts the address on the suppression list; here the ground alone is looked at.
        "withdraw": lambda: (
            other.bases.withdraw(person, "campaigns", reason="she called"),
            other.suppressions.lift(person.email, reason="to see what the ground does"),
        ),
        "leave": lambda: other.terms.denounce(account, sector="T", on=date(2026, 11, 1), reason="merger"),
        "join": lambda: member(other, account),
    }
    watched(book, mail_server, at("body", acts[comes_up])).deliver(limit=1)
    kept = book.outbox.get(letter)
    assert kept.status == status
    assert why in kept.verdict


def agreed(book, letter):
    book.bases.record(letter.person_id, "campaigns", "consent", source="fair", evidence="form 12")


@pytest.mark.parametrize(
    ("obstacle", "status", "why"),
    [
        (lambda book, letter: book.suppressions.add(letter.to_address), "stopped", "must not be written to"),
        (lambda _book, _letter: None, "stopped", "no permission to write"),
        (
            lambda book, letter: (agreed(book, letter), wrote_lately(book, letter)),
            "queued",
            "another campaign",
        ),
        (agreed, "handing_off", ""),
    ],
)
def test_whatever_its_class_a_letter_of_a_campaign_keeps_to_what_holds_for_campaigns(
    book, make_book, obstacle, status, why
):
    staffed(book)
    to = contact(book)
    run = about(make_book, to)
    (letter,) = campaign_letters(book, run, to, kind=MessageClass.CORRESPONDENCE)
    obstacle(book, letter)
    book.handover.intend(of(book.handover.claim(limit=1, ids=[letter.id])))
    kept = book.outbox.get(letter)
    assert (kept.status, why in kept.verdict) == (status, True)


def test_a_campaigns_correspondence_counts_for_the_cap_of_other_campaigns(book, make_book):
    staffed(book)
    to = contact(book)
    one, two = running(make_book, to), running(make_book, contact(book, "Ben Otieno"), campaign="another")
    (first,) = campaign_letters(book, one, to, kind=MessageClass.CORRESPONDENCE)
    book.handover.intend(of(book.handover.claim(limit=1)))
    now = book.clock.now()
    assert book.lately.written(since=now - timedelta(days=3)) == {first.person_id: now}
    (second,) = queue(book, order(book, to, key="two", run_id=two.id))
    assert book.handover.intend(of(book.handover.claim(limit=1, ids=[second.id]))) == frozenset()
    assert "another campaign wrote" in book.outbox.get(second).verdict


def of_a_run(book, make_book, **changes):
    """A letter of a campaign, to a person in Kenya."""
    staffed(book)
    to = contact(book)
    run = running(make_book, to)
    (row,) = book.runs.audience(run)
    values = {"message_class": "marketing", "run_id": run.id, "enrolment_id": row.id, "step": "letter"}
    return queue(book, order(book, to, **{**values, **changes}))[0]


@pytest.mark.parametrize("kind", ["marketing", "correspondence"])
@pytest.mark.parametrize(
    ("now", "zone", "due_at"),
    [
        (datetime(2026, 11, 24, 9, 30, tzinfo=UTC), None, None),
        # 19:00 in Nairobi; a Saturday; the reader sits in Honolulu, where it is night.
        (datetime(2026, 11, 24, 16, 0, tzinfo=UTC), None, datetime(2026, 11, 25, 6, 0, tzinfo=UTC)),
        (datetime(2026, 11, 28, 9, 30, tzinfo=UTC), None, datetime(2026, 11, 30, 6, 0, tzinfo=UTC)),
        (
            datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
            "Pacific/Honolulu",
            datetime(2026, 11, 24, 19, 0, tzinfo=UTC),
        ),
    ],
)
def test_outside_the_readers_working_hours_a_campaign_waits_for_the_next(
    book, make_book, clock, now, zone, due_at, kind
):
    letter = of_a_run(book, make_book, message_class=kind)
    book.people.change(letter.person_id, time_zone=zone)
    clock.at = now
    claims = book.handover.claim(limit=1)
    assert book.handover.intend(of(claims)) == ({letter.id} if due_at is None else frozenset())
    kept = book.outbox.get(letter)
    if due_at is not None:
        assert (kept.status, kept.due_at, kept.tries) == ("queued", due_at, 0)
        assert kept.verdict == f"outside working hours in {zone or 'KEN'}"
        assert book.handover.claim(limit=1) == ()


@pytest.mark.parametrize("kind", ["correspondence", "notice"])
def test_what_a_colleague_wrote_and_a_notice_go_at_any_hour(book, clock, kind):
    (letter,) = letters(book, 1, message_class=kind)
    clock.at = datetime(2026, 11, 28, 22, 0, tzinfo=UTC)
    assert book.handover.intend(of(book.handover.claim(limit=1))) == {letter.id}


def test_the_hours_and_the_cap_are_settings(book, make_book, clock):
    letter = of_a_run(book, make_book)
    clock.at = datetime(2026, 11, 28, 22, 0, tzinfo=UTC)
    at_any_hour = make_book(send_hours="always", cap_days=9)
    assert at_any_hour.handover.intend(of(at_any_hour.handover.claim(limit=1))) == {letter.id}
    to = book.organizations.get(letter.organization_id), book.people.get(letter.person_id)
    (second,) = queue(book, order(book, to, key="second", message_class="marketing", run_id=None))
    claims = at_any_hour.handover.claim(limit=1)
    assert of(claims)[0].id == second.id


def test_a_window_asks_the_same_statements_however_many_letters_it_holds(book, make_book):
    staffed(book)
    people = [contact(book, f"Person {number}") for number in range(12)]
    for account, _ in people:
        member(book, account)
    run = about(make_book, *people)
    campaign_letters(book, run, *people)

    def questions(count):
        claims = of(book.handover.claim(limit=count))
        seen = []
        event.listen(book.engine, "before_cursor_execute", hear := lambda *args: seen.append(args[2]))
        assert len(book.handover.intend(claims)) == count
        event.remove(book.engine, "before_cursor_execute", hear)
        return seen

    questions(1)  # what is read once and kept
    assert questions(2) == questions(8)
