from sqlalchemy import create_engine, text
from sqlmodel import Session

from crm.store.said import said

SAY = text("DO $$ BEGIN RAISE INFO 'rain'; END $$")


def test_what_is_said_is_heard_by_its_own_transaction_and_no_other(engine):
    with Session(engine) as session, Session(engine) as other:
        assert not said(session, "rain")
        session.execute(SAY)
        assert (said(session, "rain"), said(session, "snow"), said(other, "rain")) == (True, False, False)
    with Session(engine) as session:
        assert not said(session, "rain")


def test_what_was_taken_back_has_been_said_all_the_same(engine):
    with Session(engine) as session:
        savepoint = session.begin_nested()
        session.execute(SAY)
        savepoint.rollback()
        assert said(session, "rain")


def test_however_little_the_server_tells_its_clients_it_is_heard(engine):
    with Session(engine) as session:
        session.execute(text("SET LOCAL client_min_messages = error"))
        session.execute(SAY)
        assert said(session, "rain")


def test_where_nobody_listens_it_may_have_been_said(engine):
    deaf = create_engine(engine.url)
    with Session(deaf) as session:
        assert said(session, "rain")
    deaf.dispose()
