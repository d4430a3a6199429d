# Values with tags that do not exist, that are no texts, or that Python itself has names for.
# earns: 0
# uses: wire
# %% after setup
tags = iter(
    [["p", 0], ["__import__", "os"], [[], 1], [None], [1.5], {"t": []}, ["eval", "1"], ["obj"]] * 2
)
speak(lambda wire, message: wire.send("ok", next(tags)))
