import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from support.server_processes import REPOSITORY

from crm.config import Settings
from crm.errors import StoreError
from crm.store.shared_server import wait_until
from workers.demo.processes import Processes, environment
from workers.demo.stage import demo_settings

# Takes its time to end, as a worker with a letter in hand does.
_PATIENT = """
import signal, sys, time
def end(*_):
    time.sleep(0.3)
    print("ended well", flush=True)
    sys.exit(0)
signal.signal(signal.SIGINT, end)
print("runs", flush=True)
while True:
    time.sleep(1)
"""
PATIENT = [sys.executable, "-c", _PATIENT]
FAILING = [sys.executable, "-c", "import sys; sys.exit('the beat cannot start')"]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "logs").mkdir()
    return tmp_path


def started(folder, *, beat=PATIENT):
    settings = demo_settings(data_folder=folder, smtp_port=1, inbox=folder / "inbox")
    programs = {"worker": PATIENT, "beat": beat}
    with (folder / "turn").open("w") as turn:
        return Processes(settings, logs=folder / "logs", turn=turn.fileno(), programs=programs)


def wait_until_they_run(folder):
    logs = [folder / "logs" / name for name in ("worker.log", "beat.log")]
    assert wait_until(lambda: all(log.exists() and "runs" in log.read_text() for log in logs), seconds=60)
    return logs


@pytest.fixture
def keepers():
    def found():
        return [p for p in psutil.Process().children(recursive=True) if "keeper" in " ".join(p.cmdline())]

    yield found
    assert found() == []


def test_both_end_well_when_the_demonstration_does(folder, keepers):
    with started(folder) as processes:
        logs = wait_until_they_run(folder)
        processes.check()
        everybody = keepers()[0].children()
        assert len(everybody) == 2
    assert ["ended well" in log.read_text() for log in logs] == [True, True]
    assert not any(process.is_running() for process in everybody)


def test_both_end_when_the_demonstration_is_killed(folder):
    code = f"""
import sys; sys.path[:0] = {[str(REPOSITORY)]!r}
from pathlib import Path
from workers.demo.processes import Processes
from workers.demo.stage import demo_settings
folder = Path({str(folder)!r})
settings = demo_settings(data_folder=folder, smtp_port=1, inbox=folder / "inbox")
programs = dict.fromkeys(["worker", "beat"], {PATIENT!r})
Processes(settings, logs=folder / "logs", turn=0, programs=programs)
sys.stdin.read()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as demonstration:
        logs = wait_until_they_run(folder)
        everybody = psutil.Process(demonstration.pid).children(recursive=True)
        assert len(everybody) == 3
        demonstration.kill()
    assert psutil.wait_procs(everybody, timeout=60)[1] == []
    assert ["ended well" in log.read_text() for log in logs] == [True, True]


def test_a_process_that_ends_by_itself_is_noticed_with_what_it_said(folder, keepers):
    with (
        started(folder, beat=FAILING) as processes,
        pytest.raises(StoreError, match="the beat cannot start"),
    ):
        wait_until(lambda: processes.check() is not None, seconds=15)


def test_they_hear_nothing_of_the_settings_around():
    settings = demo_settings(data_folder=Path("/data"), smtp_port=2525, inbox=Path("/inbox"))
    around = {
        "PATH": "/bin",
        "CRM_DATABASE_URL": "postgresql://db.production/crm",
        "crm_broker_url": "redis://production",
        "CRM_SMTP_HOST": "mail.production",
        "CRM_SMTP_PASSWORD": "secret",
        "CRM_SECRET_KEY": "short",
    }
    told = environment(settings, around)
    assert told["PATH"] == "/bin"
    assert not any("production" in value or value in {"secret", "short"} for value in told.values())
    assert told["CRM_SMTP_PORT"] == "2525"


def test_what_they_are_told_amounts_to_the_settings_of_the_demonstration(monkeypatch):
    settings = demo_settings(data_folder=Path("/data"), smtp_port=2525, inbox=Path("/inbox"))
    for name in list(os.environ):
        if name.startswith("CRM_"):
            monkeypatch.delenv(name)
    for name, value in environment(settings, {}).items():
        monkeypatch.setenv(name, value)
    assert Settings().model_dump() == settings.model_dump()


def test_the_signals_of_the_terminal_do_not_reach_them(folder, keepers):
    with started(folder) as processes:
        wait_until_they_run(folder)
        assert os.getpgid(keepers()[0].pid) != os.getpgid(0)
        processes.check()
