"""The kinds of reminders there are. A further one is a further line here: see `crm.outreach.reminder_rule`."""

from crm.outreach.reminder_rule import ReminderRule

RULES: tuple[ReminderRule, ...] = ()
