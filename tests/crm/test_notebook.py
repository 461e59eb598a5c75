"""Several values in a real IPython shell, in a process of its own."""

import json
import os
import subprocess
import sys

import pytest
from support.books import SECRET

CELLS = """
import json, os, sys
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance(history_length=0, colors="NoColor")
shell.history_manager.enabled = False
if os.environ.get("TAUGHT"):
    shell.display_formatter.formatters["text/html"].for_type(tuple, lambda value: "mine")

def show(cell):
    result = shell.run_cell(cell, store_history=False)
    result.raise_error()
    shown, _ = shell.display_formatter.format(result.result)
    return shown.get("text/html", "")

show('import crm; book = crm.open(actor="dana@accord.example")')
show('acme = book.organizations.add("Acme", country="KE"); book.log("call", acme, "Hello", next="Write", due="14d")')
shown = [show(cell) for cell in sys.argv[1:]]
show("book.close()")
print(json.dumps(shown))
"""


@pytest.fixture
def notebook(database_url, tmp_path):
    def notebook(*cells, **changes):
        known = {name: value for name, value in os.environ.items() if not name.startswith("CRM_")}
        ours = {
            "CRM_DATABASE_URL": database_url,
            "CRM_SECRET_KEY": SECRET.get_secret_value(),
            "CRM_DATA_FOLDER": str(tmp_path),
            "IPYTHONDIR": str(tmp_path),
        }
        ran = subprocess.run(
            [sys.executable, "-c", CELLS, *cells],
            check=False,
            env={**known, **ours, **changes},
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout.splitlines()[-1])

    return notebook


def test_one_value_is_a_card_and_several_are_a_table(notebook):
    one, several, listed, report = notebook(
        "acme", "book.follow_ups.open()", "[acme]", "book.reports.prospects_by_state()"
    )
    assert "<dt>Name</dt><dd><bdi>Acme</bdi></dd>" in one
    assert "<td><bdi>Write</bdi></td>" in several
    assert "<caption>Follow up (1)</caption>" in several
    assert "<table>" in listed
    assert "accord-report" in report


def test_what_belongs_to_others_stays_as_it_is(notebook):
    assert notebook("(1, 2)", "()", "[acme, 1]") == ["", "", ""]


def test_what_somebody_has_taught_the_notebook_stays(notebook):
    assert notebook("book.follow_ups.open()", TAUGHT="1") == ["mine"]
