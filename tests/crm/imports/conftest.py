import io

import pytest

ORGANIZATIONS = "Company,HQ,No\nAcme Satellites,KE,1\nBeta Cloud,FR,2\nGamma Fibre,GH,3\n"


@pytest.fixture
def accounts(book):
    """Three accounts that the source "registry" calls 1, 2 and 3."""
    mapping = {"name": "Company", "country": "HQ", "key": "No"}
    report = book.imports.organizations(io.StringIO(ORGANIZATIONS), mapping, source_name="registry")
    assert len(report.created) == 3
    return {name: book.organizations.get(name) for name in ("Acme Satellites", "Beta Cloud", "Gamma Fibre")}
