"""Applications in the book: whom they wait for, since when, and what they leave behind."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from crm.errors import AlreadyExists, Ambiguous, InvalidInput, NotFound, Refused

TODAY = date(2026, 11, 24)
SIGNED = date(2026, 9, 14)


@pytest.fixture
def acme(book):
    return book.organizations.add("Acme Satellites Ltd", country="KE")


@pytest.fixture
def applied(book, acme):
    return book.applications.apply(acme, "associate", sector="T", study_group="T-SG13", on=SIGNED)


def test_each_step_says_who_must_act_next_and_for_how_long(book, acme, applied):
    assert (applied.waits_for, applied.days, applied.since_on) == ("us", 71, SIGNED)
    there = book.applications.forward(applied, on="2026-09-21")
    assert there.waits_for == "the administration of Kenya (none on file)"
    assert (there.party, there.days) == ("administration", 64)
    assert str(there) == (
        "Acme Satellites Ltd, associate in ITU-T: waits for the administration of Kenya (none on file) since 21 September "
        "2026 (64 days)"
    )
    missing = book.applications.send_back(applied, reason="The signature is missing.", on="2026-10-01")
    assert (missing.waits_for, missing.reason) == ("the applicant", "The signature is missing.")
    again = book.applications.complete(applied, on="2026-10-05")
    assert (again.status, again.waits_for) == ("received", "us")
    book.applications.forward(applied, on="2026-10-06")
    approved = book.applications.approve(applied, on="2026-11-20", invoice=False)
    assert (approved.status, approved.waits_for, approved.days) == ("approved", "us", 4)
    assert approved.starts_on == date(2026, 11, 1)
    assert [step.to_status for step in book.applications.history(applied)] == [
        "received", "submitted", "incomplete", "received", "submitted", "approved",
    ]  # fmt: skip


def test_the_administration_on_file_is_named_and_those_of_territories_after_it(book, acme, applied):
    book.organizations.add("Communications Authority of Kenya", country="KE", kind="administration")
    there = book.applications.forward(applied)
    assert there.waits_for == "the administration of Kenya (Communications Authority of Kenya)"


def test_an_application_from_a_territory_goes_to_the_state_that_answers_for_it(book):
    greenland = book.organizations.add("Nuuk Telecom A/S", country="GL")
    applied = book.applications.apply(greenland, "associate", sector="D", study_group="D-SG1")
    assert applied.state == "DNK"
    assert book.applications.forward(applied).waits_for == "the administration of Denmark (none on file)"


@pytest.mark.parametrize("kind", ["international", "regional"])
def test_international_and_regional_bodies_apply_straight_to_the_secretary_general(book, kind):
    body = book.organizations.add("Satellite Union", country="CH", kind=kind)
    applied = book.applications.apply(body, "sector_member", sector="R")
    assert (applied.state, applied.status, applied.waits_for) == (None, "submitted", "the Secretary-General")
    with pytest.raises(Refused):
        book.applications.forward(applied)
    book.applications.send_back(applied, reason="statutes")
    assert book.applications.complete(applied).waits_for == "the Secretary-General"
    assert book.applications.approve(applied, invoice=False).status == "approved"


def test_who_is_based_nowhere_or_where_nobody_answers_can_name_the_state(book):
    nowhere = book.organizations.add("Nowhere Ltd")
    with pytest.raises(InvalidInput, match="Nobody has said where Nowhere Ltd is based"):
        book.applications.apply(nowhere, "associate", sector="T", study_group="T-SG13")
    with pytest.raises(Refused, match="not that of the State"):
        book.applications.apply(nowhere, "associate", sector="T", study_group="T-SG13", state="KE")
    unassigned = next(country for country in book.countries if country.member_state is None)
    there = book.organizations.add("Antarctic Radio Ltd", country=unassigned.code)
    with pytest.raises(InvalidInput, match="No Member State answers"):
        book.applications.apply(there, "associate", sector="T", study_group="T-SG13")
    applied = book.applications.apply(
        there, "associate", sector="T", study_group="T-SG13", state="KE", override="It is run from Nairobi."
    )
    assert (applied.state, applied.despite) == ("KEN", ("elsewhere",))


def test_no_step_is_skipped_without_a_reason(book, applied):
    with pytest.raises(Refused) as refused:
        book.applications.approve(applied)
    assert refused.value.rule == "applications.nothing_skipped"
    assert book.applications.get(applied).status == "received"
    book.applications.approve(applied, reason="The administration sent it to us, approved.")
    with pytest.raises(Refused):
        book.applications.activate(applied, reason=" ")


def test_days_are_entered_in_order_and_none_that_is_to_come(book, applied):
    book.applications.forward(applied, on="2026-10-01")
    for day in ("2026-09-30", "tomorrow"):
        with pytest.raises(Refused) as refused:
            book.applications.approve(applied, on=day)
        assert refused.value.field == "on"
    with pytest.raises(Refused):
        book.applications.apply("acme satellites ltd", "sector_member", sector="D", on="tomorrow")


def test_a_further_try_is_a_new_application_that_names_the_one_before(book, acme, applied):
    book.applications.forward(applied, on="2026-10-01")
    refused = book.applications.refuse(applied, reason="No licence.", on="2026-10-20")
    assert (refused.status, refused.waits_for, refused.closed_on) == ("refused", None, date(2026, 10, 20))
    assert refused.days is None
    with pytest.raises(Refused, match="before the last step"):
        book.applications.apply(acme, "sector_member", sector="T", on="2026-10-19")
    again = book.applications.apply(acme, "sector_member", sector="T", units="1/2", on="2026-10-20")
    assert (again.follows_id, again.units) == (applied.id, Fraction(1, 2))
    assert [one.id for one in book.applications.of(acme)] == [again.id, applied.id]
    elsewhere = book.applications.apply(acme, "associate", sector="D", study_group="D-SG1")
    assert elsewhere.follows_id is None


def test_one_application_for_a_sector_is_open_at_a_time(book, acme, applied):
    for category, sector in (("sector_member", "T"), ("academia", None)):
        with pytest.raises(AlreadyExists, match=f"Application {applied.id}"):
            book.applications.apply(acme, category, sector=sector, override="x")
    book.applications.apply(acme, "sector_member", sector="R")
    with pytest.raises(Ambiguous):
        book.applications.forward(acme)
    assert book.applications.forward(applied.id).status == "submitted"


def test_who_is_a_member_there_does_not_apply_again(book, acme):
    book.terms.join(acme, "associate", sector="T", study_group="T-SG13", on=date(2020, 1, 1))
    with pytest.raises(Refused, match=r"is associate in ITU-T since 2020-01-01.*upgrade"):
        book.applications.apply(acme, "sector_member", sector="T")
    assert book.applications.apply(acme, "sector_member", sector="D").status == "received"


def test_what_speaks_against_an_application_is_said_before_and_overridden_with_a_reason(book):
    shop = book.organizations.add("Corner Shop", country="KE", size="sme")
    said = book.applications.warnings(shop, "sector_member", sector="T")
    assert {warning.reason: warning.certainty for warning in said} == {
        "no_legal_entity": "verified",
        "small_enterprise": "unverified",
    }
    with pytest.raises(Refused, match=r"\(unverified\)"):
        book.applications.apply(shop, "sector_member", sector="T")
    applied = book.applications.apply(shop, "sector_member", sector="T", override="Pays the full fee.")
    assert set(applied.despite) == {"no_legal_entity", "small_enterprise"}
    assert book.applications.history(applied)[0].reason == "Pays the full fee."


@pytest.mark.parametrize(
    ("country", "sector", "units", "told"),
    [
        ("KE", "T", "1/2", []),
        ("KE", "T", "1/4", ["reduced_class"]),
        ("KE", "D", "1/16", []),
        ("CH", "D", "1/8", []),
    ],
)
def test_a_class_below_the_lowest_of_its_sector_is_asked_about(book, country, sector, units, told):
    account = book.organizations.add("Applicant Ltd", country=country)
    said = book.applications.warnings(account, "sector_member", sector=sector, units=units)
    assert [warning.reason for warning in said] == told


def test_a_class_that_there_is_not_cannot_be_applied_for(book, acme):
    for units, sector in (("1/32", "T"), ("1/32", "D")):
        with pytest.raises(Refused, match="The lowest class in ITU-"):
            book.applications.apply(acme, "sector_member", sector=sector, units=units, override="x")


@pytest.mark.parametrize(
    ("category", "wish"),
    [
        ("associate", {"sector": "T", "study_group": "D-SG1"}),
        ("sector_member", {"sector": "T", "study_group": "T-SG13"}),
        ("sector_member", {}),
        ("academia", {"sector": "T"}),
        ("associate", {"sector": "T", "study_group": "T-SG13", "units": "1/2"}),
        ("sector_member", {"sector": "T", "units": "none"}),
    ],
)
def test_what_does_not_go_together_is_refused(book, acme, category, wish):
    with pytest.raises(InvalidInput):
        book.applications.apply(acme, category, **wish, override="x")


def test_an_associate_names_its_study_group_before_the_approval(book, acme):
    applied = book.applications.apply(acme, "associate", sector="T", override="It will say so.")
    book.applications.forward(applied)
    with pytest.raises(InvalidInput, match="study group"):
        book.applications.approve(applied)
    assert book.applications.change(applied, study_group="SG 17", reason="its letter").study_group == "T-SG17"
    with pytest.raises(InvalidInput):
        book.applications.change(applied, units="1/2", reason="its letter")
    book.applications.approve(applied)
    with pytest.raises(Refused):
        book.applications.change(applied, study_group="T-SG13", reason="its letter")


def test_a_study_group_that_is_no_more_is_asked_about(book, acme):
    with pytest.raises(Refused, match="does not exist on that day"):
        book.applications.apply(acme, "associate", sector="T", study_group="SG16")
    applied = book.applications.apply(
        acme, "associate", sector="T", study_group="SG16", override="Its letter."
    )
    assert applied.despite == ("no_such_group",)
    assert book.applications.change(applied, study_group="SG21", reason="It asked so.").despite == ()


def test_another_class_wants_a_reason_which_says_that_the_applicant_qualifies(book, acme):
    applied = book.applications.apply(acme, "sector_member", sector="T")
    for reason in ("", "  "):
        with pytest.raises(InvalidInput) as refused:
            book.applications.change(applied, units="1/16", reason=reason)
        assert refused.value.field == "reason"
    assert book.applications.get(applied).units is None


def test_another_class_is_looked_at_as_the_first_one_was(book, acme):
    applied = book.applications.apply(acme, "sector_member", sector="T")
    reduced = book.applications.change(applied, units="1/8", reason="It qualifies, says the administration.")
    assert (reduced.units, reduced.despite) == (Fraction(1, 8), ("reduced_class",))
    assert book.applications.change(applied, units="1", reason="They chose more.").despite == ()
    with pytest.raises(Refused, match="The lowest class"):
        book.applications.change(applied, units="1/32", reason="They chose less.")


def test_a_membership_that_begins_without_its_payment_wants_a_reason_and_stands_in_the_ledger(
    book, acme, applied
):
    book.applications.forward(applied, on="2026-09-21")
    book.applications.approve(applied, on="2026-10-15")
    active = book.applications.activate(
        applied, reason="The Secretary-General agreed to wait for the payment."
    )
    (term,) = book.terms.of(acme)
    assert (term.id, term.category, term.study_group) == (active.event_id, "associate", "T-SG13")
    assert (term.since_on, active.closed_on) == (date(2026, 10, 1), TODAY)
    (event,) = book.terms.ledger(acme)
    assert (event.kind, event.reason) == ("join", f"Application {applied.id}")
    with pytest.raises(NotFound):
        book.applications.get(acme)
    with pytest.raises(Refused):
        book.applications.withdraw(applied, reason="too late")


def test_a_member_elsewhere_gains_a_further_sector(book, acme, applied):
    book.terms.join(acme, "sector_member", sector="D", on=date(2020, 1, 1))
    book.applications.approve(applied, reason="came approved")
    book.applications.activate(applied, reason="agreed")
    assert [event.kind for event in book.terms.ledger(acme)] == ["join", "further_sector"]


def test_if_the_membership_came_about_in_another_way_nothing_is_written(book, acme, applied):
    book.applications.approve(applied, reason="came approved", invoice=False)
    book.terms.join(acme, "associate", sector="T", study_group="T-SG11", on=date(2026, 1, 1))
    with pytest.raises(Refused) as refused:
        book.applications.activate(applied, reason="agreed")
    assert refused.value.rule == "terms.no_overlap"
    assert book.applications.get(applied).status == "approved"
    assert len(book.applications.history(applied)) == 2


def test_the_open_ones_are_listed_by_whom_they_wait_for_the_longest_first(book, acme, applied):
    other = book.organizations.add("Paris Networks SAS", country="FR")
    french = book.applications.apply(other, "sector_member", sector="D", on="2026-08-01")
    book.applications.forward(french, on="2026-11-01")
    assert [one.id for one in book.applications.open()] == [applied.id, french.id]
    assert [one.id for one in book.applications.open(party="us")] == [applied.id]
    assert [one.id for one in book.applications.open(state="France")] == [french.id]
    assert book.applications.open(party="payment") == ()


def test_steps_can_be_added_and_never_changed(book, applied, engine):
    with engine.begin() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text('UPDATE application_move SET "on" = "on" - 1'))


def test_an_application_follows_its_organisation_into_a_merge(book, acme, applied):
    keeper = book.organizations.add("Acme Holding Ltd", country="KE")
    book.merge(keeper, acme, reason="the same")
    assert book.applications.get(keeper).organization == "Acme Holding Ltd"
    forwarded = book.applications.forward(applied, on=TODAY - timedelta(days=1))
    assert (forwarded.organization_id, forwarded.days) == (keeper.id, 1)
