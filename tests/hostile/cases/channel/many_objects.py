# Fills the judge with half a million lists in one reply.
# earns: 0
# uses: wire
# %% after integrate
def many(wire, message):
    wire.send("ok", None, u=[[-number, ["l", []]] for number in range(1, 500_000)])


speak(many)
