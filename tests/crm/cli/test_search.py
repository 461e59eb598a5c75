"""`crm search`, and the filters and pages of `crm timeline`."""

from sqlalchemy import create_engine, text


def test_words_are_found_and_marked(crm, acme):
    crm.json("log", "call", acme["id"], "Обсудили шестой план", "--next", "send the plan")
    shown = crm("search", "шестой план").stdout
    assert "Обсудили *шестой* *план*" in shown
    (found,) = crm.json("search", "ПЛАН", "--kind", "interaction", "--office", "BDT", "--account", acme["id"])
    assert found["snippet"]["parts"] == [["Обсудили шестой ", False], ["план", True]]
    assert "Nothing is found." in crm("search", "absent").stdout
    assert crm("search", "").exit_code == 5


def test_an_answer_that_goes_on_says_how(crm, acme):
    for number in range(3):
        crm.json("log", "call", acme["id"], f"fees {number}")
    said = crm("search", "fees", "--limit", "2")
    assert "There is more: --after 2, or --limit 4." in said.stderr
    assert "more" not in crm("search", "fees", "--after", "2").stderr
    first = crm("timeline", acme["id"], "--limit", "2", "--oldest-first", "--json")
    place = first.stderr.split("--after ")[1].split(",")[0]
    rest = crm("timeline", acme["id"], "--oldest-first", "--after", place)
    assert "fees 2" in rest.stdout
    assert "fees 1" not in rest.stdout
    assert crm("timeline", acme["id"], "--all").stderr == ""


def test_a_timeline_is_narrowed(crm, acme):
    crm.json("log", "call", acme["id"], "with Amina", "--person", "amina@acme.example")
    crm.json("log", "call", acme["id"], "for TSB", "--office", "TSB")
    for options, shown in (
        (("--person", "Amina Odhiambo"), "with Amina"),
        (("--office", "TSB"), "for TSB"),
        (("--text", "tsb"), "for TSB"),
    ):
        (line,) = crm.json("timeline", acme["id"], *options)
        assert line["title"] == f"Call: {shown}"
    assert crm.json("timeline", acme["id"], "--until", "yesterday") == []


def test_doctor_says_when_something_cannot_be_found_and_how_to_mend_it(crm, acme, database_url):
    crm.json("log", "call", acme["id"], "fees")
    assert "Every text in the book can be found." in crm("doctor", "--only", "database").stdout
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM search_text"))
    engine.dispose()
    assert "crm search --rebuild" in crm("doctor", "--only", "database").stdout
    assert crm.json("search", "--rebuild") == {"written": 1}
    assert len(crm.json("search", "fees")) == 1
