"""Letters drafted by hand or for an administration, until somebody else approves them."""
