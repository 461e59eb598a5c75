import shutil
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from string import ascii_lowercase

import pytest
from sqlalchemy import event, text
from support.associates import associate, staff

from campaigns import desk
from campaigns.arms import arm_of
from campaigns.catalog.associate_upgrade import ASSOCIATE_UPGRADE, size
from campaigns.guards import GUARDS
from campaigns.journey import Journey, LetterStep, TaskStep, WaitStep
from campaigns.keys import letter_key
from crm.errors import InvalidInput, NotFound, Refused
from crm.insight.audience_rules import AllOf, HasRole, IsNotMember
from crm.mail.templates import TemplateFolder
from crm.outreach.run_tables import Arm
from crm.outreach.runs import exit_enrolment, mark_answered

NOBODY_HELD_OUT = ASSOCIATE_UPGRADE.but(hold_out=0)
WITHOUT_RUSSIAN = NOBODY_HELD_OUT.but(
    signatures={tongue: by for tongue, by in ASSOCIATE_UPGRADE.signatures.items() if tongue != "ru"}
)
DAY = timedelta(days=1)


@pytest.fixture
def colleague(make_book, book):
    staff(book, "dana@accord.example", "joao@accord.example")
    return make_book("joao@accord.example")


@pytest.fixture
def worker(make_book):
    return make_book("worker")


@pytest.fixture
def letters_without(tmp_path):
    """The letters on file, less some languages of them."""

    def made(*places: str) -> TemplateFolder:
        shutil.copytree(TemplateFolder().path, tmp_path / "mail")
        for place in places:
            shutil.rmtree(tmp_path / "mail" / place)
        return TemplateFolder(tmp_path / "mail")

    return made


def launched(book, colleague, campaign=NOBODY_HELD_OUT):
    run = desk.prepare(book, campaign)
    desk.approve(colleague, run, count=run.count, campaign=campaign)
    return desk.launch(book, run, campaign=campaign)


def holding_out(account):
    """The campaign under a name by whose hash this account is held out."""
    half = Decimal("0.5")
    name = next(n for n in ascii_lowercase if arm_of(account.id, salt=n, share=half) is Arm.HOLD_OUT)
    return ASSOCIATE_UPGRADE.but(name=name, hold_out=half)


def deliver(book, status="accepted"):
    """What a worker would have done with every letter by now."""
    query = text("UPDATE outbox SET status = :status, handed_at = :now WHERE status = 'queued'")
    with book.engine.begin() as connection:
        connection.execute(query, {"status": status, "now": book.clock.now()})


def sweep(worker, clock, *, days, status="accepted"):
    """The sweep comes by once a day, and what it queues is delivered."""
    for _ in range(days):
        desk.advance(worker)
        deliver(worker, status)
        clock.advance(DAY)


def steps(book, account):
    return [letter.step for letter in reversed(book.outbox.of(account))]


def test_a_preview_says_whom_it_would_reach_and_who_is_left_out_and_why(book, colleague):
    acme, _ = associate(book, "Acme", owner="dana@accord.example")
    associate(book, "Owing", standing="arrears")
    associate(book, "Unknown", standing=None)
    met, _ = associate(book, "Met")
    book.log("meeting", met, "About something else", office="BDT", at=datetime(2026, 11, 20, tzinfo=UTC))
    associate(book, "Small", size="sme")
    associate(book, "Russian", language="ru")
    _, refusing = associate(book, "Refusing")
    book.suppressions.add(refusing.email)
    found = desk.preview(book, WITHOUT_RUSSIAN)
    assert [row.account.name for row in found.audience.invited] == ["Acme"]
    assert {row.account.name: row.skip.reason.value for row in found.audience.left_out} == {
        "Owing": "arrears",
        "Unknown": "standing_unknown",
        "Met": "quiet_period",
        "Small": "no_signal",
        "Russian": "no_letter_in_language",
        "Refusing": "suppressed",
    }
    assert found.of("Met").skip.detail == "meeting by BDT on 20 November 2026"
    assert found.of(acme).signal.words == "a large enterprise, and still an Associate"
    assert (found.count, sum(found.reasons.values()), found.arms["treatment"]) == (1, 6, 1)


def test_a_preview_writes_nothing(book, colleague):
    associate(book, "Acme")
    before = book.trail.latest()
    desk.preview(book, "associate_upgrade")
    assert (book.trail.latest(), book.runs.of(), book.outbox.of()) == (before, (), ())


def test_a_preview_shows_any_letter_as_its_reader_would_see_it(book, colleague):
    associate(book, "Acme", owner="dana@accord.example")
    associate(book, "Société Orbite", language="fr")
    associate(book, "الأقمار", language="ar", standing="arrears")
    found = desk.preview(book, "associate_upgrade")
    english = found.letter("Acme")
    assert english.subject == "Acme and full membership of ITU-T"
    for words in (
        "Dear",
        "Contact of Acme",
        "SG13",
        "Dana Keller",
        "Telecommunication Standardization Bureau",
    ):
        assert words in english.text
    french = found.letter("Société Orbite")
    for words in ("UIT-T", "Membership team", "Secrétariat général", "membership@accord.example"):
        assert words in french.text
    assert 'dir="rtl"' in found.letter("الأقمار").html
    assert "24 November 2026" in found.letter("Acme", step="reminder").text
    assert "unsubscribe+example@answers.accord.example" in english.text


def test_a_letter_that_cannot_be_shown_says_why(book, colleague):
    small, _ = associate(book, "Small", size="sme")
    associate(book, "Acme")
    found = desk.preview(book, "associate_upgrade")
    with pytest.raises(Refused, match="no signal"):
        found.letter(small.id)
    with pytest.raises(NotFound) as missing:
        found.letter("Acme", step="third")
    assert missing.value.candidates == ("letter", "reminder")
    with pytest.raises(NotFound, match="each account that is an Associate; Nobody is none"):
        found.letter("Nobody")


def test_a_campaign_with_a_letter_that_is_not_on_file_is_refused_with_the_place(book):
    journey = Journey(steps=(LetterStep(name="letter", template="no_such_letter"),))
    with pytest.raises(InvalidInput) as refused:
        desk.preview(book, ASSOCIATE_UPGRADE.but(journey=journey))
    assert refused.value.field == "steps[0].template"


def test_a_preview_says_language_by_language_what_goes_out_and_that_nobody_has_reviewed_it(book, colleague):
    associate(book, "Acme")
    associate(book, "Orbite", language="fr")
    associate(book, "Russian", language="ru")
    shown = desk.preview(book, WITHOUT_RUSSIAN)
    rows = {row["language"]: row for row in shown.languages()}
    assert [rows[name]["written_to"] for name in ("English", "French", "Russian")] == [1, 1, 0]
    assert rows["Russian"]["left_out"] == 1
    assert rows["Russian"]["letters"] == "Missing: a signature in Russian"
    assert rows["English"]["review"] == (
        "Not reviewed by any person: associate_upgrade, associate_upgrade_reminder"
    )
    assert str(shown.languages()) in str(shown)


def test_a_reminder_that_lacks_a_language_keeps_its_readers_out_and_is_named(
    book, colleague, letters_without
):
    associate(book, "Acme")
    associate(book, "Russian", language="ru")
    book.templates = letters_without("associate_upgrade_reminder/ru")
    shown = desk.preview(book, NOBODY_HELD_OUT)
    assert shown.of("Russian").skip.reason == "no_letter_in_language"
    (russian,) = (row for row in shown.languages() if row["language"] == "Russian")
    assert russian["letters"] == "Missing: associate_upgrade_reminder/ru/subject.txt"
    assert "associate_upgrade" in russian["review"]
    assert not [place for place in shown.content["wordings"] if place.endswith("/ru")]


def test_a_fallback_language_is_used_and_said(book, colleague):
    associate(book, "Russian", language="ru")
    shown = desk.preview(book, WITHOUT_RUSSIAN.but(fallback_language="en"))
    assert shown.of("Russian").language == "en"
    assert shown.languages().notes == (
        "1 whose contact reads Russian would get English, the fallback language.",
    )


@pytest.mark.parametrize("named", ["default_language", "fallback_language"])
def test_a_campaign_is_not_prepared_for_a_fallback_that_lacks_a_letter(
    book, colleague, letters_without, named
):
    associate(book, "Acme")
    book.templates = letters_without("associate_upgrade_reminder/zh")
    with pytest.raises(InvalidInput, match="lacks associate_upgrade_reminder/zh/subject") as refused:
        desk.prepare(book, NOBODY_HELD_OUT.but(**{named: "zh"}))
    assert (refused.value.field, refused.value.value) == (named, "zh")
    assert "zh" not in refused.value.candidates


def test_a_run_whose_letter_has_lost_a_language_is_not_approved(book, colleague, letters_without):
    associate(book, "Russian", language="ru")
    run = desk.prepare(book, NOBODY_HELD_OUT)
    colleague.templates = letters_without("associate_upgrade_reminder/ru")
    with pytest.raises(Refused, match="content"):
        desk.approve(colleague, run, count=1, campaign=NOBODY_HELD_OUT)


def test_who_approves_reads_which_wording_nobody_has_reviewed(book, colleague):
    associate(book, "Russian", language="ru")
    run = desk.overview(colleague, desk.prepare(book, NOBODY_HELD_OUT))
    assert run.run.content["reviewed_by"]["associate_upgrade/ru"] == ""
    assert "Letters: 1 in Russian." in str(run)
    assert "Not reviewed by any person: associate_upgrade/ar" in str(run)


def test_a_review_between_preparation_and_approval_voids_nothing(book, colleague, letters_without, tmp_path):
    associate(book, "Acme")
    book.templates = letters_without()
    run = desk.prepare(book, NOBODY_HELD_OUT)
    meta = tmp_path / "mail" / "associate_upgrade" / "meta.toml"
    meta.write_text(meta.read_text("utf-8").replace('reviewed_by = ""', 'reviewed_by = "J. Silva"'), "utf-8")
    colleague.templates = TemplateFolder(tmp_path / "mail")
    assert desk.approve(colleague, run, count=1, campaign=NOBODY_HELD_OUT).status == "approved"


def test_wish_13_what_is_prepared_is_what_the_preview_showed_and_later_accounts_stay_out(
    book, colleague, worker
):
    associate(book, "Acme")
    associate(book, "Owing", standing="arrears")
    shown = desk.preview(book, NOBODY_HELD_OUT)
    run = desk.prepare(book, NOBODY_HELD_OUT)
    associate(book, "Later")
    assert (run.count, run.results.left_out) == (shown.count, {"arrears": 1})
    with pytest.raises(Refused, match="enrols 1 accounts, not 2"):
        desk.approve(colleague, run, count=2, campaign=NOBODY_HELD_OUT)
    desk.approve(colleague, run, count=1, campaign=NOBODY_HELD_OUT)
    desk.launch(book, run, campaign=NOBODY_HELD_OUT)
    assert desk.advance(worker).letters == 1


def test_a_campaign_that_changed_after_its_preparation_is_neither_approved_nor_launched(book, colleague):
    associate(book, "Acme")
    run = desk.prepare(book, NOBODY_HELD_OUT)
    other = NOBODY_HELD_OUT.but(quiet_days=3)
    with pytest.raises(Refused, match="content"):
        desk.approve(colleague, run, count=1, campaign=other)
    desk.approve(colleague, run, count=1, campaign=NOBODY_HELD_OUT)
    with pytest.raises(Refused, match="content"):
        desk.launch(book, run, campaign=other)
    assert desk.launch(book, run, campaign=NOBODY_HELD_OUT).status == "running"


def test_a_second_launch_queues_nothing(book, colleague, worker):
    associate(book, "Acme")
    run = launched(book, colleague)
    desk.advance(worker)
    with pytest.raises(Refused, match="launched on 24 November 2026"):
        desk.launch(book, run, campaign=NOBODY_HELD_OUT)
    assert desk.advance(worker).letters == 0
    assert len(book.outbox.of(run=run.id)) == 1


def test_the_letter_goes_to_the_contact_under_the_key_of_run_step_and_person(book, colleague, worker):
    acme, person = associate(book, "Acme", owner="joao@accord.example")
    run = launched(book, colleague)
    assert str(desk.advance(worker)).startswith("1 due: 1 letters queued")
    (letter,) = book.outbox.of(acme)
    assert letter.key == letter_key(run.id, step="letter", person_id=person.id)
    assert (letter.to_name, letter.to_address) == ("Contact of Acme", "contact@acme.example")
    assert (letter.from_name, letter.message_class, letter.language) == ("Joao Keller", "marketing", "en")
    assert "Joao Keller" in book.outbox.shown(letter).text


def test_a_letter_goes_to_the_address_that_the_person_has_now(book, colleague, worker):
    acme, person = associate(book, "Acme")
    launched(book, colleague)
    book.people.change(person, email="new@acme.example")
    desk.advance(worker)
    assert book.outbox.of(acme)[0].to_address == "new@acme.example"


def test_the_whole_journey_without_an_answer(book, colleague, worker, clock):
    acme, _ = associate(book, "Acme", owner="dana@accord.example")
    run = launched(book, colleague)
    sweep(worker, clock, days=13)
    assert steps(book, acme) == ["letter"]
    sweep(worker, clock, days=2)
    assert steps(book, acme) == ["letter", "reminder"]
    assert "24 November 2026" in book.outbox.shown(book.outbox.of(acme)[0]).text
    assert book.follow_ups.open() == ()
    sweep(worker, clock, days=20)
    (task,) = book.follow_ups.open(owner="dana@accord.example")
    assert task.what.startswith("Call about full Sector membership")
    assert steps(book, acme) == ["letter", "reminder"]
    assert desk.overview(book, run).status == "completed"


def test_the_reminder_keeps_to_the_working_days_of_the_country(book, colleague, worker, clock):
    kenya, _ = associate(book, "Kenya", country="KE")
    emirates, _ = associate(book, "Emirates", country="AE")
    launched(book, colleague)
    reminded = {}
    for _ in range(20):
        sweep(worker, clock, days=1)
        for account in (kenya, emirates):
            if len(steps(book, account)) == 2:
                reminded.setdefault(account.name, (clock.now() - DAY).date())
    assert reminded == {"Kenya": date(2026, 12, 8), "Emirates": date(2026, 12, 10)}


def test_whoever_is_held_out_gets_no_letter_and_no_task_but_is_followed(book, colleague, worker, clock):
    acme, _ = associate(book, "Acme")
    run = launched(book, colleague, holding_out(acme))
    sweep(worker, clock, days=3)
    book.terms.upgrade(acme, sector="T", on=date(2027, 1, 1))
    sweep(worker, clock, days=30)
    assert (book.outbox.of(), book.follow_ups.open()) == ((), ())
    held_out = desk.overview(book, run).results.arm("hold_out")
    assert (held_out.enrolled, held_out.converted, held_out.exits) == (1, 1, {"goal_reached": 1})


def ended(book, how):
    def change(enrolment):
        with book._store.changing("test.changed") as verb:
            how(verb, enrolment.id)

    return change


def reply(book, enrolment, account, person):
    ended(book, lambda verb, number: mark_answered(verb, number, at=verb.now))(enrolment)


def bounce(book, enrolment, account, person):
    ended(book, lambda verb, number: exit_enrolment(verb, number, "bounced"))(enrolment)


def refuse(book, enrolment, account, person):
    book.suppressions.add(person.email)


def upgrade(book, enrolment, account, person):
    book.terms.upgrade(account, sector="T", on=date(2027, 1, 1))


def fall_into_arrears(book, enrolment, account, person):
    book.standing.record(account, "arrears", as_of=date(2026, 11, 24), source="finance")


def denounce(book, enrolment, account, person):
    book.terms.denounce(account, sector="T", on=date(2026, 11, 26), reason="notice")


def leave(book, enrolment, account, person):
    book.people.leave(person, account, on=date(2026, 11, 25))


@pytest.mark.parametrize(
    ("happening", "reason"),
    [
        (reply, "answered"),
        (bounce, "bounced"),
        (refuse, "suppressed"),
        (upgrade, "goal_reached"),
        (fall_into_arrears, "standing"),
        (denounce, "membership_ended"),
        (leave, "contact_left"),
    ],
)
def test_what_ends_a_journey_ends_it_before_the_reminder(book, colleague, worker, clock, happening, reason):
    acme, person = associate(book, "Acme")
    run = launched(book, colleague)
    sweep(worker, clock, days=2)
    happening(book, book.runs.audience(run.run)[0], acme, person)
    sweep(worker, clock, days=40)
    assert steps(book, acme) == ["letter"]
    assert book.follow_ups.open() == ()
    found = desk.overview(book, run)
    assert (found.results.arms[0].exits, found.status) == ({reason: 1}, "completed")


@pytest.mark.parametrize("status", ["stopped", "failed"])
def test_no_reminder_of_a_letter_that_never_left(book, colleague, worker, clock, status):
    acme, _ = associate(book, "Acme")
    run = launched(book, colleague)
    sweep(worker, clock, days=15, status=status)
    assert steps(book, acme) == ["letter"]
    assert desk.overview(book, run).results.arms[0].exits == {"letter_not_sent": 1}


def test_a_reminder_waits_while_the_letter_is_in_doubt(book, colleague, worker, clock):
    acme, _ = associate(book, "Acme")
    launched(book, colleague)
    sweep(worker, clock, days=20, status="in_doubt")
    assert steps(book, acme) == ["letter"]
    with book.engine.begin() as connection:
        connection.execute(text("UPDATE outbox SET status = 'assumed_sent'"))
    sweep(worker, clock, days=2)
    assert steps(book, acme) == ["letter", "reminder"]


def test_two_schedulers_at_once_send_one_letter(book, colleague, worker, make_book):
    associate(book, "Acme")
    launched(book, colleague)
    with worker.transaction():
        assert desk.advance(worker).letters == 1
        assert desk.advance(make_book("another worker")).passed_over == 1
    assert len(book.outbox.of()) == 1


def test_a_paused_run_stands_still_and_a_resumed_one_goes_on(book, colleague, worker):
    associate(book, "Acme")
    run = launched(book, colleague)
    desk.pause(book, run, reason="a complaint")
    assert desk.advance(worker).looked_at == 0
    assert desk.resume(book, run).status == "running"
    assert desk.advance(worker).letters == 1
    assert desk.cancel(book, run.id, reason="enough").results.arms[0].exits == {"cancelled": 1}


def test_a_running_run_sends_the_words_that_were_approved_whatever_becomes_of_the_files(
    book, colleague, worker, clock, tmp_path
):
    associate(book, "Acme")
    launched(book, colleague)
    book.templates = worker.templates = TemplateFolder(tmp_path)
    sweep(worker, clock, days=16)
    assert [letter.step for letter in book.outbox.of()] == ["reminder", "letter"]


def test_an_account_that_is_under_way_is_not_enrolled_a_second_time(book, colleague):
    associate(book, "Acme")
    launched(book, colleague)
    found = desk.preview(book, NOBODY_HELD_OUT)
    assert [row.skip.reason.value for row in found.audience.left_out] == ["other_campaign"]
    with pytest.raises(Refused, match="Nobody would be enrolled"):
        desk.prepare(book, NOBODY_HELD_OUT)


def test_a_letter_of_one_run_is_a_contact_for_the_next(book, colleague, worker, clock):
    associate(book, "Acme")
    run = launched(book, colleague)
    sweep(worker, clock, days=1)
    desk.cancel(book, run, reason="enough")
    assert desk.preview(book, NOBODY_HELD_OUT).of("Acme").skip.reason == "quiet_period"
    clock.advance(14 * DAY)
    assert desk.preview(book, NOBODY_HELD_OUT).count == 1


def test_of_a_corporate_group_one_account_is_written_to(book, colleague, worker):
    head, _ = associate(book, "Head")
    daughter, _ = associate(book, "Daughter", parent=head)
    book.participation.record(daughter, "T-SG17", "asked", on=date(2026, 10, 1))
    run = launched(book, colleague)
    desk.advance(worker)
    assert [letter.organization_id for letter in book.outbox.of()] == [daughter.id]
    assert desk.overview(book, run).results.left_out == {"group_enrolled": 1}
    assert "SG17" in book.outbox.shown(book.outbox.of()[0]).text


def test_a_run_over_made_up_data_says_so_wherever_it_shows(book, colleague):
    associate(book, "Made Up", synthetic=True)
    found = desk.preview(book, NOBODY_HELD_OUT)
    run = desk.prepare(book, NOBODY_HELD_OUT)
    assert run.run.synthetic
    for report in (found.reach(), found.accounts(), desk.results(book, run)):
        assert any(note.startswith("Synthetic data") for note in report.notes)


def test_an_unknown_run_is_not_found(book):
    with pytest.raises(NotFound):
        desk.overview(book, 4711)


def test_an_account_that_another_office_is_busy_with_is_left_out_with_the_reason(book, colleague, clock):
    acme, _ = associate(book, "Acme")
    associate(book, "Other")
    met = clock.now() - timedelta(days=20)
    book.log("meeting", acme, "About a pledge", office="BDT", at=met)

    left = desk.preview(book, NOBODY_HELD_OUT).of(acme)

    assert (left.skip.reason, left.skip.detail) == ("clearance_hold", "meeting by BDT 20 days ago")
    overview = desk.prepare(book, NOBODY_HELD_OUT)
    assert overview.count == 1
    (kept,) = book.runs.audience(overview.run, state="left_out")
    assert (kept.organization_id, kept.reason) == (acme.id, "clearance_hold")


def test_the_offices_own_contact_and_an_overridden_hold_keep_no_campaign_away(book, colleague, clock):
    ours, _ = associate(book, "Ours")
    theirs, _ = associate(book, "Theirs")
    for account, office in ((ours, "TSB"), (theirs, "BDT")):
        book.log("meeting", account, "Hello", office=office, at=clock.now() - timedelta(days=20))
    book.override_clearance(theirs, reason="agreed with the BDT", until="2w")
    assert desk.preview(book, NOBODY_HELD_OUT).count == 2


def test_the_preview_asks_a_number_of_statements_that_does_not_grow(book, colleague):
    def statements():
        seen = []
        event.listen(book.engine, "before_cursor_execute", count := lambda *args: seen.append(args[2]))
        desk.preview(book, NOBODY_HELD_OUT)
        event.remove(book.engine, "before_cursor_execute", count)
        return len(seen)

    associate(book, "First")
    statements()  # what is read once and kept
    few = statements()
    for number in range(12):
        account, _ = associate(book, f"Account {number}")
        book.log("call", account, "Hello", office="BDT", next="call again")
    assert statements() == few


def test_one_account_is_explained_with_every_question_and_its_answer(book, colleague):
    associate(book, "Acme", owner="dana@accord.example")
    met, _ = associate(book, "Met", size="sme")
    book.log("meeting", met, "About something else", office="BDT", at=datetime(2026, 11, 20, tzinfo=UTC))
    book.organizations.add("Prospect")
    found = desk.explain(book, NOBODY_HELD_OUT, "Acme")
    assert (found.objection, found.outcome.partition(",")[0]) == ("", "enrolled")
    assert str(found).splitlines()[1:] == [
        "  yes: is an Associate",
        "  membership: associate of ITU-T, T-SG13, since 01 January 2020",
        "  speaks for it: a large enterprise, and still an Associate",
        "  in good standing: yes",
        *(f"  {guard.__name__.replace('_', ' ')}: yes" for guard in GUARDS[1:]),
        "  contact: Contact of Acme",
    ]
    left_out = desk.explain(book, NOBODY_HELD_OUT, met)
    assert left_out.outcome == "left out: nothing speaks for writing to it"
    assert [str(verdict) for verdict in left_out.guards if verdict.objection] == [
        "with a signal: nothing speaks for writing to it",
        "not contacted lately: contacted inside the quiet period: meeting by BDT on 20 November 2026",
        "cleared: its clearance says to hold: meeting by BDT 4 days ago",
    ]
    assert (
        desk.explain(book, NOBODY_HELD_OUT, "Prospect").outcome
        == "not in the audience: it is not an Associate"
    )
    with pytest.raises(NotFound):
        desk.explain(book, NOBODY_HELD_OUT, "Nobody")


def test_an_explanation_agrees_with_the_preview_about_every_account(book, colleague):
    associate(book, "Busy")
    launched(book, colleague)
    changes = [{}, {"size": "sme"}, {"standing": "arrears"}, {"standing": None}, {"language": "ru"}]
    for n, change in enumerate(changes):
        associate(book, f"Account {n}", **change)
    audience = desk.preview(book, "associate_upgrade").audience
    for row in audience.invited:
        found = desk.explain(book, "associate_upgrade", row.account.organization_id)
        assert (found.objection, found.contact) == ("", row.contact)
    for row in audience.left_out:
        found = desk.explain(book, "associate_upgrade", row.account.organization_id)
        assert found.objection.startswith(row.skip.reason.words)
    assert {row.skip.reason.value for row in audience.left_out} >= {"other_campaign", "arrears", "no_signal"}


def test_an_explanation_asks_as_many_statements_however_many_accounts_there_are(book, colleague):
    def statements():
        seen = []
        event.listen(book.engine, "before_cursor_execute", count := lambda *args: seen.append(args[2]))
        desk.explain(book, "associate_upgrade", "Acme")
        event.remove(book.engine, "before_cursor_execute", count)
        return len(seen)

    associate(book, "Acme")
    statements()  # the first time the countries are read
    alone = statements()
    for n in range(12):
        associate(book, f"Account {n}")
    assert statements() == alone


PROSPECTS = NOBODY_HELD_OUT.but(
    name="prospects",
    audience=AllOf(rules=(HasRole(role="prospect"), IsNotMember())),
    signals=(size,),
    journey=Journey(
        steps=(WaitStep(name="wait", working_days=1), TaskStep(name="call", what="Call", working_days=1))
    ),
)


@pytest.mark.parametrize("joined", [False, True])
def test_an_account_without_a_membership_is_enrolled_and_found_again_whatever_it_has_become(
    book, colleague, worker, clock, joined
):
    account = book.organizations.add("Newcomer", country="KE", size="large")
    book.roles.give(account, "prospect")
    amina = book.people.add("Amina", email="a@newcomer.example", at=account, language="en", focal_point=True)
    book.bases.record(amina, "campaigns", "consent", source="a form", evidence="form 12")
    associate(book, "Acme")
    found = desk.preview(book, PROSPECTS)
    assert [(row.account.name, row.account.coverage) for row in found.audience.rows] == [("Newcomer", None)]
    assert found.reach().denominator == "Every account that is a prospect and is no member."
    run = launched(book, colleague, PROSPECTS)
    assert run.run.content["audience"] == PROSPECTS.audience.model_dump(mode="json")
    desk.advance(worker)
    if joined:
        book.terms.join(account, "sector_member", sector="D", on=clock.now().date())
        book.standing.record(account, "good", as_of=clock.now().date(), source="test")
    clock.advance(3 * DAY)
    assert desk.advance(worker).tasks == 1
    assert [task.what for task in book.follow_ups.open()] == ["Call"]
