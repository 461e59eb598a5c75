import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.inbound_mail import TOKEN, message, sample

from crm.mail.calendar_replies import Participation
from crm.mail.inbound import AnswerKind, parse

OURS = {"To": f"reply+{TOKEN}@mail.accord.example"}


def reply(status="ACCEPTED", method="REPLY", kind="text/calendar; charset=utf-8", **fields):
    calendar = f"""BEGIN:VCALENDAR
METHOD:{method}
BEGIN:VEVENT
UID:1@accord.example
ATTENDEE;PARTSTAT={status};CN="Odhiambo, Amina":mailto:amina@acme.example
END:VEVENT
END:VCALENDAR
"""
    return message(calendar, **{"Content_Type": kind, **OURS, **fields})


@pytest.mark.parametrize(
    ("status", "method", "says"),
    [
        ("ACCEPTED", "REPLY", Participation.ACCEPTED),
        ("accepted", "reply", Participation.ACCEPTED),
        ("DECLINED", "REPLY", Participation.DECLINED),
        ("TENTATIVE", "REPLY", Participation.TENTATIVE),
        ("NEEDS-ACTION", "COUNTER", Participation.COUNTERED),
    ],
)
def test_what_a_calendar_answers_is_an_answer(status, method, says):
    answer = parse(reply(status, method))
    assert (answer.kind, answer.participation) == (AnswerKind.CALENDAR_REPLY, says)


@pytest.mark.parametrize(
    ("status", "method"),
    [
        ("NEEDS-ACTION", "REPLY"),
        ("DELEGATED", "REPLY"),
        ("ACCEPTED", "REFRESH"),
        ("ACCEPTED", "DECLINECOUNTER"),
    ],
)
def test_what_says_neither_yes_nor_no_is_an_automatic_reply_as_before(status, method):
    answer = parse(reply(status, method))
    assert (answer.kind, answer.participation) == (AnswerKind.AUTOMATIC_REPLY, None)


def test_somebody_elses_invitation_answers_nothing():
    answer = parse(reply(method="REQUEST"))
    assert (answer.kind, answer.participation) == (AnswerKind.REPLY, None)


def test_an_answer_to_no_invitation_of_ours_is_no_answer():
    assert parse(reply(To="info@accord.example")).kind is AnswerKind.AUTOMATIC_REPLY


def test_a_calendar_that_calls_its_mail_automatic_still_answers_for_a_person():
    assert parse(reply(Auto_Submitted="auto-generated")).participation is Participation.ACCEPTED


def test_the_sample_accepts():
    assert parse(sample("calendar_reply")).participation is Participation.ACCEPTED


@pytest.mark.parametrize(
    "body",
    [
        "",
        "BEGIN:VCALENDAR\n",
        "METHOD:REPLY\n",
        "BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR\n",
        "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nATTENDEE:x\nEND:VEVENT\nEND:VCALENDAR\n",
        "BEGIN:VCALENDAR\n" * 3000,
        "BEGIN:VCALENDAR\nMETHOD:REPLY\nX:" + "\n y" * 50_000,
    ],
)
def test_a_calendar_that_says_nothing_or_is_broken_answers_nothing(body):
    assert parse(message(body, Content_Type="text/calendar; method=REPLY", **OURS)).participation is None


words = st.text(alphabet=st.sampled_from('BEGIN:VEND\nATTC;="AL,\\^PRSMHODY \0é'), max_size=200)


@given(words)
def test_no_calendar_however_odd_stops_the_door(body):
    raw = message(
        "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\n" + body, Content_Type="text/calendar", **OURS
    )
    assert parse(raw).kind in AnswerKind
