# A syntax error that says in which line of the test it is, as a text, a float, a list, or far away.
# earns: 0
# uses: wire
# %% after setup
lines = iter([1, "7", 2.5, ["t", [1]], -5, 1 << 70, ["m", -1], None])
cells = iter(["softmax", "loss", "tokens", "vocabulary", "pairs", "centre", "integrate"])


def fail(wire, message):
    place = ["t", [f"<judge:test-{next(cells)}>", next(lines), 1, "x", 1, 1]]
    wire.send("err", ["t", ["SyntaxError"]], ["t", ["m", place]], u=[[-1, ["s", [1]]]])


speak(fail)
