import pytest
from support.inbound_mail import LETTER_ID, message

from crm.mail.automatic import is_absence_note
from crm.mail.inbound import AnswerKind, parse


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Auto_Submitted", "auto-replied"),
        ("Auto_Submitted", "auto-generated; type=vacation"),
        ("Auto_Submitted", "Auto-Notified (by a rule)"),
        ("X_Autoreply", "yes"),
        ("X_Autorespond", "Re: hello"),
        ("X_Auto_Response_Suppress", "OOF, AutoReply"),
        ("Precedence", "bulk"),
        ("Precedence", "junk"),
        ("Precedence", "auto_reply"),
        ("Return_Path", "<>"),
        ("From", "No Reply <no-reply@acme.example>"),
        ("Content_Type", "text/calendar; method=REPLY"),
        ("Subject", "Out of office"),
    ],
)
def test_a_program_is_known_by_its_marks(name, value):
    assert (
        parse(message("I am away.", **{"In_Reply_To": LETTER_ID, name: value})).kind
        is AnswerKind.AUTOMATIC_REPLY
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Auto_Submitted", "no"),
        ("Precedence", "first-class"),
        ("Return_Path", "<amina@acme.example>"),
        ("Content_Type", "text/calendar; method=REQUEST"),
        ("Subject", "Re: Out of office"),
    ],
)
def test_a_person_is_not_taken_for_a_program(name, value):
    assert parse(message("I am back.", **{"In_Reply_To": LETTER_ID, name: value})).kind is AnswerKind.REPLY


def test_stop_in_an_automatic_reply_is_nobodys_wish():
    assert parse(message("stop", Auto_Submitted="auto-replied")).kind is AnswerKind.AUTOMATIC_REPLY


def test_the_precedence_that_a_list_adds_says_nothing_of_the_writer():
    fields = {"List_Id": "<x.lists.example>", "Precedence": "bulk"}
    assert parse(message("We have a question.", In_Reply_To=LETTER_ID, **fields)).kind is AnswerKind.REPLY
    assert parse(message("We have a question.", **fields)).kind is AnswerKind.OTHER


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Full membership",
        "Out of Office: until 18 May",
        "[Auto-Reply] Full membership",
        "Réponse automatique : Adhésion",
        "Message d\u2019absence",
        "Automatische Antwort: Mitgliedschaft",
        "Abwesenheitsnotiz",
        "Respuesta automática: Membresía",
        "Resposta automática: Adesão",
        "Risposta automatica: Adesione",
        "Автоматический ответ: Членство",
        "\u200fرد تلقائي: العضوية",
        "自动答复: 成员",
        "自動回覆: 會員",
        "自動応答: 会員",
        "자동 회신: 회원",
        "Automatisch antwoord: Lidmaatschap",
        "Odpowiedź automatyczna: Członkostwo",
        "Autosvar: Medlemskap",
        "Otomatik Yanıt: Üyelik",
    ],
)
def test_absence_notes_are_known_in_many_languages(subject):
    assert is_absence_note(subject)


@pytest.mark.parametrize(
    "subject",
    ["", "Re: Automatic reply: hello", "Membership", "Your automatic reply", "Officer out?", "رد: العضوية"],
)
def test_other_subjects_are_no_absence_notes(subject):
    assert not is_absence_note(subject)
