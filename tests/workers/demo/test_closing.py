import shlex

import pytest
from typer.testing import CliRunner

import campaigns.cli
import crm.cli
from workers.demo.scenes.closing import next_commands

COMMANDS = list(next_commands(run=1, account=2, letter=3))


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_recommended_next_is_a_command_that_there_is(command):
    _, *words = shlex.split(command)
    app = crm.cli.app
    if words[0] == "campaign":  # registered as an entry point, which only an installed program has
        app, words = campaigns.cli.app, words[1:]
    result = CliRunner().invoke(app, [*words, "--help"])
    assert result.exit_code == 0, result.output
    assert "Usage" in result.output
