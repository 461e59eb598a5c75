from datetime import date

import pytest

from crm.errors import AlreadyExists, InvalidInput
from crm.membership.contract.standing import Punctuality, Standing

TODAY = date(2026, 11, 24)


def test_the_latest_statement_by_a_day_counts_and_unknown_is_not_good(book):
    book.organizations.add("Acme")
    assert book.standing.of("Acme") is None
    book.standing.record("Acme", "arrears", as_of=date(2026, 6, 1), source="finance", punctuality="unpaid")
    book.standing.record("Acme", "Good", as_of=date(2026, 10, 1), source="finance", punctuality="on time")
    book.standing.record("Acme", "suspended", as_of=date(2026, 3, 1), source="finance")  # learnt late
    book.standing.record("Acme", "cancelling", as_of=date(2027, 1, 1), source="finance")  # not yet

    def on(day):
        found = book.standing.of("Acme", on=day)
        return found and (found.standing, found.punctuality)

    assert on(None) == on(TODAY) == (Standing.GOOD, Punctuality.ON_TIME)
    assert on(date(2026, 9, 30)) == (Standing.ARREARS, Punctuality.UNPAID)
    assert on(date(2026, 3, 1)) == (Standing.SUSPENDED, None)
    assert on(date(2026, 2, 28)) is None
    assert on(date(2027, 1, 1)) == (Standing.CANCELLING, None)


def test_a_source_speaks_once_for_a_day_and_the_last_word_of_a_day_counts(book):
    book.organizations.add("Acme")
    book.standing.record("Acme", "good", as_of=TODAY, source="finance")
    with pytest.raises(AlreadyExists) as caught:
        book.standing.record("Acme", "arrears", as_of=TODAY, source="finance")
    assert caught.value.field == "as_of"
    book.standing.record("Acme", "arrears", as_of=TODAY, source="a phone call", synthetic=True)
    found = book.standing.of("Acme")
    assert (found.standing, found.source, found.synthetic) == ("arrears", "a phone call", True)
    assert [said.recorded_at for said in book.standing.statements("Acme")] == 2 * [book.clock.now()]


@pytest.mark.parametrize(
    ("values", "field"), [({"standing": "fine"}, "standing"), ({"punctuality": "slow"}, "punctuality")]
)
def test_a_standing_that_there_is_not_is_refused(book, values, field):
    book.organizations.add("Acme")
    with pytest.raises(InvalidInput) as caught:
        book.standing.record("Acme", **({"standing": "good"} | values), as_of=TODAY, source="finance")
    assert caught.value.field == field
    assert "good" in caught.value.candidates or "late" in caught.value.candidates
