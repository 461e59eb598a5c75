"""The campaigns of the catalogue in a book: whom each would write to, and a first member from end to end."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from campaigns import desk
from campaigns.catalog import CATALOG
from crm.outreach.outbox_tables import MessageClass
from crm.outreach.reasons import Reason
from crm.reference.languages import Language

SINCE = date(2020, 1, 1)
NEW = sorted(set(CATALOG) - {"associate_upgrade"})


def account(book, name, *, consents=True, role="Director", **changes):
    made = book.organizations.add(
        name, **{"country": "KE", "domains": [f"{name.casefold()}.example"], **changes}
    )
    person = book.people.add(
        f"Reader at {name}", email=f"reader@{name.casefold()}.example", at=made, role=role, language="en"
    )
    if consents:
        book.bases.record(person, "campaigns", "consent", on=SINCE, source="form", evidence="form 7")
    return made


def member(book, name, sector, **changes):
    made = account(book, name, consents=False, **changes)
    book.terms.join(made, "sector_member", sector=sector, on=SINCE)
    book.standing.record(made, "good", as_of=SINCE, source="test")
    return made


def prospect(book, name, **changes):
    made = account(book, name, **changes)
    book.roles.give(made, "prospect", since=SINCE)
    return made


def enrolled(book, name):
    found = desk.preview(book, CATALOG[name].but(hold_out=0))
    return {row.account.name: row.signal.kind for row in found.audience.invited}


def deliver(book):
    query = text("UPDATE outbox SET status = 'accepted', handed_at = :now WHERE status = 'queued'")
    with book.engine.begin() as connection:
        connection.execute(query, {"now": book.clock.now()})


@pytest.mark.parametrize("name", NEW)
def test_every_letter_is_written_and_signed_in_the_six_languages(book, name):
    wordings = desk.preview(book, name).wordings
    assert set(wordings) == {
        (letter, language) for letter in CATALOG[name].journey.templates for language in Language
    }


def test_sector_members_are_asked_about_a_further_sector(book):
    member(book, "Orbits", "T", segment="satellite")
    everywhere = member(book, "Everywhere", "T", segment="satellite")
    for sector in "RD":
        book.terms.join(everywhere, "sector_member", sector=sector, on=SINCE)
    prospect(book, "Nobody", segment="satellite")
    assert enrolled(book, "cross_sell") == {"Orbits": "concern"}
    letter = desk.preview(book, CATALOG["cross_sell"].but(hold_out=0)).letter("Orbits")
    assert "the conditions for meaningful connectivity" in letter.text


def test_who_left_long_ago_and_owes_nothing_is_invited_back(book):
    for name, on in (("Gone", date(2025, 6, 1)), ("Lately", date(2026, 10, 1))):
        made = member(book, name, "T")
        book.bases.record(
            f"reader@{name.casefold()}.example", "campaigns", "consent", on=SINCE, source="form", evidence="7"
        )
        book.standing.record(made, "cancelling", as_of=date(2025, 1, 1), source="test")
        book.terms.denounce(made, sector="T", on=on, reason="notice")
    member(book, "Here", "T")
    assert enrolled(book, "win_back") == {"Gone": "denunciation"}
    assert desk.preview(book, "win_back").reasons == {Reason.NOT_YET: 1}
    letter = desk.preview(book, CATALOG["win_back"].but(hold_out=0)).letter("Gone").text
    assert "was a member of ITU-T until 31 May 2025" in letter


def test_a_member_that_nobody_has_heard_of_is_asked(book):
    quiet = member(book, "Quiet", "T")
    busy = member(book, "Busy", "T")
    book.participation.record(busy, "T-SG13", "contributed", on=date(2026, 9, 1))
    book.log("meeting", busy, "All well", at=book.clock.now() - timedelta(days=60))
    assert enrolled(book, "renewal_at_risk") == {"Quiet": "no_participation"}
    book.standing.record(quiet, "cancelling", as_of=date(2026, 11, 1), source="test")
    assert enrolled(book, "renewal_at_risk") == {}


def test_prospects_of_under_represented_segments_are_invited(book):
    for number in range(5):
        prospect(book, f"Cloud{number}", segment="cloud")
    for number in range(5):
        member(book, f"Carrier{number}", "T", segment="operators")
    prospect(book, "Carrier", segment="operators")
    found = enrolled(book, "under_represented")
    assert found == dict.fromkeys((f"Cloud{number}" for number in range(5)), "segment")


def test_a_prospect_that_nobody_has_a_ground_to_write_to_is_left_out(book):
    for number in range(5):
        prospect(book, f"Cloud{number}", segment="cloud", consents=False)
        member(book, f"Carrier{number}", "T", segment="operators")
    assert desk.preview(book, "under_represented").reasons == {Reason.NO_PERMISSION: 5}


def test_companies_of_a_state_are_written_to_after_their_administration(book, colleague, worker, clock):
    account(book, "Ministry", kind="administration", consents=False, role="Minister of Communications")
    account(book, "Acme", segment="cloud")
    assert enrolled(book, "first_member_companies") == {}
    assert desk.preview(book, "first_member_companies").reasons == {Reason.NOT_YET: 1}

    run = desk.prepare(book, "first_member")
    desk.approve(colleague, run, count=1)
    desk.launch(book, run)
    desk.advance(worker)
    (letter,) = book.outbox.of("Ministry")
    assert letter.message_class is MessageClass.CORRESPONDENCE
    words = book.outbox.shown(letter).text
    assert words.startswith("Minister of Communications\nMinistry\nKenya\n\nExcellency,\n")
    assert "no organisation based in your country is a Sector Member" in words

    deliver(worker)
    clock.advance(timedelta(days=44))
    assert enrolled(book, "first_member_companies") == {}
    clock.advance(timedelta(days=1))
    assert enrolled(book, "first_member_companies") == {"Acme": "first_of_state"}
    written = desk.preview(book, CATALOG["first_member_companies"].but(hold_out=0)).letter("Acme").text
    assert "We wrote to your administration about this on 2" in written


def test_a_first_sector_member_ends_the_invitations_to_its_state(book):
    account(book, "Ministry", kind="administration", consents=False)
    assert enrolled(book, "first_member") == {"Ministry": "no_sector_member"}
    member(book, "First", "T")
    assert enrolled(book, "first_member") == {}
