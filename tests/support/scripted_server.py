"""A listener that says exactly what it is told and nothing else, for servers that no library would write."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

Step = bytes | tuple[bytes, bytes]


@contextmanager
def scripted(greeting: bytes, *steps: Step, linger: float = 0) -> Iterator[int]:
    """Serve one client; yields the port.

    Args:
        greeting: what to say at once.
        steps: what to say after a line was heard; or after the given end was heard, and what. Then it hangs up.
        linger: seconds to stay silent before hanging up.
    """
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(60)
        thread = threading.Thread(target=_serve, args=(listener, greeting, steps, linger, done), daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            done.set()
            thread.join()


def _serve(
    listener: socket.socket, greeting: bytes, steps: tuple[Step, ...], linger: float, done: threading.Event
) -> None:
    with suppress(OSError):
        client, _ = listener.accept()
        with client:
            client.settimeout(60)
            client.sendall(greeting)
            _converse(client, steps)
            done.wait(linger)


def _converse(client: socket.socket, steps: tuple[Step, ...]) -> None:
    for step in steps:
        until, words = step if isinstance(step, tuple) else (b"\r\n", step)
        heard = b""
        while not heard.endswith(until):
            octets = client.recv(65_536)
            if not octets:
                return
            heard += octets
        client.sendall(words)
