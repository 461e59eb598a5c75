from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from support.inbound_mail import message
from support.outbox import MANAGER, contact, staffed, statuses
from support.sending import delivery

from crm.errors import AccordError, InvalidInput, NotFound, Refused, TemplateError


@pytest.fixture
def dana(book):
    staffed(book)
    return book


def met_with(book, to, kind="meeting", **more):
    account, person = to
    return book.log(
        kind, account, "She asked what membership costs; sounds cross about 2024", people=[person], **more
    )


@pytest.fixture
def drafted(dana):
    return dana.letters.draft(met_with(dana, contact(dana), next="send the fee table", due="2026-12-01"))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "1 December 2026"),
        ("fr", "1er décembre 2026"),
        ("ar", "ديسمبر"),
        ("es", "1 de diciembre de 2026"),
        ("ru", "1 декабря 2026\u00a0года"),
        ("zh", "2026年12月1日"),
    ],
)
def test_a_draft_is_written_in_the_language_of_its_reader(dana, language, words):
    met = met_with(dana, contact(dana, language=language), next="send the fee table", due="2026-12-01")
    draft = dana.letters.draft(met)
    assert draft.language == language
    assert words in draft.text
    assert "send the fee table" in draft.text
    assert "Amina Odhiambo" in draft.text


def test_a_reader_whose_language_is_not_known_gets_english_and_another_can_be_asked_for(dana):
    met = met_with(dana, contact(dana))
    assert dana.letters.draft(met).language == "en"
    assert dana.letters.draft(met, language="French").language == "fr"


def test_a_minister_is_addressed_by_the_office_and_others_as_was_recorded(dana):
    ministry = dana.organizations.add("Ministry of Communications", kind="administration")
    minister = dana.people.add(
        "Amina Odhiambo", email="minister@gov.example", at=ministry, role="Minister of ICT", language="fr"
    )
    met = dana.log("call", ministry, "About the Plenipotentiary Conference", people=[minister])
    assert "\n\nExcellence,\n" in (text := dana.letters.draft(met).text)
    assert "d’agréer, Excellence, l’expression" in text
    assert dana.letters.draft(met, language="en").text.startswith("Excellency,\n")
    dana.people.change(minister, salutation="Madame la Ministre,")
    assert "\n\nMadame la Ministre,\n" in dana.letters.draft(met).text
    assert dana.letters.draft(met, language="en").text.startswith("Excellency,\n")


def test_a_language_without_the_letter_says_which_there_are(dana):
    met = met_with(dana, contact(dana, language="zh"))
    with pytest.raises(TemplateError, match="not written in 'zh'") as wrong:
        dana.letters.draft(met, template="report_notice")
    assert wrong.value.candidates == ("en",)
    assert dana.letters.open() == ()


def test_what_was_noted_for_colleagues_never_stands_in_a_letter(dana, drafted):
    assert "cross" not in drafted.text + drafted.subject
    assert "2024" not in drafted.text


def test_a_letter_names_the_office_as_people_do_and_by_its_code_where_it_has_no_name_in_the_language(
    dana, drafted
):
    name = dana.offices.get("BDT").name
    assert name in drafted.text
    assert "BDT\n" not in drafted.text
    french = dana.letters.draft(met_with(dana, contact(dana, "Juma Ali", language="fr")))
    assert "BDT\n" in french.text
    assert name not in french.text


def test_nothing_is_sent_until_a_draft_is_approved(dana, drafted, mail_server):
    assert [draft.id for draft in dana.letters.open()] == [drafted.id]
    assert delivery(dana, mail_server).deliver(limit=5).outcomes == {}
    letter = dana.letters.approve(drafted)
    assert dana.letters.open() == ()
    delivery(dana, mail_server).deliver(limit=5)
    assert statuses(dana, [letter]) == ["accepted"]
    (sent,) = mail_server.messages
    assert sent.message["From"].addresses[0].display_name == "Dana Novak"
    assert sent.message["List-Unsubscribe"] is None


def test_what_was_edited_is_what_goes_out(dana, drafted, mail_server):
    text = f"{drafted.text}\nPS: see you in Kigali! 5 < 6 & so on.\n"
    dana.letters.edit(drafted, subject="The fee table", text=text)
    shown = dana.letters.shown(drafted)
    assert shown.subject == "The fee table"
    dana.letters.approve(drafted)
    delivery(dana, mail_server).deliver(limit=1)
    (sent,) = mail_server.messages
    words = sent.message.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert "PS: see you in Kigali! 5 < 6 & so on." in words
    assert words.strip() == shown.text.strip()
    assert "5 &lt; 6 &amp; so on" in sent.message.get_body(("html",)).get_content()


def test_editing_one_part_leaves_the_other(dana, drafted):
    edited = dana.letters.edit(drafted, subject="The fee table")
    assert (edited.subject, edited.text) == ("The fee table", drafted.text)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"text": "  \n"}, "text is empty"),
        ({"subject": ""}, "subject is empty"),
        ({"text": "a\0b"}, "NUL"),
        ({"subject": "Hi\r\nBcc: x@y.example"}, "holds"),
        ({"text": "x" * 30_000}, "very long"),
    ],
)
def test_words_that_cannot_stand_in_a_letter_are_refused_and_the_draft_stays(dana, drafted, changes, what):
    with pytest.raises(AccordError, match=what):
        dana.letters.edit(drafted, **changes)
    (kept,) = dana.letters.open()
    assert (kept.subject, kept.text) == (drafted.subject, drafted.text)


def test_a_draft_is_approved_once(dana, drafted):
    dana.letters.approve(drafted)
    for verb in (dana.letters.approve, dana.letters.discard, lambda key: dana.letters.edit(key, text="late")):
        with pytest.raises(Refused, match="approved before"):
            verb(drafted)
    assert len(dana.outbox.of()) == 1


def test_a_draft_approved_by_several_at_once_becomes_one_letter(dana, drafted, make_book):
    books = [make_book() for _ in range(4)]
    together = Barrier(len(books))

    def approve(book):
        together.wait()
        try:
            return book.letters.approve(drafted).id
        except Refused:
            return None

    with ThreadPoolExecutor(len(books)) as pool:
        approved = [number for number in pool.map(approve, books) if number is not None]
    assert len(approved) == len(dana.outbox.of()) == 1


def test_a_discarded_draft_stays_on_record_and_is_never_sent(dana, drafted):
    discarded = dana.letters.discard(drafted)
    assert discarded.discarded_at == dana.clock.now()
    assert dana.letters.open() == ()
    with pytest.raises(Refused, match="discarded before"):
        dana.letters.approve(drafted)
    assert dana.outbox.of() == ()


def test_only_the_staff_sign_letters(dana, make_book):
    met = met_with(dana, contact(dana))
    with pytest.raises(NotFound, match="not on the staff"):
        make_book("stranger@accord.example").letters.draft(met)


def test_who_no_longer_works_here_signs_nothing(dana):
    met = met_with(dana, contact(dana))
    dana.staff.retire(MANAGER, reason="left")
    with pytest.raises(Refused, match="no longer works here"):
        dana.letters.draft(met)


def test_a_reader_without_an_address_is_named_with_the_way_to_mend_it(dana):
    account, _ = contact(dana)
    silent = dana.people.add("Baraka Mwangi", at=account)
    with pytest.raises(InvalidInput, match="Baraka Mwangi has no e-mail address") as wrong:
        dana.letters.draft(met_with(dana, (account, silent)))
    assert f'book.people.change({silent.id}, email="…")' in wrong.value.hint


def test_a_meeting_without_contacts_needs_a_reader(dana):
    account, person = contact(dana)
    met = dana.log("call", account, "Spoke to the switchboard")
    with pytest.raises(InvalidInput, match="Nobody took part") as wrong:
        dana.letters.draft(met)
    assert wrong.value.field == "to"
    assert dana.letters.draft(met, to=person).person_id == person.id


def test_a_note_is_followed_up_by_no_letter(dana):
    with pytest.raises(InvalidInput, match="does not follow up a note") as wrong:
        dana.letters.draft(met_with(dana, contact(dana), kind="note"))
    assert wrong.value.field == "interaction"


def test_a_draft_or_interaction_that_is_not_there_is_not_found(dana):
    with pytest.raises(NotFound, match="interaction"):
        dana.letters.draft(10**12)
    with pytest.raises(NotFound, match="draft"):
        dana.letters.approve(10**12)


def test_a_letter_threads_with_the_mail_that_it_answers(dana, drafted, mail_server):
    first = dana.letters.approve(drafted)
    delivery(dana, mail_server).deliver(limit=1)
    reply = message("Which fee?\n", To=dana.identity.reply(first.id), Message_ID="<q1@acme.example>")
    answer = dana.answers.receive(reply)
    second = dana.letters.approve(dana.letters.draft(answer.interaction_id))
    assert (second.in_reply_to, second.references) == (
        "<q1@acme.example>",
        [first.message_id, "<q1@acme.example>"],
    )

    further = message("And when?\n", To=dana.identity.reply(second.id), Message_ID="<q2@acme.example>")
    again = dana.answers.receive(further)
    third = dana.letters.approve(dana.letters.draft(again.interaction_id))
    assert third.in_reply_to == "<q2@acme.example>"
    assert third.references == [first.message_id, "<q1@acme.example>", second.message_id, "<q2@acme.example>"]

    delivery(dana, mail_server).deliver(limit=5)
    arrived = {sent.message["Message-ID"]: sent.message for sent in mail_server.messages}
    assert arrived[third.message_id]["References"].split() == third.references


def test_a_letter_after_a_meeting_begins_a_thread(dana, drafted):
    letter = dana.letters.approve(drafted)
    assert (letter.in_reply_to, letter.references) == (None, [])


def test_who_drafted_edited_and_approved_stands_in_the_trail(dana, drafted):
    dana.letters.edit(drafted, subject="The fee table")
    dana.letters.approve(drafted)
    verbs = [entry.verb for entry in dana.history(drafted)]
    assert sorted(verbs) == ["letter.approved", "letter.drafted", "letter.edited"]
