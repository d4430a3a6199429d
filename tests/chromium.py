"""A real browser, driven by its devtools protocol: what a page runs, fetches, and looks like."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import websocket

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_PROGRAM = next(filter(None, map(shutil.which, _NAMES)), None)
_SECONDS = 120  # for anything the browser is asked
# Hover and focus everything; follow what a person could be made to click on.
_PROVOKE = """
for (const one of document.querySelectorAll("*")) {
  for (const name of ["mouseover", "mouseenter", "pointerdown", "focus", "toggle", "animationend"])
    one.dispatchEvent(new Event(name));
  if (/^(javascript|data|vbscript):/i.test(one.href?.baseVal ?? one.href ?? "")) one.click?.();
  if (one.matches("form, button, input, summary")) one.click?.();
}
"""


def need_chromium() -> None:
    """Skip a test that needs the browser where there is none; fail it in CI."""
    if _PROGRAM is None:
        why = "needs chromium: apt install chromium"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)


@dataclass
class Visit:
    """What happened on a page."""

    ran: set[int] = field(default_factory=set)  # numbers that scripts on the page gave to `ran`
    requests: list[str] = field(default_factory=list)  # every address asked for
    dialogs: list[str] = field(default_factory=list)
    text: str = ""


class Browser:
    """One tab."""

    def __init__(self, address: str) -> None:
        self._socket = websocket.create_connection(address, timeout=_SECONDS)
        self._number, self._visit = 0, Visit()
        for domain in ("Page", "Network", "Runtime"):
            self.call(f"{domain}.enable")
        self.call("Runtime.addBinding", name="tell")
        own = "window.ran = number => tell(String(number))"
        self.call("Page.addScriptToEvaluateOnNewDocument", source=own)

    def close(self) -> None:
        """Let go of the tab."""
        self._socket.close()

    def visit(self, url: str, bypass_policy: bool = False, ready: str = "true") -> Visit:
        """Open a page, provoke it once an expression is true there, and say what happened."""
        self.call("Page.setBypassCSP", enabled=bypass_policy)
        self._visit = visit = Visit()
        self.call("Page.navigate", url=url)
        self._until(f"document.readyState === 'complete' && ({ready})")
        self.evaluate(_PROVOKE)
        time.sleep(0.3)
        visit.text = self.evaluate("document.body.innerText")
        return visit

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression on the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return answer["result"].get("value")

    def show(self, width: int, scheme: str) -> None:
        """Be a screen of that width, in a light or dark scheme."""
        phone = width < 500
        self.call(
            "Emulation.setDeviceMetricsOverride",
            **{"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": phone},
        )
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", features=features)

    def screenshot(self, path: Path) -> None:
        """Write a picture of the top of the page."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol; take note of what happens meanwhile."""
        self._number += 1
        call = {"id": self._number, "method": method, "params": parameters}
        self._socket.send(json.dumps(call))
        while True:
            message = json.loads(self._socket.recv())
            if message.get("id") == self._number:
                return dict(message.get("result", {}))
            self._note(message.get("method"), message.get("params", {}))

    def _note(self, event: str, what: dict[str, Any]) -> None:
        if event == "Runtime.bindingCalled":
            self._visit.ran.add(int(what["payload"]))
        elif event == "Network.requestWillBeSent":
            self._visit.requests.append(what["request"]["url"])
        elif event == "Page.javascriptDialogOpening":
            self._visit.dialogs.append(what["message"])
            self._socket.send(
                json.dumps({"id": 0, "method": "Page.handleJavaScriptDialog", "params": {}})
            )

    def _until(self, condition: str) -> None:
        ends = time.monotonic() + _SECONDS
        while not self.evaluate(condition):
            assert time.monotonic() < ends, f"not in {_SECONDS} s: {condition}"
            time.sleep(0.05)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a headless browser that reaches no host but this one."""
    assert _PROGRAM is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [
                _PROGRAM,
                "--headless",
                "--no-sandbox",  # as root in a container
                "--disable-gpu",
                "--disable-background-networking",
                "--no-first-run",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                "--remote-allow-origins=*",
                "--remote-debugging-port=0",
                f"--user-data-dir={profile}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            browser = Browser(_tab(Path(profile, "DevToolsActivePort")))
            try:
                yield browser
                browser.call("Browser.close")
            finally:
                browser.close()
        finally:
            process.terminate()
            process.wait()


def _tab(told: Path) -> str:
    """Return the address of the first tab, once the browser has told its port."""
    ends = time.monotonic() + _SECONDS
    while not (told.exists() and len(told.read_text().split()) == 2):
        assert time.monotonic() < ends, "chromium does not start"
        time.sleep(0.05)
    port, path = told.read_text().split()
    browser = websocket.create_connection(f"ws://127.0.0.1:{port}{path}", timeout=_SECONDS)
    browser.send(json.dumps({"id": 1, "method": "Target.getTargets"}))
    targets = json.loads(browser.recv())["result"]["targetInfos"]
    browser.close()
    page = next(target["targetId"] for target in targets if target["type"] == "page")
    return f"ws://127.0.0.1:{port}/devtools/page/{page}"
