"""A launched campaign with nobody ringing: the beat finds the work, the worker does it, the answers come back."""

import mailbox

from support.associates import associate
from support.inbound_mail import message
from support.outbox import APPROVER, MANAGER, staffed
from support.worker_processes import workshop

from campaigns import desk
from crm.clock import SystemClock
from crm.opening import wire
from crm.outreach.run_tables import Arm


def test_letters_of_a_launched_campaign_leave_and_their_answers_have_their_effect(database_url):
    with workshop(database_url, lease_seconds=300) as shop:
        book = shop.book
        staffed(book)
        for name in ("Aldebaran", "Betelgeuse", "Capella", "Deneb", "Electra", "Fomalhaut"):
            associate(book, name, owner=MANAGER)
        prepared = desk.prepare(book, "associate_upgrade")
        with wire(database_url, actor=APPROVER, settings=shop.known, clock=SystemClock()) as other:
            desk.approve(other, prepared, count=prepared.count)
        run = desk.launch(book, prepared)
        treated = [row for row in book.runs.audience(run.run) if row.arm is Arm.TREATMENT]

        shop.worker()
        shop.beat()
        shop.mail_server.wait_for(len(treated), timeout=90)
        shop.until(lambda: len(book.outbox.of(status="accepted")) == len(treated))

        first, second, *_ = book.outbox.of()
        inbox = mailbox.Maildir(str(shop.inbox), create=True)
        inbox.add(message("Yes, tell me more.\n", To=book.identity.reply(first.id)))
        inbox.add(message("", To=book.identity.unsubscribe(second.id)))
        shop.until(lambda: len(book.answers.of()) == 2)

        ended = {row.person_id: row.reason for row in book.runs.audience(run.run, state="exited")}
        assert ended == {first.person_id: "answered", second.person_id: "unsubscribed"}
        assert [step.organization_id for step in book.follow_ups.open(owner=MANAGER)] == [
            first.organization_id
        ]
        assert len(shop.mail_server.messages) == len(treated)
