def test_fees_and_what_a_unit_is_come_with_how_sure_they_are(crm):
    assert "10600.00" in crm("fee", "of", "associate", "--sector", "T", "--country", "KEN").stdout
    lines = {line["key"]: line for line in crm.json("fee", "table") if "key" in line}
    assert lines["sector-member-T-reduced"]["units"] == "1/16"
    units = crm("fee", "table", "--on", "2028-01-01").stdout.splitlines()
    (state,) = [line for line in units if "unit-member_state" in line]
    (member,) = [line for line in units if "unit-sector_member" in line]
    assert "318,000.00" in state
    assert "preliminary, unverified" in state
    assert "63,600.00" in member
    assert "preliminary, unverified" in member


def test_each_rule_says_what_it_is_how_sure_that_is_and_where_it_comes_from(crm):
    rules = {line["rule"]: line for line in crm.json("fee", "rules")}
    assert rules["suspension_days"]["value"].startswith("180")
    assert {line["certainty"] for line in rules.values()} >= {"verified", "unverified"}
    assert all(line["words"] and line["source"] for line in rules.values())
    assert rules["interest_first"]["certainty"] == rules["due_days"]["certainty"] == "unverified"
    shown = crm("fee", "rules").stdout
    assert "A member is suspended so many days after the due date." in " ".join(shown.split())
