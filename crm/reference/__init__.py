"""Dated facts with their sources, from the CSV files in `data`, and their look-ups."""
