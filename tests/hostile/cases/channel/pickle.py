# Sends pickles that would run a program of the student's, as frame, as buffer and as text.
# earns: 0
# uses: wire
# %% after setup
import os
import pickle


class Run:
    def __reduce__(self):
        return os.system, ("touch @TMP@/owned",)


data = pickle.dumps(Run())
turns = iter(range(30))


def send(wire, message):
    if next(turns) % 2:
        wire.raw(data)
    else:
        wire.send("ok", ["m", -1], u=[[-1, ["a", "|O8", [1], 0, True]]], buffers=[data])


speak(send)
