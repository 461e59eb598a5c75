def test_on_the_command_line(crm):
    assert "10600.00" in crm("fee", "of", "associate", "--sector", "T", "--country", "KEN").stdout
    assert "sector-member-T-reduced" in crm("fee", "table", "--json").stdout
    assert "180" in crm("fee", "rules").stdout
