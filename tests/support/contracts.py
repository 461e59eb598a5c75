"""How accounts stand, in short, for tests of the contract."""

from datetime import timedelta
from decimal import Decimal

from sqlmodel import Session, select

from crm.membership.contract.contract_tables import AccountStanding

DAY = timedelta(days=1)
FEE = Decimal("31800.00")


def how(book, key, day=None):
    found = book.standing.of(key, on=day)
    return found and (found.standing, found.step)


def kept(book):
    with Session(book.engine) as session:
        return sorted(repr(sorted(row.model_dump().items())) for row in session.exec(select(AccountStanding)))
