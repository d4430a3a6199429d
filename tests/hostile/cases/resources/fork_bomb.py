# Forks without end.
# earns: 0
# expects: ends within 60 s
# %% softmax
import os

while True:
    try:
        os.fork()
    except OSError:
        continue
