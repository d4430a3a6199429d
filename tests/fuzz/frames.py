"""What a frame of an attacker may do to the judge: be refused, or be plain data. Nothing else."""

import json
import random
from collections import Counter
from types import EllipsisType
from typing import Any

import numpy as np
import torch

from autograder.errors import ChannelError
from autograder.judge.codec import write_frame
from autograder.judge.peer import Peer
from autograder.judge.proxy import Function, Handle, Judge, Module

_EXACT = {
    *(type(None), bool, int, float, complex, str, bytes, range, slice, EllipsisType),
    *(tuple, frozenset, list, dict, Counter, set, bytearray, random.Random),
    *(np.ndarray, np.random.Generator, torch.Tensor, torch.nn.Parameter),
    *(torch.Generator, torch.dtype, Handle, Function, Module),
}


class Wire:
    """A socket on which some bytes have come, and no more will."""

    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)

    def recv(self, size: int) -> bytes:
        part, self._data = self._data[:size], self._data[size:]
        return bytes(part)

    def sendall(self, data: bytes) -> None:
        """Send it nowhere."""


def frame(message: dict[str, Any], body: bytes = b"") -> bytes:
    """Return a frame of any message; its buffers are the bytes of `body`, one each."""
    filled = {"k": "ok", "a": [], "u": [], "d": [], "h": [], **message}
    return write_frame(filled, [body[i : i + 1] for i in range(len(body))])


def receive(data: bytes) -> list[Any] | None:
    """Let a judge that shares objects with the kernel receive one frame.

    Returns:
        The values that came, or None if the frame was refused.

    Raises:
        AssertionError: what came is not plain data, or an object changed its kind.
        Exception: any other that the judge let through.
    """
    shared = _shared()
    before = [_form(value) for value in shared]
    peer = Peer(Wire(data), +1, Judge(record=False))  # type: ignore[arg-type]  # a Wire is enough
    for value in shared:
        peer.reference(value)
    peer._send({"k": "ask"})
    try:
        _, message, values = peer._receive()
    except ChannelError:
        values = None
    else:
        json.dumps(message)
    assert [_form(value) for value in shared] == before
    known = {id(value) for value in shared}
    for value in peer.mirrors._objects.values():
        assert id(value) in known or type(value) in _EXACT, type(value)
        _assert_plain(value)
    _assert_plain(values)
    return values


def _shared() -> list[Any]:
    """Return an object of each kind; numbers 1, 2, ... on the channel."""
    read_only = np.arange(3)
    read_only.flags.writeable = False
    leaf = torch.zeros(2, requires_grad=True)
    some: list[Any] = [[1], {"a": 1}, Counter("a"), {1}, bytearray(b"a"), np.zeros((2, 1)), leaf]
    generators = [np.random.default_rng(0), random.Random(0), torch.Generator()]  # noqa: S311
    return [*some, read_only, np.array(["a"]), torch.zeros(2, dtype=torch.int8), *generators]


def _form(value: Any) -> tuple[Any, ...]:
    form = [type(value), getattr(value, "dtype", None), getattr(value, "shape", None)]
    if isinstance(value, np.ndarray) and not value.flags.writeable:
        form.append(value.tobytes())
    return tuple(form)


def _assert_plain(value: Any) -> None:
    """Assert that a value is of exact types all through."""
    queue, seen = [value], set()
    while queue:
        one = queue.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        named = isinstance(one, tuple) and type(one).__name__ == "NamedTuple"
        scalar = isinstance(one, np.generic | np.dtype) and one != np.dtype(object)
        assert type(one) in _EXACT or named or scalar, type(one)
        if isinstance(one, np.ndarray):
            assert one.dtype.kind in "biufcU", one.dtype
            repr(one)  # texts hold nothing but code points
        if isinstance(one, list | tuple | set | frozenset | dict):
            queue.extend(one)
            queue.extend(one.values() if isinstance(one, dict) else ())
        if isinstance(one, random.Random | np.random.Generator):
            assert 0 <= one.random() < 1
            assert isinstance(one.normalvariate(0, 1) if hasattr(one, "gauss") else 0.0, float)
        if isinstance(one, torch.Generator):
            torch.rand(3, generator=one)
