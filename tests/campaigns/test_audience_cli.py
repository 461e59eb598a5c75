import json

import pytest
from support.associates import associate
from support.books import SECRET
from typer.testing import CliRunner

from campaigns.audience_cli import app
from crm.cli.session import Invocation
from crm.errors import InvalidInput, NotFound

RULE = {"rule": "all_of", "rules": [{"rule": "is_member"}, {"rule": "of_size", "size": "large"}]}


@pytest.fixture
def crm(book, clock, database_url, monkeypatch, tmp_path):
    """Runs ``crm audience …`` on this test's book, in a folder that holds a rule."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rule.json").write_text(json.dumps(RULE), "utf-8")
    monkeypatch.setenv("CRM_DATABASE_URL", database_url)
    monkeypatch.setenv("CRM_SECRET_KEY", SECRET.get_secret_value())
    monkeypatch.setenv("CRM_ACTOR", "dana@accord.example")
    associate(book, "Acme")
    associate(book, "Small", size="sme")

    def run(*arguments: str, as_json: bool = False) -> str:
        result = CliRunner().invoke(app, list(arguments), obj=Invocation(clock=clock, as_json=as_json))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.stdout

    return run


def test_a_rule_out_of_a_file_is_counted_clause_by_clause(crm):
    first, *table = crm("count", "rule.json").splitlines()
    assert first == "1 accounts, each of which is a member and is a large enterprise, on 2026-11-24"
    assert [line.split() for line in table if "large" in line] == [["1", "is", "a", "large", "enterprise"]]
    counted = json.loads(crm("count", "rule.json", as_json=True))
    assert (counted["accounts"], [row["accounts"] for row in counted["left_out"]]) == (1, [0, 1])


def test_the_audience_of_a_campaign_is_counted_by_its_name(crm):
    assert crm("count", "associate_upgrade").startswith("2 accounts, each of which is an Associate")


def test_an_account_is_explained_clause_by_clause(crm):
    assert crm("explain", "rule.json", "Small").splitlines() == [
        "Small is not in the audience on 2026-11-24",
        "  yes: is a member",
        "  no: is not a large enterprise",
    ]
    assert json.loads(crm("explain", "rule.json", "Acme", as_json=True))["member"] is True


@pytest.mark.parametrize(
    "content",
    ["nothing", "[" * 100_000, '{"rule": "sql", "text": "1=1"}', '{"rule": "not", "of": ' * 5_000],
    ids=["no JSON", "without end", "no rule", "cut off"],
)
def test_a_file_that_holds_no_rule_is_refused(crm, tmp_path, content):
    (tmp_path / "rule.json").write_text(content, "utf-8")
    with pytest.raises(InvalidInput):
        crm("count", "rule.json")


def test_neither_a_campaign_nor_a_file_is_not_found(crm):
    with pytest.raises(NotFound):
        crm("count", "nowhere.json")
