"""Many rows at once, past the trail."""

import pytest
from sqlmodel import Session, select

from crm.directory.staff import Staff
from crm.errors import AlreadyExists, InvalidInput
from crm.store.copying import copy_in
from crm.store.trail import TrailEntry, take_ids

DANA = {"name": "Dana Reyes", "email": "dana@accord.example", "office": "BDT"}


def copied(store, *rows):
    with store.transaction() as session:
        numbers = take_ids(session, len(rows))
        copy_in(session, Staff, ({"id": number, **row} for number, row in zip(numbers, rows, strict=True)))


def test_rows_get_the_defaults_of_what_they_do_not_say(store):
    copied(store, DANA, {**DANA, "email": "lee@accord.example", "title": 'tab\t, "quote" and \\N'})
    with Session(store.engine) as session:
        dana, lee = session.exec(select(Staff).order_by(Staff.id)).all()
        assert (dana.title, dana.time_zone, dana.active) == ("", "Europe/Zurich", True)
        assert lee.title == 'tab\t, "quote" and \\N'
        assert session.exec(select(TrailEntry).where(TrailEntry.actor == store.actor)).all() == []


@pytest.mark.parametrize(
    ("rows", "error"),
    [((DANA, DANA), AlreadyExists), (({**DANA, "office": "XXX"},), InvalidInput)],
)
def test_what_the_database_refuses_is_told_in_our_words_and_leaves_nothing(store, rows, error):
    with pytest.raises(error):
        copied(store, *rows)
    with Session(store.engine) as session:
        assert session.exec(select(Staff)).all() == []


def test_a_refusal_inside_a_transaction_undoes_its_own_savepoint_only(store):
    with store.transaction():
        copied(store, DANA)
        with pytest.raises(AlreadyExists):
            copied(store, DANA)
    with Session(store.engine) as session:
        assert len(session.exec(select(Staff)).all()) == 1
