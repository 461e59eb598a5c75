"""`book.organizations`: add, change and find the accounts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlmodel import col, select

from crm.directory.entry import add_domains, add_names, add_organization, change_organization
from crm.directory.finding import matching
from crm.directory.merged import among, stands
from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.staff import Staff
from crm.directory.tables import NameKind, Organization, OrganizationKind, OrganizationName
from crm.store.store import Store

_PAGE = 1000


class Organizations:
    """The accounts of the book."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __iter__(self) -> Iterator[Organization]:
        """Every organisation, by id; none is left out, however many there are, but those merged into another."""
        last = 0
        while page := self._page(after=last):
            yield from page
            last = page[-1].id

    def find(
        self,
        text: str = "",
        *,
        country: str | None = None,
        segment: str | None = None,
        owner: Staff | str | int | None = None,
    ) -> Iterator[Organization]:
        """The organisations that fit everything that is named, by id; none is left out, however many there are.

        Args:
            text: part of any of their names, whatever its case, accents or punctuation. Where no name holds it, what
                answers to it as a key: a domain, an LEI, an ISO code.
            country: where they are based: an ISO code or a name in one of the six languages.
            segment: their part of the digital ecosystem, by slug or name.
            owner: their account manager.

        Returns:
            They are counted at once and read as they are asked for, a thousand at a time; no transaction stays open.

        Raises:
            NotFound: there is no such country, segment or member of staff.
        """
        with self._store.reading() as session:
            ids = matching(session, text, country=country, segment=segment, owner=owner)
        return (row for start in range(0, len(ids), _PAGE) for row in self._among(ids[start : start + _PAGE]))

    def get(self, key: OrganizationKey) -> Organization:
        """The organisation that a key means: id, name, alias, LEI, domain, e-mail address, or an ISO code.

        Args:
            key: any of these; an ISO code means the administration of that Member State.

        Raises:
            NotFound: nothing answers to the key; names that look alike are the candidates.
            Ambiguous: several do.
            InvalidInput: the key looks like an LEI or an e-mail address, but is wrong.
        """
        with self._store.reading() as session:
            return find_organization(session, key)

    def names(self, key: OrganizationKey) -> tuple[OrganizationName, ...]:
        """All names of an organisation: legal, display names by language, aliases."""
        with self._store.reading() as session:
            found = find_organization(session, key)
            query = select(OrganizationName).where(OrganizationName.organization_id == found.id)
            rows = session.exec(query.order_by(col(OrganizationName.language), col(OrganizationName.id)))
            return tuple(sorted(rows, key=lambda row: list(NameKind).index(row.kind)))

    def add(
        self,
        name: str,
        *,
        country: str | None = None,
        kind: OrganizationKind | str = OrganizationKind.COMPANY,
        segment: str | None = None,
        domains: str | Iterable[str] = (),
        names: Mapping[str, str] | None = None,
        aliases: str | Iterable[str] = (),
        parent: OrganizationKey | None = None,
        owner: Staff | str | int | None = None,
        tier: str | None = None,
        **more: Any,
    ) -> Organization:
        """Add an organisation.

        Args:
            name: its legal name, in any script.
            country: where it is based: an ISO code or a name in one of the six languages.
            kind: what kind of body it is.
            segment: its part of the digital ecosystem, by slug or name.
            domains: the internet domains it writes from.
            names: display names by language, e.g. ``{"ar": "…"}``.
            aliases: other names it is known by.
            parent: the organisation it is a subsidiary or branch of.
            owner: the account manager.
            tier: how closely we keep in touch, by slug or name; the default tier counts where none is given.
            **more: `size`, `employees`, `lei`, `website`, `source`, `synthetic`.

        Raises:
            InvalidInput: a value is not what it should be; field and hint say which and how to mend it.
            AlreadyExists: another organisation has this LEI.
        """
        with self._store.changing("organization.added") as change:
            fields = {
                "country": country,
                "kind": kind,
                "segment": segment,
                "parent": parent,
                "owner": owner,
                "tier": tier,
                **more,
            }
            row = add_organization(change, name, fields)
            add_names(change.session, row, names or {}, aliases)
            add_domains(change.session, row, domains)
            return row

    def change(self, key: OrganizationKey, *, reason: str | None = None, **fields: Any) -> Organization:
        """Change fields of an organisation; what stood there before is in the trail.

        Args:
            key: which organisation.
            reason: why, for the trail.
            **fields: `name`, `country`, `kind`, `segment`, `size`, `employees`, `parent`, `lei`, `website`, `owner`,
                `tier`, and `domains`, `aliases`, `names` to add to those there are. None empties a field.
        """
        added = {name: fields.pop(name, ()) for name in ("domains", "aliases")}
        names = fields.pop("names", {})
        with self._store.changing("organization.changed", reason=reason) as change:
            row = find_organization(change.session, key)
            change.about(row)
            change_organization(change.session, row, fields)
            add_names(change.session, row, names, added["aliases"])
            add_domains(change.session, row, added["domains"])
            return row

    def group(self, key: OrganizationKey) -> tuple[Organization, ...]:
        """The corporate group of an organisation: its head and all that belong to it, the head first."""
        with self._store.reading() as session:
            head = find_organization(session, key)
            head_id = head.group_id or head.id
            query = select(Organization).where(
                (Organization.group_id == head_id) | (Organization.id == head_id), stands(Organization)
            )
            return tuple(
                session.exec(query.order_by(col(Organization.group_id).nulls_first(), col(Organization.id)))
            )

    def _among(self, ids: Sequence[int]) -> Sequence[Organization]:
        with self._store.reading() as session:
            query = select(Organization).where(among(col(Organization.id), ids))
            return session.exec(query.order_by(col(Organization.id))).all()

    def _page(self, *, after: int) -> list[Organization]:
        with self._store.reading() as session:
            query = (
                select(Organization)
                .where(Organization.id > after, stands(Organization))
                .order_by(col(Organization.id))
                .limit(_PAGE)
            )
            return list(session.exec(query))
