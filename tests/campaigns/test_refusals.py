"""What a reader has refused and allowed: the page, the guards and the last look say the same, whatever came before."""

from datetime import timedelta

import pytest
from sqlmodel import Session
from support.books import MakeBook, books_on
from support.campaign_facts import NOW
from support.outbox import campaign_letters, running, staffed

from campaigns.guards import Reachability, objection_to
from crm.clock import SetClock
from crm.consent.bases import Purpose
from crm.outreach.answers.preferences import CHOOSABLE, Choice
from crm.outreach.delivery.last_look import LastLook
from crm.reference.languages import Language

CAMPAIGNS, DONOR, EVENT = CHOOSABLE
ALL = frozenset(CHOOSABLE)
ONE_CLICK = ("one click",)
MAIL = ("mail",)
OBJECTION = ("suppressed",)
BOUNCE = ("bounced",)


def choose(*allow):
    return ("choose", *allow)


def stop(*purposes):
    return ("stop", *purposes)


def withdraw(purpose):
    return ("withdraw", purpose)


HISTORIES = {
    "nothing": ([], ALL),
    "one click": ([ONE_CLICK], ()),
    "an empty message": ([MAIL], ()),
    "only events": ([choose(EVENT)], {EVENT}),
    "events after one click": ([ONE_CLICK, choose(EVENT)], {EVENT}),
    "one click after events": ([choose(EVENT), ONE_CLICK], ()),
    "an empty message after events": ([choose(EVENT), MAIL], ()),
    "no offers": ([stop(CAMPAIGNS)], {DONOR, EVENT}),
    "no events": ([stop(EVENT)], {CAMPAIGNS, DONOR}),
    "neither offers nor events": ([stop(CAMPAIGNS), stop(EVENT)], {DONOR}),
    "no events after one click": ([ONE_CLICK, stop(EVENT)], ()),
    "no offers after one click": ([ONE_CLICK, stop(CAMPAIGNS)], ()),
    "another choice": ([choose(EVENT), choose(DONOR)], {DONOR}),
    "all again": ([choose(), choose(*CHOOSABLE)], ALL),
    "offers alone after one click": ([ONE_CLICK, choose(CAMPAIGNS)], {CAMPAIGNS}),
    "an objection after events": ([choose(EVENT), OBJECTION], ()),
    "events after an objection": ([OBJECTION, choose(EVENT)], {EVENT}),
    "a bounce": ([choose(EVENT), BOUNCE], ()),
    "events after a bounce": ([BOUNCE, choose(EVENT)], ()),
    "events withdrawn": ([choose(EVENT), withdraw(EVENT)], ()),
    "offers withdrawn after events": ([choose(EVENT), withdraw(CAMPAIGNS)], ()),
}


@pytest.fixture(scope="module")
def stage(server):
    """A book in which a reader for each history has agreed to everything, with a letter about each purpose."""
    with books_on(server) as url:
        make_book = MakeBook(url, SetClock(NOW))
        try:
            yield _staged(make_book)
        finally:
            make_book.close()


def _staged(make_book):
    book = make_book("dana@accord.example")
    staffed(book)
    readers, enrolled = {}, {purpose: [] for purpose in CHOOSABLE}
    with book.transaction():
        for number, name in enumerate(HISTORIES):
            address = f"reader{number}@acme.example"
            accounts = [book.organizations.add(f"{what} {number}", country="KE") for what in CHOOSABLE]
            reader = book.people.add(f"Reader {number}", email=address, at=accounts[0], language="en")
            for other in accounts[1:]:
                book.people.join(reader, other)
            for what, account in zip(CHOOSABLE, accounts, strict=True):
                book.bases.record(reader, what, "consent", source="a fair", evidence="a form")
                enrolled[what].append((account, reader))
            readers[name] = reader
    letters = {}
    for what, to in enrolled.items():
        run = running(make_book, *to, campaign=what.value, about=what.value)
        for letter in campaign_letters(book, run, *to):
            letters[letter.person_id, what] = letter
    return book, readers, letters


def act(book, reader, letter, what, *purposes):
    """One thing that a reader, or somebody in their place, does with a letter."""
    match what:
        case "one click":
            book.preferences.stop(letter.id)
        case "mail":
            wish = f"From: a@acme.example\r\nTo: {book.identity.unsubscribe(letter.id)}\r\n\r\nstop\r\n"
            book.answers.receive(wish.encode())
        case "stop":
            book.preferences.stop(letter.id, purposes)
        case "choose":
            wording = dict.fromkeys(CHOOSABLE, "Tick what we may write about.")
            link = link_of(book, letter)
            book.preferences.choose(link.id, allow=purposes, language=Language.ENGLISH, wording=wording)
        case "withdraw":
            book.bases.withdraw(reader, *purposes, reason="They called.")
        case "suppressed":
            book.suppressions.add(reader.email)
        case "bounced":
            book.suppressions.add(reader.email, scope="all", reason="bounced")


def link_of(book, letter):
    """The letter that brought a reader the link to their page."""
    book.preferences.send_link(letter.id, language=Language.ENGLISH)
    return next(one for one in book.outbox.of(letter.organization_id) if one.key.startswith("preferences:"))


def on_the_page(book, letter):
    chosen = book.preferences.of(link_of(book, letter).id).purposes
    return {purpose for purpose, choice in chosen.items() if choice is not Choice.STOPPED}


def by_the_guards(book, letter, what):
    """Whether the guards of a campaign would let the reader of a letter in."""
    (account,) = book.candidates.of(letter.organization_id)
    (contact,) = account.contacts
    now = book.clock.now()
    known = book.permissions.known(what, people=[contact.person_id], groups=[account.group_id], on=now.date())
    around = Reachability(
        now=now, correspondence=known, foreign_addresses=True, cap=timedelta(days=3), written={}
    )
    return objection_to(contact, account, around) is None


def by_the_last_look(book, letter):
    """Whether the last look before the dot lets a letter pass, wherever its journey stands."""
    with Session(book.engine) as session:
        look = LastLook(session, [letter], keys=book.identity.keys, limits=book.limits, now=book.clock.now())
        found = look.otherwise(letter)
    return found is None or "left the journey" in found["verdict"]


@pytest.mark.parametrize("history", HISTORIES)
def test_what_the_page_says_is_what_the_guards_and_the_last_look_do(stage, history):
    book, readers, letters = stage
    acts, expected = HISTORIES[history]
    reader = readers[history]
    first = letters[reader.id, CAMPAIGNS]
    for what in acts:
        act(book, reader, first, *what)
    assert on_the_page(book, first) == set(expected)
    assert {p for p in CHOOSABLE if by_the_guards(book, letters[reader.id, p], p)} == set(expected)
    assert {p for p in CHOOSABLE if by_the_last_look(book, letters[reader.id, p])} == set(expected)


def test_the_purposes_are_those_that_a_reader_can_choose():
    assert set(Purpose) - ALL == {Purpose.MEMBERSHIP}
