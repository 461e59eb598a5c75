import pytest
from support.crm_command import DANA, Crm


@pytest.fixture
def crm(database_url, clock, tmp_path):
    """The command on a fresh book."""
    return Crm(database_url, clock, tmp_path)


@pytest.fixture
def acme(crm):
    """An account with its manager and a contact, entered through the command."""
    crm.json("staff", "add", "Dana Reyes", "--email", DANA, "--office", "BDT")
    added = crm.json(
        "org",
        "add",
        "Acme Satellites",
        "--country",
        "KE",
        "--segment",
        "satellite",
        "--domain",
        "acme.example",
        "--owner",
        DANA,
    )
    crm.json(
        "person",
        "add",
        "Amina Odhiambo",
        "--email",
        "amina@acme.example",
        "--at",
        added["id"],
        "--language",
        "en",
    )
    return added
