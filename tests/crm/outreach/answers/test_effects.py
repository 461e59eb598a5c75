"""What bounces, refusals and complaints do to an address and to a journey."""

import pytest
from support.inbound_mail import SAMPLES, answering, enrolled, message
from support.outbox import (
    order,
    queue,
    statuses,
    told,
)
from support.sending import delivery


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
        f"Marked our letter of {sent.dated_at:%-d %B %Y} as unwanted",
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
