def test_grounds_are_recorded_shown_and_withdrawn(crm, acme):
    who = "amina@acme.example"
    added = crm.json(
        "basis", "record", who, "campaigns", "consent", "--source", "fair", "--evidence", "form 12"
    )
    assert (added["purpose"], added["basis"], added["on"]) == ("campaigns", "consent", "2026-11-24")
    assert "form 12" in crm("basis", "show", who).stdout
    withdrawn = crm.json("basis", "withdraw", who, "campaigns", "--reason", "she called")
    assert [row["withdrawn_on"] for row in withdrawn] == ["2026-11-24"]
    assert [entry["scope"] for entry in crm.json("suppression", "show", who)] == ["campaigns"]
    assert "suppression list" in crm("basis", "withdraw", who, "campaigns", "--reason", "again").stdout


def test_whether_somebody_may_be_written_to_is_asked_before(crm, acme):
    who = "amina@acme.example"
    (before,) = crm.json("basis", "check", who)
    assert not before["allowed"]
    crm("basis", "record", who, "campaigns", "consent", "--source", "fair", "--evidence", "form 12")
    (after,) = crm.json("basis", "check", who)
    assert (after["allowed"], after["words"]) == (True, "consent")
    assert not crm.json("basis", "check", who, "event")[0]["allowed"]
