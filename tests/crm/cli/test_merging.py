"""`crm merge`, `crm unmerge`, `crm merges`."""

import pytest


@pytest.fixture
def twin(crm, acme):
    return crm.json("org", "add", "Acme Sat", "--country", "KE")


def test_a_duplicate_is_tried_merged_listed_and_taken_apart_again(crm, acme, twin):
    tried = crm("merge", acme["id"], twin["id"], "--reason", "same LEI", "--dry-run")
    assert "Acme Sat" in tried.stdout
    assert crm("merges", acme["id"]).stdout == "Nothing was merged into it.\n"
    done = crm("merge", acme["id"], twin["id"], "--reason", "same LEI")
    (merge,) = crm.json("merges", acme["id"])
    assert f"crm unmerge {merge['id']}" in done.stderr
    assert crm.json("org", "show", "Acme Sat")["organization"]["id"] == acme["id"]
    undone = crm.json("unmerge", merge["id"], "--reason", "they are two")
    assert undone["duplicate"] == "Acme Sat"
    assert crm.json("org", "show", "Acme Sat")["organization"]["id"] == twin["id"]


def test_what_was_changed_since_is_told_when_a_merge_is_undone(crm, acme, twin):
    crm.json("org", "change", twin["id"], "--website", "https://sat.example")
    merge = crm.json("merge", acme["id"], twin["id"], "--reason", "same LEI")
    crm.json("org", "change", acme["id"], "--website", "https://acme.example")
    said = crm("unmerge", merge["id"], "--reason", "they are two").stdout
    assert "taken out of Acme Satellites" in said
    assert "Left as it is" in said


def test_a_merge_that_makes_no_sense_is_refused(crm, acme):
    said = crm("merge", acme["id"], acme["id"], "--reason", "same")
    assert said.exit_code == 6
    assert crm("unmerge", "404", "--reason", "x").exit_code == 3
