import pytest
from support.associates import staff


@pytest.fixture
def colleague(make_book, book):
    staff(book, "dana@accord.example", "joao@accord.example")
    return make_book("joao@accord.example")


@pytest.fixture
def worker(make_book):
    return make_book("worker")
