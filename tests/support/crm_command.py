"""The real `crm` command, in this process or as one of its own."""

import json
import os
import subprocess
import sys
from functools import cache

import typer.testing
from sqlalchemy.engine import make_url
from support.books import SECRET, engine_on
from typer.testing import CliRunner

from crm.cli import app
from crm.cli.session import Invocation

# The runner builds all commands anew for each that it runs, which takes longer than most of them.
typer.testing._get_command = cache(typer.testing._get_command)

DANA = "dana@accord.example"
PASSWORD = "hunter2-hunter2"


class Crm:
    """``crm("org", "show", "acme.example")`` on one database, by one clock; its address holds a password.

    The commands share an engine, unless a test names another database.
    """

    def __init__(self, url, clock, folder):
        self.variables = variables(url, folder)
        self._clock = clock
        self._engine = engine_on(url)

    def __call__(self, *args, stdin=None, **changes):
        engine = None if "CRM_DATABASE_URL" in changes else self._engine
        found = CliRunner().invoke(
            app,
            [str(arg) for arg in args],
            input=stdin,
            env={**self.variables, **changes},
            obj=Invocation(clock=self._clock, engine=engine),
            prog_name="crm",
        )
        if found.exception is not None and not isinstance(found.exception, SystemExit):
            raise found.exception
        assert PASSWORD not in found.output
        assert SECRET.get_secret_value() not in found.output
        return found

    def json(self, *args, **given):
        """What a command answers to a program; it must succeed."""
        found = self("--json", *args, **given)
        assert found.exit_code == 0, found.output
        return json.loads(found.stdout)

    def started(self, *args, **given):
        """The command as a process of its own."""
        changes = {
            **os.environ,
            **{k: v for k, v in self.variables.items() if v is not None},
            **given.pop("env", {}),
        }
        return subprocess.Popen(
            [sys.executable, "-m", "crm", *map(str, args)],
            env=changes,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **given,
        )


def variables(url, folder):
    """Every variable that could change what the command does; None takes one away for the time of the call."""
    taken = {name: None for name in os.environ if name.startswith("CRM_")}
    return taken | {
        "CRM_DATABASE_URL": make_url(url).set(password=PASSWORD).render_as_string(hide_password=False),
        "CRM_SECRET_KEY": SECRET.get_secret_value(),
        "CRM_ACTOR": DANA,
        "CRM_BOOK": "accord",
        "CRM_DATA_FOLDER": str(folder),
        "CRM_ANSWER_DOMAIN": "answers.accord.example",
        "FORCE_COLOR": None,
        "COLUMNS": None,
    }
