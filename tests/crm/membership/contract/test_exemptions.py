"""Exemptions from contributions, by the verbs."""

from datetime import date

import pytest
from support.contracts import DAY, how

from crm.errors import InvalidInput, NotFound, Refused
from crm.membership.contract.standing import Standing


def test_an_exempt_body_is_exempt_for_its_time_and_gets_no_invoice(book, acme, at):
    book.exemptions.grant(
        acme, since=date(2026, 1, 1), until=date(2030, 12, 31), reason="Council 2025, reciprocity"
    )
    assert how(book, acme) == (Standing.EXEMPT, None)
    (exempt,) = book.dues.assess(2027).exempt
    assert (exempt.name, exempt.reason) == ("Acme", "Council 2025, reciprocity")
    assert book.dues.invoices(acme) == ()
    with pytest.raises(Refused):
        book.exemptions.grant(acme, since=date(2030, 1, 1), until=date(2031, 1, 1), reason="Again")
    assert [each.until_on for each in book.exemptions.running()] == [date(2030, 12, 31)]
    ended = book.exemptions.withdraw(acme, on=date(2026, 12, 31), reason="No reciprocity any more")
    assert (ended.until_on, ended.granted_until_on) == (date(2026, 12, 31), date(2030, 12, 31))
    assert how(book, acme, date(2027, 1, 1)) is None
    assert book.dues.assess(2027).invoices == 1
    with pytest.raises(NotFound):
        book.exemptions.withdraw(acme, on=date(2027, 1, 1), reason="Again")
    assert len(book.exemptions.of(acme)) == 1


@pytest.mark.parametrize(("until", "reason", "field"), [(-1, "Council", "until"), (5, " ", "reason")])
def test_an_exemption_has_a_reason_and_an_end_after_its_beginning(book, acme, until, reason, field):
    since = date(2027, 1, 1)
    with pytest.raises(InvalidInput) as caught:
        book.exemptions.grant(acme, since=since, until=since + until * DAY, reason=reason)
    assert caught.value.field == field
