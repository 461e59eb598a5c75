"""What we do with accounts: interactions, follow-ups, and their part in the study groups."""
