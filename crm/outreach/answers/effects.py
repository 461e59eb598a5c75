"""What a message does to the letter that it answers: a reply, a wish to stop, a complaint, a bounce."""

from crm.consent.suppressions import Scope, SuppressionReason
from crm.engagement.complaints import SPAM_REPORT, complained_before, record_complaint
from crm.mail.answers import Answer, AnswerKind
from crm.outreach.answer_tables import AnswerReceived
from crm.outreach.answers.bounced import Fate, fate_of
from crm.outreach.answers.refusing import prove, refuse
from crm.outreach.answers.replies import reply_to_letter
from crm.outreach.answers.soft_bounces import too_often
from crm.outreach.delivery.budget import watch_bounces, watch_complaints
from crm.outreach.identity import Identity
from crm.outreach.limits import Budget
from crm.outreach.outbox_tables import Letter
from crm.outreach.runs.runs import pause_run
from crm.store.store import Change


class Effects:
    """Lets messages have their effect, inside a verb.

    Args:
        identity: keys the suppression list.
        budget: how many complaints and bounces a run may cause before it pauses itself.
    """

    def __init__(self, *, identity: Identity, budget: Budget) -> None:
        self._identity = identity
        self._budget = budget

    def apply(self, change: Change, answer: Answer, letter: Letter, row: AnswerReceived) -> str:
        """Let a message have its effect.

        Args:
            change: the verb.
            answer: the message.
            letter: which letter it answers, locked.
            row: the message as the book keeps it.

        Returns:
            What it did, in words.
        """
        prove(change, letter, by=answer.kind)
        if letter.staff_id is not None:
            return "noted: it answers a notice to our own staff"
        match answer.kind:
            case AnswerKind.REPLY | AnswerKind.CALENDAR_REPLY:
                return reply_to_letter(change, answer, letter, row)
            case AnswerKind.UNSUBSCRIBE:
                return self._refused(change, letter, SuppressionReason.UNSUBSCRIBED)
            case AnswerKind.COMPLAINT:
                return self._complained(change, letter)
            case AnswerKind.BOUNCE:
                return self._bounced(change, answer, letter)
            case _:
                return "noted"

    def _refused(self, change: Change, letter: Letter, reason: SuppressionReason) -> str:
        refuse(change, letter, reason, keys=self._identity.keys)
        return f"suppressed for campaigns: {reason.value}"

    def _complained(self, change: Change, letter: Letter) -> str:
        _open_complaint(change, letter)
        if letter.run_id is not None:
            watch_complaints(change, letter.run_id, self._budget)
        return self._refused(change, letter, SuppressionReason.COMPLAINED)

    def _bounced(self, change: Change, answer: Answer, letter: Letter) -> str:
        match fate_of(letter.to_address, answer.bounce):
            case Fate.GONE:
                watch_bounces(change, letter, self._budget)
                refuse(change, letter, SuppressionReason.BOUNCED, keys=self._identity.keys, scope=Scope.ALL)
                return "suppressed for all mail: bounced"
            case Fate.ARRIVED:
                return "noted: it arrived, and did not get everywhere it was passed on to"
            case Fate.REFUSED:
                return _blocked(change, letter)
            case _ if too_often(change, letter):
                return self._refused(change, letter, SuppressionReason.BOUNCED)
            case _:
                return "noted: the address is not known to be bad"


def _open_complaint(change: Change, letter: Letter) -> None:
    """Open a complaint, unless one about our mail is open already."""
    assert letter.organization_id and letter.person_id  # noqa: PT018 - it is no notice to our own staff
    if not complained_before(change.session, letter.person_id, source=SPAM_REPORT):
        what = f"Marked our letter of {letter.dated_at:%-d %B %Y} as unwanted"
        record_complaint(change, letter.organization_id, letter.person_id, what, source=SPAM_REPORT)


def _blocked(change: Change, letter: Letter) -> str:
    """Stop what we send, as where the server says so at once: who we wrote to has nothing to do with it."""
    if letter.run_id is None:
        return "noted: refused for what we are or how we send"
    note = f"Refused by a mail server's policy, in a report on letter {letter.id}."
    pause_run(change, letter.run_id, note=note)
    return "its run is paused: refused for what we are or how we send"
