"""Organisations, people, and our own offices and staff."""
