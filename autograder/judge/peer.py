"""The conversation: a request, callbacks within it, a reply. One thread, strictly nested.

Threat: a reply that nobody asked for, a callback to something that was never given, a ladder from a
given object to the interpreter (`__globals__`, `__subclasses__`), nesting without end. What the
other side may do to an object of ours is decided by `Side.check` before it is done.
"""

import builtins
import operator
import socket
import weakref
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

from autograder.errors import ChannelError
from autograder.judge import tensors
from autograder.judge.codec import Reader, Tree, Writer, receive_frame, send_frame, write_frame
from autograder.judge.mirror import Mirrors

MAX_NESTING = 40  # callbacks within calls within callbacks
_TEXT_LENGTH = 2000  # characters kept of an exception's text
_ARITHMETIC = "add sub mul truediv floordiv mod pow matmul neg pos abs and or xor lshift rshift"
OPERATORS = {f"__{name}__": getattr(operator, f"__{name}__") for name in _ARITHMETIC.split()}


class RemoteError(Exception):
    """An exception of the other side as data.

    The names of its classes, its arguments, and the function and line of the notebook, if known.
    """

    def __init__(self, names: tuple[str, ...], arguments: tuple[Any, ...], at: Tree = None) -> None:
        super().__init__(*arguments)
        self.names, self.at = names, at


class Computed:
    """A tensor of ours that was computed, so that the other side may ask for a backward pass."""

    def __init__(self, tensor: Any) -> None:
        self.tensor = tensor


class Theirs:
    """An object of the other side, by its number."""

    def __init__(self, number: int) -> None:
        self.number = number


class Side(Protocol):
    """What differs between the judge and the kernel."""

    collects: bool  # whether this side says what it no longer needs

    def ambient(self) -> dict[str, Tree]:
        """Return what a request takes along: the grad mode, seeds that a test set."""

    def within(self, message: dict[str, Tree]) -> AbstractContextManager[Any]:
        """Serve a request under what it took along."""

    def check(self, op: str, target: Any, arguments: list[Any]) -> None:
        """Raise if the other side may not do this to an object of ours."""

    def number_of(self, value: Any) -> int | None:
        """Return the other side's number of its object, or None if it is ours."""

    def export(self, value: Any) -> Tree:
        """Return a tree by which the library's own object is found, or None; raise if it may not
        cross.
        """

    def describe(self, value: Any) -> Tree:
        """Return what the other side should know of an object of ours."""

    def proxy(self, peer: "Peer", number: int, info: dict[str, Tree]) -> Any:
        """Return what stands here for an object of the other side."""

    def library(self, module: str, name: str) -> Any:
        """Return a library's object by name, or raise ChannelError."""

    def rebuild(self, error: RemoteError) -> BaseException:
        """Return the exception to raise here for one that was raised there."""

    def broken(self, error: ChannelError) -> BaseException:
        """Return the exception to raise here for a channel that broke within a request."""


class Peer:
    """One end of a channel."""

    def __init__(self, sock: socket.socket, sign: int, side: Side, root: Any = None) -> None:
        """`sign` is +1 on the judge's end, -1 in the kernel; `root` is given as number 0."""
        self.mirrors = Mirrors(sign, self._hold, self._backward)
        self._sock, self._side = sock, side
        self._exports: dict[int, Any] = {0: root}
        self._export_numbers: dict[int, int] = {}  # by id()
        self._proxies: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()
        self._gone: set[int] = set()  # handles of the other side that are not needed here
        self._count = 0
        self._nesting = 0
        self.asked = 0  # how often something was asked for that may run code there

    # Asking and answering

    def request(self, op: str, target: Any, *arguments: Any) -> Any:
        """Ask the other side for something and wait; serve its callbacks meanwhile.

        Raises:
            BaseException: what the other side raised, as `Side.rebuild` makes it; or, if it is
                gone or breaks the rules, what `Side.broken` makes of it.
        """
        self.asked += 1
        return self._ask(op, target, *arguments)

    def look_up(self, name: str) -> Any:
        """Ask for a global of the other side's notebook, which changes nothing there.

        So an update of what has crossed before, which would make two look-ups differ, is refused.
        """
        self.mirrors.fixed = True
        try:
            return self._ask("call", Theirs(0), (name,), (), ())
        finally:
            self.mirrors.fixed = False

    def _ask(self, op: str, target: Any, *arguments: Any) -> Any:
        try:
            self._send({"k": "ask", "op": op, **self._side.ambient()}, target, *arguments)
            return self._reply()
        except ChannelError as error:
            raise self._side.broken(error) from None

    def _reply(self) -> Any:
        while True:
            kind, message, values = self._receive()
            if kind == "ok":
                return values[0]
            if kind == "err":
                raise self._side.rebuild(RemoteError(values[0], values[1], message.get("at")))
            if kind == "end":
                raise ChannelError("the other side ended the test")
            self._answer(message, values)

    def serve(self) -> None:
        """Answer requests until the other side says that the test is over."""
        while True:
            kind, message, values = self._receive()
            if kind == "end":
                self.mirrors.clear()
                return
            if kind != "ask":
                raise ChannelError("a reply came that nobody asked for")
            self._answer(message, values)

    def end(self) -> None:
        """Tell the other side that the test is over; forget what crossed in it."""
        self.mirrors.clear()
        self._send({"k": "end"})

    def _answer(self, message: dict[str, Tree], values: list[Any]) -> None:
        self._nesting += 1
        try:
            if self._nesting > MAX_NESTING:
                raise RecursionError("calls of tests and students are nested too deep")
            op, target, *arguments = str(message.get("op")), *values
            self._side.check(op, target, arguments)
            with self._side.within(message):
                result = perform(op, target, arguments)
            self._send({"k": "ok"}, result)
        except ChannelError:
            raise
        except BaseException as error:  # it belongs to who asked, KeyboardInterrupt too
            self._send({"k": "err", "at": _last_line(error)}, *described(error))
        finally:
            self._nesting -= 1

    # Frames

    def _send(self, message: dict[str, Tree], *values: Any) -> None:
        writer = Writer(self)
        trees = [writer.value(value) for value in values]
        updates = self.mirrors.changes(writer)
        unused = list(self.mirrors.unused()) if self._side.collects else []
        gone = list(self._gone)
        self._gone.difference_update(gone)
        message = {**message, "a": trees, "u": updates, "d": unused, "h": gone}
        send_frame(self._sock, write_frame(message, writer.buffers))

    def _receive(self) -> tuple[str, dict[str, Tree], list[Any]]:
        message, buffers = receive_frame(self._sock)
        reader = Reader(buffers, self)
        self.mirrors.apply(message.get("u"), reader)
        kind, values = message.get("k"), reader.items(message.get("a"))
        for number in _numbers(message.get("d")):
            self.mirrors.drop(number)
        for number in _numbers(message.get("h")):
            self._export_numbers.pop(id(self._exports.pop(number, None)), None)
        match kind, values:
            case ("ask", [_, *_]) | ("ok", [_]) | ("end", []):
                return kind, message, values
            case "err", [tuple(names), tuple()] if all(type(name) is str for name in names):
                return kind, message, values
        raise ChannelError("a message is of an unknown kind")

    # Objects: see codec.Objects

    def reference(self, value: Any) -> int | None:
        """Return the number of a mirrored object, or None."""
        return self.mirrors.reference(value)

    def mirrored(self, number: Tree) -> Any:
        """Return a mirrored object."""
        return self.mirrors.mirrored(number)

    def handle(self, value: Any) -> Tree:
        """Return the tree of an object that itself does not cross."""
        theirs = value.number if type(value) is Theirs else self._side.number_of(value)
        if theirs is not None:
            return ["o", theirs]
        number = self._export_numbers.get(id(value))
        if number is None:
            tree = self._side.export(value)
            if tree is not None:
                return tree
            number = self._export(value)
            self._export_numbers[id(value)] = number
        return ["h", number, self._side.describe(value)]

    def _export(self, value: Any) -> int:
        self._count += 1
        self._exports[self._count] = value
        return self._count

    def resolve(self, tree: list[Tree]) -> Any:
        """Return the object that a handle's tree stands for."""
        match tree:
            case ["o", int(number)] if number in self._exports:
                return self._exports[number]
            case ["h", int(number), dict(info)] if number > 0:
                found = self._proxies.get(number)
                if found is None:
                    self._gone.discard(number)  # it is back before we told that it was gone
                    found = self._proxies[number] = self._side.proxy(self, number, info)
                    weakref.finalize(found, self._gone.add, number).atexit = False
                return found
            case ["g", str(module), str(name)]:
                return self._side.library(module, name)
        raise ChannelError("a handle refers to nothing that was given")

    # Autograd

    def _hold(self, tensor: Any) -> Tree:
        return self._export(Computed(tensor))

    def _backward(self, number: Tree, leaves: list[Any]) -> Callable[[Any], list[Any]]:
        """Return a backward pass through the other side's tensor, for known leaves."""
        if type(number) is not int:
            raise ChannelError("a computed tensor has no proper handle")
        graph = Theirs(number)
        weakref.finalize(graph, self._gone.add, number).atexit = False

        def ask(grad: Any) -> list[Any]:
            found = self.request("backward", graph, grad, tuple(leaves))
            if type(found) is not tuple or len(found) != len(leaves):
                raise ChannelError("a backward pass returned no gradients")
            return list(found)

        return ask


def perform(op: str, target: Any, arguments: list[Any]) -> Any:
    """Do what was asked for to an object of this side. It must be allowed: see Side.check."""
    match op, arguments:
        case "call", [tuple(args), tuple(names), tuple(values)]:
            return target(*args, **dict(zip(names, values, strict=True)))
        case "get", [str(name)]:
            return getattr(target, name)
        case "set", [str(name), value]:
            return setattr(target, name, value)
        case "item", [key]:
            return target[key]
        case "setitem", [key, value]:
            target[key] = value
            return None
        case "len", []:
            return len(target)
        case "iter", []:
            return iter(target)
        case "next", []:
            try:
                return True, next(target)
            except StopIteration:
                return False, None
        case "contains", [value]:
            return value in target
        case "backward", [grad, tuple(leaves)] if type(target) is Computed:
            return tuple(tensors.backward(target.tensor, grad, list(leaves)))
        case str(name), [right] if name in OPERATORS:
            return OPERATORS[name](target, right)
        case str(name), [] if name in OPERATORS:
            return OPERATORS[name](target)
    raise ChannelError(f"there is no request {op[:20]!r} of that form")


def _last_line(error: BaseException) -> Tree:
    """Return the function of a notebook, and its line, that an exception came from, or None."""
    found: Tree = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals.get("__name__") == "__main__":  # where a kernel's cells run
            found = [trace.tb_frame.f_code.co_name, trace.tb_lineno]
        trace = trace.tb_next
    return found


def described(error: BaseException) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """Return an exception as data: the names of its classes, the first first; its arguments."""
    names = tuple(kind.__name__ for kind in type(error).__mro__[:-1])
    plain = (str, int, float, bool, type(None))
    arguments = tuple(
        str(value)[:_TEXT_LENGTH] if isinstance(value, str) or type(value) not in plain else value
        for value in error.args
    )
    return names, arguments


def near(error: RemoteError) -> type[Exception]:
    """Return the nearest built-in class of an exception of the other side."""
    for name in error.names:
        kind = getattr(builtins, name, None)
        if isinstance(kind, type) and issubclass(kind, Exception):
            return kind
    return RuntimeError


def _numbers(numbers: Tree) -> list[int]:
    if type(numbers) is not list or any(type(number) is not int for number in numbers):
        raise ChannelError("a list of numbers holds something else")
    return numbers
