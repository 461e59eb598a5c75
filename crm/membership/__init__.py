"""Membership: the ledger of events, the terms it amounts to, and what standing an account is in."""
