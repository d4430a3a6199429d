"""What a look at a student's source tells about why its test may fail."""

import ast
from contextlib import suppress

_OWN = {"default_rng", "Generator", "RandomState", "SeedSequence", "PCG64", "Random"}
_MODULES = ("np.random", "numpy.random", "random")
_TORCH = {f"torch.{name}" for name in ("manual_seed", "seed")}


def global_randomness(source: str) -> str:
    """Say if code draws from, or seeds, a generator that it shares with all other code.

    Its result then depends on what ran before. An empty text if it does not, or is not Python.
    """
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                name = ast.unparse(node.func)
                module, _, function = name.rpartition(".")
                if name in _TORCH or (module in _MODULES and function not in _OWN):
                    return (
                        f"your code uses {name}, so its result depends on a global seed; draw from "
                        "a generator of its own, or from the one that it is given"
                    )
    return ""
