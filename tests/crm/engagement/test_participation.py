from datetime import date

import pytest

from crm.errors import AlreadyExists, NotFound


def test_what_an_account_does_in_the_study_groups_is_listed_newest_first(book):
    book.organizations.add("Acme", country="KE")
    book.participation.record("Acme", "SG17", "attended", on=date(2026, 9, 8))
    book.participation.record("Acme", "ITU-T SG13", "contributed", on=date(2026, 10, 1), source="TIES")

    assert [(p.study_group, p.kind) for p in book.participation.of("Acme")] == [
        ("T-SG13", "contributed"),
        ("T-SG17", "attended"),
    ]


def test_the_same_part_is_taken_once(book):
    book.organizations.add("Acme", country="KE")
    book.participation.record("Acme", "T-SG17", "attended", on=date(2026, 9, 8))
    with pytest.raises(AlreadyExists):
        book.participation.record("Acme", "T-SG17", "attended", on=date(2026, 9, 8))


def test_a_study_group_that_never_was_is_not_found(book):
    book.organizations.add("Acme", country="KE")
    with pytest.raises(NotFound):
        book.participation.record("Acme", "T-SG99", "attended", on=date(2026, 9, 8))
