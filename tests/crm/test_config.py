from pathlib import Path

import pytest
from pydantic import SecretStr

from crm.config import Settings, StatedSettings, Tls
from crm.errors import ConfigurationError
from crm.opening import read_settings

SECRETS = {
    "CRM_DATABASE_URL": "postgresql://accord:hunter2@db/accord",
    "CRM_BROKER_URL": "redis://:hunter2@broker/0",
    "CRM_SECRET_KEY": "hunter2" * 5,
    "CRM_FORMER_KEYS": "hunter2-old, hunter2-older,",
    "CRM_SMTP_PASSWORD": "hunter2",
}


@pytest.fixture(autouse=True)
def _an_empty_environment(monkeypatch):
    for field in Settings.model_fields:
        monkeypatch.delenv(f"CRM_{field.upper()}", raising=False)


def test_settings_come_from_the_environment(monkeypatch):
    given = SECRETS | {"CRM_WINDOW": "4", "CRM_SMTP_TLS": "starttls", "CRM_DATA_FOLDER": "/srv/accord"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = read_settings()
    assert settings.database_url.get_secret_value() == SECRETS["CRM_DATABASE_URL"]
    assert (settings.window, settings.smtp_tls, settings.data_folder) == (
        4,
        Tls.STARTTLS,
        Path("/srv/accord"),
    )
    assert settings.former_keys == (SecretStr("hunter2-old"), SecretStr("hunter2-older"))
    assert "hunter2" not in repr(settings) + str(settings)


@pytest.mark.parametrize(
    ("host", "stated", "tls"),
    [
        ("smtp.itu.example", None, Tls.STARTTLS),
        ("10.0.0.5", None, Tls.STARTTLS),
        ("localhost.evil.example", None, Tls.STARTTLS),
        ("localhost", None, Tls.NONE),
        ("127.0.0.1", None, Tls.NONE),
        ("smtp.itu.example", Tls.NONE, Tls.NONE),
        ("smtp.itu.example", Tls.IMPLICIT, Tls.IMPLICIT),
        ("localhost", Tls.STARTTLS, Tls.STARTTLS),
    ],
)
def test_letters_travel_in_the_clear_on_this_machine_or_where_somebody_says_so(host, stated, tls):
    assert StatedSettings(smtp_host=host, smtp_tls=stated).tls_of_mail_server is tls


@pytest.mark.parametrize("field", sorted(Settings.model_fields))
def test_a_variable_that_is_set_to_nothing_counts_as_not_set(monkeypatch, field):
    plain = read_settings()
    monkeypatch.setenv(f"CRM_{field.upper()}", "")
    assert read_settings() == plain


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CRM_WINDOW", "hunter2"),
        ("CRM_WINDOW", "0"),
        ("CRM_BATCH", "1e9"),
        ("CRM_TICK_SECONDS", "-1"),
        ("CRM_SMTP_TLS", "hunter2"),
        ("CRM_SMTP_PORT", "hunter2"),
        ("CRM_BOOK", "Robert'); DROP TABLE hunter2"),
        ("CRM_BOOK", "../hunter2"),
        ("CRM_WEB_URL", "http://hunter2.example"),
        ("CRM_WEB_URL", "https://hunter2@evil.example"),
        ("CRM_WEB_URL", "https://hunter2.example/?next=//evil.example"),
        ("CRM_WEB_URL", "https://hunter2.example\n"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named_and_never_repeated(monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError) as caught:
        read_settings()
    assert caught.value.field == variable
    assert str(caught.value).startswith(f"{variable}: ")
    assert value not in str(caught.value) + repr(caught.value.details())
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_settings_do_not_change_under_way():
    with pytest.raises(ValueError, match="frozen"):
        read_settings().window = 3


@pytest.mark.parametrize("make", [lambda given: StatedSettings(**given), StatedSettings.model_validate])
def test_stated_settings_read_nothing_from_the_environment(monkeypatch, make):
    monkeypatch.setenv("CRM_DATABASE_URL", "postgresql://db.production/crm")
    monkeypatch.setenv("CRM_BOOK", "production")
    settings = make({"window": 3})
    assert (settings.database_url, settings.book, settings.window) == (None, "accord", 3)
