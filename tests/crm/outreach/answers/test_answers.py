from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from support.inbound_mail import LETTER_ID, SAMPLES, TOKEN, message, sample
from support.outbox import (
    LEASE,
    MANAGER,
    campaign_letters,
    contact,
    letters,
    order,
    queue,
    running,
    staffed,
    statuses,
    told,
)
from support.sending import delivery

from crm.errors import MailError
from crm.mail.inbound import parse


def answering(book, letter, name):
    """A sample as if it had come back after this letter, which goes to Amina there."""
    raw = sample(name).replace(b"amina@acme.example", letter.to_address.encode())
    for purpose in ("bounces", "reply", "unsubscribe"):
        address = getattr(book.identity, purpose)(letter.id)
        raw = raw.replace(f"{purpose}+{TOKEN}@mail.accord.example".encode(), address.encode())
    return raw.replace(LETTER_ID.encode(), letter.message_id.encode())


def reply(book, letter, body="Yes please, call me.\n", **fields):
    return message(body, To=book.identity.reply(letter.id), **fields)


def enrolled(book, letter):
    (found,) = book.runs.audience(letter.run_id)
    return found


def test_a_reply_is_logged_with_a_follow_up_for_the_account_manager_and_ends_the_journey(book, sent, clock):
    clock.advance(timedelta(hours=5))
    answer = book.answers.receive(
        reply(book, sent, Subject="Re: For you", Date="Tue, 24 Nov 2026 12:00:00 +0000")
    )
    assert (answer.kind, answer.outbox_id, answer.person_id) == ("reply", sent.id, sent.person_id)

    met = book.interactions.get(answer.interaction_id)
    assert (met.interaction.kind, met.interaction.inbound) == ("email", True)
    assert met.interaction.at == datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    assert met.interaction.summary == "Re: For you\nYes please, call me."
    assert [person.id for person in met.people] == [sent.person_id]
    assert [staff.email for staff in met.staff] == [MANAGER]
    (step,) = book.follow_ups.open(owner=MANAGER)
    assert (step.what, step.interaction_id) == ("Answer the reply from Amina Odhiambo", met.id)
    assert step.due_on.isoformat() == "2026-11-26"

    journey = enrolled(book, sent)
    assert (journey.state, journey.reason, journey.answered_at) == ("exited", "answered", clock.now())
    assert book.suppressions.of(sent.to_address) == ()
    assert told(book, sent)[-1] == "reply"


def test_a_reply_about_an_account_without_a_manager_still_asks_for_an_answer(book, mail_server):
    (letter,) = letters(book, 1)
    delivery(book, mail_server).deliver(limit=1)
    book.answers.receive(reply(book, letter))
    (step,) = book.follow_ups.open()
    assert step.owner_id is None


def test_a_reply_with_an_impossible_date_is_logged_when_it_came(book, sent, clock):
    clock.advance(timedelta(days=1))
    for date in ("Thu, 1 Jan 1970 00:00:00 +0000", "Fri, 1 Jan 2100 00:00:00 +0000", "nonsense", None):
        answer = book.answers.receive(reply(book, sent, Date=date))
        assert book.interactions.get(answer.interaction_id).interaction.at == clock.now(), date


def test_a_reply_finds_its_letter_by_the_message_id_alone(book, sent):
    raw = message("Thanks.\n", To="info@accord.example", In_Reply_To=sent.message_id)
    assert book.answers.receive(raw).outbox_id == sent.id


def test_the_nearest_message_id_of_a_thread_names_the_letter(book, make_book, mail_server, clock):
    to = contact(book)
    first, second = (queue(book, order(book, to, key=key))[0] for key in "ab")
    raw = message(
        "Thanks.\n", In_Reply_To=first.message_id, References=f"{second.message_id} {first.message_id}"
    )
    assert book.answers.receive(raw).outbox_id == first.id


def test_an_automatic_reply_changes_nothing_but_the_ledger(book, sent):
    answer = book.answers.receive(reply(book, sent, "I am away.\n", Auto_Submitted="auto-replied"))
    assert (answer.kind, answer.effect, answer.interaction_id) == ("automatic_reply", "noted", None)
    assert enrolled(book, sent).state == "enrolled"
    assert book.follow_ups.open() == ()
    assert told(book, sent)[-1] == "automatic_reply"


def test_a_permanent_bounce_keeps_all_mail_from_the_address_and_ends_the_journey(book, sent):
    answer = book.answers.receive(answering(book, sent, "bounce_no_such_user"))
    assert (answer.kind, answer.outbox_id) == ("bounce", sent.id)
    (entry,) = book.suppressions.of(sent.to_address)
    assert (entry.scope, entry.reason) == ("all", "bounced")
    assert (enrolled(book, sent).state, enrolled(book, sent).reason) == ("exited", "bounced")


def test_a_bounce_that_says_nothing_about_the_address_does_not_suppress_it(book, sent):
    answer = book.answers.receive(answering(book, sent, "bounce_expired"))
    assert (answer.kind, answer.effect) == ("bounce", "noted: the address is not known to be bad")
    assert book.suppressions.of(sent.to_address) == ()
    assert enrolled(book, sent).state == "enrolled"


def test_a_delay_is_noted(book, sent):
    answer = book.answers.receive(answering(book, sent, "delay"))
    assert (answer.kind, answer.effect) == ("delay", "noted")
    assert book.suppressions.of(sent.to_address) == ()
    assert told(book, sent)[-1] == "delay"


def test_an_unsubscribe_keeps_campaigns_away_and_ends_the_journey(book, sent):
    raw = message(
        "", To=book.identity.unsubscribe(sent.id), Subject="unsubscribe", From="other@elsewhere.example"
    )
    assert book.answers.receive(raw).effect == "suppressed for campaigns: unsubscribed"
    (entry,) = book.suppressions.of(sent.to_address)
    assert (entry.scope, entry.reason) == ("campaigns", "unsubscribed")
    assert book.suppressions.of("other@elsewhere.example") == ()
    assert (enrolled(book, sent).state, enrolled(book, sent).reason) == ("exited", "unsubscribed")


def test_an_unsubscribe_stops_every_later_campaign(book, sent, mail_server):
    book.answers.receive(message("", To=book.identity.unsubscribe(sent.id)))
    to = book.organizations.get(sent.organization_id), book.people.get(sent.person_id)
    (later,) = queue(book, order(book, to, key="later", message_class="marketing"))
    delivery(book, mail_server).deliver(limit=1)
    assert statuses(book, [later]) == ["stopped"]


def test_a_complaint_counts_as_a_refusal(book, sent):
    answer = book.answers.receive(answering(book, sent, "complaint"))
    assert answer.effect == "suppressed for campaigns: complained"
    assert book.suppressions.of(sent.to_address)[0].reason == "complained"


def test_a_spam_report_opens_a_complaint_and_a_second_one_does_not_open_another(book, sent):
    raw = answering(book, sent, "complaint")
    book.answers.receive(raw)
    (complaint,) = book.complaints.open()
    assert (complaint.organization_id, complaint.person_id) == (sent.organization_id, sent.person_id)
    assert (complaint.source, complaint.what) == (
        "spam report",
        f"Marked our letter of {sent.dated_at:%d %B %Y} as unwanted",
    )
    assert book.answers.receive(b"X-Copy: 2\n" + raw).kind == "complaint"
    assert book.complaints.open() == (complaint,)
    book.complaints.resolve(complaint, outcome="called them")
    book.answers.receive(b"X-Copy: 3\n" + raw)
    assert len(book.complaints.open()) == 1


def test_only_a_keyed_hash_of_a_refused_address_is_stored(book, sent):
    book.answers.receive(message("", To=book.identity.unsubscribe(sent.id)))
    with book._store.reading() as session:
        (row,) = session.connection().exec_driver_sql("SELECT suppression::text FROM suppression").scalars()
    assert "amina" not in row
    assert "acme" not in row


def test_a_refusal_outlives_the_person_and_a_change_of_case(book, sent, make_book, mail_server):
    book.answers.receive(message("", To=book.identity.unsubscribe(sent.id)))
    book.people.change(sent.person_id, email="moved@acme.example")
    account = book.organizations.get(sent.organization_id)
    again = book.people.add("Somebody New", email="AMINA.ODHIAMBO@Acme.Example", at=account)
    (later,) = queue(book, order(book, (account, again), message_class="marketing"))
    delivery(book, mail_server).deliver(limit=1)
    assert statuses(book, [later]) == ["stopped"]


def forged(book, letter):
    """Messages that claim to answer a letter of ours and do not prove it."""
    token = book.identity.unsubscribe(letter.id).partition("+")[2].partition("@")[0]
    flipped = ("b" if token[0] == "a" else "a") + token[1:]
    domain = book.identity.answer_domain
    reply_token = book.identity.reply(letter.id).partition("+")[2].partition("@")[0]
    return {
        "a flipped token": message("", To=f"unsubscribe+{flipped}@{domain}"),
        "a truncated token": message("", To=f"unsubscribe+{token[:-1]}@{domain}"),
        "a token for another purpose": message("", To=f"unsubscribe+{reply_token}@{domain}"),
        "another's Message-ID": message("Yes.\n", In_Reply_To="<other@elsewhere.example>"),
        "the right sender alone": message("Yes.\n", From=f"Amina <{letter.to_address}>"),
        "a subject": message("Yes.\n", Subject="Re: For Amina Odhiambo"),
        "a forged bounce": sample("bounce_forged"),
    }


def test_what_is_not_proved_moves_nothing_and_is_kept(book, sent):
    before = told(book, sent)
    for name, raw in forged(book, sent).items():
        answer = book.answers.receive(raw)
        assert (answer.outbox_id, answer.effect) == (None, "fits no letter of ours"), name
        assert book.answers.of(unmatched=True)[0].raw == raw
    assert book.suppressions.of(sent.to_address) == ()
    assert enrolled(book, sent).state == "enrolled"
    assert told(book, sent) == before


def test_a_token_that_a_former_key_signed_is_still_obeyed(book, sent, make_book):
    address = book.identity.unsubscribe(sent.id)
    rotated = make_book(
        secret_key="a-new-secret-a-new-secret-a-new-secret",
        former_keys=("only-for-tests-only-for-tests-only-for-tests",),
    )
    assert rotated.identity.unsubscribe(sent.id) != address
    assert rotated.answers.receive(message("", To=address)).outbox_id == sent.id
    assert rotated.suppressions.of(sent.to_address) != ()


def test_the_same_message_has_its_effect_once(book, sent):
    raw = reply(book, sent)
    first, second = book.answers.receive(raw), book.answers.receive(raw)
    assert first.id == second.id
    assert len(book.interactions.of(sent.organization_id)) == 1
    assert len(book.follow_ups.open()) == 1
    assert told(book, sent).count("reply") == 1


def test_the_same_message_taken_in_by_several_at_once_has_its_effect_once(book, sent, make_book):
    raw = reply(book, sent)
    books = [make_book() for _ in range(4)]
    together = Barrier(len(books))

    def receive(other):
        together.wait()
        return other.answers.receive(raw).id

    with ThreadPoolExecutor(len(books)) as pool:
        assert len(set(pool.map(receive, books))) == 1
    assert len(book.interactions.of(sent.organization_id)) == 1


def test_a_crash_halfway_leaves_nothing_and_the_message_is_taken_in_whole_the_next_time(book, sent):
    raw = reply(book, sent)

    def crashing():
        with book.transaction():
            book.answers.receive(raw)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power"):
        crashing()
    assert book.answers.of() == ()
    assert book.follow_ups.open() == ()
    book.answers.receive(raw)
    assert len(book.follow_ups.open()) == 1


def test_whatever_comes_back_proves_that_a_letter_in_doubt_was_taken(book, mail_server, clock):
    kinds = [None, "bounce_no_such_user", "delay", "absence_exchange"]
    mail_server.play(*["drop_after_dot"] * len(kinds))
    queued = letters(book, len(kinds))
    delivery(book, mail_server).deliver(limit=len(kinds))
    assert statuses(book, queued) == ["in_doubt"] * len(kinds)
    for letter, kind in zip(queued, kinds, strict=True):
        book.answers.receive(answering(book, letter, kind) if kind else reply(book, letter))
        kept = book.outbox.get(letter)
        assert (kept.status, kept.settled_at, kept.lease_until) == ("accepted", clock.now(), None), kind
        assert "accepted" in told(book, letter)


def test_evidence_keeps_a_letter_from_going_out_again_that_a_person_wanted_resent(book, mail_server):
    (letter,) = letters(book, 1)
    mail_server.play("drop_after_dot")
    delivery(book, mail_server).deliver(limit=1)
    book.outbox.resend(letter, reason="nothing came")
    book.answers.receive(reply(book, letter))
    delivery(book, mail_server).deliver(limit=1)
    assert statuses(book, [letter]) == ["accepted"]
    assert len(mail_server.messages) == 1


def test_an_answer_that_comes_before_the_worker_records_the_dot_is_evidence_too(book, mail_server):
    (letter,) = letters(book, 1)
    (claim,) = book.handover.claim(limit=1)
    book.handover.intend([claim.letter])
    book.answers.receive(reply(book, letter))
    assert statuses(book, [letter]) == ["accepted"]


def test_an_answer_to_a_letter_that_never_left_settles_nothing(book):
    (letter,) = letters(book, 1)
    book.answers.receive(reply(book, letter))
    assert statuses(book, [letter]) == ["queued"]


def test_an_answer_waits_for_nobody_who_sends_something_else(book, sent, make_book):
    """A reply to one letter does not block, and is not blocked by, the claim of another."""
    others = letters(make_book(), 3)
    claims = book.handover.claim(limit=3)
    book.answers.receive(reply(book, sent))
    assert len(book.handover.intend([claim.letter for claim in claims])) == len(others)


def test_every_sample_is_taken_in(book, sent):
    for path in SAMPLES.glob("*.eml"):
        raw = answering(book, sent, path.stem)
        answer = book.answers.receive(raw)
        assert (answer.kind, answer.raw) == (parse(raw).kind, raw), path.stem
    assert len(book.answers.of()) == len(list(SAMPLES.glob("*.eml"))) > 40


@pytest.mark.parametrize(
    "raw",
    [
        b"\xff\xfe\x00 not a message",
        b"Subject: \x00\x00\r\nFrom: \x00@\x00\r\nMessage-ID: <\x00@x>\r\n\r\nNUL \x00 here",
        "From: a@b.example\r\nSubject: =?utf-8?q?=ED=A0=80?=\r\n\r\n\ud800".encode("utf-8", "surrogatepass"),
        b"Subject: only\r\n\r\n",
    ],
)
def test_odd_bytes_are_kept_and_break_nothing(book, sent, raw):
    assert book.answers.receive(raw).raw == raw
    tail = f"\r\nTo: {book.identity.reply(sent.id)}\r\n".encode()
    head, _, rest = raw.partition(b"\r\n")
    answer = book.answers.receive(head + tail + rest)
    assert book.answers.of(letter=sent) == ((answer,) if answer.outbox_id else ())


@pytest.mark.parametrize("raw", [b"", b"\r\n\r\n", b"x" * (10 * 1024 * 1024 + 1)])
def test_what_cannot_be_read_is_refused_clearly(book, raw):
    with pytest.raises(MailError):
        book.answers.receive(raw)
    assert book.answers.of() == ()


def test_only_a_wish_to_stop_a_dead_address_or_a_complaint_puts_anybody_on_the_list(book, sent):
    refusing = ("unsubscribe_mailto", "unsubscribe_in_words", "complaint", "bounce_")
    harmless = [path.stem for path in SAMPLES.glob("*.eml") if not path.stem.startswith(refusing)]
    harmless += [
        "bounce_quoted_by_a_person",
        "bounce_policy_outlook",
        "bounce_expired",
        "bounce_forged",
        "bounce_disguised_as_reply",  # "unsubscribe" in a report of a full mailbox
    ]
    for name in harmless:
        book.answers.receive(answering(book, sent, name))
        assert book.suppressions.of(sent.to_address) == (), name
    assert len(harmless) > 25


@pytest.mark.parametrize(
    "name", ["bounce_status_without_action", "bounce_action_without_status", "bounce_qmail"]
)
def test_a_dead_address_is_known_in_whatever_form_the_report_comes(book, sent, name):
    answer = book.answers.receive(answering(book, sent, name))
    assert (answer.kind, answer.effect) == ("bounce", "suppressed for all mail: bounced")


def test_a_report_on_members_of_a_list_costs_the_list_nothing(book, sent):
    """One has left, the others have got it or will; with and without a word on the list itself."""
    report = answering(book, sent, "bounce_several_recipients")
    answer = book.answers.receive(report)
    assert (answer.kind, answer.effect) == ("bounce", "noted: the address is not known to be bad")
    expanded = report.replace(b"five@acme.example", sent.to_address.encode())
    assert book.answers.receive(expanded).effect.startswith("noted: it arrived")
    assert book.suppressions.of(sent.to_address) == ()
    assert enrolled(book, sent).state == "enrolled"


def test_what_came_in_is_listed_the_newest_first(book, sent, clock):
    first = book.answers.receive(reply(book, sent))
    clock.advance(timedelta(minutes=1))
    second = book.answers.receive(message("Hello.\n", Message_ID="<2@acme.example>"))
    assert [answer.id for answer in book.answers.of()] == [second.id, first.id]
    assert [answer.id for answer in book.answers.of(letter=sent)] == [first.id]
    assert [answer.id for answer in book.answers.of(unmatched=True)] == [second.id]


def test_the_personal_words_of_an_answer_stand_where_they_can_be_erased(book, sent):
    book.answers.receive(reply(book, sent, "My private number is 4711.\n", From="Amina <amina@acme.example>"))
    with book._store.reading() as session:
        run = session.connection().exec_driver_sql
        assert run("SELECT count(*) FROM trail_change WHERE after::text LIKE '%%4711%%'").scalar_one() == 0
        assert run("SELECT count(*) FROM trail_personal WHERE after::text LIKE '%%4711%%'").scalar_one() > 0


def test_a_bounce_within_the_lease_of_a_claim_does_not_set_the_letter_free(book, clock):
    """A letter that is claimed again after a refusal has not been taken by anybody yet."""
    (letter,) = letters(book, 1)
    book.handover.claim(limit=1)
    book.answers.receive(answering(book, letter, "delay"))
    assert statuses(book, [letter]) == ["claimed"]
    clock.advance(LEASE + timedelta(seconds=1))
    book.handover.reap()
    assert statuses(book, [letter]) == ["queued"]


def test_people_of_one_account_answer_each_for_themselves(book, make_book, mail_server):
    staffed(book)
    people = contact(book), contact(book, "Baraka Mwangi")
    run = running(make_book, *people)
    first, second = campaign_letters(book, run, *people)
    delivery(book, mail_server).deliver(limit=2)
    book.answers.receive(reply(book, first))
    states = {row.person_id: row.state for row in book.runs.audience(run)}
    assert states == {first.person_id: "exited", second.person_id: "enrolled"}
