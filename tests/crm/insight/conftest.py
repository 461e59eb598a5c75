"""Two colleagues of different offices, and an account of the first."""

import pytest


@pytest.fixture
def dana(book):
    return book.staff.add("Dana Novak", email="dana@accord.example", office="BDT")


@pytest.fixture
def lucia(book):
    return book.staff.add("Lucía Fernández", email="lucia@accord.example", office="TSB")


@pytest.fixture
def acme(book, dana):
    return book.organizations.add("Acme", country="KE", owner=dana)
