"""A further Sector has one name, and a round that a report is about is named as everywhere."""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_EVENTS = (
    "join",
    "upgrade",
    "downgrade",
    "class_change",
    "renewal",
    "denunciation",
    "exclusion",
    "correction",
    "notice_withdrawn",
)
_ASKS = ("first_membership", "upgrade", "unit_increase", "contribution", "sponsorship")
_CHANGES = ("upgrade", "class_change", "downgrade")
# Which columns have the name among others, and what it was.
_COLUMNS = (
    ("membership_event", "kind", _EVENTS, "cross_sell"),
    ("term", "opened_by", _EVENTS, "cross_sell"),
    ("term", "ended_by", _EVENTS, "cross_sell"),
    ("change_rule", "change", _CHANGES, "cross_sell"),
    ("opportunity_stage", "kind", _ASKS, "another_sector"),
    ("opportunity", "kind", _ASKS, "another_sector"),
    ("potential_weight", "kind", _ASKS, "another_sector"),
)
_NAME = "further_sector"
_STAGE = "fk_opportunity_stage"


def upgrade() -> None:
    """Call it so wherever it stands: the trail alone keeps the words of its day."""
    op.drop_constraint(_STAGE, "opportunity", type_="foreignkey")
    for table, column, others, was in _COLUMNS:
        _renamed(table, column, others, was=was, to=_NAME)
    _stages()
    _in_documents("another_sector", _NAME)
    _round("round_name", "round")


def downgrade() -> None:
    """Take it back."""
    op.drop_constraint(_STAGE, "opportunity", type_="foreignkey")
    for table, column, others, was in _COLUMNS:
        _renamed(table, column, others, was=_NAME, to=was)
    _stages()
    _in_documents(_NAME, "another_sector")
    _round("round", "round_name")


def _renamed(table: str, column: str, others: tuple[str, ...], *, was: str, to: str) -> None:
    check = op.f(f"ck_{table}_{column}")
    op.drop_constraint(check, table)
    # What is written about a ledger is the same as before, under another name: nobody has to be told.
    op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    op.execute(f"UPDATE {table} SET {column} = '{to}' WHERE {column} = '{was}'")
    op.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    op.create_check_constraint(check, table, f"{column} IN ({', '.join(map(repr, (*others, to)))})")


def _stages() -> None:
    columns = ["kind", "stage"]
    op.create_foreign_key(_STAGE, "opportunity", "opportunity_stage", columns, columns)


def _in_documents(was: str, to: str) -> None:
    """In the audience of a run, and in what a subscribed report is narrowed to."""
    op.execute(
        f"""UPDATE run SET content = replace(content::text, '"kind": "{was}"', '"kind": "{to}"')::jsonb"""
        f""" WHERE content::text LIKE '%"kind": "{was}"%'"""
    )
    op.execute(
        f"""UPDATE subscription SET filters = jsonb_set(filters, '{{kind}}', '"{to}"')"""
        f" WHERE filters ->> 'kind' = '{was}'"
    )


def _round(was: str, to: str) -> None:
    op.execute(
        f"UPDATE subscription SET filters = filters - '{was}' || jsonb_build_object('{to}', filters -> '{was}')"
        f" WHERE report = 'contribution-round' AND filters ? '{was}'"
    )
