# Refers to objects of the judge by numbers that were never given, and asks it to call them.
# earns: 0
# uses: wire
# %% after setup
turns = iter(range(100))


def guess(wire, message):
    turn = next(turns)
    if turn % 2:
        wire.send("ok", ["o", turn - 3])
    else:
        wire.send("ask", ["o", turn // 2 - 1], "__globals__", op="get")


speak(guess)
