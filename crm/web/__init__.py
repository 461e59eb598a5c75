"""The pages on which readers of letters unsubscribe and choose: a small ASGI application, an extra (`pip install accord[web]`)."""
