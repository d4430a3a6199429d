"""Values <-> frames: a length, a JSON header, raw buffers.

Threat: frames written by an attacker who has read this file: malformed, deep, huge, with lying
lengths and unknown tags. `read_frame` and `Reader` raise ChannelError or return plain data of
exact built-in, numpy or torch types, within the limits below. Nothing is ever unpickled, no name
is ever imported because a frame said so, and no object dtype exists here.
"""

import json
import math
import re
import socket
import struct
import sys
from collections import deque, namedtuple
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Protocol

import numpy as np

from autograder.errors import ChannelError

MAX_HEADER = 16_000_000  # bytes of JSON in a frame: as objects it is up to 30 times as large
MAX_BODY = 256_000_000  # bytes of all buffers of a frame
MAX_DEPTH = 100  # tuples in tuples; lists and dicts refer to each other and may be cyclic
MAX_ITEMS = 2_000_000  # values in one frame
_LONG = 1 << 12  # bits: of a longer integer Python reads no decimals
_PREFIX = struct.Struct(">II")
_NUMPY_TYPES = frozenset(
    f"{order}{kind}{size}"
    for order, kinds, sizes in (("|", "biu", "1"), ("<", "iu", "248"))
    for kind in kinds
    for size in sizes
) | {"<f2", "<f4", "<f8", "<c8", "<c16"}
_TEXT_TYPE = re.compile("<U[1-9][0-9]{0,5}")
_TORCH_TYPES = frozenset(f"{kind}{size}" for kind in ("int", "float") for size in (16, 32, 64)) | {
    *("bool", "uint8", "int8", "bfloat16", "complex64", "complex128")
}
_MAX_DIMENSIONS = 32
_NAME = re.compile(r"[A-Za-z]\w{0,99}", re.ASCII)

_LISTED: Any = (
    type({}.keys()),
    type({}.values()),
    type({}.items()),
    deque,
)  # cross as a list
_PLAIN: tuple[type, ...] = (
    *(int, float, complex, str, bytes, tuple, frozenset, range, slice, type(...)),
    *(np.generic, np.dtype, *_LISTED),
)

Tree = Any  # what JSON holds: None, bool, int, float, str, or a list whose first item is a tag


class Objects(Protocol):
    """What a value refers to beyond itself: mirrored objects and handles."""

    def reference(self, value: Any) -> int | None:
        """Return the id of a mirrored object; None if this kind of object is not mirrored."""

    def handle(self, value: Any) -> Tree:
        """Return the tree of anything else: a handle on it."""

    def mirrored(self, number: int) -> Any:
        """Return the mirrored object of that id, or raise ChannelError."""

    def resolve(self, tree: list[Tree]) -> Any:
        """Return what a handle's tree stands for, or raise ChannelError."""


def write_frame(message: Mapping[str, Tree], buffers: list[bytes]) -> bytes:
    """Return a message and its buffers as one frame."""
    header = json.dumps({**message, "b": [len(part) for part in buffers]}).encode()
    return b"".join((_PREFIX.pack(len(header), sum(map(len, buffers))), header, *buffers))


def send_frame(sock: socket.socket, frame: bytes) -> None:
    """Send a whole frame, or raise ChannelError."""
    try:
        sock.sendall(frame)
    except OSError as error:
        raise ChannelError(f"the other side is gone: {error.strerror}") from None


def receive_frame(sock: socket.socket) -> tuple[dict[str, Tree], list[memoryview]]:
    """Wait for a whole frame; return its message and its buffers, or raise ChannelError."""
    header, body = _PREFIX.unpack(_receive(sock, _PREFIX.size))
    if header > MAX_HEADER or body > MAX_BODY:
        raise ChannelError(f"a message of {header + body} bytes is more than may be sent")
    try:
        data = memoryview(_receive(sock, header + body))
        return read_frame(bytes(data[:header]), data[header:])
    except MemoryError:
        raise ChannelError("a message is more than memory holds") from None


def _receive(sock: socket.socket, size: int) -> bytearray:
    data = bytearray()
    while len(data) < size:  # grows as bytes arrive: a lying length reserves nothing
        try:
            part = sock.recv(min(size - len(data), 1 << 20))
        except OSError as error:
            raise ChannelError(f"the other side is gone: {error.strerror}") from None
        if not part:
            raise ChannelError("the kernel ended in the middle of this test")
        data += part
    return data


def read_frame(header: bytes, body: bytes | memoryview) -> tuple[dict[str, Tree], list[memoryview]]:
    """Return the message and the buffers of a frame without its prefix.

    Raises:
        ChannelError: not JSON, not a table, or the lengths do not add up.
    """
    try:
        message = json.loads(header)
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        raise ChannelError("a message is not JSON") from None
    lengths = message.get("b") if type(message) is dict else None
    if type(lengths) is not list or any(type(n) is not int or n < 0 for n in lengths):
        raise ChannelError("a message is not a table with lengths")
    if sum(lengths) != len(body):
        raise ChannelError("the buffers of a message do not have the length that it says")
    view, buffers = memoryview(body), []
    for length in lengths:
        buffers.append(view[:length])
        view = view[length:]
    return message, buffers


class Writer:
    """Turns values into trees; collects their buffers."""

    def __init__(self, objects: Objects) -> None:
        self.buffers: list[bytes] = []
        self._objects = objects

    def value(self, value: Any) -> Tree:
        """Return the tree of any value. Subclasses go as what they are made of."""
        kind = type(value)
        if value is None or kind is bool or kind is float:
            return value
        if kind is int:
            return value if value.bit_length() < _LONG else ["i", hex(value)]
        if kind is str:
            return value if value.isascii() else self._text(value)
        if kind is tuple:
            return ["t", [self.value(item) for item in value]]
        number = self._objects.reference(value)
        return self._immutable(value) if number is None else ["m", number]

    def _text(self, value: str) -> Tree:
        try:
            value.encode()
        except UnicodeEncodeError:  # JSON would join two halves of a surrogate pair
            return ["s", self.buffer(value.encode("utf-8", "surrogatepass"))]
        return value

    def _immutable(self, value: Any) -> Tree:
        if not isinstance(value, _PLAIN):
            torch = sys.modules.get("torch")
            if torch is not None and isinstance(value, torch.dtype):
                return ["tdt", str(value).removeprefix("torch.")]
            return self._objects.handle(value)
        for kind in (int, float, str):  # bool has no subclasses
            if isinstance(value, kind) and not isinstance(value, np.generic):
                return self.value(kind(value))
        if isinstance(value, tuple):
            items = [self.value(item) for item in tuple.__iter__(value)]
            names = getattr(type(value), "__match_args__", ())  # named tuples, torch.max's result
            return ["nt", list(names), items] if names else ["t", items]
        if isinstance(value, frozenset):
            return ["fs", [self.value(item) for item in value]]
        if isinstance(value, np.generic) and type_name(value.dtype) is not None:
            return ["n", type_name(value.dtype), self.buffer(little(value).tobytes())]
        if isinstance(value, complex):
            return ["c", value.real, value.imag]
        if isinstance(value, bytes):
            return ["y", self.buffer(bytes(value))]
        if isinstance(value, range):
            return ["r", *map(self.value, (value.start, value.stop, value.step))]
        if isinstance(value, slice):
            return ["sl", *map(self.value, (value.start, value.stop, value.step))]
        if value is Ellipsis:
            return ["..."]
        if isinstance(value, np.dtype) and type_name(value) is not None:
            return ["dt", type_name(value)]
        if isinstance(value, _LISTED):
            return self.value(list(value))
        return self._objects.handle(value)

    def buffer(self, data: bytes) -> int:
        """Keep a buffer; return its number."""
        self.buffers.append(data)
        return len(self.buffers) - 1


def little(array: Any) -> Any:
    """Return an array or scalar in little-endian order."""
    return array.astype(array.dtype.newbyteorder("<"), copy=False)


@lru_cache(maxsize=1000)
def type_name(dtype: "np.dtype[Any]") -> str | None:
    """Return the name of a numpy dtype, in little-endian order, or None if it can't cross."""
    name = dtype.newbyteorder("<").str
    return name if name in _NUMPY_TYPES or _TEXT_TYPE.fullmatch(name) else None


class Reader:
    """Turns trees into values, or raises ChannelError. One reader a frame."""

    def __init__(self, buffers: list[memoryview], objects: Objects) -> None:
        self._buffers = dict(enumerate(buffers))
        self._objects = objects
        self._left = MAX_ITEMS
        self._depth = 0

    def value(self, tree: Tree) -> Any:
        """Return the value of a tree."""
        self._left -= 1
        if self._left < 0:
            raise ChannelError(f"a message holds more than {MAX_ITEMS} values")
        if tree is None or type(tree) in (bool, int, float, str):
            return tree
        if type(tree) is not list or not tree or type(tree[0]) is not str:
            raise ChannelError("a value is not in the form of this channel")
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ChannelError(f"a value is nested deeper than {MAX_DEPTH}")
        try:
            return self._tagged(tree)
        except (TypeError, ValueError, OverflowError, MemoryError, RecursionError) as error:
            raise ChannelError(f"a value is malformed: {type(error).__name__}") from None
        finally:
            self._depth -= 1

    def _tagged(self, tree: list[Tree]) -> Any:
        match tree:
            case ["t", items]:
                return tuple(self.items(items))
            case ["m", number]:
                return self._objects.mirrored(number)
            case ["h" | "o" | "g", *_]:
                return self._objects.resolve(tree)
            case ["nt", list(names), list(items)]:
                return self._named(names, items)
            case ["fs", items]:
                return frozenset(self.items(items))
            case ["n", kind, number]:
                return self.array(kind, [], number)[()]
            case ["c", int() | float() as real, int() | float() as imaginary]:
                return complex(real, imaginary)
            case ["i", str(digits)]:
                return int(digits, 16)
            case ["s", number]:
                return bytes(self.buffer(number)).decode("utf-8", "surrogatepass")
            case ["y", number]:
                return bytes(self.buffer(number))
            case ["r", *ends]:
                return self._range(ends)
            case ["sl", *ends]:
                return slice(*self.items(ends))
            case ["..."]:
                return ...
            case ["dt", name]:
                return numpy_type(name)
            case ["tdt", name]:
                return torch_type(name)
        raise ChannelError(f"a value has an unknown tag or form: {tree[0][:20]!r}")

    def items(self, trees: Tree) -> list[Any]:
        """Return the values of a list of trees."""
        if type(trees) is not list:
            raise ChannelError("a value is not a list")
        return [self.value(tree) for tree in trees]

    def buffer(self, number: Tree) -> memoryview:
        """Return a buffer of this frame: each can be had once, so that none is multiplied."""
        if type(number) is not int or number not in self._buffers:
            raise ChannelError("a message has no such buffer")
        return self._buffers.pop(number)

    def array(self, kind: Tree, shape: Tree, number: Tree) -> "np.ndarray[Any, Any]":
        """Return an array of its own memory from dtype, shape and buffer."""
        dtype, data = numpy_type(kind), self.buffer(number)
        if type(shape) is not list or len(shape) > _MAX_DIMENSIONS:
            raise ChannelError("an array has no proper shape")
        if any(type(size) is not int or size < 0 for size in shape):
            raise ChannelError("an array has no proper shape")
        if math.prod(shape) * dtype.itemsize != len(data):
            raise ChannelError("an array's bytes do not fit its shape")
        if dtype.kind == "b":  # any byte but 0 is True, and becomes 1
            return np.asarray(np.frombuffer(data, np.uint8).reshape(shape) != 0)
        if dtype.kind == "U" and np.frombuffer(data, "<u4").max(initial=0) > sys.maxunicode:
            raise ChannelError("an array holds what is no text")
        return np.frombuffer(data, dtype).reshape(shape).copy()

    def _range(self, trees: list[Tree]) -> range:
        ends = self.items(trees)
        if any(type(end) is not int for end in ends):
            raise ChannelError("a range has no whole numbers")
        return range(*ends)

    def _named(self, names: list[Tree], trees: list[Tree]) -> Any:
        if len(names) != len(trees) or len(names) > MAX_DEPTH:
            raise ChannelError("a named tuple has other names than values")
        if not all(type(name) is str and _NAME.fullmatch(name) for name in names):
            raise ChannelError("a named tuple has improper names")
        return _named_tuple(tuple(names))(*self.items(trees))


@lru_cache(maxsize=100)
def _named_tuple(names: tuple[str, ...]) -> type:
    return namedtuple("NamedTuple", names)


def numpy_type(name: Tree) -> "np.dtype[Any]":
    """Return a numpy dtype of numbers or texts, by name."""
    if type(name) is not str or not (name in _NUMPY_TYPES or _TEXT_TYPE.fullmatch(name)):
        raise ChannelError("an array has a type that can't cross")
    return np.dtype(name)


def torch_type(name: Tree) -> Any:
    """Return a torch dtype of numbers, by name."""
    import torch

    if type(name) is not str or name not in _TORCH_TYPES:
        raise ChannelError("a tensor has a type that can't cross")
    return getattr(torch, name)
