"""A person is erased from every table, and what happened stays."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from support.inbound_mail import message
from support.outbox import order, queue
from support.sending import delivery
from support.smtp_server import RecordingServer
from support.traces import found_in, plant

from crm.directory.people import Person, Position
from crm.errors import NotFound, Refused
from crm.insight.references import references_to
from crm.mail.rendering import plain_facts
from crm.privacy.about import personal_columns, table_of
from crm.privacy.erasing import ROWS_THAT_GO
from crm.reference.facts import Fact
from crm.store.columns import ERASED, is_personal, is_text
from crm.store.records import Record, record_of

BECAUSE = {"reason": "Amina Odhiambo asked by letter"}
TRACES = ("amina", "odhiambo", "amina@acme.example", "+254 700 123 456", "254700123456")


def erased(book, key, **more):
    """Erase somebody as a person does: look first, then name the count."""
    given = {**BECAUSE, **more}
    return book.people.erase(key, confirm=book.people.erase(key, dry_run=True, **given).count, **given)


def test_after_an_erasure_nothing_of_the_person_is_found_in_any_column_of_any_table(book, lived, amina):
    assert len({found.split(".")[0] for found in found_in(book.engine, *TRACES)}) > 12
    erasure = erased(book, amina)
    assert found_in(book.engine, *TRACES) == []
    assert erasure.removed["person.name"] == 2
    assert erasure.removed["position"] == 2
    assert erasure.removed["answer.raw"] == 1


def test_the_dry_run_says_exactly_what_the_erasure_does_and_writes_nothing(book, lived, amina):
    before = found_in(book.engine, "")
    would = book.people.erase(amina, dry_run=True, **BECAUSE)
    assert found_in(book.engine, "") == before
    did = book.people.erase(amina, confirm=would.count, **BECAUSE)
    assert (did.removed, did.reworded, did.stays) == (would.removed, would.reworded, would.stays)
    assert "would be erased" in str(would)
    assert "would be" not in str(did)


def test_nothing_is_erased_without_naming_the_count(book, amina):
    for confirm in (None, 3):
        with pytest.raises(Refused, match="Nothing was erased") as caught:
            book.people.erase(amina, confirm=confirm, **BECAUSE)
        assert caught.value.rule == "erasure.confirm"
    assert book.people.get("amina@acme.example").id == amina.id


def test_what_happened_stays_without_the_person(book, lived, amina, acme):
    sent, _ = lived
    erased(book, amina)
    letter = book.outbox.get(sent)
    assert (letter.status, letter.person_id, letter.message_id) == ("accepted", amina.id, sent.message_id)
    assert len(book.interactions.of(acme)) == 3
    assert [term.category for term in book.terms.of(acme)] == ["associate"]
    (event,) = book.terms.ledger(acme)
    assert (event.reason, event.source) == (ERASED, ERASED)
    assert [entry.verb for entry in book.trail.latest(limit=1)] == ["person.erased"]
    titles = [line.title for line in book.timeline(acme)]
    assert len(titles) > 6
    assert any(ERASED in title for title in titles)


def test_a_meeting_of_several_keeps_its_text_and_the_others(book, lived, amina, acme, ben):
    erasure = erased(book, amina)
    (met,) = [row for row in book.interactions.of(acme) if row.kind == "meeting"]
    assert met.summary == ("(erased) said (erased) would send the list;\n(erased) <(erased)> and Ben agreed.")
    assert [person.id for person in book.interactions.get(met).people] == [ben.id]
    shown = {(mention.record, mention.field): mention.text for mention in erasure.reworded}
    assert shown[f"interaction:{met.id}", "summary"] == met.summary


def test_letters_on_their_way_are_stopped_journeys_end_and_drafts_are_discarded(book, lived, amina):
    _, queued = lived
    erasure = erased(book, amina)
    assert erasure.stopped == 1
    letter = book.outbox.get(queued)
    assert (letter.status, letter.to_address) == ("stopped", ERASED)
    assert book.outbox.events(queued)[-1].what == "stopped"
    assert [draft.person_id for draft in book.letters.open()] == []
    with pytest.raises(Refused, match="has been erased") as caught:
        book.outbox.shown(queued)
    assert caught.value.rule == "outbox.erased"
    with RecordingServer() as server:
        delivery(book, server).deliver(limit=5)
        assert server.messages == ()


def test_the_refusal_survives_as_a_hash_unless_told_otherwise(book, lived, amina):
    assert erased(book, amina).suppressed == 2
    for address in ("amina@acme.example", "AMINA.odhiambo@home.example"):
        assert [entry.scope for entry in book.suppressions.of(address)] == ["campaigns"]


def test_who_may_be_written_to_again_is_not_suppressed(book, amina):
    assert erased(book, amina, suppress=False).suppressed == 0
    assert book.suppressions.of("amina@acme.example") == ()


def test_an_erased_person_is_never_found_and_their_address_makes_a_new_one(book, amina, acme):
    erased(book, amina)
    for key in ("amina@acme.example", "Amina Odhiambo", ERASED, "erased", amina.id, amina):
        with pytest.raises(NotFound):
            book.people.get(key)
    with pytest.raises(NotFound, match=r"was erased on 24 November 2026"):
        book.people.change(amina.id, name="Amina Odhiambo")
    assert book.people.at(acme) == ()
    new = book.people.add("Amina Odhiambo", email="amina@acme.example", at=acme)
    assert new.id != amina.id
    assert [person.id for person in book.people.at(acme)] == [new.id]


def test_the_trail_keeps_that_it_happened(book, amina):
    book.people.change(amina, name="Amina Otieno")
    erased(book, amina)
    record = book.trail.record(amina.id)
    lines = book.history(record)
    assert [line.verb for line in lines][:2] == ["person.added", "person.changed"]
    assert all(line.erased or set(line.after) <= {"erased", "synthetic"} for line in lines[1:])
    assert lines[-1].reason == "(erased) asked by letter"
    with pytest.raises(Refused, match="has been erased"):
        book.restore(lines[1], reason="no")


def test_a_merge_with_somebody_erased_is_not_undone(book, lived, amina):
    with book._store.reading() as session:
        (number,) = session.scalars(text("SELECT id FROM merge"))
    erased(book, amina)
    with pytest.raises(Refused, match="was erased since"):
        book.unmerge(number, reason="no")
    assert book.people.at("Mahali Satellites") != ()


def test_what_an_undone_merge_gave_back_is_somebody_elses(book, amina, ben, acme):
    met = book.log("call", acme, "Ben was there", people=[ben])
    draft = book.letters.draft(met)
    merge = book.merge(amina, ben, reason="thought to be one")
    book.unmerge(merge, reason="two people")
    erased(book, amina)
    assert next(iter(book.history(ben))).after["name"] == "Ben Kamau"
    assert book.history(draft)[0].after["subject"]
    assert [person.name for person in book.interactions.get(met.id).people] == ["Ben Kamau"]


def test_values_of_rows_that_are_long_gone_leave_the_trail_too(book, amina):
    with book._store.changing("position.struck") as change:
        (position,) = change.session.scalars(select(Position))
        change.session.delete(position)
    assert book.trail.about(position)[-1].before["role"] == "Amina heads regulation"
    erased(book, amina)
    assert found_in(book.engine, "Amina heads regulation") == []


def test_a_letter_that_is_queued_at_the_moment_of_an_erasure_does_not_go_out(book, ben, acme):
    (letter,) = queue(book, order(book, (acme, ben)))
    with book.engine.begin() as connection:
        connection.execute(text("UPDATE person SET erased_at = now()"))
    with RecordingServer() as server:
        delivery(book, server).deliver(limit=1)
        assert server.messages == ()
    found = book.outbox.get(letter)
    assert (found.status, found.verdict) == ("stopped", "its reader was erased")


def test_what_comes_back_later_fits_no_letter(book, lived, amina):
    sent, _ = lived
    erased(book, amina)
    late = book.answers.receive(
        message(
            "Stop.\n",
            To=book.identity.unsubscribe(sent.id),
            From="x <x@y.example>",
            Message_ID="<9@y.example>",
        )
    )
    assert (late.person_id, late.outbox_id, late.effect) == (None, None, "fits no letter of ours")


def test_a_letter_that_is_being_handed_over_is_waited_for(book, amina, acme):
    (letter,) = queue(book, order(book, (acme, amina)))
    (claim,) = book.handover.claim(limit=1)
    book.handover.intend([claim.letter])
    with pytest.raises(Refused, match="at this moment") as caught:
        book.people.erase(amina, dry_run=True, **BECAUSE)
    assert (caught.value.rule, caught.value.candidates) == ("erasure.handing_off", (str(letter.id),))


def test_what_may_have_gone_out_counts_as_sent_and_never_goes_again(book, amina, acme, clock):
    (letter,) = queue(book, order(book, (acme, amina)))
    (claim,) = book.handover.claim(limit=1)
    book.handover.intend([claim.letter])
    clock.advance(timedelta(hours=1))
    book.handover.reap()
    erased(book, amina)
    assert book.outbox.get(letter).status == "assumed_sent"


def test_a_letter_to_somebody_else_is_not_sent_out_mutilated(book, amina, ben, acme):
    facts = plain_facts("As agreed", "Dear Ben,\n\nas Amina Odhiambo said.")
    (letter,) = queue(book, order(book, (acme, ben), facts=facts))
    with pytest.raises(Refused, match="on their way") as caught:
        book.people.erase(amina, dry_run=True, **BECAUSE)
    assert (caught.value.rule, caught.value.candidates) == ("erasure.under_way", (str(letter.id),))
    with RecordingServer() as server:
        delivery(book, server).deliver(limit=1)
    erased(book, amina)
    assert "as (erased) said" in book.outbox.shown(letter).text


def test_a_name_that_somebody_else_bears_stays_where_it_may_mean_them(book, amina, acme):
    namesake = book.people.add("Amina Odhiambo", email="other@acme.example", at=acme)
    note = book.log("note", acme, "Amina Odhiambo, amina@acme.example, called.").interaction
    erasure = erased(book, amina.id)
    assert erasure.shared_name
    assert book.interactions.get(note).interaction.summary == "Amina Odhiambo, (erased), called."
    assert book.people.get("Amina Odhiambo").id == namesake.id


@pytest.mark.parametrize(
    ("name", "said", "left"),
    [
        (
            "José Ångström",
            "Was JOSÉ ÅNGSTRÖM there? Jose\u0301 A\u030angstro\u0308m was.",
            "Was (erased) there? (erased) was.",
        ),
        ("王伟", "昨天与王伟讨论了会费。", "昨天与(erased)讨论了会费。"),
        ("أمينة أوديامبو", "تحدثنا مع أمينة أوديامبو اليوم", "تحدثنا مع (erased) اليوم"),
        ("Ann Lee", "Joann Leeds met Ann Lee's team.", "Joann Leeds met (erased)'s team."),
        ("Zoë", "Zoë is one word and may be anybody.", "Zoë is one word and may be anybody."),
    ],
)
def test_names_are_found_in_any_script_and_not_inside_others(book, acme, name, said, left):
    person = book.people.add(name, at=acme)
    note = book.log("note", acme, said).interaction
    erased(book, person)
    assert book.interactions.get(note).interaction.summary == left


def test_a_switchboard_that_colleagues_share_is_nobodys_trace(book, acme):
    one, two = (book.people.add(name, phone="+41 22 730 51 11", at=acme) for name in ("Ann Lee", "Bo Diaz"))
    note = book.log("note", acme, "Their switchboard is +41 22 730 5111.").interaction
    erased(book, one)
    assert book.interactions.get(note).interaction.summary == "Their switchboard is +41 22 730 5111."
    assert book.people.get(two.id).phone == "+41 22 730 51 11"


# What follows holds for tables that nobody has thought of yet: rows are made from the columns alone.

TABLES = [
    table
    for table in Record.metadata.sorted_tables
    if personal_columns(table) and not table.name.startswith("trail")
]


ABOUT = [table for table in TABLES if any(table_of(ref.record) is table for ref in references_to(Person))]


@pytest.mark.parametrize("table", ABOUT, ids=str)
def test_a_row_about_the_person_loses_its_words_whatever_they_say(book, amina, table):
    plant(book.engine, table, about=amina.id, number=10**9, says="likes jazz")
    erased(book, amina, suppress=False)
    assert found_in(book.engine, "likes jazz") == []


@pytest.mark.parametrize("table", [t for t in TABLES if t.name != "person"], ids=str)
def test_a_row_about_something_else_loses_the_person_and_keeps_its_words(book, amina, table):
    plant(book.engine, table, about=1, number=10**9, says="Amina Odhiambo likes jazz")
    erased(book, amina)
    assert found_in(book.engine, "amina odhiambo") == []
    words = [column for column in personal_columns(table) if is_text(column)]
    kept = found_in(book.engine, "(erased) likes jazz")
    assert len(kept) == (0 if record_of(table.name).append_only else len(words))


# Texts of tables about a person that say nothing about them; any other one has to be personal.
TOLD_BY_US = {
    "complaint": {"recorded_by"},
    "contact_basis": {"recorded_by", "withdrawn_by"},
    "people_apart": {"judged_by"},
    "enrolment": {"entered_by", "reason", "step"},
    "answer": {"digest", "effect"},
    "letter_draft": {"template"},
    "outbox": {
        "key", "step", "stream", "from_name", "from_address", "template", "message_id", "rendered_hash",
    },
}  # fmt: skip


def test_every_text_of_a_table_about_a_person_is_personal_or_ours():
    for reference in references_to(Person):
        table = table_of(reference.record)
        texts = {column.name for column in table.columns if is_text(column)}
        others = {name for name in texts if not is_personal(table.columns[name])}
        assert others == TOLD_BY_US.get(table.name, set()), table.name


# Columns of these names hold what somebody types, and a name one day, unless a program writes them.
TYPED = {"detail", "evidence", "note", "outcome", "reason", "said", "summary", "text", "what"}
WRITTEN_BY_PROGRAMS = {
    "delivery.what",
    "enrolment.reason",
    "job_slot.summary",
    "step_taken.outcome",
    "subscription_day.detail",
}


def test_free_texts_are_personal_wherever_they_stand():
    open_ones = {
        str(column)
        for table in Record.metadata.sorted_tables
        if not issubclass(record_of(table.name), Fact)
        for column in table.columns
        if column.name in TYPED and is_text(column) and not is_personal(column)
    }
    assert open_ones == WRITTEN_BY_PROGRAMS


def test_no_stated_table_is_out_of_date():
    assert ROWS_THAT_GO.keys() <= Record.metadata.tables.keys()
    assert all(ROWS_THAT_GO.values())


def test_the_database_lets_a_ledgers_free_texts_be_blanked_and_nothing_else(book, acme):
    book.suppressions.add("x@acme.example")
    book.terms.join(acme, "associate", sector="T", study_group="T-SG13", on=date(2026, 1, 1), reason="why")
    book.opportunities.add(acme, "upgrade", title="Become a Sector Member", sector="T")
    book.dues.assess(2026)
    for table in Record.metadata.sorted_tables:
        if not record_of(table.name).append_only:
            continue
        with book.engine.connect() as connection:
            filled = connection.scalar(text(f"SELECT count(*) FROM {table.name}"))
        if not filled:
            plant(book.engine, table, about=1, number=1, says="why")
        for column in table.columns:
            value = "'(erased)'" if is_personal(column) else f'"{column.name}"'
            statement = text(f'UPDATE {table.name} SET "{column.name}" = {value}')
            if is_personal(column):
                with book.engine.begin() as connection:
                    connection.execute(statement)
                statement = text(f"UPDATE {table.name} SET \"{column.name}\" = 'another'")
            with pytest.raises(Refused, match="append-only"), book._store.transaction() as session:
                session.execute(statement)
