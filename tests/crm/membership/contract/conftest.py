"""An account whose dues were invoiced and not paid, and a clock to move."""

from datetime import UTC, date, datetime

import pytest


@pytest.fixture
def at(clock):
    """Moves the clock to noon of a day."""

    def move(day):
        clock.at = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC)

    return move


@pytest.fixture
def acme(book):
    acme = book.organizations.add("Acme", country="DE")
    book.terms.join(acme, "sector_member", sector="T", units="1/2", on=date(2020, 1, 1))
    return acme


@pytest.fixture
def billed(book, acme, at):
    """Acme was invoiced for 2027 in September 2026; it is 1 October 2027, and nothing has come in."""
    at("2026-09-10")
    book.dues.assess(2027)
    at("2027-10-01")
    return acme
