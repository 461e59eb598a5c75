"""`crm term propose-…` and `crm term accept`."""

import pytest

ON = ("--on", "2027-04-01")


@pytest.fixture
def associate(crm, acme):
    join = ("term", "join", acme["id"], "associate", "--sector", "T", "--study-group", "SG13")
    crm.json(*join, "--on", "2020-01-01")
    return acme["id"]


def test_a_proposal_is_laid_out_with_the_command_that_accepts_it(crm, associate):
    shown = crm("term", "propose-upgrade", associate, "--sector", "T", *ON)
    assert "Associate in ITU-T, T-SG13" in shown.stdout
    assert "To invoice 23,850.00, to credit 0.00, net 23,850.00 CHF" in shown.stdout
    assert "Look at this: No invoice in the book" in shown.stdout
    assert "10,600.00 CHF" in shown.stdout
    assert "unverified" in shown.stdout
    command = shown.stderr.strip().partition("To accept it: crm ")[2].split()
    done = crm(*command)
    assert done.stdout.strip() == (
        "Acme Satellites is Sector Member in ITU-T, 1/2 unit from 1 April 2027; invoiced: 2027-000001 over 23,850.00 CHF"
    )
    assert [t["opened_by"] for t in crm.json("term", "list", associate)] == ["join", "upgrade"]


def test_programs_get_the_whole_proposal(crm, associate):
    told = crm.json("term", "propose-upgrade", associate, "--sector", "T", "--units", "1 1/2", *ON)
    assert (told["to_invoice"], told["to_credit"], told["net"]) == ("71550.00", "0.00", "71550.00")
    assert (told["ask"]["change"], told["ask"]["units"]) == ("upgrade", "3/2")
    assert told["lines"][0]["since_on"] == "2027-04-01"
    assert {ground["about"] for ground in told["grounds"]} >= {"fee then", "approval", "effect", "credit"}


def test_what_has_changed_since_is_refused_and_named(crm, associate):
    wish = (associate, "--sector", "T", *ON)
    told = crm.json("term", "propose-upgrade", *wish)
    crm.json("org", "change", associate, "--size", "sme", "--reason", "learnt")
    refused = crm("term", "accept", associate, "upgrade", *wish[1:], "--fingerprint", told["fingerprint"])
    assert refused.exit_code == 6
    assert "the fees" in refused.stderr
    assert len(crm.json("term", "list", associate)) == 1


def test_a_dry_run_writes_nothing_and_says_so(crm, associate):
    wish = (associate, "--sector", "T", *ON)
    told = crm.json("term", "propose-upgrade", *wish)
    accept = ("term", "accept", associate, "upgrade", *wish[1:], "--fingerprint", told["fingerprint"])
    rehearsed = crm(*accept, "--dry-run")
    assert "invoiced: 2027-000001" in rehearsed.stdout
    assert "A dry run: nothing was written." in rehearsed.stderr
    assert len(crm.json("term", "list", associate)) == 1
    assert crm.json(*accept)["invoices"][0]["number"] == "2027-000001"


def test_the_other_changes_are_proposed_and_accepted(crm, associate):
    def accepted(change, *wish, **said):
        told = crm.json("term", said["by"], associate, *wish)
        approval = ("--approval", "note 7")
        return crm.json(
            "term", "accept", associate, change, *wish, *approval, "--fingerprint", told["fingerprint"]
        )["term"]

    further = accepted("further_sector", "--sector", "D", *ON, by="propose-sector")
    assert (further["coverage"], further["units"]) == ("D", "1/16")
    higher = accepted(
        "class_change", "--sector", "D", "--units", "1/8", "--on", "2027-06-01", by="propose-class"
    )
    assert higher["units"] == "1/8"
    lower = ("--sector", "D", "--study-group", "D-SG1", "--on", "2027-08-01")
    assert accepted("downgrade", *lower, by="propose-downgrade")["category"] == "associate"
