"""Mail that fits nothing: suggested, read, assigned, set aside."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
from support.inbound_mail import message, sample
from support.outbox import MANAGER, campaign_letters, contact, order, queue, running, staffed, statuses, told
from support.sending import delivery

from crm.errors import Ambiguous, InvalidInput, NotFound, Refused

HOUR = timedelta(hours=1)


def came_in(book, body="Yes please, call me.\n", **fields):
    """A message of a person that names no letter of ours."""
    return book.answers.receive(message(body, **({"From": "Amina <amina@home.example>"} | fields)))


def account_of(book, letter):
    return book.organizations.get(letter.organization_id)


def journey(book, letter):
    (found,) = book.runs.audience(letter.run_id)
    return found


def follow_ups(book):
    return [(step.what, step.owner_id) for step in book.follow_ups.open()]


def test_a_message_that_is_assigned_to_a_letter_counts_as_a_reply_that_named_it(book, sent, clock):
    clock.advance(HOUR)
    mail = came_in(book, Subject="Fees", Date="Tue, 24 Nov 2026 10:00:00 +0000")
    clock.advance(HOUR)
    assigned = book.answers.assign(mail, letter=sent, reason="she said so on the telephone")
    assert (assigned.kind, assigned.outbox_id, assigned.person_id) == ("reply", sent.id, sent.person_id)
    assert assigned.effect == f"assigned by {book.actor}: logged as an interaction, with a follow-up"

    met = book.interactions.get(assigned.interaction_id)
    assert (met.interaction.inbound, met.interaction.summary) == (True, "Fees\nYes please, call me.")
    assert met.interaction.at.isoformat() == "2026-11-24T10:00:00+00:00"
    assert [person.id for person in met.people] == [sent.person_id]
    assert [what for what, _ in follow_ups(book)] == ["Answer the reply from Amina Odhiambo"]
    assert (journey(book, sent).state, journey(book, sent).reason) == ("exited", "answered")
    assert journey(book, sent).answered_at == mail.received_at
    assert told(book, sent)[-1] == "reply"
    assert book.answers.waiting() == ()


def test_a_message_that_is_assigned_to_an_account_is_logged_and_ends_its_journey(book, sent, clock):
    clock.advance(HOUR)
    account = account_of(book, sent)
    mail = book.answers.assign(came_in(book), organization=account)
    assert (mail.organization_id, mail.person_id, mail.outbox_id) == (account.id, None, None)
    assert journey(book, sent).reason == "answered"
    owner = book.staff.get(MANAGER)
    assert follow_ups(book) == [(f"Answer the reply from {account.name}", owner.id)]


def test_what_was_assigned_to_the_wrong_account_is_taken_back_and_its_journey_goes_on(book, sent, clock):
    clock.advance(HOUR)
    mail = book.answers.assign(came_in(book), organization=account_of(book, sent))
    met = mail.interaction_id
    clock.advance(HOUR)
    freed = book.answers.unassign(mail, reason="another Acme")
    assert (freed.organization_id, freed.interaction_id, freed.effect) == (
        None,
        None,
        "fits no letter of ours",
    )
    assert [one.answer.id for one in book.answers.waiting()] == [mail.id]
    assert follow_ups(book) == []
    with pytest.raises(NotFound):
        book.interactions.get(met)
    there = journey(book, sent)
    assert (there.state, there.reason, there.answered_at, there.due_at) == (
        "enrolled",
        None,
        None,
        clock.now(),
    )
    assert book.history(freed)[-1].reason == "another Acme"
    assert book.answers.assign(mail, letter=sent).outbox_id == sent.id


def test_what_somebody_has_gone_on_from_or_what_answers_a_letter_is_not_taken_back(book, sent):
    mail = book.answers.assign(came_in(book), organization=account_of(book, sent))
    (step,) = book.follow_ups.open()
    book.follow_ups.complete(step)
    with pytest.raises(Refused, match="gone on from it"):
        book.answers.unassign(mail, reason="another Acme")
    second = book.answers.assign(came_in(book, Message_ID="<2@home.example>"), letter=sent)
    with pytest.raises(Refused, match="not assigned to an account") as caught:
        book.answers.unassign(second, reason="another Acme")
    assert caught.value.rule == "answers.unassign"


def test_what_came_before_the_journey_began_does_not_end_it(book, make_book, clock):
    staffed(book)
    to = contact(book)
    mail = came_in(book)
    clock.advance(HOUR)
    run = running(make_book, to)
    book.answers.assign(mail, organization=to[0])
    assert [row.state for row in book.runs.audience(run)] == ["enrolled"]


def test_a_person_alone_says_which_account_it_is_where_they_hold_one_position(book, sent):
    mail = book.answers.assign(came_in(book), person="amina.odhiambo@acme.example")
    assert (mail.organization_id, mail.person_id) == (sent.organization_id, sent.person_id)
    other = book.organizations.add("Other Ltd", country="KE")
    book.people.join("amina.odhiambo@acme.example", other)
    second = came_in(book, Message_ID="<2@home.example>")
    with pytest.raises(Ambiguous) as caught:
        book.answers.assign(second, person="amina.odhiambo@acme.example")
    assert len(caught.value.candidates) == 2
    assert book.answers.assign(second, person=sent.person_id, organization=other).organization_id == other.id


def test_a_report_that_is_assigned_to_a_letter_counts_against_its_address(book, sent):
    mail = book.answers.receive(
        sample("bounce_no_such_user").replace(b"amina@acme.example", sent.to_address.encode())
    )
    assert mail.outbox_id is None
    book.answers.assign(mail, letter=sent)
    assert [entry.reason for entry in book.suppressions.of(sent.to_address)] == ["bounced"]


def test_an_assigned_message_proves_that_a_letter_in_doubt_was_taken(book, mail_server):
    (letter,) = queue(book, order(book, contact(book)))
    mail_server.play("drop_after_dot")
    delivery(book, mail_server).deliver(limit=1)
    assert statuses(book, [letter]) == ["in_doubt"]
    book.answers.assign(came_in(book), letter=letter)
    assert statuses(book, [letter]) == ["accepted"]


def test_what_waits_comes_in_parts_that_lose_nothing_while_somebody_works_through_it(book, sent, clock):
    mail = []
    for number in range(5):
        clock.advance(HOUR * (number % 2))  # two at one instant
        mail.append(came_in(book, Message_ID=f"<{number}@home.example>").id)
    first = book.answers.waiting(limit=2)
    assert ([one.answer.id for one in first], first.next) == (mail[:2:-1], str(mail[3]))
    book.answers.set_aside(mail[3], reason="a newsletter")
    second = book.answers.waiting(limit=2, after=first.next)
    assert [one.answer.id for one in second] == [mail[2], mail[1]]
    last = book.answers.waiting(limit=2, after=second.next)
    assert ([one.answer.id for one in last], last.next) == (mail[:1], None)
    assert [one.id for one in book.answers.of(unmatched=True, limit=1)] == mail[4:]
    with pytest.raises(InvalidInput) as caught:
        book.answers.waiting(after="nowhere")
    assert caught.value.field == "after"


@pytest.mark.parametrize("name", ["bounce_exim", "absence_exchange", "complaint"])
def test_what_is_about_a_letter_is_not_assigned_to_an_account(book, sent, name):
    mail = book.answers.receive(sample(name))
    with pytest.raises(Refused) as caught:
        book.answers.assign(mail, organization=sent.organization_id)
    assert caught.value.rule == "answers.kind"
    assert journey(book, sent).state == "enrolled"
    assert [one.answer.id for one in book.answers.waiting()] == [mail.id]


def test_a_colleagues_own_mail_is_logged_as_ours_and_ends_no_journey(book, sent):
    copied = {"From": f"Dana <{MANAGER}>", "To": "new@acme.example"}
    mail = came_in(book, "As agreed.\n", **copied, Delivered_To=book.answers.drop_address(MANAGER))
    assert mail.kind == "copy"
    with pytest.raises(Refused):
        book.answers.assign(mail, letter=sent)
    done = book.answers.assign(mail, organization=sent.organization_id, person=sent.person_id)
    met = book.interactions.get(done.interaction_id)
    assert (met.interaction.inbound, [one.email for one in met.staff]) == (False, [MANAGER])
    assert (done.raw, done.text) == (b"", "")
    assert journey(book, sent).state == "enrolled"


def test_what_fits_something_is_not_assigned_again(book, sent):
    mail = book.answers.assign(came_in(book), letter=sent)
    for again in ({"letter": sent}, {"organization": sent.organization_id}):
        with pytest.raises(Refused) as caught:
            book.answers.assign(mail, **again)
        assert caught.value.rule == "answers.unmatched"
    with pytest.raises(Refused):
        book.answers.set_aside(mail, reason="no")
    assert len(book.interactions.of(sent.organization_id)) == 1


@pytest.mark.parametrize("said", [{}, {"letter": 1, "organization": 1}, {"letter": 1, "person": 1}])
def test_either_a_letter_or_an_account_is_named(book, said):
    with pytest.raises(InvalidInput):
        book.answers.assign(came_in(book), **said)


def test_a_message_whose_bytes_are_kept_no_longer_is_still_assigned(book, sent):
    mail = came_in(book, Subject="Fees")
    with book._store.changing("test.blanked") as change:
        change.session.get_one(type(mail), mail.id).amend({"raw": b""})
    read = book.answers.read(mail)
    assert (read.whole, read.answer.text) == (None, "Yes please, call me.")
    met = book.interactions.get(book.answers.assign(mail, letter=sent).interaction_id)
    assert met.interaction.summary == "Fees\nYes please, call me."


def test_what_is_set_aside_waits_no_longer_until_it_is_reopened_or_assigned(book, sent):
    mail, other = came_in(book), came_in(book, Message_ID="<2@home.example>")
    book.answers.set_aside([mail, other], reason="a newsletter")
    assert book.answers.waiting() == book.answers.of(unmatched=True) == ()
    assert {row.set_aside_because for row in book.answers.of(set_aside=True)} == {"a newsletter"}
    with pytest.raises(Refused) as caught:
        book.answers.set_aside(mail, reason="again")
    assert caught.value.rule == "answers.set_aside"
    book.answers.reopen(mail)
    assert [one.answer.id for one in book.answers.waiting()] == [mail.id]
    assert book.answers.assign(other, letter=sent).set_aside_at is None
    with pytest.raises(Refused):
        book.answers.reopen(other)


def test_setting_aside_takes_all_or_none_and_asks_for_a_reason(book):
    mail = came_in(book)
    with pytest.raises(InvalidInput):
        book.answers.set_aside(mail, reason=" ")
    with pytest.raises(NotFound):
        book.answers.set_aside([mail.id, 10**9], reason="a newsletter")
    assert len(book.answers.waiting()) == 1


def test_a_page_is_read_as_text_with_all_that_it_quotes_and_nothing_opened(book):
    mail = EmailMessage()
    mail["From"], mail["To"] = "Zoë <zoe@home.example>", "info@accord.example"
    mail.set_content(
        "<p>Agreed.</p><img src='https://t.example/1'><blockquote>Your terms</blockquote>", subtype="html"
    )
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="order.pdf")
    whole = book.answers.read(book.answers.receive(mail.as_bytes())).whole
    assert (whole.sender, whole.addressed) == ("Zoë <zoe@home.example>", ("info@accord.example",))
    assert "Agreed." in whole.text
    assert "Your terms" in whole.text
    assert "t.example" not in whole.text
    assert whole.files == ("order.pdf",)


@pytest.fixture
def suggested(book):
    """What is suggested for a sender."""

    def suggested(sender):
        came_in(book, From=sender, Message_ID=f"<{sender}>")
        return [
            (found.organization, found.person, found.why) for found in book.answers.waiting()[0].suggestions
        ]

    return suggested


def test_accounts_of_the_senders_address_come_first_then_those_of_its_domain(book, suggested):
    head = book.organizations.add("Acme", country="KE", domains="acme.example")
    book.organizations.add("Acme Africa", country="KE", domains="africa.acme.example")
    book.people.add("Amina", email="amina@africa.acme.example", at=head)
    assert suggested("AMINA@africa.acme.example") == [
        ("Acme", "Amina", "their address"),
        ("Acme Africa", None, "writes from africa.acme.example"),
    ]
    assert suggested("desk@africa.acme.example") == [
        ("Acme Africa", None, "writes from africa.acme.example"),
        ("Acme", None, "writes from acme.example"),
    ]
    assert suggested("desk@example") == suggested("desk@else.example") == []


def test_a_mailbox_that_anybody_can_have_and_a_former_position_suggest_nobody(book, suggested, clock):
    acme = book.organizations.add("Acme", country="KE", domains="gmail.com")
    amina = book.people.add("Amina", email="amina@gmail.com", at=acme)
    assert suggested("other@gmail.com") == []
    assert suggested("amina@gmail.com") == [("Acme", "Amina", "their address")]
    book.people.leave(amina, acme, on=clock.now().date() - timedelta(days=1))
    assert suggested("amina@gmail.com") == []


def test_the_letter_that_it_may_answer_stands_beside_it(book, make_book, mail_server, clock):
    staffed(book)
    people = contact(book), contact(book, "Baraka Mwangi")
    book.organizations.change(people[0][0], domains="acme.example")
    run = running(make_book, *people)
    first, _ = campaign_letters(book, run, *people)
    delivery(book, mail_server).deliver(limit=2)
    (later,) = queue(book, order(book, people[0]))
    came_in(book, From="baraka.mwangi@acme.example")
    ((_, of_domain),) = [one.suggestions for one in book.answers.waiting()]
    assert of_domain.letter_id == first.id  # the later one is still here
    clock.advance(HOUR)
    delivery(book, mail_server).deliver(limit=1)
    ((_, of_domain),) = [one.suggestions for one in book.answers.waiting()]
    assert of_domain.letter_id == later.id


def test_merging_and_erasing_follow_an_assigned_message(book, sent):
    mail = book.answers.assign(came_in(book, "My private number is 4711.\n"), letter=sent)
    keeper = book.organizations.add("Keeper", country="KE")
    book.merge(keeper, sent.organization_id, reason="the same")
    assert book.answers.of(letter=sent)[0].organization_id == keeper.id
    count = book.people.erase(sent.person_id, reason="asked", dry_run=True).count
    book.people.erase(sent.person_id, reason="asked", confirm=count)
    row = book.answers.read(mail).answer
    assert (row.raw, row.text, row.outbox_id) == (b"", "(erased)", sent.id)
