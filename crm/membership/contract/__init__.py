"""How an account stands on any day: notice, the ladder of what is unpaid, repayment plans, exemptions."""
