"""The scenes of the demonstration, one to a file; each does one thing and tells it."""
