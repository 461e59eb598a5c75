"""Which months somebody pays for who is exempt for some of them."""

from datetime import date

import pytest

from crm.membership.contract.contract_tables import Exemption
from crm.membership.dues.exempt_months import paid_stretches


@pytest.mark.parametrize(
    ("exempt", "paid"),
    [
        ([], ["2026-05-01 2026-12-31", "2027-01-01 2027-08-31"]),
        ([("2020-01-01", "2027-08-01")], []),
        ([("2026-07-01", "2026-07-31")], ["2026-05-01 2026-06-30", "2026-08-01 2026-12-31", "2027-01-01 2027-08-31"]),
        ([("2026-05-10", "2027-07-31")], ["2027-08-01 2027-08-31"]),
        ([("2026-05-11", "2027-07-31")], ["2026-05-01 2026-05-31", "2027-08-01 2027-08-31"]),
        ([("2026-01-01", "2026-12-31"), ("2027-02-01", "2027-12-31")], ["2027-01-01 2027-01-31"]),
    ],
    ids=["never", "always", "in July", "from the day on which it begins", "a day later", "twice"],
)  # fmt: skip
def test_a_month_is_exempt_by_its_first_day_or_that_on_which_it_begins(exempt, paid):
    granted = [
        Exemption(since_on=date.fromisoformat(a), until_on=date.fromisoformat(b), reason="")
        for a, b in exempt
    ]
    stretches = paid_stretches(granted, date(2026, 5, 10), date(2027, 8, 9))
    assert [f"{since} {until}" for since, until in stretches] == paid
