# Fills a dict of the judge's with numbers that all have the same hash.
# earns: 0
# expects: ends within 40 s
# uses: wire
# %% after integrate
prime = (1 << 61) - 1


def collide(wire, message):
    pairs = [[number * prime, None] for number in range(200_000)]
    wire.send("ok", ["m", -1], u=[[-1, ["d", pairs]]])


speak(collide)
