"""What people do in a round: the run's officer, the colleagues, and those who are written to."""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random

from faults.plan import Deed, Step
from support.inbound_mail import message
from support.outbox import APPROVER
from support.worker_processes import Workshop

from campaigns import desk
from crm.errors import Refused
from crm.opening import wire
from crm.outreach.outbox_tables import Letter
from crm.outreach.run_tables import Run, RunStatus
from crm.store.shared_server import wait_until

CAMPAIGN = "associate_upgrade"


@dataclass(frozen=True)
class Paused:
    """A pause, or a stop of all mail, as its officer saw it, in seconds by the machine's clock."""

    returned: float
    resumed: float


class People:
    """Those who have a say in a run.

    Args:
        shop: holds the book.
        chance: whom it is about.
    """

    def __init__(self, shop: Workshop, chance: Random) -> None:
        self._book = shop.book
        self._shop = shop
        self._chance = chance
        self._written = 0
        self.pauses: list[Paused] = []
        self.run = self._launched()

    @property
    def status(self) -> RunStatus:
        """Where the run stands."""
        return self._book.runs.get(self.run).status

    def letters(self, status: str | None = None) -> Sequence[Letter]:
        """The letters of the run."""
        return self._book.outbox.of(run=self.run.id, status=status)

    def do(self, step: Step) -> None:
        """Do what a step of the plan says; where nobody is left to do it, nothing."""
        doings = {
            Deed.UNSUBSCRIBE: self._unsubscribe,
            Deed.REFUSE: self._refuse,
            Deed.REPLY: self._reply,
            Deed.PAUSE: lambda: self._pause(float(step.detail)),
            Deed.STOP: lambda: self._stop(float(step.detail)),
            Deed.RESEND: lambda: self.decide("in_doubt", most=3),
            Deed.CANCEL: lambda: self._book.runs.cancel(self.run, reason="a colleague said so"),
        }
        with suppress(Refused, IndexError):
            doings[step.deed]()

    def decide(self, status: str, *, most: int | None = None) -> None:
        """Have letters sent again that are held or in doubt."""
        for letter in self.letters(status)[:most]:
            with suppress(Refused):
                self._book.outbox.resend(letter, reason="they have asked where it is")

    def go_on(self) -> None:
        """Resume the run if it has paused itself, because too many letters failed."""
        if self.status is RunStatus.PAUSED:
            self._book.runs.resume(self.run, reason="looked into")

    def _launched(self) -> Run:
        prepared = desk.prepare(self._book, CAMPAIGN)
        with wire(
            str(self._shop.known.database_url.get_secret_value()),  # type: ignore[union-attr]
            actor=APPROVER,
            settings=self._shop.known,
            clock=self._shop.clock,
        ) as other:
            desk.approve(other, prepared, count=prepared.count)
        return desk.launch(self._book, prepared).run

    def _unsubscribe(self) -> None:
        # Only who has got a letter knows the address that it names; to the book their mail proves that it arrived.
        there = {address for copy in self._shop.mail_server.messages for address in copy.recipients}
        letter = self._chance.choice([each for each in self.letters() if each.to_address in there])
        self._mail(message("", To=self._book.identity.unsubscribe(letter.id), Message_ID=self._new_id()))

    def _refuse(self) -> None:
        waiting = self.letters("queued") or self.letters()
        self._book.suppressions.add(self._chance.choice(waiting).to_address)

    def _reply(self) -> None:
        letter = self._chance.choice(self.letters("accepted"))
        self._mail(message("Yes.\n", To=self._book.identity.reply(letter.id), Message_ID=self._new_id()))

    def _pause(self, seconds: float) -> None:
        self._book.runs.pause(self.run, reason="let me look")
        self._stand_still(seconds)
        self._book.runs.resume(self.run)

    def _stop(self, seconds: float) -> None:
        self._book.outgoing.stop(reason="let me look")
        self._stand_still(seconds)
        self._book.outgoing.resume()

    def _stand_still(self, seconds: float) -> None:
        returned = time.time()
        wait_until(lambda: False, seconds=seconds)
        self.pauses.append(Paused(returned, time.time()))

    def _mail(self, raw: bytes) -> None:
        self._book.answers.receive(raw)

    def _new_id(self) -> str:
        self._written += 1
        return f"<{self._written}@acme.example>"
