"""Lists, dicts, sets, arrays, tensors and generators that both sides hold, kept alike.

An object crosses once and gets a number; from then on each message carries what changed. So an
in-place write on one side is an in-place write on the other, and `is` means what it means in one
process.

Threat: updates for objects that never crossed, or of another kind, shape or type, or to a read-only
array. Each is a ChannelError. An update can only fill an object that a test gave or got: there it
is as if the student's code had kept a reference, which it may in one process too.
"""

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from operator import is_
from typing import Any

import numpy as np

from autograder.errors import ChannelError
from autograder.judge import tensors
from autograder.judge.codec import Reader, Tree, Writer, little, type_name

MAX_OBJECTS = 300_000
_MALFORMED = (
    *(TypeError, ValueError, LookupError, ArithmeticError, RuntimeError, AttributeError),
    MemoryError,
)
_UNUSED = 3  # references: the table, the loop that looks, and its call


class Mirrors:
    """The objects that crossed, by number. The judge's are positive, the kernel's negative."""

    def __init__(self, sign: int, graph: Callable[[Any], Tree], ask: Callable[..., Any]) -> None:
        """`graph` makes a handle on a computed tensor; `ask` a backward pass through one."""
        self._sign, self._graph, self._ask = sign, graph, ask
        self.fixed = False  # whether an update of a known object breaks the rules
        self._objects: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}  # by id()
        self._seen: dict[int, Any] = {}  # what the other side knows of each
        self._new: list[int] = []
        self._held: set[int] = set()  # computed tensors, which their handle keeps alive too
        self._before: dict[int, Any] = {}  # what our objects were until the other side changed them
        self._count = 0

    def clear(self) -> None:
        """Forget all objects."""
        self._objects.clear()
        self._numbers.clear()
        self._seen.clear()
        self._new.clear()
        self._held.clear()
        self._before.clear()

    def reference(self, value: Any) -> int | None:
        """Return the number of an object, a new one if it has none; None if it can't cross."""
        number = self._numbers.get(id(value))
        if number is None and _kind(value) is not None:
            self._count += 1
            number = self._sign * self._count
            self._add(number, value)
            self._new.append(number)
        return number

    def mirrored(self, number: Tree) -> Any:
        """Return the object of a number."""
        if type(number) is not int or number not in self._objects:
            raise ChannelError("a value refers to an object that never crossed")
        return self._objects[number]

    def _leaves(self) -> list[Any]:
        """Return the tensors that collect gradients."""
        found = filter(tensors.is_tensor, self._objects.values())
        return [tensor for tensor in found if tensor.is_leaf and tensor.requires_grad]

    def _add(self, number: int, value: Any) -> None:
        if len(self._objects) >= MAX_OBJECTS:
            raise ChannelError(f"more than {MAX_OBJECTS} lists, dicts and arrays crossed in a test")
        self._objects[number] = value
        self._numbers[id(value)] = number

    def before(self, value: Any) -> Any:
        """Return what an array or list of ours was before the other side changed it, or None."""
        old = self._before.get(self._numbers.get(id(value), 0))
        if old is not None and _kind(value) == "a":
            return np.frombuffer(old[1], value.dtype).reshape(old[0])
        return list(old) if old is not None and _kind(value) == "l" else None

    # What goes out

    def changes(self, writer: Writer) -> list[Tree]:
        """Return what the other side must know: new objects, and those that changed."""
        queue = [n for n, old in self._seen.items() if not _same(old, self._objects[n])]
        queue += self._new
        self._new, updates = [], []
        while queue:
            for number in queue:
                value = self._objects[number]
                graph = None if number in self._seen else self._graph  # it crosses once
                content = self._content(value, writer, graph)
                updates.append([number, content])
                if content[0] == "T" and content[-1] is not None:
                    self._held.add(number)
                self._seen[number] = _snapshot(value)
            queue, self._new = self._new, []  # what the contents refer to
        return updates

    def _content(
        self, value: Any, writer: Writer, graph: Callable[[Any], Tree] | None
    ) -> list[Tree]:
        match _kind(value):
            case "l":
                return ["l", [writer.value(item) for item in value]]
            case "d" | "C" as kind:
                return [kind, [[writer.value(k), writer.value(v)] for k, v in value.items()]]
            case "s":
                return ["s", [writer.value(item) for item in value]]
            case "B":
                return ["B", writer.buffer(bytes(value))]
            case "a":
                number, shape = writer.buffer(little(value).tobytes()), list(value.shape)
                return ["a", type_name(value.dtype), shape, number, bool(value.flags.writeable)]
            case "G":
                return ["G", value.bit_generator.state]
            case "TG":
                return ["TG", writer.buffer(bytes(value.get_state().numpy().tobytes()))]
            case "R":
                version, internal, gauss = value.getstate()
                return ["R", version, list(internal), gauss]
        return tensors.write(value, writer, graph)

    def unused(self) -> Iterator[int]:
        """Forget, and yield, the objects that nobody on this side can see any more."""
        for number in list(self._objects):
            most = _UNUSED + (number in self._held)
            if sys.getrefcount(self._objects[number]) < most and not tensors.is_shared(
                self._objects[number]
            ):
                self.drop(number)
                yield number

    def drop(self, number: Tree) -> None:
        """Forget an object."""
        value = self._objects.pop(number, None)
        self._numbers.pop(id(value), None)
        self._seen.pop(number, None)
        self._held.discard(number)

    # What comes in

    def apply(self, updates: Tree, reader: Reader) -> None:
        """Make the new objects, then fill all of them."""
        if type(updates) is not list:
            raise ChannelError("updates are not a list")
        try:
            self._apply(updates, reader)
        except _MALFORMED as error:
            what = type(error).__name__
            raise ChannelError(f"an object can't be filled as the message says: {what}") from None

    def _apply(self, updates: list[Tree], reader: Reader) -> None:
        fills = []
        for number, content in sorted(map(_update, updates), key=_is_computed):
            if number in self._objects:
                if self.fixed:
                    raise ChannelError("an object was changed while nothing of the student's ran")
                fills.append((number, content))
                continue
            if number * self._sign >= 0:
                raise ChannelError("an update is for an object that never crossed")
            self._add(number, self._blank(content, reader))
            if content[0] in ("a", "T"):  # it is complete: its buffers are read
                self._seen[number] = _snapshot(self._objects[number])
            else:
                fills.append((number, content))
        for number, content in fills:
            value = self._objects[number]
            if _kind(value) != content[0]:
                raise ChannelError("an object changed its kind")
            self._fill(value, content, reader)
            if number * self._sign > 0:
                self._before.setdefault(number, self._seen.get(number))
            self._seen[number] = _snapshot(value)

    def _blank(self, content: list[Tree], reader: Reader) -> Any:
        match content:
            case ["l", _]:
                return []
            case ["d", _]:
                return {}
            case ["C", _]:
                return Counter()
            case ["s", _]:
                return set()
            case ["B", _]:
                return bytearray()
            case ["a", kind, shape, number, writeable]:
                array = reader.array(kind, shape, number)
                array.flags.writeable = writeable is not False
                return array
            case ["G", _]:
                return np.random.Generator(np.random.PCG64(0))  # as np.random.default_rng
            case ["TG", _]:
                import torch

                return torch.Generator()
            case ["R", *_]:
                return random.Random(0)  # noqa: S311 - a student's generator, not a secret
            case ["T", _, _, _, _, _, _, graph]:
                if graph is None:
                    return tensors.make(content, reader)
                leaves = self._leaves()
                return tensors.computed(content, reader, leaves, self._ask(graph, leaves))
        raise ChannelError("an object has an unknown form")

    def _fill(self, value: Any, content: list[Tree], reader: Reader) -> None:
        match content:
            case ["l", trees]:
                value[:] = reader.items(trees)
            case ["d" | "C", [*pairs]]:
                items = [(reader.value(key), reader.value(item)) for key, item in pairs]
                value.clear()
                for key, item in items:  # a Counter's update would count them
                    value[key] = item
            case ["s", trees]:
                members = reader.items(trees)
                value.clear()
                value.update(members)
            case ["B", number]:
                value[:] = reader.buffer(number)
            case ["a", kind, shape, number, _]:
                _fill_array(value, reader.array(kind, shape, number))
            case ["G", dict(state)]:
                value.bit_generator.state = state
            case ["TG", number]:
                tensors.set_state(value, bytearray(reader.buffer(number)))
            case ["R", version, internal, None | float() as gauss]:
                value.setstate((version, tuple(internal), gauss))
            case ["T", _, _, _, needs_grad, *_]:
                tensors.update(value, *tensors.read(content, reader), needs_grad)
            case _:
                raise ChannelError("an object has an unknown form")


def _update(update: Tree) -> tuple[int, list[Tree]]:
    match update:
        case [int(number), [str(), *_] as content]:
            return number, content
    raise ChannelError("an update is malformed")


def _is_computed(update: tuple[int, list[Tree]]) -> bool:
    """Say whether this is a computed tensor. It is made last, so that it knows all leaves."""
    _, content = update
    return content[0] == "T" and content[-1] is not None


def _fill_array(array: Any, new: Any) -> None:
    if array.shape != new.shape or array.dtype.newbyteorder("<") != new.dtype:
        raise ChannelError("an array changed its shape or type")
    if little(array).tobytes() == new.tobytes():
        return
    array[...] = new  # a ValueError, if it is read-only


def _kind(value: Any) -> str | None:
    """Return the tag of a mirrored object, or None."""
    tag = _tag(type(value))  # type: ignore[arg-type]  # mypy: a type is not hashable
    if tag == "a" and type_name(value.dtype) is None:
        return None
    if tag == "G" and not isinstance(value.bit_generator, np.random.PCG64):
        return None
    return tag


@lru_cache(maxsize=1000)
def _tag(kind: type) -> str | None:
    for tag, base in _TAGS.items():
        if issubclass(kind, base):
            return tag
    torch = sys.modules.get("torch")
    if torch is not None and issubclass(kind, torch.Tensor):
        return "T"
    return "TG" if torch is not None and issubclass(kind, torch.Generator) else None


_TAGS: dict[str, type] = {  # Counter is a dict too: first come, first served
    "l": list,
    "C": Counter,
    "d": dict,
    "s": set,
    "B": bytearray,
    "a": np.ndarray,
    "G": np.random.Generator,
    "R": random.Random,
}


def _snapshot(value: Any) -> Any:
    """Return what tells later whether an object has changed."""
    match _kind(value):
        case "l":
            return tuple(value)
        case "d" | "C":
            return tuple(value), tuple(value.values())
        case "s":
            return frozenset(value)
        case "a":
            return value.shape, value.tobytes()
        case "B":
            return bytes(value)
        case "G":
            return str(value.bit_generator.state)
        case "R":
            return value.getstate()
        case "TG":
            return bytes(value.get_state().numpy().tobytes())
    return tensors.snapshot(value)


def _same(old: Any, value: Any) -> bool:
    """Compare an object with its snapshot; the items of a container by identity."""
    if type(value) is np.ndarray:  # the usual case, as `_snapshot` has it
        return bool(old == (value.shape, value.tobytes()))
    if isinstance(value, list):
        return len(old) == len(value) and all(map(is_, old, value))
    if isinstance(value, dict):
        keys, items = old
        same_size = len(keys) == len(value)
        return same_size and all(map(is_, keys, value)) and all(map(is_, items, value.values()))
    return bool(old == _snapshot(value))
