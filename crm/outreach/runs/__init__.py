"""Runs of campaigns: their audience, who enters, what is due for whom, and how they end."""
