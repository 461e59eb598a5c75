"""A reader of web pages: headless Chromium that goes to addresses, looks, and clicks, told what to do through a pipe.

Chromium listens to the Chrome DevTools Protocol on two inherited pipes (`--remote-debugging-pipe`): one JSON message each,
ended by a zero byte.
"""

import base64
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from browser import chromium_command

_MIDDLE = """(() => {
  const element = document.querySelector(%s);
  element.scrollIntoView({block: "center"});
  const box = element.getBoundingClientRect();
  return {x: box.x + box.width / 2, y: box.y + box.height / 2};
})()"""
_AXE = 'axe.run(document, {resultTypes: ["violations"]}).then(result => result.violations)'


class Visitor:
    """Somebody with one page open.

    Args:
        orders: where Chromium reads.
        answers: where it writes.
    """

    def __init__(self, orders: int, answers: int) -> None:
        self._orders, self._answers = os.fdopen(orders, "wb"), os.fdopen(answers, "rb")
        self._asked, self._session, self._heard, self._loaded = 0, "", b"", 0
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._ask("Page.enable")

    def visit(self, address: str, *, width: int, height: int = 900, dark: bool = False) -> None:
        """Open an address in a window so wide."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._ask("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._ask("Emulation.setEmulatedMedia", features=[scheme])
        with self._loading():
            self._ask("Page.navigate", url=address)

    def click(self, selector: str) -> None:
        """Press the mouse in the middle of what stands there, and wait for the page that this leads to."""
        where = self._said(_MIDDLE % json.dumps(selector))
        with self._loading():
            for kind in ("mousePressed", "mouseReleased"):
                self._ask("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **where)

    def text(self) -> str:
        """What the page says."""
        return str(self._said("document.body.innerText"))

    def picture(self, target: Path) -> None:
        """Take a picture of what is seen."""
        target.write_bytes(base64.b64decode(self._ask("Page.captureScreenshot", format="png")["data"]))

    def faults(self, axe: Path) -> list[dict[str, Any]]:
        """What axe-core finds wrong with the page."""
        self._said(axe.read_text(encoding="utf-8") + "; true")
        found: list[dict[str, Any]] = self._said(_AXE)
        return found

    def close(self) -> None:
        """Have Chromium end."""
        self._session = ""
        self._ask("Browser.close")

    def _said(self, expression: str) -> Any:
        answer = self._ask("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise SystemExit(f"The page could not be asked: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        self._asked += 1
        order = {"id": self._asked, "method": method, "params": params}
        order |= {"sessionId": self._session} if self._session else {}
        self._orders.write(json.dumps(order).encode() + b"\0")
        self._orders.flush()
        message = next(said for said in self._messages() if said.get("id") == self._asked)
        if "error" in message:
            raise SystemExit(f"Chromium refused {method}: {message['error']['message']}")
        result: dict[str, Any] = message["result"]
        return result

    @contextmanager
    def _loading(self) -> Iterator[None]:
        """Do what leads to a page, and wait until it is there."""
        before, messages = self._loaded, self._messages()
        yield
        while self._loaded == before:
            next(messages)

    def _messages(self) -> Iterator[dict[str, Any]]:
        while True:
            *whole, self._heard = self._heard.split(b"\0", 1)
            if whole:
                message = json.loads(whole[0])
                self._loaded += message.get("method") == "Page.loadEventFired"
                yield message
            elif more := self._answers.read1():
                self._heard = self._heard + more
            else:
                raise SystemExit("Chromium has ended.")


@contextmanager
def visitor() -> Iterator[Visitor]:
    """Start Chromium with a profile of its own; it ends with the block."""
    their_orders, our_orders = os.pipe()
    our_answers, their_answers = os.pipe()
    with tempfile.TemporaryDirectory(prefix="accord-chromium-", ignore_cleanup_errors=True) as profile:
        # Chromium reads from 3 and writes to 4, whatever the numbers are here.
        pipes = f'exec "$0" "$@" 3<&{their_orders} 4>&{their_answers}'
        command = chromium_command(Path(profile), "--remote-debugging-pipe")
        started = subprocess.Popen(
            ["sh", "-c", pipes, *command],
            pass_fds=(their_orders, their_answers),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(their_orders)
        os.close(their_answers)
        try:
            reader = Visitor(our_orders, our_answers)
            yield reader
            reader.close()
            started.wait(timeout=60)
        finally:
            started.kill()
            started.wait()
