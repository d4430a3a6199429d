"""What a call sees besides its arguments: the grad mode, and seeds that a test has set.

Threat: none comes in here; the judge sends, the kernel obeys.
"""

import functools
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograder.judge.codec import Tree


class Ambient:
    """The judge's end: knows what the kernel was told last."""

    def __init__(self) -> None:
        watch()
        _seeded.clear()
        self._told = _states()

    def news(self) -> dict[str, Tree]:
        """Return what a request must take along."""
        watch()
        states = _states()
        changed = {name for name, state in self._told.items() if state != states[name]}
        news: dict[str, Tree] = {}
        if changed or _seeded:
            news["seeds"] = {name: _plain(states[name]) for name in sorted(changed | _seeded)}
        if "torch" in sys.modules:
            news["grad"] = sys.modules["torch"].is_grad_enabled()
        self._told = states
        _seeded.clear()
        return news


def watch() -> None:
    """Notice each time that a test seeds a global generator, even with the same seed again."""
    for module, name, generator in _SEEDING:
        library = sys.modules.get(module)
        function = getattr(library, name, None)
        if function is not None and not hasattr(function, "__wrapped__"):
            setattr(library, name, _noticing(function, generator))


def _noticing(function: Callable[..., Any], generator: str) -> Callable[..., Any]:
    @functools.wraps(function)
    def seed(*arguments: Any, **named: Any) -> Any:
        _seeded.add(generator)
        return function(*arguments, **named)

    return seed


_seeded: set[str] = set()
_SEEDING = (
    *(("numpy.random", name, "numpy") for name in ("seed", "set_state")),
    *(("random", name, "random") for name in ("seed", "setstate")),
    *(("torch", name, "torch") for name in ("manual_seed", "set_rng_state")),
    ("torch.random", "manual_seed", "torch"),
)


def _states() -> dict[str, Any]:
    state: Any = np.random.get_state()
    _, keys, *rest = state
    states: dict[str, Any] = {"numpy": (keys.tobytes(), *rest), "random": random.getstate()}
    torch = sys.modules.get("torch")
    if torch is not None:
        states["torch"] = torch.get_rng_state().numpy().tobytes()
    return states


def _plain(state: Any) -> Tree:
    if isinstance(state, bytes):
        return state.hex()
    if isinstance(state, tuple):
        return [_plain(part) for part in state]
    return state


@contextmanager
def under(message: dict[str, Tree]) -> Iterator[None]:
    """The kernel's end: serve a request under what it took along."""
    for name, state in message.get("seeds", {}).items():
        _SETTERS[name](state)
    if "grad" not in message:
        yield
        return
    import torch

    with torch.set_grad_enabled(message["grad"]):
        yield


def _set_numpy(state: Tree) -> None:
    keys, *rest = state
    np.random.set_state(("MT19937", np.frombuffer(bytes.fromhex(keys), np.uint32), *rest))


def _set_random(state: Tree) -> None:
    version, internal, gauss = state
    random.setstate((version, tuple(internal), gauss))


def _set_torch(state: Tree) -> None:
    import torch

    torch.set_rng_state(torch.frombuffer(bytearray.fromhex(state), dtype=torch.uint8))


_SETTERS = {"numpy": _set_numpy, "random": _set_random, "torch": _set_torch}
