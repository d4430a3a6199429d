# Tensors by hand: wrong sizes, gradients of another shape, handles on graphs that are none.
# earns: 0
# uses: wire
# %% after net
contents = iter(
    [
        ["T", "float32", [1 << 50], 0, False, False, None, None],
        ["T", "quint8", [2], 0, False, False, None, None],
        ["T", "float32", [2], 0, True, False, None, 0],
        ["T", "float32", [2], 0, True, True, 0, 99],
        ["T", "int64", [1], 0, True, False, None, None],
        ["T", "float32", [2], 0, "yes", False, None, None],
        ["T", "float32", [2], 0, True, False, None, "graph"],
        ["T", "float32", [2], 0, True, False, None, None, None],
    ]
    * 3
)


def tensor(wire, message):
    wire.send("ok", ["m", -1], u=[[-1, next(contents)]], buffers=[bytes(8)])


speak(tensor)
# %% hinge
hinge = None
