"""Runs a student's source against test cells without Jupyter: two processes, one channel.

The student's side is a fork; the trusted side is this process. `together` runs the same sources in
one namespace, as a kernel would: the independent oracle of most tests of the judge.
"""

import contextlib
import io
import os
import random
import signal
import socket
import sys
import types
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from autograder.judge import agent
from autograder.judge.profile import Profile, plan
from autograder.judge.runner import Runner

TORCH = "import numpy as np\nimport torch"  # what a cell of either side may begin with
SECONDS = 30  # after that, a pair that hangs is ended

Results = dict[str, dict[str, Any]]


def judged(
    student: str,
    tests: Mapping[str, str],
    provided: str = "",
    profile: Profile | None = None,
) -> tuple[Results, Profile]:
    """Run test cells against a student's source.

    Args:
        student: the student's cells, as one.
        tests: test cells by id, in order.
        provided: a cell of the instructor's that runs on both sides, before the student's.
        profile: what the reference did; None: this is the reference.

    Returns:
        What became of each cell, and the profile that a reference's run gives.
    """
    base = profile or plan([("provided", "provided", provided), ("answer", "answer", student)])
    with pair(provided + "\n" + student, base, record=profile is None) as runner:
        if "provided" in base.provided:
            runner.provide("provided", provided)
        results = {name: runner.test(name, source) for name, source in tests.items()}
    kinds = {
        name: {place: frozenset(found) for place, found in result["kinds"].items()}
        for name, result in results.items()
    }
    return results, Profile(base.names, base.provided, kinds)


@contextlib.contextmanager
def pair(student: str, profile: Profile, record: bool = False) -> Iterator[Runner]:
    """Yield a runner whose kernel has run the student's source. In the end the kernel is gone."""
    ours, theirs = socket.socketpair()
    ours.settimeout(SECONDS)
    with kernel(student, theirs, closing=ours), ours, _restored():
        yield Runner(ours, profile, record)


@contextlib.contextmanager
def kernel(student: str, sock: socket.socket, closing: socket.socket) -> Iterator[int]:
    """Fork a process that runs a source and serves on `sock`; yield its number; end it."""
    number = os.fork()
    if number == 0:
        signal.alarm(SECONDS)
        closing.close()
        try:
            _serve(student, sock)
        finally:
            os._exit(0)
    sock.close()
    try:
        yield number
    finally:
        os.kill(number, signal.SIGKILL)
        os.waitpid(number, 0)


def _serve(student: str, sock: socket.socket) -> None:
    sys.stdout = sys.stderr = io.StringIO()
    torch = sys.modules.get("torch")
    if torch:
        torch.set_num_threads(1)  # the threads of the process that forked are not here
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    exec(compile(student, "<student>", "exec"), main.__dict__)
    descriptor = sock.detach()
    while True:
        agent.serve(descriptor)


@contextlib.contextmanager
def _restored() -> Iterator[None]:
    """Give the global generators back as they were."""
    torch = sys.modules.get("torch")
    numpy_state, random_state = np.random.get_state(), random.getstate()
    torch_state = torch.get_rng_state() if torch else None
    try:
        yield
    finally:
        np.random.set_state(numpy_state)
        random.setstate(random_state)
        if torch:
            torch.set_rng_state(torch_state)


def together(student: str, test: str, provided: str = "") -> str:
    """Run all in one namespace; return what the test printed, and raise what it raised."""
    module = sys.modules["one_kernel"] = types.ModuleType("one_kernel")
    with _restored():
        exec(compile(provided + "\n" + student, "<student>", "exec"), module.__dict__)
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(compile(test, "<test>", "exec"), module.__dict__)
    return printed.getvalue()


def alike(student: str, test: str, provided: str = "import numpy as np") -> str:
    """Assert that a test passes in one process and across two, and prints the same; return it."""
    expected = together(student, test, provided)
    results, profile = judged(student, {"test": test}, provided)
    for result in (results["test"], judged(student, {"test": test}, provided, profile)[0]["test"]):
        assert (result["error"], result["message"]) == (None, ""), result
        assert result["output"] == expected, result["output"] + " instead of " + expected
    return expected
