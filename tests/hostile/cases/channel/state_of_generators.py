# Random generators, texts and sets whose contents are nonsense.
# earns: 0
# uses: wire
# %% after setup
contents = iter(
    [
        ["G", {"bit_generator": "PCG64", "state": {"state": "x" * 5000, "inc": "1"}}],
        ["R", 3, [1 << 40] * 625, None],
        ["U", [1 << 40], ["x"]],
        ["U", [2], ["x" * 30_000_000, "y"]],
        ["s", [["m", -1]]],
        ["C", [[1, 2, 3]]],
        ["B", 7],
        ["TG", 0],
    ]
)
speak(lambda wire, message: wire.send("ok", ["m", -1], u=[[-1, next(contents)]], buffers=[b"x"]))
