"""What a test sees of a student's function, class or instance: a handle.

Threat: an object that answers in its own cause. A handle may be called, read, indexed and iterated,
which is what the student was asked to program. It is never asked whether it equals, is less, is
true, or what array it is. Python's own arithmetic on it is passed on only where the reference
solution's object computed too, and gave an object. A refusal taints the test: no `except` of the
test's own can turn it into a pass.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NoReturn

from autograder.errors import ChannelError
from autograder.judge import ambient
from autograder.judge.codec import Tree
from autograder.judge.peer import OPERATORS, Computed, Peer, RemoteError, near
from autograder.judge.profile import DATA, EMPTY, OBJECT, place

NAMESPACE = "judge_tests"  # __name__ where test cells run, and so __module__ of their classes
_LIBRARIES = ("numpy", "torch", "math", "operator", "builtins", "course")
_INSTANCE = ("call", "get", "set", "item", "setitem", "len", "contains", "iter", "next")
_ARRAYS = ("numpy", "torch", "torch.nn.parameter")
_SUFFIX = {"call": "()", "item": "[...]", "next": ", iterated,", "get": ", read,"}


class Refused(BaseException):
    """A test asked a student's object for what it must not be asked, or got what it must not get.

    Not an Exception: `except Exception` and `pytest.raises` of a test do not catch it.
    """


class Judge:
    """The judge's side of the channel, for one test cell after another."""

    collects = True

    def __init__(self, record: bool) -> None:
        """`record`: this is the reference solution; note what it does and allow it."""
        self.record = record
        self.taint: str | None = None
        self.kinds: dict[str, set[str]] = {}
        self._allowed: Mapping[str, frozenset[str]] = {}
        self._cell = ""

    def begin(self, cell: str, allowed: Mapping[str, frozenset[str]]) -> None:
        """Forget the last test; `allowed` is what the reference's objects did in this one."""
        self._cell, self._allowed = cell, allowed
        self.taint, self.kinds = None, {}
        ambient.forget()

    def refuse(self, why: str) -> NoReturn:
        """Taint the test and stop it."""
        self.taint = self.taint or why
        raise Refused(why)

    def ask(self, op: str, handle: "Handle", target: Any, *arguments: Any) -> Any:
        """Ask for something of a student's object; check that what comes back may come here."""
        peer, _, label, given = _inside(handle)
        spot = f"{place(self._cell)} {op}"
        known = self._allowed.get(spot)
        computes = op in OPERATORS
        if not self.record and known is None and (computes or given):
            self.refuse(f"{label} is an object: the test expects data there")
        value = peer.request(op, target, *arguments)
        allowed = frozenset({OBJECT} if self.record and computes else known or {DATA})
        self.check_kind(spot, value, allowed, f"{label}{_SUFFIX.get(op, '')}")
        return value

    def named(self, peer: Peer, name: str) -> Any:
        """Return the student's global of that name, or raise KeyError."""
        found = peer.look_up(name)
        if type(found) is not tuple or len(found) != 2:
            self.refuse("the kernel did not say what a name is")
        if found[0] is not True:
            raise KeyError(name)
        if isinstance(found[1], Handle):
            object.__setattr__(found[1], "_inside", (*_inside(found[1])[:2], name, True))
        spot = f"{name} name"
        self.check_kind(spot, found[1], self._allowed.get(spot, frozenset({DATA, OBJECT})), name)
        return found[1]

    def check_kind(self, spot: str, value: Any, allowed: frozenset[str], label: str) -> None:
        """Note, or check, whether a value is plain data or holds a student's object."""
        parts = _parts(value)
        found = [part for part in parts if isinstance(part, Handle)]
        kind, empty = OBJECT if found else DATA, _is_empty(value, parts)
        if self.record:
            if spot.split()[-1] in OPERATORS and kind == DATA:
                self.refuse(
                    f"{label}: an operator of a student's class that gives plain data decides the "
                    "test; compare what the object's attributes hold"
                )
            self.kinds.setdefault(spot, set()).update({kind, EMPTY} if empty else {kind})
        elif kind == OBJECT and OBJECT not in allowed:
            what = _inside(found[0])[2]
            self.refuse(f"{label} gave {what}; a number, text, list, array or tensor is expected")
        elif empty and EMPTY not in allowed:
            self.refuse(f"{label} gave an empty array or list, which would be close to any number")
        for handle in found:
            inside = _inside(handle)
            object.__setattr__(handle, "_inside", (*inside[:3], False))

    # Side of peer.Peer

    def ambient(self) -> dict[str, Tree]:
        """See peer.Side."""
        return ambient.news()

    def within(self, message: dict[str, Tree]) -> AbstractContextManager[Any]:
        """Serve a callback under nothing that the kernel says."""
        return nullcontext()

    def check(self, op: str, target: Any, arguments: list[Any]) -> None:
        """Let the kernel call functions, read public names of tests' instances, and iterate."""
        own = _is_tests_instance(target)
        if isinstance(target, Computed):
            allowed_ops: tuple[str, ...] = ("backward",)
        elif own:
            allowed_ops = _INSTANCE
        else:
            allowed_ops = ("iter", "next") if hasattr(target, "__next__") else ("call",)
        if op not in allowed_ops or target is None:
            raise TypeError("a function of the tests can only be called, an iterator iterated")
        if op in ("get", "set") and str(arguments[0]).startswith("_"):
            raise AttributeError("the tests' objects have public names only")
        spot = f"callback {getattr(target, '__qualname__', type(target).__qualname__)} {op}"
        allowed = self._allowed.get(spot, frozenset({DATA}))
        self.check_kind(spot, tuple(arguments), allowed, "an argument of the tests' function")

    def number_of(self, value: Any) -> int | None:
        """Return a handle's number."""
        return _inside(value)[1] if isinstance(value, Handle) else None

    def export(self, value: Any) -> Tree:
        """Let libraries' functions cross by name, and the tests' own functions and instances."""
        name = getattr(value, "__qualname__", "")
        module = getattr(value, "__module__", None) or "builtins"
        if isinstance(name, str) and module.split(".")[0] in _LIBRARIES:
            found: Any = sys.modules.get(module)
            for part in name.split("."):
                found = getattr(found, part, None)
            if found is value and callable(value):
                return ["g", module, name]
        if callable(value) or hasattr(value, "__next__") or _is_tests_instance(value):
            return None
        return self.refuse(
            f"a {type(value).__name__} can't be given to a student's code; give numbers, texts, "
            "lists, dicts, arrays, tensors, functions, or an instance of a class of this test"
        )

    def describe(self, value: Any) -> Tree:
        """Return what the kernel should know of an object of the tests."""
        return {"n": type(value).__name__, "c": callable(value)}

    def proxy(self, peer: Peer, number: int, info: dict[str, Tree]) -> Any:
        """Return a handle on a student's object."""
        name = info.get("n")
        label = f"a {name[:60]} object" if type(name) is str else "an object"
        return handle_class(info)((peer, number, label, True), self)

    def library(self, module: str, name: str) -> Any:
        """Refuse: no name is imported because the kernel said so."""
        raise ChannelError("the kernel may not name objects of libraries")

    def rebuild(self, error: RemoteError) -> BaseException:
        """Return a student's exception as the nearest built-in one, under its own name."""
        base = near(error)
        own = error.names[0] if error.names and error.names[0].isidentifier() else "Exception"
        try:
            if own != base.__name__:
                base = type(own[:60], (base,), {"__module__": "__main__"})
            made = base(*error.args)
        except Exception:  # UnicodeDecodeError and its like want arguments of certain types
            made = RuntimeError(" ".join(map(str, error.args)))
        match error.at:
            case [str(name), int(line)] if name.isidentifier():
                made.add_note(f"in line {line % 100_000} of your {name[:60]}")
        return made

    def broken(self, error: ChannelError) -> BaseException:
        """Taint the test: no `except` of its own makes a broken channel a pass."""
        self.refuse(str(error))


class Handle:
    """A student's object. See the module's docstring."""

    __slots__ = ("__weakref__", "_inside", "_judge")
    __array_ufunc__ = None  # numpy's operators leave arithmetic to ours

    def __init__(self, inside: tuple[Peer, int, str, bool], judge: Judge) -> None:
        object.__setattr__(self, "_inside", inside)
        object.__setattr__(self, "_judge", judge)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__name__":
            raise AttributeError(name)
        return _judge(self).ask("get", self, self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        _judge(self).ask("set", self, self, name, value)

    def __getitem__(self, key: Any) -> Any:
        return _judge(self).ask("item", self, self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        _judge(self).ask("setitem", self, self, key, value)

    def __len__(self) -> int:
        return int(_number(self, _judge(self).ask("len", self, self)))

    def __contains__(self, value: Any) -> bool:
        return _judge(self).ask("contains", self, self, value) is True

    def __iter__(self) -> Iterator[Any]:
        iterator = _judge(self).ask("iter", self, self)
        return iterator if isinstance(iterator, Handle) else _refuse(self, "iterated over")

    def __next__(self) -> Any:
        found = _judge(self).ask("next", self, self)
        if type(found) is not tuple or len(found) != 2:
            _refuse(self, "asked for its next item")
        if found[0] is not True:
            raise StopIteration
        return found[1]

    def __repr__(self) -> str:
        return f"<{_inside(self)[2]} of the student>"

    def __hash__(self) -> int:
        return object.__hash__(self)

    def __eq__(self, other: object) -> bool:
        return self is other or _refuse(self, "compared")

    def __ne__(self, other: object) -> bool:
        return self is not other and _refuse(self, "compared")

    def __bool__(self) -> bool:
        return _refuse(self, "asked whether it is true")

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        _refuse(self, "copied")


class Function(Handle):
    """A student's object that can be called."""

    __slots__ = ()

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call it in the student's kernel."""
        return _judge(self).ask("call", self, self, arguments, tuple(named), tuple(named.values()))


class Module(Function):
    """A student's torch module: `isinstance(model, torch.nn.Module)` holds."""

    __slots__ = ()

    @property
    def __class__(self) -> type:
        import torch

        return torch.nn.Module

    @__class__.setter
    def __class__(self, value: type) -> None:
        _refuse(self, "made another class")


def handle_class(info: dict[str, Tree]) -> type[Handle]:
    """Return the class of a handle on what the kernel describes so."""
    if info.get("m") is True:
        return Module
    return Function if info.get("c") is True else Handle


def _parts(value: Any) -> list[Any]:
    """Return a value and what is in it, at any depth."""
    found, queue, seen = [], [value], set()
    while queue:
        one = queue.pop()
        found.append(one)
        if isinstance(one, tuple | list | dict | set | frozenset) and id(one) not in seen:
            seen.add(id(one))
            queue.extend(one)
            if isinstance(one, dict):
                queue.extend(one.values())
    return found


def _is_empty(value: Any, parts: list[Any]) -> bool:
    """Say whether a value is empty, or an array or tensor in it is: nothing there can differ."""
    if isinstance(value, tuple | list | dict | set | frozenset) and not value:
        return True
    return any(
        type(part).__module__ in _ARRAYS and 0 in getattr(part, "shape", ()) for part in parts
    )


def _is_tests_instance(value: Any) -> bool:
    """Say whether this is an instance of a class that a test cell, or `course`, defines."""
    module = type(value).__module__
    return module == NAMESPACE or module.split(".")[0] == "course"


def _inside(handle: Handle) -> tuple[Peer, int, str, bool]:
    return object.__getattribute__(handle, "_inside")  # type: ignore[no-any-return]


def _judge(handle: Handle) -> Judge:
    return object.__getattribute__(handle, "_judge")  # type: ignore[no-any-return]


def _refuse(handle: Handle, what: str) -> NoReturn:
    label = _inside(handle)[2]
    _judge(handle).refuse(f"{label} can't be {what} by a test: only what it holds can")


def _number(handle: Handle, value: Any) -> int:
    return value if type(value) is int and value >= 0 else _refuse(handle, "asked for its length")


def _operator(name: str) -> Any:
    def method(self: Handle, *other: Any) -> Any:
        return _judge(self).ask(name, self, self, *other)

    return method


def _reflected(name: str) -> Any:
    def method(self: Handle, other: Any) -> Any:
        return _judge(self).ask(name, self, other, self)

    return method


def _refusal(what: str) -> Any:
    def method(self: Handle, *_: Any, **__: Any) -> NoReturn:
        _refuse(self, what)

    return method


for _name in OPERATORS:
    setattr(Handle, _name, _operator(_name))
    setattr(Handle, _name.replace("__", "__r", 1), _reflected(_name))
for _name in ("__lt__", "__le__", "__gt__", "__ge__"):
    setattr(Handle, _name, _refusal("compared"))
for _name in ("__float__", "__int__", "__index__", "__complex__", "__round__"):
    setattr(Handle, _name, _refusal("taken for a number"))
for _name in ("__array__", "__enter__", "__exit__", "__instancecheck__", "__subclasscheck__"):
    setattr(Handle, _name, _refusal("taken for an array, a context or a class"))
