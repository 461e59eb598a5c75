from datetime import date

import pytest
from support.proposals import JOINED


@pytest.fixture
def acme(book):
    return book.organizations.add("Acme Satellites", country="CH")


@pytest.fixture
def associate(book, acme):
    book.terms.join(acme, "associate", sector="T", study_group="SG13", on=JOINED)
    return acme


@pytest.fixture
def invoiced(book, associate):
    """An Associate in ITU-T, invoiced for 2026."""
    book.dues.assess(2026, issued_on=date(2025, 9, 15))
    return associate
