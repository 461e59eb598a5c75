"""The tables of a what-if, one a file, each a report with all its forms."""
