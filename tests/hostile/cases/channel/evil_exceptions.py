# Exceptions with names of Python's own, of nothing, with code in them, and arguments that lie.
# earns: 0
# uses: wire
# %% after setup
wrong = iter(
    [
        (["Refused"], ["x"]),
        (["__class__", "BaseException"], []),
        (["SyntaxError"], ["m", ["t", ["<judge:test-softmax>", ["t", [1]], 1, "x"]]]),
        (["UnicodeDecodeError"], ["a", 1, 2]),
        (["ExceptionGroup"], ["a", ["t", [1]]]),
        (["SystemExit"], [0]),
        (["x" * 10_000, "ValueError"], ["y"]),
        (["ImportError", "\x1b[2J"], [None]),
    ]
)


def fail(wire, message):
    names, arguments = next(wrong)
    wire.send("err", ["t", names], ["t", arguments])


speak(fail)
