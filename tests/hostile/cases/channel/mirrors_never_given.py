# Fills lists and arrays of the judge that never crossed, by their likely numbers.
# earns: 0
# uses: wire
# %% after setup
def fill(wire, message):
    updates = [[number, ["l", [0, 0]]] for number in range(2, 30)]
    wire.send("ok", None, u=updates)


speak(fill)
