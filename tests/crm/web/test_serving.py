"""`crm web …` as processes of their own."""

import os
import signal
import socket
import subprocess
import sys

import pytest
from support.crm_command import Crm
from support.pages import ONE_CLICK, WEB_URL, Site, letter_to, link_to

from crm.store.shared_server import wait_until

SECONDS = 60


@pytest.fixture
def crm(database_url, clock, tmp_path):
    return Crm(database_url, clock, tmp_path)


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def started(crm, port, *options):
    process = crm.started("web", "serve", "--port", port, *options, env={"CRM_WEB_URL": WEB_URL})
    answering = wait_until(lambda: process.poll() is not None or answers(crm, port), seconds=SECONDS)
    assert answering, "it never answered"
    assert process.poll() is None, process.communicate()
    return process


def answers(crm, port):
    return crm("web", "check", "--port", port).exit_code == 0


def test_the_pages_are_served_until_the_processes_are_told_to_stop(crm, port, make_book):
    sent = letter_to(make_book("web", web_url=WEB_URL), "Amina Odhiambo")
    process = started(crm, port, "--workers", 2)
    assert Site(port).post(sent.unsubscribe).status == 200
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=SECONDS)
    assert make_book().suppressions.of(sent.address)
    assert not answers(crm, port)


def test_one_process_serves_and_its_log_holds_neither_tokens_nor_addresses(crm, port, make_book):
    book = make_book("web", web_url=WEB_URL)
    sent, site = letter_to(book, "Amina Odhiambo"), Site(port)
    process = started(crm, port)
    link = link_to(book, sent, site)
    for path in (sent.unsubscribe, sent.choices, link, "/u/secret-looking", f"{sent.unsubscribe}?lang=fr"):
        site.get(path, X_Forwarded_For="192.0.2.77")
        site.post(path, f"{ONE_CLICK}&do=stop&stop=campaigns&language=fr")
    site.get("/%0d%0aevil")
    site.ask("EVIL", sent.unsubscribe)
    process.send_signal(signal.SIGTERM)
    log = process.communicate(timeout=SECONDS)[1].decode()
    assert make_book().suppressions.of(sent.address)
    assert not answers(crm, port)
    assert "INFO crm.web: POST unsubscribe: 200" in log
    assert "INFO crm.web: GET no page: 404" in log
    tokens = [path.rpartition("/")[2] for path in (sent.unsubscribe, link, "/secret-looking")]
    people = [sent.address, sent.reader.name, "192.0.2.77", "evil", "EVIL"]
    for secret in (*tokens, *people):
        assert secret not in log


def test_without_an_address_to_be_reached_at_nothing_is_served(crm, port):
    process = crm.started("web", "serve", "--port", port, env={"CRM_WEB_URL": ""})
    _, said = process.communicate(timeout=SECONDS)
    assert process.returncode != 0
    assert b"CRM_WEB_URL" in said
    assert b"Traceback" not in said


def test_without_the_extra_the_command_says_how_to_get_it(crm, monkeypatch):
    monkeypatch.delitem(sys.modules, "crm.web.serving", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)  # as Python does for what cannot be imported
    said = crm("web", "serve")
    assert said.exit_code != 0
    assert "pip install 'accord[web]'" in said.stderr


def test_the_other_commands_do_without_the_extra(tmp_path):
    for name in ("uvicorn", "starlette", "python_multipart"):
        (tmp_path / f"{name}.py").write_text("raise ModuleNotFoundError(name='uvicorn')")
    given = {**os.environ, "PYTHONPATH": str(tmp_path)}
    said = subprocess.run([sys.executable, "-m", "crm", "--help"], env=given, capture_output=True, check=True)
    assert b"web" in said.stdout
