from contextlib import suppress
from datetime import date

import pytest

from crm.errors import ReadOnly
from crm.reference.countries import Countries, GroupKind, find_country

TODAY = date(2026, 11, 23)


def test_a_failed_verb_does_not_spoil_what_was_looked_up_in_it(store):
    with suppress(ZeroDivisionError), store.changing("test.failed") as change:
        find_country(change.session, "KEN")
        _ = 1 / 0

    assert Countries(store).get("KEN").name_en == "Kenya"


def test_namibia_survives_the_table(store):
    for key in ("NA", "NAM", 516, "Namibia", "ناميبيا"):
        assert Countries(store).get(key).alpha2 == "NA"


def test_the_book_lists_194_member_states_in_order(store):
    states = Countries(store).member_states()

    assert len(states) == 194
    assert (states[0].code, states[-1].code) == ("AFG", "ZWE")
    assert Countries(store).member_states("fr")[1].code == "ZAF"  # Afrique du Sud


def test_a_territory_has_a_responsible_state_or_none(store):
    countries = Countries(store)

    assert countries.responsible("Bermuda").code == "GBR"
    assert countries.responsible("KEN").code == "KEN"
    assert countries.responsible("PSE") is None


def test_groups_are_answered_as_of_a_day(store):
    countries = Countries(store)

    assert countries.groups("NPL", on=TODAY) == {GroupKind.LDC, GroupKind.LLDC}
    assert countries.groups("NPL", on=date(2026, 11, 24)) == {GroupKind.LLDC}
    assert len(countries.members_of("LDC", on=TODAY)) == 44


def test_a_country_that_is_handed_out_is_read_only(store):
    with pytest.raises(ReadOnly):
        Countries(store).get("KEN").name_en = "Elsewhere"
