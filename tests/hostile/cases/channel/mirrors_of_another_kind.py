# Makes of an array that it was given a list, another shape, other numbers, a tensor.
# earns: 0
# uses: wire
# %% after setup
contents = iter(
    [
        ["l", [1, 2]],
        ["a", "<f8", [1], 0, True],
        ["a", "<i8", [1], 0, True],
        ["T", "float64", [1], 0, False, False, None, None],
        ["d", []],
        ["G", {"bit_generator": "PCG64"}],
        ["U", [1], ["x"]],
        [],
    ]
)
speak(lambda wire, message: wire.send("ok", None, u=[[1, next(contents)]], buffers=[bytes(8)]))
