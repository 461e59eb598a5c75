"""The kinds of rows that a file can hold, by name."""

from collections.abc import Mapping

from crm.errors import NotFound
from crm.imports.interactions import INTERACTIONS
from crm.imports.kind import Kind
from crm.imports.organizations import ORGANIZATIONS
from crm.imports.participation import PARTICIPATION
from crm.imports.payments import PAYMENTS
from crm.imports.people import PEOPLE
from crm.imports.standing import STANDING
from crm.imports.terms import TERMS

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (ORGANIZATIONS, PEOPLE, TERMS, STANDING, INTERACTIONS, PARTICIPATION, PAYMENTS)
}


def kind_of(name: str) -> Kind:
    """The kind of a name.

    Raises:
        NotFound: there is none; the candidates are all there are.
    """
    if name not in KINDS:
        raise NotFound(
            f"There is no kind of row {name[:60]!r}.", field="kind", value=name, candidates=list(KINDS)
        )
    return KINDS[name]
