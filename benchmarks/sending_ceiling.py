"""What two processes could send at best: no book, no check of facts, no intent, and nothing is written down."""

import smtplib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from time import perf_counter
from typing import Any

import jinja2

from benchmarks.sink import Sink
from crm.mail.appearance import LETTER_GOES_HERE
from crm.mail.filters import Part, filters
from crm.mail.message import Message
from crm.mail.mime import compose
from crm.mail.rendering import render
from crm.mail.templates import TemplateVersion
from crm.outreach.identity import Identity
from crm.outreach.outbox.composing import letter_facts, message_of
from crm.outreach.outbox_tables import Letter

_PROCESSES = 2
_WORDS = frozenset({"subject", "text", "html"})


@dataclass(frozen=True, slots=True)
class Ready:
    """A letter with all at hand that does not depend on its words.

    Attributes:
        sender: of the envelope.
        version: its wording.
        facts: what it is filled with.
        around: its message but for the words.
        raw: the message that the product makes of it.
    """

    sender: str
    version: TemplateVersion
    facts: Mapping[str, Any]
    around: Mapping[str, Any]
    raw: bytes


def ready(letter: Letter, version: TemplateVersion, identity: Identity) -> Ready:
    """A letter made ready."""
    facts = letter_facts(letter, identity)
    message = message_of(letter, render(version, facts), identity)
    around = {each.name: getattr(message, each.name) for each in fields(Message) if each.name not in _WORDS}
    return Ready(identity.bounces(letter.id), version, facts, around, compose(message))


def composed(letter: Ready) -> bytes:
    """The message of a letter, by bare templates and our MIME builder."""
    templates = _templates(letter.version)
    text = f"{templates.text.render(letter.facts)}\n\n-----\n{templates.footer.render(letter.facts)}"
    html = f"{templates.head}{templates.html.render(letter.facts)}{templates.tail}"
    subject = templates.subject.render(letter.facts).strip()
    return compose(Message(**letter.around, subject=subject, text=text.strip("\n"), html=html))


def sent(letters: Sequence[Ready], sink: Sink, make: Callable[[Ready], bytes]) -> float:
    """The seconds that two processes take to make the messages and hand them over, each on a line of its own.

    Args:
        letters: what to send.
        sink: where it goes.
        make: the message of a letter.
    """
    context = get_context("spawn")
    barrier, before = context.Barrier(_PROCESSES + 1), sink.taken
    shares = [letters[number::_PROCESSES] for number in range(_PROCESSES)]
    processes = [context.Process(target=_send, args=(share, sink.port, make, barrier)) for share in shares]
    for process in processes:
        process.start()
    barrier.wait()
    started = perf_counter()
    barrier.wait()
    took = perf_counter() - started
    for process in processes:
        process.join()
    assert sink.taken - before == len(letters)
    return took


def made_before(letter: Ready) -> bytes:
    """The message as it was made before anybody looked at the clock."""
    return letter.raw


def _send(letters: Sequence[Ready], port: int, make: Callable[[Ready], bytes], barrier: Barrier) -> None:
    for letter in _one_of_each(letters):
        make(letter)  # compiles its templates
    with smtplib.SMTP("127.0.0.1", port) as line:
        barrier.wait()
        for letter in letters:
            line.sendmail(letter.sender, letter.around["to"].address, make(letter))
        barrier.wait()


def _one_of_each(letters: Iterable[Ready]) -> Iterable[Ready]:
    return {letter.version.sha256: letter for letter in letters}.values()


@dataclass(frozen=True, slots=True)
class _Templates:
    subject: jinja2.Template
    text: jinja2.Template
    footer: jinja2.Template
    html: jinja2.Template
    head: str
    tail: str


@lru_cache
def _templates(version: TemplateVersion) -> _Templates:
    head, _, tail = version.layout.partition(LETTER_GOES_HERE)
    return _Templates(
        _compiled(version, "subject", version.subject),
        _compiled(version, "text", version.text),
        _compiled(version, "text", version.footer),
        _compiled(version, "html", version.html),
        head,
        tail,
    )


def _compiled(version: TemplateVersion, part: Part, source: str) -> jinja2.Template:
    return _environment(version.language, part).from_string(source)


@lru_cache
def _environment(language: str, part: Part) -> jinja2.Environment:
    bare = jinja2.Environment(autoescape=part == "html", trim_blocks=True, lstrip_blocks=True)  # noqa: S701 - as ours
    bare.filters.update(filters(language, part))
    return bare
