"""The account manager answers the reply with a letter of her own, through the same outbox."""

from collections.abc import Mapping
from types import MappingProxyType

from crm.book import Book
from crm.engagement.follow_ups import FollowUp
from crm.outreach.answer_tables import AnswerReceived
from crm.outreach.draft_tables import LetterDraft
from crm.outreach.outbox_tables import Letter, MessageStatus
from workers.demo.cast import STAFF
from workers.demo.mail_server import read_letter
from workers.demo.processes import Processes
from workers.demo.scenes.sending import until
from workers.demo.stage import Stage

# ruff: noqa: RUF001 - letters of other scripts look like ours
_ADDED: Mapping[str, str] = MappingProxyType(
    {
        "fr": "Toutes les commissions d’études du Secteur vous seraient ouvertes. Je vous propose un appel jeudi à "
        "10 heures, heure de Genève, pour convenir de la suite.",
        "ar": "ستكون جميع لجان دراسات القطاع متاحة لكم. أقترح مكالمة يوم الخميس في الساعة العاشرة صباحاً بتوقيت جنيف "
        "للاتفاق على الخطوات التالية.",
        "en": "All study groups of the Sector would be open to you. May I suggest a call on Thursday at 10 a.m., Geneva "
        "time, to agree on what comes next?",
        "es": "Tendrían a su disposición todas las Comisiones de Estudio del Sector. Le propongo una llamada el jueves a las "
        "10.00 horas, hora de Ginebra, para acordar los próximos pasos.",
        "ru": "Вам были бы доступны все исследовательские комиссии Сектора. Предлагаю созвониться в четверг в 10 час. 00 мин. "
        "по женевскому времени, чтобы договориться о дальнейших шагах.",
        "zh": "该部门的所有研究组都将对贵组织开放。我建议周四日内瓦时间上午10时通话，商定后续步骤。",
    }
)


def write_back(stage: Stage, reply: AnswerReceived, processes: Processes) -> None:
    """Draft, edit, approve and send a letter that answers the reply."""
    screen, book = stage.screen, _managers_book(stage, reply)
    step = book.follow_ups.open(organization=reply.organization_id)[0]
    screen.say(
        f"The reply is an interaction now, and {book.actor} owes: “{step.what}”, by {step.due_on:%-d %B %Y}."
    )
    assert reply.interaction_id
    draft = screen.run(_draft, book, reply.interaction_id)
    screen.page("The draft", f"Subject: {draft.subject}\n\n{draft.text}")
    added = _ADDED[draft.language]
    screen.page("To be added before the closing words", added)
    screen.run(_edit, book, draft, added)
    letter = screen.run(_letter, book, draft, step)
    with screen.working("Sending it"):
        until(lambda: book.outbox.get(letter).status is MessageStatus.ACCEPTED, processes)
    path = max(stage.output.letters.iterdir())
    arrived = read_letter(path)
    screen.done(
        f"Arrived as {path.name}; it answers {arrived['In-Reply-To']}, so that it stands in the same thread."
    )


def _draft(book: Book, reply: int) -> LetterDraft:
    return book.letters.draft(reply)


def _edit(book: Book, draft: LetterDraft, added: str) -> None:
    *thanks, regards, signature = draft.text.split("\n\n")
    book.letters.edit(draft, text="\n\n".join([*thanks, added, regards, signature]))


def _letter(book: Book, draft: LetterDraft, step: FollowUp) -> Letter:
    book.follow_ups.complete(step, outcome="answered by letter")
    return book.letters.approve(draft)


def _managers_book(stage: Stage, reply: AnswerReceived) -> Book:
    book = stage.book()
    account = book.organizations.get(reply.organization_id or 0)
    owner = book.staff.get(account.owner_id or 0)
    return stage.book(next(colleague for colleague in STAFF if colleague.email == owner.email))
