# Named tuples with names of Python's own, doubled, empty, with code in them, or too many.
# earns: 0
# uses: wire
# %% after setup
names = iter(
    [
        ["__class__", "x"],
        ["x", "x"],
        ["", "y"],
        ["x=__import__('os').system('touch @TMP@/owned')", "y"],
        ["class", "lambda"],
        ["count", "index"],
        ["a" * 200, "b"],
        ["x", "ª"],
    ]
    * 2
)
speak(lambda wire, message: wire.send("ok", ["nt", next(names), [0.5, 0.5]]))
