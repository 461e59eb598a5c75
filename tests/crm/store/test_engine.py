import pytest

from crm.errors import ConfigurationError, Unreachable
from crm.store.engine import connect
from crm.store.schema import version


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hunter2",
        "accord",
        "sqlite:///accord.db",
        "mysql://accord:hunter2@db/accord",
        "oracle+nonsense://accord:hunter2@db/accord",
        "postgresql//accord:hunter2@db/accord",
        "postgresql://accord:hunter2@db:port/accord",
    ],
)
def test_an_address_that_is_none_of_postgresql_is_refused_and_never_repeated(url):
    with pytest.raises(ConfigurationError) as caught:
        connect(url)
    assert caught.value.field == "CRM_DATABASE_URL"
    assert "hunter2" not in str(caught.value) + repr(caught.value.details())
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg", "postgresql+psycopg2"])
def test_nothing_is_contacted_before_the_first_use_and_the_password_shows_nowhere(scheme):
    engine = connect(f"{scheme}://accord:hunter2@127.0.0.1:1/accord")
    assert "hunter2" not in repr(engine) + str(engine.url)
    with pytest.raises(Unreachable) as caught:
        version(engine)
    causes = [caught.value, caught.value.__cause__, caught.value.__cause__.__cause__]
    assert not any("hunter2" in str(error) + repr(error) for error in causes)
    assert "crm doctor" in caught.value.hint
