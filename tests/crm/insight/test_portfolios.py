import pytest

from crm.directory.staff import Staff
from crm.errors import InvalidInput, NotFound, Refused
from crm.insight.portfolio import RECORDED, STAYS, owner_columns
from crm.insight.references import references_to

WHY = {"reason": "moves to Bangkok"}


@pytest.fixture
def eve(book):
    return book.staff.add("Eve Hart", email="eve@accord.example", office="BDT")


@pytest.fixture
def acme(book, dana):
    return book.organizations.add("Acme", country="KE", segment="satellite", owner=dana)


@pytest.fixture
def berg(book, dana):
    return book.organizations.add("Berg", country="CH", owner=dana)


def owner(book, account):
    return book.staff.get(book.organizations.get(account.id).owner_id).name


def test_every_reference_to_the_staff_is_handed_over_or_declared_to_stay():
    """A new table that refers to the staff belongs into STAYS or RECORDED, unless its column is called owner_id."""
    declared = STAYS.keys() | RECORDED | {"team_seat.staff_id"} | {str(found) for found in owner_columns()}
    assert {str(reference) for reference in references_to(Staff)} == declared
    assert {"organization.owner_id", "follow_up.owner_id"} <= {str(found) for found in owner_columns()}


def test_what_is_handed_over_belongs_to_an_account():
    for reference in owner_columns():
        assert str(reference) == "organization.owner_id" or "organization_id" in reference.record.model_fields


def test_accounts_and_open_steps_and_seats_go_and_what_is_done_stays(book, acme, berg, dana, eve):
    book.log("call", acme, "Hello", staff=dana, next="write", due="2w")
    book.follow_ups.complete(book.follow_ups.plan(acme, "call", owner=dana))
    book.follow_ups.plan(acme, "not hers", owner=eve)
    book.teams.join(acme, office="BDT", staff=dana, lead=True)

    handed = book.hand_over(dana, to=eve, **WHY)

    assert handed.moved == {"accounts": 2, "follow-ups": 1, "team seats": 1}
    assert {(kept.kind, kept.count) for kept in handed.stayed} == {("follow-ups", 1), ("talks", 1)}
    assert (owner(book, acme), owner(book, berg)) == ("Eve Hart", "Eve Hart")
    assert {step.what for step in book.follow_ups.open(owner=eve)} == {"write", "not hers"}
    assert [(seat.office, seat.staff_id, seat.lead) for seat in book.teams.of(acme)] == [
        ("BDT", eve.id, True)
    ]
    assert book.portfolios.of(dana) == {}
    assert book.portfolios.of(eve) == {"accounts": 2, "follow-ups": 2, "team seats": 1}
    assert str(handed).startswith("From Dana Novak to Eve Hart went: ")


def test_a_hand_over_is_one_entry_in_the_trail_of_both(book, acme, berg, dana, eve):
    handed = book.hand_over(dana, to=eve, **WHY)
    for colleague in (dana, eve):
        entries = [e for e in book.history(colleague) if e.verb == "portfolio.handed_over"]
        assert [entry.reason for entry in entries] == ["moves to Bangkok"]
    changed = book.trail.about(dana)
    assert {"organization.owner_id"} <= {
        f"{e.record.partition(':')[0]}.{field}" for e in changed for field in e.after
    }
    assert [row.id for row in book.portfolios.handed(eve)] == [handed.id]
    assert book.portfolios.handed("dana@accord.example") == book.portfolios.handed()


def test_a_dry_run_says_the_same_and_changes_nothing(book, acme, berg, dana, eve):
    book.teams.join(acme, office="BDT", staff=dana)
    dry = book.hand_over(dana, to=eve, dry_run=True, **WHY)
    assert (owner(book, acme), book.portfolios.handed()) == ("Dana Novak", ())
    assert (dry.id, dry.dry_run) == (None, True)
    real = book.hand_over(dana, to=eve, **WHY)
    assert (dry.moved, dry.stayed) == (real.moved, real.stayed)
    assert "would go" in str(dry)


@pytest.mark.parametrize(
    "part",
    [{"region": "Africa"}, {"country": "Kenya"}, {"segment": "satellite"}],
    ids=lambda part: next(iter(part)),
)
def test_a_part_is_handed_over_with_what_belongs_to_it(book, acme, berg, dana, eve, part):
    for account in (acme, berg):
        book.follow_ups.plan(account, f"call {account.name}")
        book.teams.join(account, office="BDT", staff=dana)
    handed = book.hand_over(dana, to=eve, **part, **WHY)
    assert handed.moved == {"accounts": 1, "follow-ups": 1, "team seats": 1}
    assert (owner(book, acme), owner(book, berg)) == ("Eve Hart", "Dana Novak")
    assert [step.what for step in book.follow_ups.open(owner=eve)] == ["call Acme"]
    assert [(kept.kind, kept.count) for kept in handed.stayed if "part" in kept.why] == [
        ("accounts", 1),
        ("follow-ups", 1),
        ("team seats", 1),
    ]


def test_a_seat_goes_to_a_colleague_of_its_office_who_does_not_sit_there_yet(
    book, acme, berg, dana, eve, lucia
):
    for account in (acme, berg):
        book.teams.join(account, office="BDT", staff=dana)
    book.teams.join(berg, office="BDT", staff=eve)
    elsewhere = book.hand_over(dana, to=lucia, dry_run=True, **WHY)
    assert [(kept.count, kept.why) for kept in elsewhere.stayed] == [
        (2, "they are of another office than TSB, where Lucía Fernández belongs")
    ]
    here = book.hand_over(dana, to=eve, **WHY)
    assert here.moved["team seats"] == 1
    assert [(kept.count, kept.why) for kept in here.stayed] == [(1, "Eve Hart sits there already")]


def test_handing_back_returns_what_moved_and_leaves_what_the_taker_kept_before(book, acme, berg, dana, eve):
    own = book.organizations.add("Own", owner=eve)
    book.follow_ups.plan(acme, "write", owner=dana)
    book.teams.join(acme, office="BDT", staff=dana, lead=True)
    handed = book.hand_over(dana, to=eve, **WHY)
    book.organizations.change(berg, owner=None)
    done = book.follow_ups.complete(book.follow_ups.open(owner=eve)[0])

    back = book.portfolios.hand_back(handed, reason="stays after all")

    assert back.moved == {"accounts": 1, "team seats": 1}
    assert (owner(book, acme), owner(book, own)) == ("Dana Novak", "Eve Hart")
    assert book.organizations.get(berg.id).owner_id is None
    assert done.owner_id == eve.id
    assert [(seat.staff_id, seat.lead) for seat in book.teams.of(acme)] == [(dana.id, True)]
    assert book.portfolios.hand_back(handed.id, reason="again", dry_run=True).moved == {}


def test_nobody_who_has_left_takes_over_but_their_portfolio_can_go(book, acme, dana, eve):
    book.staff.retire(dana, reason="left")
    assert book.hand_over(dana, to=eve, **WHY).moved == {"accounts": 1}
    with pytest.raises(Refused, match="Dana Novak no longer works here") as caught:
        book.hand_over(eve, to=dana, **WHY)
    assert caught.value.rule == "portfolio.active"
    assert owner(book, acme) == "Eve Hart"


def test_what_makes_no_sense_is_refused(book, acme, dana, eve):
    with pytest.raises(Refused, match="keeps it already"):
        book.hand_over(dana, to=dana, **WHY)
    with pytest.raises(InvalidInput):
        book.hand_over(dana, to=eve, reason=" ")
    with pytest.raises(NotFound):
        book.hand_over(dana, to="Nobody", **WHY)
    with pytest.raises(NotFound, match="no hand-over 404"):
        book.portfolios.hand_back(404, reason="typo")
    with pytest.raises(NotFound, match="of a dry run"):
        book.portfolios.hand_back(book.hand_over(dana, to=eve, dry_run=True, **WHY), reason="typo")


def test_where_there_is_nothing_nothing_is_written(book, dana, eve):
    handed = book.hand_over(dana, to=eve, **WHY)
    assert (handed.id, handed.moved, book.portfolios.handed()) == (None, {}, ())
    assert "nothing" in str(handed)
