"""A class of contribution is to be announced: a letter to the administration that has not answered, never mass mail.

Member States are written to through their administration, formally (docs/domain.md, "Clearance"): one letter about one
State, which the account manager edits and approves, or sends in another way and discards. When a State is reminded of a
round is said with the rounds (`round_reminders.csv`); once it has answered, or was asked again in any way, it is not.
"""

from crm.membership.contributions.round_reminders import RoundReminder
from crm.outreach.reminders.rule import Matter


def announcement(due: RoundReminder) -> Matter:
    """What a Member State has to be reminded of in a round."""
    asked = {"kind": due.kind.value, "circular": due.circular, "period": due.period}
    return Matter(
        subject=f"round:{due.round_id}:{due.state}",
        organization_id=due.organization_id,
        reference_on=due.deadline_on,
        step=due.step,
        template="class_announcement",
        words=f"{due.name} has not answered {due.circular}; the answer is asked for by {due.deadline_on:%-d %B %Y}",
        facts={"state": {"code": due.state}, "round": {**asked, "deadline_on": due.deadline_on}},
    )
