"""The trusted process: runs the instructor's test cells, and alone says pass or fail.

Threat: none of the student's code is here; what comes from it are proxies and plain data. If the
channel breaks, or a student's object was put where data belongs, the test is tainted and fails,
whatever the test's own code made of the exception.

It obeys the grader on one socket (a JSON object a line) and talks to the kernel on another.
"""

import ast
import contextlib
import io
import json
import linecache
import numbers
import socket
import sys
import time
import traceback
from collections.abc import Mapping
from typing import Any, TextIO

from autograder.judge import ambient, compare
from autograder.judge.peer import Peer
from autograder.judge.profile import Profile, file_name, python
from autograder.judge.proxy import NAMESPACE, Handle, Judge, Refused

_TEXT = 2000  # characters kept of a message
_OUTPUT = 100_000  # characters kept of what a test prints
REFUSED = "(refused)"  # not a name that an exception can have


class Names(dict[str, Any]):
    """The namespace of tests. Names of the student's notebook are asked for when they are used."""

    def __init__(self, runner: "Runner") -> None:
        super().__init__(__name__=NAMESPACE, __builtins__=__builtins__)
        self._runner = runner

    def __missing__(self, name: str) -> Any:
        return self._runner.fetch(name)


class Runner:
    """Runs provided and test cells in one namespace, as one kernel would."""

    def __init__(self, sock: socket.socket, profile: Profile, record: bool = False) -> None:
        """`sock` leads to the kernel; `record`: it runs the reference solution."""
        self._judge = Judge(record)
        self._peer = Peer(sock, +1, self._judge)
        self._profile = profile
        self._names = Names(self)
        self._data: dict[str, tuple[int, Any]] = {}  # the student's globals that are plain data
        module = type(sys)(NAMESPACE)  # dataclasses and pickle look their class's module up
        module.__dict__.update(self._names)
        sys.modules[NAMESPACE] = module

    def fetch(self, name: str) -> Any:
        """Return the student's global of that name, or raise KeyError."""
        if name not in self._profile.names:
            raise KeyError(name)
        asked, found = self._data.get(name, (None, None))
        if asked == self._peer.asked:  # none of the student's code has run since
            return found
        found = self._judge.named(self._peer, name)
        if isinstance(found, Handle):
            self._names[name] = found
        else:
            self._data[name] = self._peer.asked, found
        return found

    def provide(self, cell: str, source: str) -> None:
        """Run a provided cell. What it binds and an answer binds too is the student's."""
        ambient.watch(source)
        compare.watch(source)
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(python(source), file_name(cell), "exec"), self._names)  # noqa: S102
        for name in self._profile.names & self._names.keys():
            del self._names[name]

    def define(self, cell: str, source: str) -> None:
        """Take from a test cell what later tests may use: functions, classes, imports."""
        kinds = ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom
        for node in ast.parse(python(source)).body:
            if isinstance(node, kinds):
                with contextlib.suppress(Exception, Refused):
                    code = compile(ast.Module([node], []), file_name(cell), "exec")
                    exec(code, self._names)  # noqa: S102

    def test(self, cell: str, source: str) -> dict[str, Any]:
        """Run a test cell; return what became of it, as plain JSON."""
        self._judge.begin(cell, self._profile.kinds.get(cell, {}))
        compare.forget()
        begun, printed, value = time.monotonic(), io.StringIO(), None
        result: dict[str, Any] = {"error": None, "message": "", "line": None, "trace": []}
        result.update(diagnosis="", where="")
        try:
            with contextlib.redirect_stdout(printed):
                value = self._run(cell, source)
        except BaseException as error:
            result = _failure(error, cell)
            result["diagnosis"] = self._diagnosis(cell, source, result["line"])
        if self._judge.taint is not None and result["error"] != REFUSED:
            result.update(error=REFUSED, message=self._judge.taint, diagnosis="")
        self._end()
        return {
            **result,
            "value": value,
            "output": printed.getvalue()[:_OUTPUT],
            "seconds": time.monotonic() - begun,
            "kinds": {place: sorted(kinds) for place, kinds in self._judge.kinds.items()},
        }

    def _run(self, cell: str, source: str) -> str | None:
        ambient.watch(source)
        compare.watch(source)
        tree = ast.parse(source, file_name(cell))
        linecache.cache[file_name(cell)] = (len(source), None, source.splitlines(True), cell)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, file_name(cell), "exec"), self._names)  # noqa: S102
        if last is None:
            return None
        expression = ast.Expression(last.value)  # type: ignore[attr-defined]  # an ast.Expr
        value = eval(compile(expression, file_name(cell), "eval"), self._names)  # noqa: S307
        return None if value is None else _points(value)

    def _diagnosis(self, cell: str, source: str, line: int | None) -> str:
        """Say what was wrong in the check that failed. It decides nothing, so it may fail."""
        try:
            before = self._peer.mirrors.before
            return compare.explain(cell, source, line, self._names, before)
        except Exception:
            return ""

    def _end(self) -> None:
        for name in self._profile.names & self._names.keys():
            del self._names[name]  # the student's again, whatever the test bound it to
        self._data.clear()
        with contextlib.suppress(Exception):  # a kernel that is gone needs no farewell
            self._peer.end()


def _points(value: Any) -> str:
    """Return a last value as the text of a number of points, or as what it is."""
    number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    return repr(float(value)) if number else _clean(repr(value))[:100]


def _failure(error: BaseException, cell: str) -> dict[str, Any]:
    """Return an exception as data: its name, its text, the line of the test, the way there."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == file_name(cell)]
    if isinstance(error, SyntaxError) and not lines:  # of the cell itself, which did not run
        lines.append(error.lineno)
    refused = isinstance(error, Refused)
    return {
        "error": REFUSED if refused else type(error).__name__,
        "message": _clean(str(error)),
        "line": lines[-1] if lines else None,
        "trace": lines[-10:],
        "where": _clean(" ".join(getattr(error, "__notes__", []))),
    }


def _clean(text: str) -> str:
    return text[:_TEXT].encode("utf-8", "backslashreplace").decode()


def main() -> None:
    """Obey the grader: `python -m autograder.judge.runner ORDERS KERNEL`, two file descriptors."""
    orders = socket.socket(fileno=int(sys.argv[1]))
    kernel = socket.socket(fileno=int(sys.argv[2]))
    with orders.makefile("r", encoding="utf-8") as read, orders.makefile("w") as write:
        obey(read, write, kernel)


def obey(read: TextIO, write: TextIO, kernel: socket.socket) -> None:
    """Carry out orders until there are no more; answer those to test."""
    runner, problem = None, None
    for line in read:
        order: Mapping[str, Any] = json.loads(line)
        if order["do"] == "start":
            runner = Runner(kernel, Profile.from_json(order["profile"]), order["record"])
        assert runner is not None, "start comes first"  # noqa: S101 - the grader's own order
        if order["do"] == "provide":
            try:
                runner.provide(order["cell"], order["source"])
            except BaseException as error:  # the instructor's; told with the next test
                problem = f"{order['cell']}: {type(error).__name__}: {error}"
        if order["do"] == "define":
            runner.define(order["cell"], order["source"])
        if order["do"] == "test":
            result = runner.test(order["cell"], order["source"])
            write.write(json.dumps({**result, "problem": problem}) + "\n")
            write.flush()


if __name__ == "__main__":
    main()
