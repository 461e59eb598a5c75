"""Results of a run, without a book."""

from dataclasses import replace

from support.approved import content
from support.campaign_facts import NOW

from crm.outreach.reasons import Reason
from crm.outreach.results.run_results import ArmResult, RunResults
from crm.outreach.run_tables import Arm, Run


def run_with(**said) -> Run:
    """A run that was approved with what is said of it."""
    return Run(
        id=4711,
        campaign="associate_upgrade",
        title="From Associate to Sector Member",
        status="running",
        content=content().model_dump(mode="json") | said,
        content_hash="",
        audience_hash="",
        author="dana@accord.example",
        approver="joao@accord.example",
        prepared_at=NOW,
        synthetic=False,
    )


RUN = run_with()


def results(written=(0, 0), held=(0, 0), **changes) -> RunResults:
    arms = [ArmResult(arm, enrolled=n, converted=c) for arm, (c, n) in zip(Arm, (written, held), strict=True)]
    return RunResults(
        RUN, tuple(replace(arm, **changes) for arm in arms), {Reason.ARREARS: 3, Reason.NO_SIGNAL: 1}
    )
