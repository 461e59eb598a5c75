"""`book.opportunity_stages`: the stages that each kind of ask goes through, and how likely each ends well."""

from collections.abc import Iterator
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, Session, col, select

from crm.errors import NotFound, Refused
from crm.reference.facts import Certainty, Fact, certainty
from crm.reference.keyed import one_of
from crm.store.columns import choice, chosen
from crm.store.store import Store


class OpportunityKind(StrEnum):
    """What an account is asked for.

    Attributes:
        FIRST_MEMBERSHIP: to become a member.
        UPGRADE: to become a Sector Member where it is an Associate.
        FURTHER_SECTOR: to join a further Sector.
        UNIT_INCREASE: to choose a higher class of contribution.
        CONTRIBUTION: a voluntary contribution.
        SPONSORSHIP: to sponsor an event or a product.
    """

    FIRST_MEMBERSHIP = "first_membership"
    UPGRADE = "upgrade"
    FURTHER_SECTOR = "further_sector"
    UNIT_INCREASE = "unit_increase"
    CONTRIBUTION = "contribution"
    SPONSORSHIP = "sponsorship"


class Outcome(StrEnum):
    """How an ask stands: still open, or how it ended."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class OpportunityStage(Fact, table=True):
    """A stage of one kind of ask.

    Attributes:
        kind: the kind of ask.
        stage: its key within the kind, e.g. "proposal_sent".
        position: its place in the order of the kind.
        name: how it is called.
        probability: how likely an ask in this stage is won, in per cent.
        outcome: whether an ask in this stage is open, won or lost.
    """

    __tablename__ = "opportunity_stage"
    __table_args__ = (CheckConstraint("probability BETWEEN 0 AND 100", name="probability"),)

    kind: OpportunityKind = choice(OpportunityKind, name="kind", primary_key=True)
    stage: str = Field(primary_key=True, regex="^[a-z_]+$")
    position: int
    name: str
    probability: int = Field(ge=0, le=100)
    outcome: Outcome = choice(Outcome, name="outcome")
    certainty: Certainty = certainty()


class OpportunityStages:
    """`book.opportunity_stages`: list the stages of each kind of ask."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __iter__(self) -> Iterator[OpportunityStage]:
        """Every stage, by kind and in its order."""
        with self._store.reading() as session:
            return iter([stage for kind in OpportunityKind for stage in stages_of(session, kind)])

    def of(self, kind: OpportunityKind | str) -> tuple[OpportunityStage, ...]:
        """The stages of one kind of ask, in their order.

        Raises:
            InvalidInput: there is no such kind.
        """
        with self._store.reading() as session:
            return tuple(stages_of(session, chosen(OpportunityKind, kind, field="kind")))


def stages_of(session: Session, kind: OpportunityKind) -> list[OpportunityStage]:
    """The stages of a kind of ask, in their order."""
    query = select(OpportunityStage).where(
        OpportunityStage.kind == kind, col(OpportunityStage.retired_on).is_(None)
    )
    return list(session.exec(query.order_by(col(OpportunityStage.position))))


def find_stage(session: Session, kind: OpportunityKind, key: str) -> OpportunityStage:
    """The stage of a kind that a key or a name means.

    Raises:
        Refused: it is a stage of other kinds of ask only.
        NotFound: there is no such stage.
    """
    try:
        return one_of(stages_of(session, kind), key, what="stage", spellings=_spellings)
    except NotFound as error:
        others = [k.value for k in OpportunityKind if k is not kind and _is_known(session, k, key)]
        if not others:
            raise
        raise Refused(
            f"{key!r} is no stage of {kind.value}; it is one of {', '.join(others)}.",
            rule="opportunities.stage_of_its_kind",
            field="stage",
            value=key,
            candidates=error.candidates,
        ) from None


def first_stage(session: Session, kind: OpportunityKind, outcome: Outcome) -> OpportunityStage:
    """The first stage of a kind with this outcome: where an ask begins, or where it ends.

    Raises:
        NotFound: the reference data hold none.
    """
    for stage in stages_of(session, kind):
        if stage.outcome is outcome:
            return stage
    raise NotFound(
        f"No stage of {kind.value} is {outcome.value}.",
        field="stage",
        hint="Add one to opportunity_stages.csv and load the reference data.",
    )


def _is_known(session: Session, kind: OpportunityKind, key: str) -> bool:
    try:
        return bool(one_of(stages_of(session, kind), key, what="stage", spellings=_spellings))
    except NotFound:
        return False


def _spellings(stage: OpportunityStage) -> list[str]:
    return [stage.stage, stage.stage.replace("_", " "), stage.name]
