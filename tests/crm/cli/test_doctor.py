"""`crm doctor`: finds what is broken, mends nothing, gives no secret away."""

import json
from contextlib import contextmanager

import pytest
from support.crm_command import PASSWORD
from support.scripted_server import ScriptedServer

from crm.checks import Check
from crm.cli.doctor import _safely

DOWN = f"postgresql://accord:{PASSWORD}@127.0.0.1:1/nowhere"


def looked_at(crm, **variables):
    found = json.loads(crm("doctor", "--json", **variables).stdout)
    return {check["name"]: check for check in found["checks"]}, found["healthy"]
