from datetime import date, timedelta

import pytest

from crm.directory.roles import RoleKind
from crm.errors import AlreadyExists, InvalidInput, NotFound

TODAY = date(2026, 11, 24)


def test_an_organisation_is_a_member_a_prospect_and_a_donor_at_once(book):
    acme = book.organizations.add("Acme", country="KE")
    book.terms.join(acme, "sector_member", sector="T", on=date(2020, 1, 1))
    prospect = book.roles.give(acme, "prospect", source="a fair")
    donor = book.roles.give("Acme", "Donor", since=date(2025, 1, 1))
    assert (prospect.kind, prospect.since_on, prospect.until_on, prospect.source) == (
        "prospect",
        TODAY,
        None,
        "a fair",
    )
    assert [role.kind for role in book.roles.of(acme)] == [RoleKind.DONOR, RoleKind.PROSPECT]
    assert [role.id for role in book.roles.of(acme)] == [donor.id, prospect.id]
    assert len(book.terms.of(acme, on=TODAY)) == 1


def test_a_role_is_held_once_at_a_time_and_stays_on_record_when_it_ends(book):
    book.organizations.add("Acme")
    book.roles.give("Acme", "prospect", since=TODAY - timedelta(days=9))
    with pytest.raises(AlreadyExists, match="has this role already") as caught:
        book.roles.give("Acme", "prospect")
    assert caught.value.field == "kind"
    with pytest.raises(InvalidInput, match="end before it began"):
        book.roles.end("Acme", "prospect", on=TODAY - timedelta(days=10), reason="no")
    ended = book.roles.end("Acme", "prospect", reason="They went away.")
    assert (ended.until_on, book.trail.latest()[0].reason) == (TODAY, "They went away.")
    with pytest.raises(NotFound, match="Acme is no prospect"):
        book.roles.end("Acme", "prospect", reason="again")
    book.roles.give("Acme", "prospect", since=TODAY + timedelta(days=1))
    assert [role.until_on for role in book.roles.of("Acme")] == [TODAY, None]


@pytest.mark.parametrize("verb", ["give", "end"])
def test_a_role_that_there_is_not_is_answered_with_those_there_are(book, verb):
    book.organizations.add("Acme")
    with pytest.raises(InvalidInput) as caught:
        getattr(book.roles, verb)("Acme", "member", **({"reason": "x"} if verb == "end" else {}))
    assert (caught.value.field, caught.value.candidates) == ("kind", ("prospect", "donor"))
