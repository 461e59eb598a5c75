import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from support.letter_folders import letter_folder
from support.outbox import contact, contacts, letters, order, queue, running, staffed, statuses, told
from support.sending import delivery

from crm.errors import NotFound, ReadOnly, Refused
from crm.mail.facts import frozen
from crm.mail.templates import TemplateFolder
from crm.outreach.outbox.wordings import kept_facts, restored_facts
from crm.outreach.outbox_tables import MessageClass

FULL = {"person": {"name": "أمينة"}, "day": date(2027, 1, 31), "fee": Decimal("3975.50")}


def test_a_second_order_with_the_same_key_queues_nothing(book):
    to = contact(book)
    (first,) = queue(book, order(book, to))
    (second,) = queue(book, order(book, to, facts={"letter": {"subject": "Other", "text": "words"}}))
    assert second.id == first.id
    assert book.outbox.shown(first).subject == "For Amina Odhiambo"
    assert told(book, first) == ["queued"]


def test_several_who_queue_the_same_letter_at_once_queue_one(book, make_book):
    to = contact(book)
    books = [make_book() for _ in range(6)]
    together = Barrier(len(books))

    def queue_it(other):
        together.wait()
        return queue(other, order(other, to))[0].id

    with ThreadPoolExecutor(len(books)) as pool:
        ids = set(pool.map(queue_it, books))
    assert len(ids) == len(book.outbox.of()) == 1
    assert told(book, ids.pop()) == ["queued"]


def test_a_verb_that_fails_queues_nothing(book):
    to = contact(book)

    def failing():
        with book.transaction():
            queue(book, order(book, to))
            book.outbox.get("nothing")

    with pytest.raises(NotFound):
        failing()
    assert book.outbox.of() == ()
    assert book.handover.due() == ()


def test_new_and_old_orders_in_one_batch_each_find_their_letter(book):
    people = contacts(book, 3)
    (old,) = queue(book, order(book, people[1]))
    found = queue(book, *(order(book, to) for to in people))
    assert [letter.person_id for letter in found] == [person.id for _, person in people]
    assert found[1].id == old.id
    assert len(book.outbox.of()) == 3


def test_every_letter_has_a_message_id_and_a_date_of_its_own(book, clock):
    first, second = letters(book, 2, due_at=clock.now() + timedelta(days=2))
    assert first.message_id != second.message_id
    assert first.message_id.endswith("@answers.accord.example>")
    assert first.dated_at == clock.now() + timedelta(days=2)


def test_a_letter_shown_later_is_what_went_out_although_the_wording_changed(
    book, mail_server, tmp_path, clock
):
    folder = letter_folder(tmp_path / "before", text="Dear {{ person.name | isolate }}, as agreed.\n")
    to = contact(book)
    wording = folder.version("hello", "en")
    (letter,) = queue(book, order(book, to, template=wording, facts={"person": {"name": "Amina"}}))
    folder.path.joinpath("hello", "en", "body.txt").write_text("Other words.\n", encoding="utf-8")
    assert folder.version("hello", "en").sha256 != wording.sha256

    delivery(book, mail_server).deliver(limit=10)
    clock.advance(timedelta(days=400))
    (sent,) = mail_server.messages
    text = sent.message.get_body(("plain",)).get_content().replace("\r\n", "\n")
    html = sent.message.get_body(("html",)).get_content().replace("\r\n", "\n")
    shown = book.outbox.shown(letter)
    assert (shown.subject, shown.text.strip(), shown.html.strip()) == (
        sent.message["Subject"],
        text.strip(),
        html.strip(),
    )
    assert "as agreed" in shown.text


def test_a_letter_is_the_same_bytes_on_every_attempt(book, mail_server, clock, make_book):
    (letter,) = letters(book, 1)
    mail_server.play("hang_after_dot")
    delivery(book, mail_server).deliver(limit=1)
    book.outbox.resend(letter, reason="the reader says nothing came")
    clock.advance(timedelta(days=3))
    delivery(make_book(), mail_server).deliver(limit=1)
    first, second = mail_server.messages
    assert first.raw == second.raw
    assert first.sender == second.sender
    assert book.outbox.get(letter).may_duplicate


def test_amounts_and_days_come_back_as_they_were():
    facts = FULL | {"groups": [{"code": "T-SG13", "since": date(2020, 1, 1)}], "count": 3, "yes": True}
    assert restored_facts(json.loads(json.dumps(kept_facts(facts)))) == frozen(facts)


def test_amounts_and_days_in_a_letter_survive_the_database(book, tmp_path):
    text = "{{ person.name | isolate }} {{ day | date | isolate }} {{ fee | money('CHF') | isolate }}\n"
    folder = letter_folder(tmp_path / "letters", text=text, facts='"fee" = "an amount"')
    version = folder.version("hello", "en")
    (letter,) = queue(book, order(book, contact(book), template=version, facts=FULL))
    assert restored_facts(letter.facts) == FULL
    shown = book.outbox.shown(letter).text
    assert "31 January 2027" in shown
    assert "3,975.50" in shown


def test_what_was_frozen_before_stands_in_a_letter_as_it_was_beneath_what_is_said_now(book):
    said = {"person": {"name": "Jean"}, "previous": {"sent_on": date(2027, 2, 1)}}
    (letter,) = queue(book, order(book, contact(book), kept=kept_facts(FULL), facts=said))
    assert restored_facts(letter.facts) == FULL | said


def test_a_letter_is_found_by_id_key_and_message_id(book):
    (letter,) = letters(book, 1)
    for key in (letter, letter.id, str(letter.id), letter.key, letter.message_id):
        assert book.outbox.get(key).id == letter.id
    with pytest.raises(NotFound, match="no letter 'nothing'"):
        book.outbox.get("nothing")


def test_a_letter_that_was_handed_out_is_read_only(book):
    (letter,) = letters(book, 1)
    with pytest.raises(ReadOnly, match="resend"):
        letter.to_address = "other@acme.example"


def test_letters_are_listed_by_account_run_and_status(book):
    first, second = letters(book, 2)
    assert [letter.id for letter in book.outbox.of("Acme Satellites")] == [second.id, first.id]
    assert book.outbox.of(status="accepted") == ()
    assert len(book.outbox.of(status="queued")) == 2
    assert book.outbox.of(run=4711) == ()


def test_only_what_is_in_doubt_or_held_can_be_decided_about(book):
    (letter,) = letters(book, 1)
    with pytest.raises(Refused, match="queued") as refused:
        book.outbox.resend(letter, reason="again")
    assert refused.value.hint == "Only what is held or in doubt can be decided about."
    with pytest.raises(Refused, match="queued"):
        book.outbox.assume_sent(letter, reason="done")


def test_a_person_decides_about_a_letter_in_doubt_and_the_ledger_and_trail_say_who(book, mail_server):
    first, second = letters(book, 2)
    mail_server.play("drop_after_dot", "drop_after_dot")
    delivery(book, mail_server).deliver(limit=2)
    again = book.outbox.resend(first, reason="she did not get it")
    assumed = book.outbox.assume_sent(second, reason="he quoted it on the phone")
    assert (again.status, again.may_duplicate, again.message_id) == ("queued", True, first.message_id)
    assert (assumed.status, assumed.settled_at) == ("assumed_sent", book.clock.now())
    assert "by dana@accord.example: she did not get it" in again.verdict
    assert told(book, first) == ["queued", "handing_off", "in_doubt", "resend decided"]
    entry = book.history(second)[0]
    assert (entry.verb, entry.reason) == ("letter.decided", "he quoted it on the phone")


def test_a_letter_held_for_policy_that_is_sent_again_is_not_marked_as_a_possible_duplicate(book, mail_server):
    (letter,) = letters(book, 1)
    mail_server.play("rcpt:550 5.7.1 Blocked by policy")
    delivery(book, mail_server).deliver(limit=1)
    assert not book.outbox.resend(letter, reason="the block was lifted").may_duplicate


def test_a_letter_that_is_held_can_be_given_up_and_no_other(book, mail_server):
    held, queued = letters(book, 2)
    mail_server.play("rcpt:550 5.7.1 Blocked by policy")
    delivery(book, mail_server).deliver(limit=1)
    given_up = book.outbox.give_up(held, reason="the meeting is over")
    assert given_up.status == "stopped"
    assert told(book, held)[-1] == "given up, by decision"
    with pytest.raises(Refused, match="queued"):
        book.outbox.give_up(queued, reason="not this one")


def test_a_person_decides_at_once_about_all_letters_of_a_run_that_stand_so(book, make_book):
    staffed(book)
    people, ben = contacts(book, 4), contact(book, "Ben Otieno")
    one, other = running(make_book, people[0]), running(make_book, ben, campaign="another")
    sent = queue(book, *(order(book, to, run_id=one.id) for to in people))
    (elsewhere,) = queue(book, order(book, ben, run_id=other.id))
    stand = "UPDATE outbox SET status = CASE WHEN id < %s THEN 'held' ELSE 'in_doubt' END"
    with book.engine.begin() as connection:
        connection.exec_driver_sql(stand, (sent[2].id,))

    assert book.outbox.resend_all(run=one.id, status="held", reason="mended") == 2
    assert statuses(book, sent) == ["queued", "queued", "in_doubt", "in_doubt"]
    assert [book.outbox.get(letter).may_duplicate for letter in sent[:2]] == [False, False]
    assert "resend decided by dana@accord.example: mended" in book.outbox.get(sent[0]).verdict
    entry = book.history(one)[-1]
    assert (entry.verb, entry.reason) == ("letters.decided", "mended")

    assert book.outbox.give_up_all(run=one.id, reason="the meeting is over") == 0
    assert book.outbox.assume_sent_all(run=one.id, reason="in the log") == 2
    assert statuses(book, sent) == ["queued", "queued", "assumed_sent", "assumed_sent"]
    assert told(book, sent[3])[-1] == "assumed sent, by decision"
    assert book.outbox.resend_all(run=other.id, status="in_doubt", reason="not in the log") == 1
    assert book.outbox.get(elsewhere).may_duplicate
    with pytest.raises(Refused, match="queued"):
        book.outbox.give_up_all(run=one.id, status="queued", reason="no")
    with pytest.raises(NotFound, match="no run 1"):
        book.outbox.give_up_all(run=1, reason="no")


def test_the_wording_of_a_letter_is_kept_once(book):
    people = contacts(book, 3)
    version = TemplateFolder().version("plain_letter", "en")
    first, *_ = queue(book, *(order(book, to, template=version) for to in people))
    assert book.runs.wording(first.template) == version
    with book._store.reading() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM wording").scalar_one() == 1


def test_an_order_that_is_due_later_waits(book, clock):
    to = contact(book)
    queue(book, replace(order(book, to), due_at=datetime(2026, 12, 1, tzinfo=UTC)))
    assert book.handover.due() == ()
    clock.advance(timedelta(days=8))
    assert len(book.handover.due()) == 1


def test_marketing_carries_its_own_way_out_and_correspondence_does_not(book):
    people = contacts(book, 2)
    campaign, letter = queue(
        book,
        order(book, people[0], message_class=MessageClass.MARKETING),
        order(book, people[1]),
    )
    address = book.identity.unsubscribe(campaign.id)
    assert address in book.outbox.shown(campaign).text
    assert "unsubscribe+" not in book.outbox.shown(letter).text
