"""Our end of the channel in the student's kernel. Nothing here is trusted.

The student's code shares this process and may change all of it. What it gains is to speak for
itself, which it may anyway: the judge believes no byte of it.
"""

import importlib
import socket
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from types import FunctionType
from typing import Any

from autograder.errors import ChannelError
from autograder.judge import ambient
from autograder.judge.codec import Tree
from autograder.judge.peer import Peer, RemoteError, near


def serve(number: int) -> None:
    """Answer the judge's requests on an inherited socket until it says that the test is over."""
    if number not in _peers:
        sock = socket.socket(fileno=number)
        sock.setblocking(True)
        _peers[number] = Peer(sock, -1, Kernel(), root=_named)
    _peers[number].serve()


_peers: dict[int, Peer] = {}


def _named(name: str) -> tuple[bool, Any]:
    """Say whether the notebook has a global of that name, and return it."""
    namespace = sys.modules["__main__"].__dict__  # where a kernel's cells run
    return name in namespace, namespace.get(name)


class Kernel:
    """The kernel's side of the channel."""

    collects = False

    def ambient(self) -> dict[str, Tree]:
        """Take nothing along."""
        return {}

    def within(self, message: dict[str, Tree]) -> AbstractContextManager[None]:
        """Serve a request with the test's grad mode and seeds."""
        return ambient.under(message)

    def check(self, op: str, target: Any, arguments: list[Any]) -> None:
        """Let the judge do anything."""

    def number_of(self, value: Any) -> int | None:
        """Return the number of an object of the tests."""
        return value._number if isinstance(value, Given) else None

    def export(self, value: Any) -> Tree:
        """Let any object cross as a handle."""

    def describe(self, value: Any) -> Tree:
        """Return what the judge should know of an object."""
        torch = sys.modules.get("torch")
        module = torch is not None and isinstance(value, torch.nn.Module)
        named = isinstance(value, type | FunctionType)
        name = value.__name__ if named else type(value).__name__
        return {"n": name, "c": callable(value), "m": module}

    def proxy(self, peer: Peer, number: int, info: dict[str, Tree]) -> Any:
        """Return what stands here for an object of the tests."""
        return (GivenFunction if info.get("c") else Given)(peer, number)

    def library(self, module: str, name: str) -> Any:
        """Return this process's own object of that name."""
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
        return found

    def rebuild(self, error: RemoteError) -> BaseException:
        """Return a test's exception as the built-in one of that name."""
        return near(error)(*error.args)

    def broken(self, error: ChannelError) -> BaseException:
        """Let a student's code see it: the judge knows by itself."""
        return error


class Given:
    """An object of the tests, as a student's code sees it: it works as in one process."""

    def __init__(self, peer: Peer, number: int) -> None:
        self.__dict__.update(_peer=peer, _number=number)

    def __getattr__(self, name: str) -> Any:
        return self._peer.request("get", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._peer.request("set", self, name, value)

    def __getitem__(self, key: Any) -> Any:
        return self._peer.request("item", self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._peer.request("setitem", self, key, value)

    def __len__(self) -> int:
        return int(self._peer.request("len", self))

    def __contains__(self, value: Any) -> bool:
        return bool(self._peer.request("contains", self, value))

    def __iter__(self) -> Iterator[Any]:
        iterator: Iterator[Any] = self._peer.request("iter", self)
        return iterator

    def __next__(self) -> Any:
        more, value = self._peer.request("next", self)
        if not more:
            raise StopIteration
        return value


class GivenFunction(Given):
    """A function, or an instance that can be called."""

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call it in the tests' process."""
        return self._peer.request("call", self, arguments, tuple(named), tuple(named.values()))
