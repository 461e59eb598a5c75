"""What is due to be recalled to somebody, and the letters drafted for it, each once under its key."""
