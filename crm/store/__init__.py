"""The only room that knows database engines."""
