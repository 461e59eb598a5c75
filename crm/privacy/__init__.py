"""What is held on one person: shown, erased, and kept no longer than needed."""
