"""`crm duplicates …`."""

import pytest


@pytest.fixture
def twin(crm, acme):
    return crm.json("org", "add", "Acme Satellites Ltd", "--country", "KE")


def test_duplicates_are_listed_with_reasons_and_told_apart(crm, acme, twin):
    (pair,) = crm.json("duplicates", "list", "--country", "KE")
    assert (pair["keep_id"], pair["duplicate_id"], pair["score"]) == (acme["id"], twin["id"], 0.8)
    listed = crm("duplicates", "list").stdout
    assert "80%" in listed
    assert "same name but for the legal form in the same country" in listed
    assert str(twin["id"]) in crm("duplicates", "of", acme["id"]).stdout

    crm.json("duplicates", "dismiss", acme["id"], twin["id"], "--reason", "two firms")
    assert crm("duplicates", "list", "--since", "yesterday").stdout == "Nothing looks like a duplicate.\n"
    assert crm("duplicates", "of", acme["id"]).stdout == "Nothing in the book looks like it.\n"
    assert "two firms" in crm("duplicates", "dismissed").stdout

    crm("duplicates", "reconsider", acme["id"], twin["id"])
    assert crm("duplicates", "dismissed").stdout == "Nothing was told apart.\n"
    said = crm("duplicates", "reconsider", acme["id"], twin["id"])
    assert said.exit_code == 3
    assert "`crm duplicates dismissed`" in said.stderr


def test_people_have_duplicates_too(crm, acme):
    crm.json("person", "add", "Amina Odhiambo", "--email", "odhiambo@acme.example", "--at", acme["id"])
    (pair,) = crm.json("duplicates", "list", "--people")
    assert pair["kind"] == "person"
    assert pair["because"] == ["same name", "both at Acme Satellites", "both write from acme.example"]
