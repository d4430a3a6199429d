# Tells the judge to forget its own objects, functions and the namespace itself, then uses them.
# earns: 0
# uses: wire
# %% after setup
every = list(range(-50, 50))
turns = iter(range(100))


def drop(wire, message):
    if next(turns) % 2:
        wire.send("ok", ["m", 1], d=every, h=every)
    else:
        wire.send("ok", ["t", []], h=every, d=every)


speak(drop)
