from datetime import timedelta

import pytest
from support.associates import associate, staff
from support.outbox import order, queue

from campaigns import desk
from campaigns.catalog.associate_upgrade import ASSOCIATE_UPGRADE
from campaigns.rehearsal import rehearsed
from crm.errors import InvalidInput, NotFound, Refused

NOBODY_HELD_OUT = ASSOCIATE_UPGRADE.but(hold_out=0)


@pytest.fixture
def office(book):
    staff(book, "dana@accord.example", "joao@accord.example")
    return book


def test_a_rehearsal_puts_every_letter_to_everybody_together_and_writes_nothing(office):
    associate(office, "Acme")
    associate(office, "Orbite", language="fr")
    associate(office, "Owing", standing="arrears")
    before = office.trail.latest()
    told = []
    found = desk.rehearse(office, NOBODY_HELD_OUT, on_progress=lambda done, total: told.append((done, total)))
    letters = NOBODY_HELD_OUT.journey.templates
    assert {(proof.invitation.account.name, proof.letter) for proof in found.proofs} == {
        (name, letter) for name in ("Acme", "Orbite") for letter in letters
    }
    assert all(proof.bytes > 1000 for proof in found.proofs)
    assert (found.problems, dict(found.languages)) == ((), {"en": len(letters), "fr": len(letters)})
    assert told == [(0, 2), (1, 2), (2, 2)]
    assert (office.trail.latest(), office.outbox.of(), office.runs.of()) == (before, (), ())
    assert str(found).splitlines()[0] == "2 accounts written to, 0 held out, 1 left out."
    assert "All of them can be put together." in str(found)


def test_its_report_names_every_account_once_for_each_letter_or_with_the_reason(office):
    associate(office, "Acme")
    associate(office, "Owing", standing="arrears")
    rows = desk.rehearse(office, NOBODY_HELD_OUT).report().rows
    assert {row[0] for row in rows} == {"Acme", "Owing"}
    (owing,) = (row for row in rows if row[0] == "Owing")
    assert owing[2] == "left out"
    assert "in arrears" in owing[6]


def test_what_cannot_be_put_together_is_listed_with_the_account_the_letter_and_what_is_wrong(office):
    associate(office, "Acme")
    associate(office, "Orbite")
    put_together = desk.preview(office, NOBODY_HELD_OUT)
    broken = put_together.of("Acme")

    def refusing(order):
        if order.organization_id == broken.account.organization_id:
            raise InvalidInput("The name holds a line break.", field="to_name")
        raise RuntimeError("something nobody thought of")

    found = rehearsed(put_together, refusing, lambda _done, _total: None)
    by_name = {proof.invitation.account.name: proof for proof in found.problems}
    assert (by_name["Acme"].problem, by_name["Acme"].field) == ("The name holds a line break.", "to_name")
    assert by_name["Orbite"].problem == "RuntimeError"
    assert len(found.problems) == len(found.proofs)
    assert "Acme, associate_upgrade: The name holds a line break." in str(found)


def test_a_test_letter_is_what_the_account_would_get(office):
    account, person = associate(office, "Acme", owner="dana@accord.example")
    test = desk.send_test(office, NOBODY_HELD_OUT, account, to="joao@accord.example")
    shown = office.outbox.shown(test)
    wanted = desk.preview(office, NOBODY_HELD_OUT).letter(account)
    assert (shown.subject, shown.text) == (f"[Test] {wanted.subject}", wanted.text)
    assert (test.to_address, test.message_class) == ("joao@accord.example", "notice")
    assert person.email != test.to_address


def test_any_letter_of_the_journey_can_be_tested_and_an_unknown_one_cannot(office):
    associate(office, "Acme")
    reminder = desk.send_test(office, NOBODY_HELD_OUT, "Acme", to="joao@accord.example", step="reminder")
    assert "wrote to you" in office.outbox.shown(reminder).text
    with pytest.raises(NotFound, match="no letter 'farewell'"):
        desk.send_test(office, NOBODY_HELD_OUT, "Acme", to="joao@accord.example", step="farewell")
    with pytest.raises(NotFound, match="Nobody on the staff"):
        desk.send_test(office, NOBODY_HELD_OUT, "Acme", to="contact@acme.example")


def test_there_is_no_test_letter_for_an_account_that_nothing_could_be_written_to(office):
    associate(office, "Small", size="sme")
    with pytest.raises(Refused, match="no signal"):
        desk.send_test(office, NOBODY_HELD_OUT, "Small", to="joao@accord.example")


def test_a_preview_tells_who_had_a_letter_of_any_campaign_just_now_for_whatever_account(office, clock):
    account, person = associate(office, "Acme")
    (letter,) = queue(office, order(office, (account, person), message_class="marketing"))
    (claim,) = office.handover.claim(limit=1)
    assert office.handover.intend([claim.letter]) == {letter.id}
    clock.advance(timedelta(days=1))
    forgetful = NOBODY_HELD_OUT.but(quiet_days=0)
    assert desk.preview(office, forgetful).of(account).skip.reason == "frequency_cap"
    clock.advance(timedelta(days=2))
    assert desk.preview(office, forgetful).count == 1


def test_letters_queued_at_night_are_due_when_their_readers_are_at_work(office, make_book, clock):
    associate(office, "Acme")
    associate(office, "Sakura", country="JP")
    run = desk.prepare(office, NOBODY_HELD_OUT)
    desk.approve(make_book("joao@accord.example"), run, count=run.count, campaign=NOBODY_HELD_OUT)
    desk.launch(office, run, campaign=NOBODY_HELD_OUT)
    desk.advance(office)
    due = {
        office.organizations.get(letter.organization_id).name: letter.due_at for letter in office.outbox.of()
    }
    assert due["Acme"] == clock.now()  # half past twelve in Nairobi
    assert due["Sakura"].isoformat() == "2026-11-25T00:00:00+00:00"  # nine o'clock in Tokyo
    assert [claim.letter.to_name for claim in office.handover.claim(limit=5)] == ["Contact of Acme"]
