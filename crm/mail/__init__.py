"""One message: written, built, handed over, and read when it comes back. No database."""
