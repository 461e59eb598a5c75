"""Reports by mail: who gets which, when, in their own time zone; once a day, and the first one works."""

import csv
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from io import StringIO

import pytest
from support.sending import delivery
from support.smtp_server import RecordingServer

from crm.errors import InvalidInput, NotFound, Refused
from crm.reports.subscription_tables import SubscriptionOutcome

DANA, LUCIA = "dana@accord.example", "lucia@accord.example"
TODAY = date(2026, 11, 24)
NOTHING = {"queued": 0, "empty": 0, "failed": 0}


@pytest.fixture
def filled(book):
    book.staff.add("Dana Novak", email=DANA, office="BDT", time_zone="Africa/Nairobi")
    book.staff.add("Lucía Fernández", email=LUCIA, office="TSB")
    acme = book.organizations.add("Acme", country="KE", owner=DANA)
    book.roles.give(acme, "prospect")
    return book


@pytest.fixture
def smtp():
    with RecordingServer() as server:
        yield server


def counts(found):
    return {outcome.value: count for outcome, count in found.items()}


def sent(**some):
    return {**NOTHING, **some}


def tomorrow(clock, hour, minute=0):
    clock.at = datetime(2026, 11, 25, hour, minute, tzinfo=UTC)


def test_wish_15_a_subscription_that_has_never_come_is_listed_and_its_first_time_works(filled, clock):
    subscription = filled.subscriptions.add(DANA, "prospects-by-state", at="07:00", form="csv")
    assert filled.subscriptions.days(subscription) == ()
    assert counts(filled.subscriptions.send_due()) == NOTHING  # it was added after this day's hour
    tomorrow(clock, 4)
    assert counts(filled.subscriptions.send_due()) == sent(queued=1)
    (day,) = filled.subscriptions.days(subscription)
    assert (day.due_on, day.outcome, day.rows) == (date(2026, 11, 25), SubscriptionOutcome.QUEUED, 195)


def test_a_day_is_seen_to_once_whoever_asks_again(filled, clock, make_book):
    filled.subscriptions.add(DANA, "prospects-by-state", form="csv")
    tomorrow(clock, 4)
    assert counts(filled.subscriptions.send_due()) == sent(queued=1)
    assert counts(filled.subscriptions.send_due()) == NOTHING
    assert counts(make_book("worker").subscriptions.send_due()) == NOTHING
    tomorrow(clock, 12)
    assert counts(filled.subscriptions.send_due()) == NOTHING
    clock.advance(timedelta(days=1))
    assert counts(filled.subscriptions.send_due()) == sent(queued=1)
    assert len(filled.outbox.of()) == 2


def test_wish_14_it_comes_at_the_readers_own_hour(filled, clock):
    for reader in (DANA, LUCIA):
        filled.subscriptions.add(reader, "prospects-by-state", at="07:00", form="csv")
    tomorrow(clock, 3, 59)
    assert counts(filled.subscriptions.send_due()) == NOTHING
    tomorrow(clock, 4)  # seven in Nairobi, five in Geneva
    filled.subscriptions.send_due()
    assert [letter.to_address for letter in filled.outbox.of()] == [DANA]
    tomorrow(clock, 6)
    filled.subscriptions.send_due()
    assert {letter.to_address for letter in filled.outbox.of()} == {DANA, LUCIA}


def test_wish_15_without_a_row_it_is_not_sent_when_asked_so(filled, clock):
    quiet = filled.subscriptions.add(DANA, "prospects", segment="ai", only_if_rows=True, form="csv")
    filled.subscriptions.add(DANA, "prospects", segment="ai", form="csv")
    tomorrow(clock, 4)
    assert counts(filled.subscriptions.send_due()) == sent(queued=1, empty=1)
    assert filled.subscriptions.days(quiet)[0].outcome is SubscriptionOutcome.EMPTY


def test_me_in_a_filter_is_whoever_reads_it(filled):
    for reader, expected in ((DANA, 1), (LUCIA, 0)):
        mine = filled.subscriptions.add(reader, "prospects", owner="me", form="csv")
        assert len(filled.subscriptions.preview(mine)) == expected


def test_a_relative_day_is_counted_from_the_day_it_is_made(filled, clock):
    weekly = filled.subscriptions.add(DANA, "prospects-by-state", on="yesterday", form="csv")
    assert filled.subscriptions.preview(weekly).on == TODAY - timedelta(days=1)
    clock.advance(timedelta(days=7))
    assert filled.subscriptions.preview(weekly).on == TODAY + timedelta(days=6)


def test_the_report_goes_out_as_a_file_with_its_figures_in_the_letter(filled, clock, smtp):
    filled.subscriptions.add(DANA, "prospects-by-state", region="Africa", form="csv")
    tomorrow(clock, 4)
    filled.subscriptions.send_due()
    delivery(filled, smtp).deliver(limit=10)
    (received,) = smtp.messages
    message = message_from_bytes(received.raw, policy=policy.default)
    assert received.recipients == (DANA,)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Reply-To"] is None
    assert message["List-Unsubscribe"] is None
    assert "Prospects by Member State, 25 November 2026" in message["Subject"]
    text = message.get_body(("plain",)).get_content()
    assert "- Prospects: 1" in text.replace("\u2068", "").replace("\u2069", "")
    (file,) = message.iter_attachments()
    assert file.get_filename() == "prospects-by-state-2026-11-25.csv"
    rows = list(csv.DictReader(StringIO(file.get_content())))
    assert {row["code"]: row["prospects"] for row in rows}["KEN"] == "1"
    assert filled.outbox.of()[0].status == "accepted"


@pytest.mark.parametrize("form", ["csv", "html", "json"])
def test_it_comes_in_the_form_asked_for(filled, clock, form):
    filled.subscriptions.add(DANA, "prospects-by-state", form=form)
    tomorrow(clock, 4)
    filled.subscriptions.send_due()
    (letter,) = filled.outbox.of()
    (file,) = filled.outbox.enclosures(letter)
    assert file.name.endswith(f".{form}")
    assert len(file.content) > 100


def test_what_cannot_be_made_any_more_fails_for_its_day_and_stops_nobody_else(filled, clock, make_book):
    gone = filled.subscriptions.add(DANA, "prospects", segment="cloud", form="csv")
    filled.subscriptions.add(DANA, "prospects-by-state", form="csv")
    filled.segments.retire("cloud")
    tomorrow(clock, 4)
    assert counts(filled.subscriptions.send_due()) == sent(queued=1, failed=1)
    (day,) = filled.subscriptions.days(gone)
    assert "no segment 'cloud'" in day.detail
    assert counts(filled.subscriptions.send_due()) == NOTHING


def test_an_ended_subscription_and_a_colleague_who_has_left_get_nothing_more(filled, clock):
    ended = filled.subscriptions.add(DANA, "prospects-by-state", form="csv")
    filled.subscriptions.add(LUCIA, "prospects-by-state", form="csv")
    filled.subscriptions.end(ended, reason="too much mail")
    filled.staff.retire(LUCIA, reason="left")
    tomorrow(clock, 12)
    assert counts(filled.subscriptions.send_due()) == NOTHING
    assert [one.staff_id for one in filled.subscriptions.of()] == [filled.staff.get(LUCIA).id]
    with pytest.raises(Refused):
        filled.subscriptions.end(ended)
    with pytest.raises(Refused, match="no longer works here"):
        filled.subscriptions.add(LUCIA, "prospects-by-state")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"report": "gossip"}, NotFound),
        ({"staff": "nobody@accord.example"}, NotFound),
        ({"region": "Atlantis"}, NotFound),
        ({"colour": "red"}, InvalidInput),
        ({"every": "sometimes"}, InvalidInput),
        ({"at": "noon"}, InvalidInput),
        ({"form": "pdf"}, InvalidInput),
        ({"on": "someday"}, InvalidInput),
    ],
)
def test_what_could_never_come_is_refused_when_it_is_asked_for(filled, changes, error):
    given = {"staff": DANA, "report": "prospects-by-state", **changes}
    with pytest.raises(error):
        filled.subscriptions.add(given.pop("staff"), given.pop("report"), **given)
    assert filled.subscriptions.of() == ()
    with pytest.raises(NotFound):
        filled.subscriptions.days(404)


def test_a_notice_in_doubt_is_assumed_sent_and_never_repeated(filled, clock, smtp):
    filled.subscriptions.add(DANA, "prospects-by-state", form="csv")
    tomorrow(clock, 4)
    filled.subscriptions.send_due()
    smtp.play("drop_after_dot")
    delivery(filled, smtp).deliver(limit=10)
    assert filled.outbox.of()[0].status == "in_doubt"
    clock.advance(timedelta(days=10))
    filled.handover.reap()
    assert filled.outbox.of()[0].status == "assumed_sent"


def test_a_reply_to_a_notice_is_kept_and_changes_nothing(filled, clock, smtp):
    filled.subscriptions.add(DANA, "prospects-by-state", form="csv")
    tomorrow(clock, 4)
    filled.subscriptions.send_due()
    (letter,) = filled.outbox.of()
    raw = (
        f"From: {DANA}\r\nTo: membership@accord.example\r\nSubject: Re: report\r\n"
        f"In-Reply-To: {letter.message_id}\r\nMessage-ID: <a@b.example>\r\n\r\nThanks\r\n"
    )
    answer = filled.answers.receive(raw.encode())
    assert (answer.outbox_id, answer.interaction_id) == (letter.id, None)
    assert filled.follow_ups.open() == ()


def test_every_account_manager_gets_a_morning_mail_without_asking_for_it(filled, clock, smtp):
    filled.follow_ups.plan("Acme", "Send the fee table", due="tomorrow")
    (begun,) = filled.subscriptions.welcome()
    assert (begun.staff_id, begun.report, begun.filters) == (
        filled.staff.get(DANA).id,
        "whom-to-see",
        {"owner": "me"},
    )
    assert filled.subscriptions.welcome() == ()
    tomorrow(clock, 4)
    assert counts(filled.subscriptions.send_due()) == sent(queued=1)
    delivery(filled, smtp).deliver(limit=10)
    message = message_from_bytes(smtp.messages[0].raw, policy=policy.default)
    text = message.get_body(("plain",)).get_content().replace("\u2068", "").replace("\u2069", "")
    assert message["Subject"] == "Whom to see on 25 November 2026: 1"
    assert "Today\r\n- Acme: Send the fee table, due today" in text
    assert list(message.iter_attachments()) == []


def test_on_a_morning_when_nothing_waits_there_is_no_mail(filled, clock):
    filled.subscriptions.welcome()
    tomorrow(clock, 4)
    assert counts(filled.subscriptions.send_due()) == sent(empty=1)


def test_who_has_ended_the_morning_mail_is_not_subscribed_again(filled):
    (begun,) = filled.subscriptions.welcome()
    filled.subscriptions.end(begun)
    assert filled.subscriptions.welcome() == ()


def test_a_deputy_reads_in_the_morning_what_waits_for_whoever_is_away(filled, clock):
    filled.follow_ups.plan("Acme", "Send the fee table", due="tomorrow")
    filled.staff.away(DANA, since=TODAY, until=TODAY + timedelta(days=7), deputy=LUCIA)
    mine = filled.subscriptions.add(LUCIA, "whom-to-see", owner="me", form="letter")
    tomorrow(clock, 6)
    filled.subscriptions.send_due()
    (letter,) = filled.outbox.of()
    assert "for Dana Novak" in filled.outbox.shown(letter).text
    assert letter.key == f"subscription:{mine.id}:2026-11-25"


def test_a_long_list_says_how_much_more_there_is(filled, clock):
    for number in range(45):
        filled.follow_ups.plan("Acme", f"Step {number}", due="tomorrow")
    filled.subscriptions.welcome()
    tomorrow(clock, 4)
    filled.subscriptions.send_due()
    assert "And 5 more, less urgent: crm today" in filled.outbox.shown(filled.outbox.of()[0]).text
