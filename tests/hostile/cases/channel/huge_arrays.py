# Announces arrays of shapes that multiply to nothing, overflow, or fill the memory.
# earns: 0
# uses: wire
# %% after setup
shapes = iter(
    [[1 << 62, 4], [-1], [0, 1 << 70], [1 << 31] * 8, [1] * 33, [True], ["2"], 2, [1 << 40, 0]] * 2
)


def array(wire, message):
    content = ["a", "<f8", next(shapes), 0, True]
    wire.send("ok", ["m", -1], u=[[-1, content]], buffers=[bytes(8)])


speak(array)
