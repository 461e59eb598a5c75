import pytest


@pytest.fixture
def add(book):
    def add(name, country="CH", **more):
        return book.organizations.add(name, country=country, **more)

    return add
