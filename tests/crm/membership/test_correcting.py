"""A membership is put right by a correction; what the ledger said before stays in it."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from crm.errors import Ambiguous, InvalidInput, NotFound, Refused

FIRST = date(2020, 1, 1)
DISCONTINUED = {"sector": "T", "study_group": "SG21", "reason": "SG9 was discontinued"}


@pytest.fixture
def acme(book):
    return book.organizations.add("Acme Satellites", country="CH")


@pytest.fixture
def associate(book, acme):
    book.terms.join(acme, "associate", sector="T", study_group="SG9", on=FIRST, synthetic=True)
    return acme


@pytest.fixture
def member(book, acme):
    book.terms.join(acme, "sector_member", sector="T", units="1", on=FIRST)
    return acme


def told(book, account):
    return [
        (t.since_on.year, t.opened_by, t.category, t.study_group or t.units) for t in book.terms.of(account)
    ]


def test_an_associate_whose_study_group_was_discontinued_picks_another(book, associate):
    book.dues.assess(2026, issued_on=date(2025, 9, 10))
    found = book.terms.correct(associate, on=date(2025, 1, 1), **DISCONTINUED)
    assert (found.term.study_group, found.term.synthetic, found.to_settle) == ("T-SG21", True, ())
    assert told(book, associate) == [
        (2020, "join", "associate", "T-SG9"),
        (2025, "correction", "associate", "T-SG21"),
    ]
    event = book.terms.ledger(associate)[-1]
    assert (event.kind, event.reason) == ("correction", "SG9 was discontinued")
    assert book.dues.assess(2026, dry_run=True).invoices == 0


def test_what_was_recorded_wrongly_is_put_right_from_its_first_day_and_stays_a_join(book, member):
    book.dues.assess(2026, issued_on=date(2025, 9, 10))
    look = book.terms.correct(member, units="1/2", on=FIRST, reason="misread", dry_run=True)
    assert told(book, member) == [(2020, "join", "sector_member", Fraction(1))]
    found = book.terms.correct(member, units="1/2", on=FIRST, reason="misread")
    (year,) = found.to_settle
    assert look.to_settle == found.to_settle
    assert (year.to_give_back, year.to_charge) == (Decimal("-63600.00"), Decimal("31800.00"))
    assert told(book, member) == [(2020, "join", "sector_member", Fraction(1, 2))]
    assert [event.kind for event in book.terms.ledger(member)] == ["join", "correction"]
    (row,) = [r for r in book.reports.membership_movement(since=FIRST, until=date(2020, 12, 31)) if r["came"]]
    assert (row["membership"], row["joined"], row["corrected"]) == ("Sector Members, ITU-T", 1, 0)


def test_a_category_that_was_wrong_is_put_right_with_what_goes_with_it(book, member):
    with pytest.raises(InvalidInput, match="selects one study group"):
        book.terms.correct(member, category="associate", on=FIRST, reason="misread")
    book.terms.correct(member, category="associate", study_group="SG13", on=FIRST, reason="misread")
    assert told(book, member) == [(2020, "join", "associate", "T-SG13")]
    book.terms.correct(member, category="sector_member", on=FIRST, reason="it was right")
    assert told(book, member) == [(2020, "join", "sector_member", None)]


def test_a_second_correction_of_one_day_counts_and_tells_its_own_term(book, associate):
    day = date(2025, 1, 1)
    book.terms.correct(associate, on=day, **DISCONTINUED)
    again = book.terms.correct(associate, study_group="SG13", on=day, reason="it had picked another")
    assert again.term.study_group == "T-SG13"
    assert told(book, associate)[1:] == [(2025, "correction", "associate", "T-SG13")]


@pytest.mark.parametrize(
    ("named", "error", "field"),
    [
        ({}, InvalidInput, "study_group"),
        ({"units": "1/2"}, InvalidInput, "units"),
        ({"study_group": "SG9"}, Refused, None),
        ({"category": "academia"}, InvalidInput, "sector"),
        ({"study_group": "D-SG1"}, InvalidInput, "study_group"),
        ({"study_group": "SG13", "reason": " "}, InvalidInput, "reason"),
        ({"study_group": "SG13", "on": date(2019, 1, 1)}, NotFound, "sector"),
        ({"study_group": "SG13", "sector": "R"}, NotFound, "sector"),
    ],
    ids=["nothing", "class of an Associate", "the same", "Academia", "of ITU-D", "no reason", "before", "elsewhere"],
)  # fmt: skip
def test_what_cannot_be_is_refused(book, associate, named, error, field):
    with pytest.raises(error) as refused:
        book.terms.correct(associate, **{"sector": "T", "on": FIRST, "reason": "misread"} | named)
    assert refused.value.field == field
    assert len(book.terms.ledger(associate)) == 1


def test_a_group_that_does_not_exist_then_and_a_class_below_the_lowest_want_to_be_explained(book, associate):
    with pytest.raises(Refused, match="T-SG21 exists from 2025-01-01 on only") as refused:
        book.terms.correct(associate, on=FIRST, **DISCONTINUED)
    assert "override=" in refused.value.hint
    said = "by decision of the Director"
    book.terms.correct(associate, on=FIRST, override=said, **DISCONTINUED)
    (entry,) = book.trail.of(book.terms.ledger(associate)[-1])
    assert (entry.verb, entry.reason) == ("membership.correction", said)
    book.terms.further_sector(associate, sector="R", units="1/2", on=FIRST)
    with pytest.raises(Refused, match="lowest class in ITU-R") as refused:
        book.terms.correct(associate, sector="R", units="1/4", on=FIRST, reason="misread")
    assert "(`override`)" in refused.value.hint
    with pytest.raises(Ambiguous):
        book.terms.correct(associate, units="1", on=FIRST, reason="misread")
