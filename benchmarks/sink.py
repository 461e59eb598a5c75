"""A mail server that takes everything at once and keeps nothing but the count: where measured letters go."""

import asyncio
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from types import TracebackType
from typing import Self

_GREETING = b"220 sink.example ESMTP\r\n"
_HELLO = b"250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 10485760\r\n"
_ANSWERS = {b"EHLO": _HELLO, b"DATA": b"354 Go on\r\n", b"QUIT": b"221 Bye\r\n"}
_YES = b"250 Ok\r\n"
_LINE, _MESSAGE = b"\r\n", b"\r\n.\r\n"


class Sink:
    """Listens on a free port of 127.0.0.1, in a process of its own, while the block runs."""

    def __init__(self) -> None:
        context = get_context("spawn")
        self._taken: Synchronized[int] = context.Value("q", 0)
        self._told, telling = context.Pipe(duplex=False)
        self._process = context.Process(target=_serve, args=(telling, self._taken), daemon=True)

    @property
    def taken(self) -> int:
        """How many messages it has taken."""
        return self._taken.value

    def __enter__(self) -> Self:
        self._process.start()
        self.port: int = self._told.recv()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.join()


class _Conversation(asyncio.Protocol):
    """One client: its commands are answered in the order in which they come, pipelined or not (RFC 2920)."""

    def __init__(self, taken: "Synchronized[int]") -> None:
        self._taken = taken
        self._heard = bytearray()
        self._end = _LINE

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(_GREETING)

    def data_received(self, data: bytes) -> None:
        """Answer every command and every message that has come to its end."""
        begin = max(0, len(self._heard) - len(self._end))  # the end may have begun in what came before
        self._heard += data
        answers = []
        while (found := self._heard.find(self._end, begin)) >= 0:
            answer, begin = self._answer(), 0
            del self._heard[: found + len(self._end)]
            self._end = _MESSAGE if answer is _ANSWERS[b"DATA"] else _LINE
            answers.append(answer)
        if answers:
            self._transport.write(b"".join(answers))

    def _answer(self) -> bytes:
        if self._end is _LINE:
            return _ANSWERS.get(bytes(self._heard[:4]).upper(), _YES)
        with self._taken.get_lock():
            self._taken.value += 1
        return _YES


def _serve(telling: Connection, taken: "Synchronized[int]") -> None:
    asyncio.run(_listen(telling, taken))


async def _listen(telling: Connection, taken: "Synchronized[int]") -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Conversation(taken), "127.0.0.1", 0, backlog=128)
    telling.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()
