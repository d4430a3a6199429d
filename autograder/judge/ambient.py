"""What a call sees besides its arguments: the grad mode, and seeds that a test has set.

Threat: none comes in here; the judge sends, the kernel obeys.
"""

import functools
import importlib
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograder.judge.codec import Tree


def watch(source: str) -> None:
    """Notice when tests seed a global generator, even with the same seed again.

    Args:
        source: the cell that comes next; the libraries that it names are imported for this.
    """
    for name, functions in _SEEDING.items():
        if name in sys.modules or name in source:
            library = importlib.import_module(name)
            for function in functions:
                if not hasattr(getattr(library, function), "__wrapped__"):
                    setattr(library, function, _noticing(getattr(library, function), name))


_SEEDING = {
    "random": ("seed", "setstate"),
    "numpy.random": ("seed", "set_state"),
    "torch": ("manual_seed", "set_rng_state"),
    "torch.random": ("manual_seed", "set_rng_state"),
}
_seeded: set[str] = set()


def _noticing(function: Callable[..., Any], library: str) -> Callable[..., Any]:
    @functools.wraps(function)
    def seed(*arguments: Any, **named: Any) -> Any:
        _seeded.add(library.partition(".")[0])
        return function(*arguments, **named)

    return seed


def forget() -> None:
    """Forget what was seeded: a new test begins."""
    _seeded.clear()


def news() -> dict[str, Tree]:
    """Return what a request of the judge takes along."""
    found: dict[str, Tree] = {}
    if _seeded:
        found["seeds"] = {library: _STATES[library]() for library in sorted(_seeded)}
        _seeded.clear()
    if "torch" in sys.modules:
        found["grad"] = sys.modules["torch"].is_grad_enabled()
    return found


@contextmanager
def under(message: dict[str, Tree]) -> Iterator[None]:
    """Serve a request of the judge, in the kernel, under what it took along."""
    for library, state in message.get("seeds", {}).items():
        _SETTERS[library](state)
    if "grad" not in message:
        yield
        return
    import torch

    with torch.set_grad_enabled(message["grad"]):
        yield


def _numpy_state() -> Tree:
    state: Any = np.random.get_state()
    _, keys, *rest = state
    return [keys.tolist(), *rest]


def _set_numpy(state: Tree) -> None:
    np.random.set_state(("MT19937", *state))


def _set_random(state: Tree) -> None:
    version, internal, gauss = state
    random.setstate((version, tuple(internal), gauss))


def _torch_state() -> Tree:
    import torch

    return torch.get_rng_state().tolist()


def _set_torch(state: Tree) -> None:
    import torch

    torch.set_rng_state(torch.tensor(state, dtype=torch.uint8))


_STATES = {"numpy": _numpy_state, "random": random.getstate, "torch": _torch_state}
_SETTERS = {"numpy": _set_numpy, "random": _set_random, "torch": _set_torch}
