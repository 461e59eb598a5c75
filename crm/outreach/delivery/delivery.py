"""Handing letters over: windows of letters held before their final dot, their intents committed together.

A window is W open connections, each holding one message that the server has all of but the final dot. Then the
intents are committed, the dots follow, and the answers are recorded. No transaction is open while SMTP talks. If the
process dies between the intents and the answers, at most W letters are in doubt, visibly; none goes out twice.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from crm.errors import AccordError, StoreError
from crm.mail.failures import Outcome, Phase, Verdict
from crm.mail.smtp import Line, SmtpFailure, Transport
from crm.outreach.delivery.attempts import COMPOSE, Attempt
from crm.outreach.delivery.handover import Claim, Handover
from crm.outreach.identity import Identity
from crm.outreach.outbox.composing import Envelope, envelope

_SERVER_DOWN = timedelta(minutes=1)
_NOT_LET_IN = timedelta(
    minutes=15
)  # a wrong password, a list that we are on: it takes a person, and no server likes to be asked again
_RECORDING_PAUSES = (0.1, 0.3, 1, 3, 10, 30)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came of a round of deliveries, by outcome; `passed_over` were stopped or put off at the last look."""

    outcomes: Mapping[str, int] = field(default_factory=dict)
    passed_over: int = 0
    put_back: int = 0

    def __add__(self, other: "Delivered") -> "Delivered":
        return Delivered(
            dict(Counter(self.outcomes) + Counter(other.outcomes)),
            self.passed_over + other.passed_over,
            self.put_back + other.put_back,
        )


@dataclass(slots=True, eq=False)  # each is itself: letters would be compared field by field
class _Staged:
    claim: Claim
    line: Line
    digest: str


class Delivery:
    """Hands over what is due.

    Args:
        handover: the book's side of it.
        transport: opens connections to the mail server.
        identity: who we are in a letter.
        window: how many letters are held before their dots at once.
        pause: waits a number of seconds.
        enough: whether to give back what has not been begun, asked before every claim and every window.
    """

    def __init__(
        self,
        handover: Handover,
        transport: Transport,
        *,
        identity: Identity,
        window: int,
        pause: Callable[[float], None] = time.sleep,
        enough: Callable[[], bool] = lambda: False,
    ) -> None:
        self._handover = handover
        self._transport = transport
        self._identity = identity
        self._window = window
        self._pause = pause
        self._enough = enough
        self._lines: list[Line] = []

    def deliver(self, *, limit: int, ids: Iterable[int] | None = None) -> Delivered:
        """Claim up to `limit` due letters and hand them over, claim after claim.

        Args:
            limit: how many to claim.
            ids: only of these.
        """
        wanted = None if ids is None else list(ids)
        total, rest = Delivered(), tuple[Claim, ...]()
        try:
            while not self._enough() and (rest := rest or self._claimed(limit, wanted)):
                begun = self._begin(rest[: self._window])
                total += self._finish(begun)
                limit, rest = limit - len(begun), rest[len(begun) :]
            return total + self._given_back(rest, "The worker stopped before it came to this letter.")
        except SmtpFailure as failure:
            wait = _NOT_LET_IN if failure.verdict.stop_sender else _SERVER_DOWN
            return total + self._given_back(rest, failure.message, wait=wait)
        finally:
            self._hang_up()

    def _claimed(self, limit: int, ids: Sequence[int] | None) -> tuple[Claim, ...]:
        return self._handover.claim(limit=limit, ids=ids) if limit > 0 else ()

    def _given_back(self, rest: Sequence[Claim], why: str, *, wait: timedelta = timedelta()) -> Delivered:
        if rest:
            self._handover.put_back(rest, reason=why, wait=wait)
        return Delivered(put_back=len(rest))

    def _begin(self, window: Sequence[Claim]) -> list[_Staged | Attempt]:
        """Stage a window, or as much of it as the server grants connections for."""
        letters = [(claim, self._composed(claim)) for claim in window]
        free = self._ready_lines()
        begun: list[_Staged | Attempt] = []
        for claim, letter in letters:
            try:
                begun.append(letter if isinstance(letter, Attempt) else self._stage(claim, letter, free))
            except SmtpFailure:
                if not begun:
                    raise
                break
        return begun

    def _finish(self, begun: Sequence[_Staged | Attempt]) -> Delivered:
        staged = [one for one in begun if isinstance(one, _Staged)]
        attempts = [one for one in begun if isinstance(one, Attempt)]
        cleared = self._handover.intend([s.claim.letter for s in staged]) if staged else frozenset()
        going = [s for s in staged if s.claim.letter.id in cleared]
        for passed in staged:
            if passed not in going:
                self._close(passed.line)
        dotted = [(s, self._dot(s)) for s in going]  # all dots first, then all answers
        try:
            for one, failed in dotted:
                attempts.append(failed or self._answer(one))
        finally:
            self._record(
                attempts
            )  # a time limit that interrupts the waiting takes nothing back that is known
        return Delivered(Counter(a.verdict.outcome for a in attempts), passed_over=len(staged) - len(going))

    def _composed(self, claim: Claim) -> Envelope | Attempt:
        try:
            return envelope(claim.letter, claim.wording, self._identity, claim.enclosures)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one letter, the others shall go
            return _unfit(claim, error)

    def _stage(self, claim: Claim, ready: Envelope, free: list[Line]) -> _Staged | Attempt:
        """Stage a letter on one of the lines that are free, or on one more.

        A server may end a connection after so many messages, or when it has been idle: that costs the next letter nothing.
        """
        used = bool(free)
        line = free.pop() if used else self._opened()
        try:
            line.stage(ready.sender, to=ready.recipient, raw=ready.raw, smtputf8=ready.smtputf8)
        except SmtpFailure as failure:
            if used and failure.phase is Phase.MAIL and not line.ready:
                self._close(line)
                return self._stage(claim, ready, [])
            attempt = self._failed(claim, failure, line, digest=ready.digest)
        except AccordError as error:
            attempt = _unfit(claim, error)
        else:
            return _Staged(claim, line, ready.digest)
        if line.ready:
            free.append(line)
        return attempt

    def _dot(self, staged: _Staged) -> Attempt | None:
        try:
            staged.line.send_dot()
        except SmtpFailure as failure:
            return self._failed(staged.claim, failure, staged.line, digest=staged.digest)
        return None

    def _answer(self, staged: _Staged) -> Attempt:
        try:
            reply = staged.line.read_reply()
        except SmtpFailure as failure:
            return self._failed(staged.claim, failure, staged.line, digest=staged.digest)
        detail = _masked(reply.text, staged.claim)
        return Attempt(staged.claim.letter, reply.verdict, Phase.REPLY, reply.code, detail, staged.digest)

    def _failed(self, claim: Claim, failure: SmtpFailure, line: Line, *, digest: str) -> Attempt:
        if not line.ready:
            self._close(line)
        said = _masked(failure.text, claim)
        return Attempt(claim.letter, failure.verdict, failure.phase, failure.reply_code, said, digest)

    def _record(self, attempts: Sequence[Attempt]) -> None:
        # The server has answered; only our own book can still forget it, so the write is repeated in place.
        for pause in _RECORDING_PAUSES:
            try:
                self._handover.settle(attempts)
            except StoreError:
                self._pause(pause)
            else:
                return
        self._handover.settle(attempts)

    def _ready_lines(self) -> list[Line]:
        """The lines that take another message; the others have had their last one."""
        for line in self._lines:
            if not line.ready:
                line.quit()
        self._lines = [line for line in self._lines if line.ready]
        return list(self._lines)

    def _opened(self) -> Line:
        line = self._transport.line()
        self._lines.append(line)
        return line

    def _close(self, line: Line) -> None:
        line.drop()
        self._lines = [other for other in self._lines if other is not line]

    def _hang_up(self) -> None:
        for line in self._lines:
            line.quit()
        self._lines = []


def _unfit(claim: Claim, error: Exception) -> Attempt:
    why = error.message if isinstance(error, AccordError) else type(error).__name__
    verdict = Verdict(Outcome.REFUSED_CONTENT, f"The letter cannot be put together: {why}")
    return Attempt(claim.letter, verdict, phase=COMPOSE)


def _masked(text: str, claim: Claim) -> str:
    """What the server said, without the person's address: the ledger outlives its erasure."""
    return text.replace(claim.letter.to_address, "<address>")[:500]
