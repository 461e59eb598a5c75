"""Workers one after the other until none is killed: ``python -m support.poisoned_worker ADDRESS``.

Each is a process of its own, put together at the composition root; about to stage a letter to this address it is killed,
as by a system that has no memory left. The next one comes when the lease is over. Ends with the number of deaths.
"""

import os
import signal
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crm.clock import SystemClock
from crm.mail.line import SmtpLine
from crm.mail.smtp import Transport
from crm.opening import read_settings
from workers.runtime import Runtime, transport_of


@dataclass
class _Clock:
    ahead: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        return SystemClock().now() + self.ahead


@dataclass
class _Poisoned:
    way: Transport
    address: str

    def line(self) -> SmtpLine:
        line = self.way.line()
        assert isinstance(line, SmtpLine)
        stage = line.stage

        def staged(envelope_from: str, *, to: str, raw: bytes, smtputf8: bool = False) -> None:
            if to == self.address:
                os.kill(os.getpid(), signal.SIGKILL)
            stage(envelope_from, to=to, raw=raw, smtputf8=smtputf8)

        line.stage = staged  # type: ignore[method-assign]
        return line


def _work(runtime: Runtime) -> None:
    runtime.book().handover.reap()
    runtime.delivery().deliver(limit=runtime.settings.batch)


def main(address: str) -> int:
    settings, clock, deaths = read_settings(), _Clock(), 0
    runtime = Runtime(settings, clock=clock, transport=_Poisoned(transport_of(settings), address))
    runtime.start()
    while True:
        if (child := os.fork()) == 0:
            _work(runtime)
            os._exit(0)
        if os.waitpid(child, 0)[1] != signal.SIGKILL:
            return deaths
        deaths += 1
        clock.ahead += timedelta(seconds=settings.lease_seconds + 1)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
