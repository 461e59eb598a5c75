"""`crm letter` and `crm mail`: a letter on its way out, and the production door for what comes back."""

import pytest
from support.inbound_mail import message, sample

from crm.cli.failures import ExitCode

EX_DATAERR, EX_TEMPFAIL = 65, 75
DOWN = "postgresql://accord:hunter2-hunter2@127.0.0.1:1/nowhere"


@pytest.fixture
def draft(crm, acme):
    met = crm.json(
        "log",
        "meeting",
        acme["id"],
        "Wants the fee table",
        "--person",
        "amina@acme.example",
        "--next",
        "send it",
    )
    return crm.json("letter", "draft", met["interaction"]["id"])


@pytest.fixture
def letter(crm, draft):
    return crm.json("letter", "approve", draft["id"])


def test_a_draft_is_shown_edited_and_approved(crm, draft, tmp_path):
    words = tmp_path / "words.txt"
    words.write_text("Dear Amina,\n\nhere it is.\n", encoding="utf-8")
    crm.json("letter", "edit", draft["id"], "--subject", "The fee table", "--text", words)
    shown = crm("letter", "show", draft["id"]).stdout
    assert shown.startswith("Subject: The fee table\n\nDear Amina,\n")
    assert crm("letter", "show", draft["id"], "--html").stdout.lstrip().startswith("<!")
    said = crm("letter", "approve", draft["id"])
    number = crm.json("mail", "outbox")[0]["id"]
    assert f"crm mail events {number}" in said.stderr
    assert crm("letter", "approve", draft["id"]).exit_code == ExitCode.REFUSED


def test_words_may_come_through_a_pipe(crm, draft):
    crm("letter", "edit", draft["id"], "--text", "-", stdin="Through a pipe.")
    assert "Through a pipe." in crm("letter", "show", draft["id"]).stdout


def test_a_discarded_draft_no_longer_waits(crm, draft):
    assert [d["id"] for d in crm.json("letter", "list")] == [draft["id"]]
    crm.json("letter", "discard", draft["id"])
    assert crm.json("letter", "list") == []


def test_a_letter_on_file_is_written_in_all_its_languages_as_one_page(crm, tmp_path):
    page = tmp_path / "follow_up.html"
    assert crm.json("letter", "preview", "follow_up", "--to", page) == {"file": str(page)}
    assert page.read_text("utf-8").count("<iframe sandbox srcdoc=") == 6
    said = crm("letter", "preview", "folow_up")
    assert said.exit_code != 0
    assert "follow_up" in said.stderr


def test_a_queued_letter_is_listed_shown_and_has_its_events(crm, acme, letter):
    assert [row["id"] for row in crm.json("mail", "outbox", acme["id"], "--status", "queued")] == [
        letter["id"]
    ]
    assert crm.json("mail", "outbox", "--status", "in_doubt") == []
    assert "Amina" in crm("mail", "show", letter["id"]).stdout
    assert [event["what"] for event in crm.json("mail", "events", letter["id"])] == ["queued"]


def test_only_a_letter_in_doubt_or_held_is_decided_about(crm, letter):
    for verb in ("resend", "assume-sent", "give-up"):
        said = crm("mail", verb, letter["id"], "--reason", "the server's log shows it")
        assert said.exit_code == ExitCode.REFUSED
        assert "queued" in said.stderr


def test_letters_of_a_run_are_decided_about_at_once_and_a_letter_or_a_run_is_named(crm, letter):
    verbs = ("resend", "assume-sent", "give-up")
    for verb, named in ((verb, named) for verb in verbs for named in ((), (letter["id"], "--run", "1"))):
        said = crm("mail", verb, *named, "--reason", "mended")
        assert (said.exit_code, "Name a letter, or a run." in said.stderr) == (ExitCode.INVALID_INPUT, True)
    for verb in verbs:
        said = crm("mail", verb, "--run", "1", "--reason", "mended")
        assert "There is no run 1." in said.stderr


def test_a_reply_through_the_pipe_becomes_an_interaction_with_a_follow_up(crm, acme, letter):
    raw = message("Yes, please.", Subject="Re: fees", In_Reply_To=letter["message_id"])
    (answer,) = crm.json("mail", "receive", stdin=raw)
    assert (answer["kind"], answer["outbox_id"]) == ("reply", letter["id"])
    kinds = {happened["kind"] for happened in crm.json("timeline", acme["id"])}
    assert {"interaction", "answer", "follow_up", "letter"} <= kinds
    assert "Answer the reply from Amina Odhiambo" in crm("follow-up", "list").stdout


def test_a_message_has_its_effect_once_however_often_it_comes(crm, acme, letter):
    raw = message("Yes, please.", In_Reply_To=letter["message_id"])
    first, second = crm.json("mail", "receive", stdin=raw), crm.json("mail", "receive", "-", stdin=raw)
    assert first == second
    assert len(crm.json("timeline", acme["id"], "--kind", "answer")) == 1


def test_files_are_taken_in_one_by_one_and_what_fits_nothing_is_kept(crm, tmp_path):
    paths = []
    for name in ("reply_gmail", "bounce_exim"):
        paths.append(tmp_path / f"{name}.eml")
        paths[-1].write_bytes(sample(name))
    crm.json("mail", "receive", *paths)
    assert {one["answer"]["kind"] for one in crm.json("mail", "unmatched")} == {"reply", "bounce"}


def test_the_pipe_of_a_mail_server_needs_no_actor(crm):
    (answer,) = crm.json("mail", "receive", stdin=message("hello"), CRM_ACTOR="")
    assert crm.json("history", "--limit", "1")[0]["actor"] == "mail"
    assert answer["effect"] == "fits no letter of ours"


def test_what_can_never_be_read_is_said_to_be_so_and_does_not_hold_up_the_others(crm, tmp_path):
    (tmp_path / "empty.eml").write_bytes(b"")
    (tmp_path / "good.eml").write_bytes(message("hello"))
    said = crm("mail", "receive", tmp_path / "empty.eml", tmp_path / "good.eml")
    assert said.exit_code == EX_DATAERR
    assert "empty.eml" in said.stderr
    assert len(crm.json("mail", "unmatched")) == 1


def test_a_file_that_is_not_there_is_named(crm):
    assert crm("mail", "receive", "/nowhere.eml").exit_code == ExitCode.NOT_FOUND


@pytest.mark.parametrize(
    "trouble",
    [
        {"CRM_DATABASE_URL": DOWN},
        {"CRM_SECRET_KEY": ""},
        {"CRM_WINDOW": "many"},
        {"CRM_DATABASE_URL": "nonsense"},
    ],
    ids=["database down", "no key", "wrong setting", "wrong address"],
)
def test_trouble_on_our_side_asks_the_mail_server_to_keep_the_message(crm, trouble):
    said = crm("mail", "receive", stdin=message("hello"), **trouble)
    assert said.exit_code == EX_TEMPFAIL
    assert said.stderr.count("\n") == 1


def test_all_mail_is_stopped_let_go_on_and_remembered(crm, letter):
    assert crm("mail", "stops").stdout.strip() == "Mail was never stopped."
    stopped = crm.json("mail", "stop", "--reason", "a wrong figure")
    assert (stopped["reason"], stopped["resumed_at"]) == ("a wrong figure", None)
    assert crm("mail", "stop", "--reason", "again").exit_code != 0
    assert crm.json("mail", "resume", "--reason", "mended")["resumed_because"] == "mended"
    assert [row["reason"] for row in crm.json("mail", "stops")] == ["a wrong figure"]


@pytest.fixture
def unknown(crm, letter):
    """A message from the domain of an account that names no letter; one line of it would clear a terminal."""
    raw = message(
        "Yes, please.\n\x1b[2J\n> On 1 May you wrote", From="Reception <desk@acme.example>", Subject="Fees"
    )
    (answer,) = crm.json("mail", "receive", stdin=raw)
    return answer["id"]


def test_what_fits_nothing_is_listed_with_whom_it_may_be_from(crm, acme, letter, unknown):
    said = crm("mail", "unmatched")
    assert f"Acme Satellites ({acme['id']}" in said.stdout
    assert f"crm mail read {unknown}" in said.stderr


def test_a_message_is_read_whole_and_steers_no_terminal(crm, unknown):
    said = crm("mail", "read", unknown).stdout
    assert said.startswith("From: Reception <desk@acme.example>\n")
    assert "> On 1 May you wrote" in said
    assert "\x1b" not in said
    assert crm.json("mail", "read", unknown)["whole"]["files"] == []


def test_a_message_is_assigned_to_its_letter(crm, letter, unknown):
    crm.json("mail", "assign", unknown, "--letter", letter["id"], "--reason", "they called")
    assert "Answer the reply from Amina Odhiambo" in crm("follow-up", "list").stdout
    assert crm.json("mail", "unmatched") == []
    assert crm("mail", "assign", unknown, "--org", "acme.example").exit_code == ExitCode.REFUSED


def test_a_message_that_was_assigned_to_the_wrong_account_waits_again(crm, acme, unknown):
    crm.json("mail", "assign", unknown, "--org", acme["id"])
    crm.json("mail", "unassign", unknown, "--reason", "another Acme")
    assert [one["answer"]["id"] for one in crm.json("mail", "unmatched")] == [unknown]


def test_messages_are_set_aside_together_and_one_is_taken_back(crm, unknown):
    (other,) = crm.json("mail", "receive", stdin=message("Our newsletter", Message_ID="<7@acme.example>"))
    crm.json("mail", "set-aside", unknown, other["id"], "--reason", "a newsletter")
    assert "a newsletter" in crm("mail", "unmatched", "--set-aside").stdout
    crm.json("mail", "reopen", unknown)
    assert [one["answer"]["id"] for one in crm.json("mail", "unmatched")] == [unknown]
