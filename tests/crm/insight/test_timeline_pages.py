"""Parts of a timeline: narrowed by office, contact and words, and read a page at a time."""

from datetime import timedelta

import pytest
from support.outbox import MANAGER, campaign_letters, running, staffed

from crm.errors import InvalidInput, NotFound


@pytest.fixture
def acme(book):
    staffed(book)
    return book.organizations.add("Acme Satellites", country="KE", owner=MANAGER)


@pytest.fixture
def amina(book, acme):
    return book.people.add("Amina Odhiambo", email="amina@acme.example", at=acme)


def titles(happenings):
    return [happening.title for happening in happenings]


def pages(book, key, **how):
    page = book.timeline(key, **how)
    yield page
    while page.next is not None:
        page = book.timeline(key, after=page.next, **how)
        yield page


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
def test_the_pages_together_are_the_whole(book, acme, amina, clock, newest_first, limit):
    for number in range(4):  # at one instant, and then at others
        book.log("note", acme, f"note {number}", people=[amina], next="call", due="1d")
        step = book.follow_ups.plan(acme, f"plan {number}")
        book.follow_ups.complete(step)
        if number > 1:
            clock.advance(timedelta(days=1))
    whole = book.timeline(acme, newest_first=newest_first)
    read = list(pages(book, acme, newest_first=newest_first, limit=limit))
    assert tuple(line for page in read for line in page) == whole
    assert {len(page) for page in read[:-1]} <= {limit}
    assert (whole.next, read[-1].next) == (None, None)


@pytest.mark.parametrize("newest_first", [True, False])
def test_what_is_written_down_meanwhile_neither_repeats_nor_hides_a_line(book, acme, clock, newest_first):
    for number in range(6):
        book.log("note", acme, f"note {number}")
        clock.advance(timedelta(hours=1))
    whole = titles(book.timeline(acme, newest_first=newest_first))
    first = book.timeline(acme, newest_first=newest_first, limit=3)
    book.log("note", acme, "now")
    book.log("note", acme, "long ago", at=clock.now() - timedelta(days=30))
    rest = book.timeline(acme, newest_first=newest_first, after=first.next)
    assert [t for t in titles((*first, *rest)) if t not in {"Note: now", "Note: long ago"}] == whole


def test_a_cut_timeline_says_so(book, acme):
    for number in range(2):
        book.log("note", acme, f"note {number}")
    assert "more after" in repr(book.timeline(acme, limit=1))
    assert "more after" not in repr(book.timeline(acme, limit=2))


@pytest.mark.parametrize(
    "after", ["", "yesterday", "2026-11-24T09:30:00~1~1", "2026-11-24T09:30:00+00:00~x~1", f"~{10**30}~1"]
)
def test_a_place_that_no_timeline_gave_is_refused(book, acme, after):
    with pytest.raises(InvalidInput) as refused:
        book.timeline(acme, after=after)
    assert refused.value.field == "after"
    with pytest.raises(InvalidInput):
        book.timeline(acme, limit=0)


def test_an_office_sees_what_is_on_record_for_it(book, acme):
    book.log("call", acme, "ours", office="BDT", next="call again")
    book.log("call", acme, "theirs", office="TSB", staff=())
    book.opportunities.add(acme, "contribution", office="TSB")
    assert titles(book.timeline(acme, office="TSB")) == ["Opened: A voluntary contribution", "Call: theirs"]
    with pytest.raises(NotFound):
        book.timeline(acme, office="Atlantis")


def test_a_contact_narrows_a_timeline_to_what_they_had_a_part_in(book, make_book, acme, amina):
    juma = book.people.add("Juma Otieno", email="juma@acme.example", at=acme)
    elsewhere = book.organizations.add("Elsewhere")
    book.log("call", acme, "with Amina", people=[amina], next="call Amina")
    book.log("call", acme, "with Juma", people=[juma])
    book.log("call", elsewhere, "elsewhere", people=[juma])
    campaign_letters(book, running(make_book, (acme, amina)), (acme, amina))
    kinds = {happening.kind for happening in book.timeline(acme, person=amina)}
    assert kinds == {"interaction", "follow_up", "letter", "run"}
    assert titles(book.timeline("KEN", person="juma@acme.example", kinds=["interaction"])) == [
        "Call: elsewhere",
        "Call: with Juma",
    ]


def test_words_narrow_a_timeline_to_where_they_stand(book, acme):
    book.log("call", acme, "Обсудили шестой план", next="прислать план")
    book.log("call", acme, "something else")
    ask = book.opportunities.add(acme, "contribution", title="Plan for schools", note="шестой по счёту")
    book.opportunities.move(ask, "concept_shared")
    assert titles(book.timeline(acme, text="план", newest_first=False)) == [
        "Call: Обсудили шестой план",
        "Planned: прислать план",
    ]
    assert titles(book.timeline(acme, text='"шестой по"')) == ["Opened: Plan for schools: шестой по счёту"]
    assert len(book.timeline(acme, text="schools")) == 2
    with pytest.raises(InvalidInput):
        book.timeline(acme, text="?!")


def test_a_member_state_shows_what_its_administration_was_asked_for(book, acme):
    ministry = book.organizations.add("Ministry of Information", country="KE", kind="administration")
    book.opportunities.add(ministry, "unit_increase", amount=318000)
    book.terms.join(acme, "sector_member", sector="T", on=book.clock.now().date())
    assert {(h.kind, h.organization) for h in book.timeline("KEN")} == {
        ("opportunity", "Ministry of Information"),
        ("membership", "Acme Satellites"),
    }
