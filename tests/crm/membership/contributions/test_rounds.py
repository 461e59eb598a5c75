"""Announcement rounds: who is asked, who answers what, what is at stake, and what becomes of it."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from crm.errors import AlreadyExists, InvalidInput, NotFound, Refused
from crm.membership.contributions.announcements import Direction
from crm.membership.contributions.contribution_tables import RoundKind
from crm.membership.contributions.projection import Assumption
from crm.membership.contributions.reduction import ClassRule
from crm.membership.contributions.round_comparison import Agreement

BEGAN, DEADLINE, TODAY = date(2026, 7, 1), date(2026, 12, 31), date(2026, 11, 24)
NAME = "2028-2031 provisional"


@pytest.fixture
def asked(book):
    """A round that asked every Member State by circular."""
    book.rounds.open(NAME, circular="CL-25/36", period="2028-2031", deadline=DEADLINE, on=BEGAN)
    book.rounds.ask(NAME, on=BEGAN)
    return book


@pytest.fixture
def answered(asked):
    asked.rounds.answer(NAME, "FRA", on=date(2026, 9, 1), document="Note 7", channel="note verbale")
    asked.rounds.answer(NAME, "Canada", 9, on=date(2026, 9, 10))
    asked.rounds.answer(NAME, "LBY", "1/16", on=date(2026, 9, 20))
    asked.rounds.answer(NAME, "KEN", 2, on=date(2026, 10, 1))
    return asked


def definitive(book, **answers):
    row = book.rounds.open(
        "2028-2031 definitive",
        circular="PP-26",
        period="2028-2031",
        kind="definitive",
        deadline=date(2026, 11, 27),
        on=date(2026, 11, 9),
    )
    for state, (units, override) in answers.items():
        book.rounds.answer(row, state, units, on=date(2026, 11, 20), channel="conference", override=override)
    return row


def test_a_round_begins_with_194_states_that_have_not_answered(asked):
    standing = asked.rounds.of("CL-25/36").standing(BEGAN)
    assert (standing.asked, standing.answered, standing.outstanding, standing.response_rate) == (
        194,
        0,
        194,
        0,
    )
    (stake,) = standing.by_direction
    assert (stake.direction, stake.states, stake.units) == (Direction.NO_ANSWER, 194, 356)
    assert stake.chf == Decimal("113208000.00")
    assert standing.projection.expected == 356
    assert asked.rounds.of(NAME).record.unit_amount == 318000
    said = "CHF 318,000.00 (preliminary, unverified: Council-25 fixed a preliminary amount"
    found = asked.rounds.of(NAME)
    assert found.record.unit_in_words.startswith(said)
    assert said in str(found.standing(found.record.deadline_on))
    assert said in str(asked.rounds.compare(NAME, NAME))


def test_nobody_was_asked_before_the_letter_went_out(asked):
    standing = asked.rounds.of(NAME).standing(date(2026, 6, 30))
    assert (standing.asked, standing.response_rate) == (0, None)


def test_answers_are_counted_by_direction_and_region_with_their_units_and_money(answered):
    standing = answered.rounds.of(NAME).standing(TODAY)
    assert (standing.answered, standing.outstanding) == (4, 190)
    assert standing.response_rate == Decimal("0.0206")
    found = {stake.direction: (stake.states, stake.units, stake.change) for stake in standing.by_direction}
    assert found == {
        Direction.RAISES: (1, 1, 1),
        Direction.KEEPS: (1, 21, 0),
        Direction.LOWERS: (2, Fraction(45, 4), Fraction(-35, 16)),
        Direction.NO_ANSWER: (190, 356 - 1 - 21 - Fraction(45, 4), 0),
    }
    americas = [stake for stake in standing.by_region if stake.region == "americas"]
    assert [(stake.direction, stake.states, stake.change) for stake in americas] == [
        (Direction.LOWERS, 1, -2),
        (Direction.NO_ANSWER, 34, 0),
    ]
    assert americas[0].chf_change == Decimal("-636000.00")
    assert sum(stake.units for stake in standing.by_region) == 356
    assert sum(stake.states for stake in standing.by_region) == 194


def test_a_round_is_told_as_it_stood_on_any_day(answered):
    whole = answered.rounds.of(NAME)
    assert [whole.standing(day).answered for day in (date(2026, 8, 31), date(2026, 9, 15), TODAY)] == [
        0,
        2,
        4,
    ]


def test_what_a_state_announces_is_recorded_with_what_the_rules_say(answered):
    standing = answered.rounds.of(NAME).standing(TODAY)
    assert standing.of("CAN").warnings == ()  # 85 per cent of 11 is 9.35
    assert [warning.rule for warning in standing.of("LBY").warnings] == [
        ClassRule.REDUCTION_LIMIT,
        ClassRule.SMALL_CLASS,
    ]
    france = standing.of("FRA")
    assert (france.announced, france.direction, france.document) == (21, Direction.KEEPS, "Note 7")


def test_a_later_announcement_goes_before_an_earlier_one_from_its_day_on(answered):
    answered.rounds.answer(NAME, "CAN", 11, on=date(2026, 11, 1))
    whole = answered.rounds.of(NAME)
    assert whole.standing(date(2026, 10, 31)).of("CAN").announced == 9
    assert whole.standing(date(2026, 11, 1)).of("CAN").announced == 11


def test_a_mistake_counts_on_no_day_and_stays_on_record(answered):
    answered.rounds.correct(NAME, "CAN", 10, reason="Misread")
    whole = answered.rounds.of(NAME)
    assert whole.standing(date(2026, 9, 10)).of("CAN").announced == 10
    assert [answer.units for answer in whole.answers if answer.state == "CAN"] == [9, 10]
    answered.rounds.correct(NAME, "CAN", nothing=True, reason="The note was about something else")
    assert answered.rounds.of(NAME).standing(TODAY).of("CAN").direction is Direction.NO_ANSWER
    with pytest.raises(NotFound):
        answered.rounds.correct(NAME, "CAN", 9, reason="There is none to correct")


def test_a_correction_uncovers_no_announcement_that_it_did_not_mean(answered):
    answered.rounds.answer(NAME, "KEN", 3, on=date(2026, 11, 2))
    answered.rounds.correct(NAME, "KEN", nothing=True, reason="It was Nigeria's")
    assert answered.rounds.of(NAME).standing(TODAY).of("KEN").announced == 2


def test_the_same_answer_twice_is_refused_and_the_way_out_is_told(answered):
    with pytest.raises(AlreadyExists, match="correct"):
        answered.rounds.answer(NAME, "FRA", 20, on=date(2026, 9, 1))
    with pytest.raises(AlreadyExists):
        answered.rounds.ask(NAME, ["FRA"], on=BEGAN)


@pytest.mark.parametrize(
    ("units", "day", "error"),
    [
        (9, date(2026, 6, 30), Refused),
        (9, date(2026, 11, 25), Refused),
        ("9 1/4", TODAY, InvalidInput),
        (0, TODAY, InvalidInput),
    ],
)
def test_odd_answers_are_refused(asked, units, day, error):
    with pytest.raises(error):
        asked.rounds.answer(NAME, "CAN", units, on=day)


def test_a_round_ends_before_it_begins_for_nobody(book):
    with pytest.raises(InvalidInput, match="deadline"):
        book.rounds.open("x", circular="y", period="2028", deadline=date(2026, 6, 30), on=BEGAN)
    with pytest.raises(NotFound):
        book.rounds.of("x")


def test_a_second_ask_is_a_reminder(answered):
    answered.rounds.ask(NAME, "Peru", channel="mission", on=date(2026, 10, 5))
    peru = answered.rounds.of(NAME).standing(TODAY).of("PER")
    assert (peru.asked_on, peru.asked_by, peru.times_asked) == (BEGAN, "circular_letter", 2)
    assert peru.last_asked_on == date(2026, 10, 5)


def test_reminders_are_due_by_the_deadline_and_to_the_silent_alone(answered):
    ministry = answered.organizations.add("Ministry of Peru", country="PE", kind="administration")
    whole = answered.rounds.of(NAME)
    assert whole.reminders_due(date(2026, 10, 31)) == ()
    due = whole.reminders_due(date(2026, 11, 1))
    assert len(due) == 190
    (peru,) = [each for each in due if each.state == "PER"]
    assert (peru.organization_id, peru.step, peru.deadline_on) == (ministry.id, "ahead", DEADLINE)
    assert {each.step for each in whole.reminders_due(date(2026, 12, 17))} == {"soon"}
    assert {each.step for each in whole.reminders_due(date(2027, 1, 1))} == {"overdue"}
    assert {each.organization_id for each in due if each.state != "PER"} == {None}


def test_whoever_was_reminded_is_not_reminded_of_the_same_step_again(answered):
    answered.rounds.ask(NAME, "Peru", channel="note_verbale", on=date(2026, 11, 2))
    due = {each.state for each in answered.rounds.reminders_due(on=TODAY)}
    assert len(due) == 189
    assert "PER" not in due
    assert "PER" in {each.state for each in answered.rounds.of(NAME).reminders_due(date(2026, 12, 17))}


def test_a_deadline_that_moves_takes_the_reminders_with_it(answered):
    assert len(answered.rounds.reminders_due()) == 190
    answered.rounds.move_deadline(NAME, date(2027, 3, 31), reason="Asked for by the Council")
    assert answered.rounds.reminders_due() == ()
    (first, *_) = answered.rounds.of(NAME).reminders_due(date(2027, 1, 30))
    assert (first.step, first.deadline_on) == ("ahead", date(2027, 3, 31))


def test_nobody_is_asked_reminded_or_answers_in_a_closed_round(answered):
    answered.rounds.close(NAME, reason="The Conference begins")
    assert answered.rounds.reminders_due() == ()
    with pytest.raises(Refused, match="closed"):
        answered.rounds.answer(NAME, "PER", 1)
    with pytest.raises(Refused, match="closed"):
        answered.rounds.ask(NAME, "PER")
    answered.rounds.correct(NAME, "KEN", 3, reason="Misread")  # a mistake may still be found
    assert answered.rounds.of(NAME).standing(TODAY).of("KEN").announced == 3


def test_an_answer_that_was_forgotten_is_added_to_a_closed_round_with_a_reason(answered):
    day_before = TODAY - timedelta(days=1)
    answered.rounds.close(NAME, reason="The Conference begins", on=day_before)
    with pytest.raises(Refused) as refused:
        answered.rounds.answer(NAME, "PER", 1, on=day_before)
    assert "reason=…" in refused.value.hint
    with pytest.raises(Refused, match="closed"):
        answered.rounds.answer(NAME, "PER", 1, on=TODAY, reason="It came late")
    added = answered.rounds.answer(NAME, "PER", 1, on=day_before, reason="Mislaid")
    assert (added.answered_on, added.reason) == (day_before, "Mislaid")
    assert answered.rounds.of(NAME).standing(TODAY).of("PER").announced == 1


def test_a_projection_prints_its_assumption_and_lies_between_its_bounds(answered):
    whole = answered.rounds.of(NAME)
    kept = whole.standing(TODAY).projection
    assert kept.expected == kept.low == kept.high == 356 + Fraction(1) - Fraction(35, 16)
    alike = whole.like_those_who_answered(TODAY)
    assert (alike.lower, alike.higher) == (Decimal("0.5"), Decimal("0.25"))
    some = whole.standing(TODAY, assumption=Assumption(Decimal("0.1"), basis="as in 2022")).projection
    assert some.low < some.expected < some.high < kept.expected
    assert "10 per cent go down as far as the limit allows: as in 2022" in str(some)
    assert some.states == 190


def test_a_state_without_a_known_class_announces_its_first(answered, engine):
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM state_class WHERE country = 'PER'")
    with pytest.raises(NotFound, match="could keep"):
        answered.rounds.answer(NAME, "PER")
    answered.rounds.answer(NAME, "PER", "1/2")
    standing = answered.rounds.of(NAME).standing(TODAY)
    assert standing.of("PER").direction is Direction.FIRST
    assert standing.projection.announced == Fraction(1) - Fraction(35, 16) + Fraction(1, 2)


def test_a_provisional_round_is_set_beside_the_definitive_one(answered):
    later = definitive(answered, CAN=(11, ""), FRA=(21, ""), LBY=("1/8", "authorised"), JPN=(26, ""))
    found = answered.rounds.compare(NAME, later)
    assert found.counts == {
        Agreement.NEITHER: 189,
        Agreement.HIGHER: 2,
        Agreement.SAME: 1,
        Agreement.ONLY_FIRST: 1,
        Agreement.ONLY_SECOND: 1,
    }
    changes = {each.state: each.change for each in found.states if each.change}
    assert changes == {"CAN": 2, "LBY": Fraction(1, 16), "KEN": -1, "JPN": -4}
    assert found.units_second - found.units_first == Fraction(-47, 16)
    assert found.chf_change == Decimal("-934125.00")


def test_the_answers_of_a_closed_definitive_round_become_classes_once(asked):
    later = definitive(asked, CAN=(9, ""), LBY=("1/16", "authorised by the Conference"))
    with pytest.raises(Refused, match="is open"):
        asked.rounds.take_over(later)
    with pytest.raises(Refused, match="provisional"):
        asked.rounds.take_over(NAME)
    asked.rounds.close(later, reason="The Conference ended", on=TODAY)
    assert len(asked.rounds.take_over(later, dry_run=True)) == 2
    assert asked.contributions.recorded("CAN") == ()
    canada, libya = asked.rounds.take_over(later)
    assert (canada.units, canada.effective_on, canada.source) == (9, date(2028, 1, 1), "PP-26")
    assert len(libya.warnings) == 2
    assert asked.rounds.take_over(later) == ()
    assert asked.contributions.of("CAN", on=date(2027, 12, 31)).units == 11
    assert asked.contributions.of("CAN", on=date(2028, 1, 1)).units == 9
    assert asked.contributions.units_total(date(2028, 1, 1)).units == 356 - 2 - Fraction(3, 16)


def test_an_answer_is_not_taken_back_under_the_class_that_came_of_it(asked):
    later = definitive(asked, CAN=(9, ""))
    asked.rounds.close(later, reason="The Conference ended", on=TODAY)
    asked.rounds.take_over(later)
    with pytest.raises(Refused, match="taken over") as refused:
        asked.rounds.correct(later, "CAN", nothing=True, reason="It was about another State")
    assert "withdraw" in refused.value.hint
    asked.contributions.withdraw("CAN", effective_on=date(2028, 1, 1), reason="It was about another State")
    assert asked.rounds.correct(later, "CAN", nothing=True, reason="It was about another State").units is None
    assert asked.rounds.take_over(later) == ()
    assert asked.contributions.of("CAN", on=date(2028, 1, 1)).units == 11


def test_an_answer_that_a_rule_warns_of_is_taken_over_with_a_reason_only(asked):
    later = definitive(asked, LBY=("1/16", ""))
    asked.rounds.close(later, reason="The Conference ended")
    with pytest.raises(Refused, match="Libya"):
        asked.rounds.take_over(later)
    asked.rounds.correct(
        later, "LBY", "1/16", reason="The decision was found", override="PP-26 authorised it"
    )
    (libya,) = asked.rounds.take_over(later)
    assert libya.override == "PP-26 authorised it"


def test_all_answers_that_rules_warn_of_are_named_at_once_with_the_way_out(asked):
    later = definitive(asked, CAN=(5, ""), KEN=("1/16", ""), LBY=("1/16", "authorised by the Conference"))
    asked.rounds.close(later, reason="The Conference ended")
    with pytest.raises(Refused) as refused:
        asked.rounds.take_over(later)
    assert [name in refused.value.message for name in ("Canada", "Kenya", "Libya")] == [True, True, False]
    assert "book.rounds.correct" in refused.value.hint
    for state in ("CAN", "KEN"):
        kept = asked.rounds.correct(later, state, override="PP-26 said so", reason="The decision was found")
        assert kept.units == {"CAN": 5, "KEN": Fraction(1, 16)}[state]
    assert len(asked.rounds.take_over(later)) == 3


def test_who_was_a_least_developed_country_keeps_its_small_class_without_a_word(asked):
    later = definitive(asked, NPL=(None, ""))
    asked.rounds.close(later, reason="The Conference ended", on=TODAY)
    (nepal,) = asked.rounds.take_over(later)
    assert (nepal.state, nepal.warnings) == ("NPL", [])
    (warning,) = asked.contributions.check("BGD", "1/16", effective_on=date(2028, 1, 1))
    assert "a least developed country until 2026-11-24 (unverified)" in str(warning)


def test_who_announced_a_class_did_not_announce_nothing(answered):
    with pytest.raises(InvalidInput, match="or nothing"):
        answered.rounds.correct(NAME, "CAN", 10, nothing=True, reason="Misread")


def test_rounds_are_listed_the_latest_first(asked):
    definitive(asked)
    assert [row.kind for row in asked.rounds.all()] == [RoundKind.DEFINITIVE, RoundKind.PROVISIONAL]


def test_what_belongs_to_a_made_up_round_is_made_up(book):
    row = book.rounds.open(
        "try",
        circular="CL-x",
        period="2028",
        deadline=DEADLINE,
        on=BEGAN,
        unit_amount="320000",
        synthetic=True,
    )
    book.rounds.ask(row, "FRA")
    book.rounds.answer(row, "FRA")
    whole = book.rounds.of(row)
    assert [line.synthetic for line in (*whole.asks, *whole.answers)] == [True, True]
    assert whole.standing(TODAY).by_direction[0].chf == Decimal("6720000.00")
