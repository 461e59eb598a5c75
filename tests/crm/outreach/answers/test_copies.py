"""A colleague's own mail, copied to their drop address."""

from datetime import UTC, date, datetime, timedelta

import pytest
from support.inbound_mail import message
from support.outbox import MANAGER, campaign_letters, contact, running, staffed
from support.sending import delivery

from crm.errors import NotFound, Refused

DANA = f"Dana Novak <{MANAGER}>"


@pytest.fixture
def dana(book):
    staffed(book)
    return book.staff.get(MANAGER)


def copied(book, dana, body="The fees as agreed.\n", **fields):
    """What Dana wrote, as it comes to her drop address by Bcc."""
    known = {"From": DANA, "Delivered_To": book.answers.drop_address(dana), "Subject": "Fees"}
    return message(body, **(known | fields))


def logged(book, account):
    (met,) = book.interactions.of(account)
    return book.interactions.get(met)


def test_what_a_colleague_writes_is_logged_with_the_contact_it_went_to(book, dana, clock):
    account, amina = contact(book)
    clock.advance(timedelta(hours=5))
    raw = copied(book, dana, To=f"Amina <{amina.email.upper()}>", Date="Tue, 24 Nov 2026 12:00:00 +0000")
    answer = book.answers.receive(raw)
    assert (answer.kind, answer.effect) == ("copy", f"logged with {account.name}")
    met = logged(book, account)
    assert (met.interaction.kind, met.interaction.inbound, met.interaction.office) == ("email", False, "BDT")
    assert met.interaction.at == datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    assert met.interaction.summary == "Fees\nThe fees as agreed."
    assert ([one.id for one in met.people], [one.email for one in met.staff]) == ([amina.id], [MANAGER])
    assert book.follow_ups.open() == ()
    assert book.answers.of(unmatched=True) == ()


def test_each_account_gets_its_own_interaction_and_strangers_are_named(book, dana):
    (acme, amina), (other, baraka) = contact(book), contact(book, "Baraka Mwangi")
    raw = copied(book, dana, To=amina.email, Cc=f"{baraka.email}, ola@accord.example, Eve <eve@else.example>")
    assert book.answers.receive(raw).effect == f"logged with {acme.name}, {other.name}"
    for account, person in ((acme, amina), (other, baraka)):
        met = logged(book, account)
        assert [one.id for one in met.people] == [person.id]
        assert met.interaction.summary.endswith("Also to, not in the book: eve@else.example")


def test_what_went_to_nobody_we_know_is_kept_for_a_person(book, dana):
    raw = copied(book, dana, To="eve@else.example")
    answer = book.answers.receive(raw)
    assert (answer.kind, answer.raw, answer.interaction_id) == ("copy", raw, None)
    assert [one.id for one in book.answers.of(unmatched=True)] == [answer.id]
    assert answer.effect.startswith("not logged")


def test_a_contact_without_a_position_is_at_no_account_and_none_is_guessed(book, dana):
    account, amina = contact(book)
    book.people.leave(amina, at=account, on=date(2026, 1, 1))
    assert book.answers.receive(copied(book, dana, To=amina.email)).interaction_id is None
    assert book.interactions.of(account) == ()


def test_the_same_mail_is_logged_once_whichever_way_it_comes(book, dana):
    account, amina = contact(book)
    by_bcc = copied(book, dana, To=amina.email)
    by_cc = copied(book, dana, To=amina.email, Cc=book.answers.drop_address(dana), Delivered_To=None)
    answers = [book.answers.receive(raw) for raw in (by_bcc, by_bcc, by_cc)]
    assert [answer.effect for answer in answers][2] == "logged before"
    assert answers[0].interaction_id == answers[2].interaction_id
    assert len(book.interactions.of(account)) == 1


def test_the_words_stand_in_the_interaction_alone(book, dana):
    _, amina = contact(book)
    answer = book.answers.receive(copied(book, dana, To=amina.email))
    assert (answer.raw, answer.subject, answer.text) == (b"", "", "")
    with book._store.reading() as session:
        kept = session.connection().exec_driver_sql("SELECT after::text FROM trail_personal").scalars().all()
    assert sum("as agreed" in str(after) for after in kept) == 1


def test_a_token_alone_or_a_sender_alone_logs_nothing(book, dana):
    account, amina = contact(book)
    address = book.answers.drop_address(dana)
    local, domain = address.split("@")
    flipped = f"{local[:-1]}{'b' if local[-1] == 'a' else 'a'}@{domain}"
    for number, fields in enumerate([
        {"From": f"Amina <{amina.email}>"},
        {"From": "Ola Berg <ola@accord.example>"},
        {"Delivered_To": flipped},
        {"Delivered_To": f"log@{domain}"},
        {"Delivered_To": book.identity.reply(dana.id).replace("reply+", "log+")},
        {"Auto_Submitted": "auto-replied"},
    ]):  # fmt: skip
        answer = book.answers.receive(
            copied(book, dana, To=amina.email, **({"Message_ID": f"<{number}@x.example>"} | fields))
        )
        assert answer.kind != "copy", fields
    assert book.interactions.of(account) == ()


def test_who_no_longer_works_here_logs_nothing_and_has_no_address(book, dana):
    account, amina = contact(book)
    raw = copied(book, dana, To=amina.email)
    book.staff.retire(dana, reason="left")
    assert book.answers.receive(raw).kind != "copy"
    assert book.interactions.of(account) == ()
    with pytest.raises(Refused, match="no longer works here"):
        book.answers.drop_address(dana)


def test_a_colleague_who_goes_on_in_a_thread_of_ours_answers_for_nobody(book, make_book, mail_server, dana):
    to = contact(book, owner=MANAGER)
    run = running(make_book, to)
    (letter,) = campaign_letters(book, run, to)
    delivery(book, mail_server).deliver(limit=1)
    raw = copied(book, dana, "unsubscribe\n", To=letter.to_address, In_Reply_To=letter.message_id)
    assert book.answers.receive(raw).kind == "copy"
    (journey,) = book.runs.audience(run)
    assert (journey.state, journey.answered_at) == ("enrolled", None)
    assert book.suppressions.of(letter.to_address) == ()


def test_a_contact_who_answers_to_all_answers_their_letter(book, make_book, mail_server, dana):
    to = contact(book, owner=MANAGER)
    run = running(make_book, to)
    (letter,) = campaign_letters(book, run, to)
    delivery(book, mail_server).deliver(limit=1)
    raw = message("Yes.\n", To=book.identity.reply(letter.id), Cc=book.answers.drop_address(dana))
    answer = book.answers.receive(raw)
    assert (answer.kind, answer.outbox_id) == ("reply", letter.id)


def test_a_wrong_clock_does_not_date_an_interaction(book, dana, clock):
    account, amina = contact(book)
    for number, sent in enumerate(("Thu, 1 Jan 1970 00:00:00 +0000", "Fri, 1 Jan 2100 00:00:00 +0000", None)):
        raw = copied(book, dana, To=amina.email, Date=sent, Message_ID=f"<{number}@accord.example>")
        book.answers.receive(raw)
    assert {met.at for met in book.interactions.of(account)} == {clock.now()}


def test_ones_own_address_needs_no_name_and_nobody_else_has_one(book, make_book, dana):
    assert make_book(MANAGER).answers.drop_address() == book.answers.drop_address(MANAGER)
    with pytest.raises(NotFound):
        make_book("worker").answers.drop_address()


def test_a_person_is_erased_from_what_was_copied(book, dana):
    account, amina = contact(book)
    book.answers.receive(copied(book, dana, "Amina Odhiambo agreed.\n", To=amina.email))
    count = book.people.erase(amina, reason="asked", dry_run=True).count
    book.people.erase(amina, reason="asked", confirm=count)
    met = logged(book, account)
    assert "Odhiambo" not in met.interaction.summary
    assert met.people == ()
