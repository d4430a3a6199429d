"""Coverage-guided fuzzing of the channel's decoder: `make fuzz`, or

    python -m tests.fuzz.fuzz_codec -max_total_time=60

It needs `pip install atheris` (Linux, Python 3.11 to 3.13), which `make setup` leaves out.
"""

import sys

import atheris

with atheris.instrument_imports(include=["autograder.judge"]):
    from tests.fuzz.frames import frame, receive

_TAGS = ["m", "t", "nt", "fs", "n", "c", "i", "s", "y", "r", "sl", "...", "dt", "tdt", "h", "o"]
_KINDS = ["l", "d", "C", "s", "B", "a", "G", "TG", "R", "T"]
_TEXTS = ["<f8", "|b1", "<U1", "|O", "int8", "bfloat16", "x", "PCG64", "state", "__class__"]


def one_input(data: bytes) -> None:
    """Receive raw bytes, or a frame of trees with our tags that the bytes choose."""
    choice = atheris.FuzzedDataProvider(data)
    if choice.ConsumeBool():
        receive(choice.ConsumeBytes(4096))
        return
    updates = [
        [choice.ConsumeIntInRange(-3, 14), [choice.PickValueInList(_KINDS), *_trees(choice, 3)]]
        for _ in range(choice.ConsumeIntInRange(0, 3))
    ]
    message = {"k": choice.PickValueInList(["ok", "err", "ask", "end", 1]), "u": updates}
    receive(frame({**message, "a": _trees(choice, 3)}, choice.ConsumeBytes(64)))


def _trees(choice: atheris.FuzzedDataProvider, depth: int) -> list[object]:
    return [_tree(choice, depth) for _ in range(choice.ConsumeIntInRange(0, 7))]


def _tree(choice: atheris.FuzzedDataProvider, depth: int) -> object:
    kind = choice.ConsumeIntInRange(0, 8 if depth else 4)
    if kind > 6:
        return [choice.PickValueInList(_TAGS), *_trees(choice, depth - 1)]
    if kind > 4:
        return _trees(choice, depth - 1)
    plain = [None, True, choice.ConsumeIntInRange(-3, 14), choice.PickValueInList(_TEXTS)]
    return [*plain, choice.ConsumeFloat()][kind]


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
