"""`docker-compose.yml` and the `Dockerfile`, as far as they can be held without a Docker engine: against the Compose
Specification's own schema, against the commands and the settings that they name, and against our rules."""

import importlib.resources
import json
import re
import shlex
from pathlib import Path

import jsonschema
import pytest
import yaml
from typer.main import get_command
from typer.testing import CliRunner

from crm.cli import app
from crm.cli.doctor import examinations
from crm.clock import SystemClock
from crm.config import Settings, Tls

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
VARIABLES = {f"CRM_{name}".upper() for name in Settings.model_fields}
NEEDED = {
    "CRM_DATABASE_URL",
    "CRM_BROKER_URL",
    "CRM_SECRET_KEY",
    "CRM_INBOX",
    "CRM_SMTP_HOST",
    "CRM_SENDER_ADDRESS",
    "CRM_ANSWER_DOMAIN",
}
DEFAULTED = re.compile(r"\$\{(\w+)(?::-([^}]*)|:\?([^}]+))\}")


def command_lines(service):
    """What the containers of a service run, each as the arguments of `crm`."""
    if service.get("entrypoint") == ["/bin/sh", "-c"]:
        yield from (shlex.split(part)[1:] for part in service["command"][0].split("&&"))
    else:
        yield service["command"]
    if "healthcheck" in service:
        kind, program, *arguments = service["healthcheck"]["test"]
        assert (kind, program) == ("CMD", "crm")
        yield arguments


GUIDE = (ROOT / "docs" / "how-to" / "run-with-compose.md").read_text(encoding="utf-8")
STATED = re.compile(r"^([A-Z_]+)=(\S+)$", re.MULTILINE)


def stated_under(heading):
    """The variables that the guide has people write into `.env` under a heading."""
    section = GUIDE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return dict(STATED.findall(section.partition("```sh\n")[2].partition("```")[0]))


LINES = [(name, line) for name, service in OURS.items() for line in command_lines(service)]


def filled_in(value, variables):
    """A value as Compose interpolates it."""
    return DEFAULTED.sub(lambda found: variables.get(found[1]) or found[2] or "", value)


def test_the_file_keeps_to_the_compose_specification():
    vendored = (
        importlib.resources.files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    )
    schema = json.loads(vendored.read_text(encoding="utf-8"))
    jsonschema.validators.validator_for(schema)(schema).validate(COMPOSE)


@pytest.mark.parametrize(
    ("name", "line"), LINES, ids=lambda value: value if isinstance(value, str) else " ".join(value)
)
def test_every_command_of_a_service_is_one_of_crm_and_takes_its_options(name, line):
    command, ctx = get_command(app), None
    words = list(line)
    while hasattr(command, "commands"):
        command = command.get_command(ctx, words.pop(0))
        assert command is not None, line
    command.make_context(line[0], words)  # raises where an option or argument does not exist


def test_a_command_that_does_not_exist_would_be_noticed():
    assert CliRunner().invoke(app, ["worker", "begin"]).exit_code == 2


def test_the_health_checks_look_at_things_that_there_are():
    for name, line in LINES:
        if line[0] == "doctor":
            assert set(line[2::2]) <= examinations(SystemClock()).keys(), name


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting_and_none_that_is_needed_is_missing(name):
    given = {variable for variable in OURS[name]["environment"] if variable.startswith("CRM_")}
    assert given <= VARIABLES
    assert given >= NEEDED


def test_every_variable_that_the_file_reads_is_a_setting_or_the_password_of_the_database():
    read = {
        name for name, _, _ in DEFAULTED.findall((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    }
    assert read - {"POSTGRES_PASSWORD"} <= VARIABLES


@pytest.mark.parametrize("name", OURS)
def test_the_settings_that_come_out_make_sense(name, monkeypatch):
    secrets = {"POSTGRES_PASSWORD": "letters1", "CRM_SECRET_KEY": "x" * 32}
    for variable, value in OURS[name]["environment"].items():
        monkeypatch.setenv(variable, filled_in(value, stated_under("Start") | secrets))
    settings = Settings()
    assert settings.database_url.get_secret_value() == "postgresql://accord:letters1@postgres:5432/accord"
    assert settings.smtp_host in SERVICES
    assert settings.tls_of_mail_server is Tls.NONE
    assert settings.window == Settings.model_fields["window"].default


def test_a_mail_server_that_is_named_as_the_guide_says_gets_no_letter_in_the_clear(monkeypatch):
    for variable, value in OURS["worker"]["environment"].items():
        monkeypatch.setenv(variable, filled_in(value, stated_under("Before real letters go out")))
    settings = Settings()
    assert (settings.smtp_host, settings.smtp_port) == ("smtp.your-domain", 587)
    assert settings.tls_of_mail_server is Tls.STARTTLS


@pytest.mark.parametrize("secret", ["POSTGRES_PASSWORD", "CRM_SECRET_KEY", "CRM_SMTP_HOST"])
def test_a_value_that_is_not_set_stops_everything_and_says_what_to_do(secret):
    mentions = [
        found
        for found in DEFAULTED.findall((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
        if found[0] == secret
    ]
    assert mentions
    assert all(f"Set {secret} in .env" in refusal for _, _, refusal in mentions)


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_the_least_privilege(name):
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    # Our own image says in its Dockerfile who runs it.
    assert service.get("user", "root" if name not in OURS else "from the image") != "root"


def test_only_the_pages_are_published_and_only_on_this_machine():
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "mailpit": ["127.0.0.1:8025:8025"],
        "web": ["127.0.0.1:8000:8000"],
    }
    assert COMPOSE["networks"]["data"]["internal"]
    assert {name for name, service in SERVICES.items() if service["networks"] == ["data"]} >= {
        "postgres",
        "redis",
    }


def test_nothing_starts_before_the_database_is_migrated():
    assert SERVICES["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    for name in OURS.keys() - {"migrate"}:
        waits = OURS[name]["depends_on"]
        assert waits["migrate"]["condition"] == "service_completed_successfully"
        assert {waits[server]["condition"] for server in ("postgres", "redis")} == {"service_healthy"}


def test_whatever_keeps_running_is_restarted_and_what_ends_is_not():
    restarts = {name: service["restart"] for name, service in SERVICES.items()}
    assert {name for name, how in restarts.items() if how == "no"} == {"migrate", "crm"}
    assert all("healthcheck" in SERVICES[name] for name, how in restarts.items() if how != "no")


def test_redis_keeps_hints_on_disk_and_never_drops_one():
    options = dict(zip(SERVICES["redis"]["command"][1::2], SERVICES["redis"]["command"][2::2], strict=True))
    assert (options["--maxmemory-policy"], options["--appendfsync"]) == ("noeviction", "everysec")


def test_every_volume_and_network_is_declared():
    volumes = {
        volume.partition(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())
    }
    networks = {network for service in SERVICES.values() for network in service["networks"]}
    assert volumes == COMPOSE["volumes"].keys()
    assert networks == COMPOSE["networks"].keys()


def test_the_inbox_is_where_the_image_made_it_for_its_user():
    places = {volume.partition(":")[2] for service in OURS.values() for volume in service["volumes"]}
    assert places == {service["environment"]["CRM_INBOX"] for service in OURS.values()}
    assert f"--owner accord --group accord --mode 0700 {places.pop()}" in dockerfile()


def dockerfile():
    return (ROOT / "Dockerfile").read_text(encoding="utf-8")


def copied():
    """The files and folders that the image takes from here."""
    lines = re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile(), flags=re.MULTILINE)
    return [source for line in lines for source in line.split()]


def test_what_the_image_copies_is_there_and_reaches_the_build():
    let_through = {
        line[1:]
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    }
    assert let_through == set(copied())
    assert [source for source in copied() if not (ROOT / source).exists()] == []


def test_the_image_holds_every_package_and_what_the_wheel_includes():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    packages = re.search(r"^packages = \[(.+)\]$", project, flags=re.MULTILINE)[1]
    assert set(re.findall(r'"(\w+)"', packages)) | {"templates"} <= set(copied())


def test_the_image_runs_as_nobody_in_particular_and_starts_crm():
    stage = dockerfile().rpartition("FROM ")[2]
    assert re.search(r"^USER 10001:10001$", stage, flags=re.MULTILINE)
    assert 'ENTRYPOINT ["crm"]' in stage
    assert "constraints.txt" in dockerfile()
