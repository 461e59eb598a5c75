from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from support.letters import letter

from crm.mail.inbound import parse
from crm.mail.invitation import Invitation, in_words
from crm.mail.message import Mailbox
from crm.mail.mime import compose
from crm.mail.parts import read_mail

AT = datetime(2026, 12, 3, 7, tzinfo=UTC)


def invitation(**changes):
    values = {
        "uid": "7-meet@answers.accord.example",
        "starts_at": AT,
        "minutes": 45,
        "summary": "Acme and ITU-T: may we meet?",
        "description": "3 December 2026, 10:00 (East Africa Time)",
        "organizer": Mailbox("Dana Keller", "reply+token@answers.accord.example"),
        "host": Mailbox("Dana Keller", "dana@accord.example"),
        "guest": Mailbox("Amina Odhiambo", "amina@acme.example"),
        "stamped_at": datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
    }
    return Invitation(**{**values, **changes})


def event(made):
    calendar = Calendar.from_ical(made.calendar())
    return calendar, calendar.events[0]


def test_an_invitation_says_who_asks_whom_when_and_for_how_long():
    calendar, meeting = event(invitation(place="Room A"))
    assert (calendar["method"], calendar["version"]) == ("REQUEST", "2.0")
    assert meeting["uid"] == "7-meet@answers.accord.example"
    assert (meeting["sequence"], meeting["status"], meeting["location"]) == (0, "TENTATIVE", "Room A")
    assert (meeting.start, meeting.end) == (AT, datetime(2026, 12, 3, 7, 45, tzinfo=UTC))
    assert meeting["dtstart"].to_ical() == b"20261203T070000Z"
    assert meeting["organizer"] == "mailto:reply+token@answers.accord.example"
    host, guest = meeting["attendee"]
    assert (host, host.params["partstat"]) == ("mailto:dana@accord.example", "ACCEPTED")
    assert (guest, guest.params["partstat"], guest.params["rsvp"]) == (
        "mailto:amina@acme.example",
        "NEEDS-ACTION",
        "TRUE",
    )


def test_the_same_invitation_is_the_same_bytes():
    assert invitation().calendar() == invitation().calendar()


@given(st.text(max_size=80), st.text(alphabet="ab \";:,\\^'é", min_size=1, max_size=20).filter(str.strip))
def test_no_text_can_add_a_line_of_its_own(words, name):
    made = invitation(
        summary=f"x{words}", description=words, place=words, guest=Mailbox(name, "a@acme.example")
    )
    lines = made.calendar().replace("\r\n ", "").split("\r\n")
    names = [line.split(";")[0].split(":")[0] for line in lines if line]
    assert set(names) <= {
        *("BEGIN", "END", "VERSION", "PRODID", "METHOD", "UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE"),
        *("STATUS", "SUMMARY", "DESCRIPTION", "LOCATION", "ORGANIZER", "ATTENDEE"),
    }
    assert max(names.count(name) for name in ("SUMMARY", "DESCRIPTION", "LOCATION", "ORGANIZER")) == 1


def test_an_invitation_travels_beside_text_and_page_with_its_method_in_the_type():
    raw = compose(letter(html="<p>May we meet?</p>", invitation=invitation().calendar()))
    mail = read_mail(raw, [])
    assert [leaf.kind for leaf in mail.leaves] == ["text/plain", "text/html", "text/calendar"]
    calendar = mail.leaves[-1]
    assert calendar.parameters == {"charset": "utf-8", "method": "REQUEST"}
    assert calendar.data([]).decode() == invitation().calendar()
    assert mail.root.kind == "multipart/alternative"


def test_an_invitation_needs_no_page():
    raw = compose(letter(html=None, invitation=invitation().calendar()))
    assert [leaf.kind for leaf in read_mail(raw, []).leaves] == ["text/plain", "text/calendar"]


def test_our_own_invitation_is_no_answer_to_one():
    assert parse(compose(letter(invitation=invitation().calendar()))).participation is None


@pytest.mark.parametrize(
    ("zone", "language", "on", "time", "name"),
    [
        ("Africa/Nairobi", "en", date(2026, 12, 3), "10:00", "East Africa Time"),
        ("America/New_York", "en", date(2026, 12, 3), "02:00", "Eastern Standard Time"),
        ("Pacific/Apia", "en", date(2026, 12, 3), "20:00", "Samoa Standard Time"),
        ("Pacific/Kiritimati", "fr", date(2026, 12, 3), "21:00", "heure des îles de la Ligne"),
        ("UTC", "en", date(2026, 12, 3), "07:00", "Coordinated Universal Time"),
    ],
)
def test_when_it_is_on_the_readers_wall(zone, language, on, time, name):
    assert in_words(AT, ZoneInfo(zone), language) == {"on": on, "time": time, "zone": name}
