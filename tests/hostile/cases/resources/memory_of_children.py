# Eats memory in children, each below the limit.
# earns: 0
# expects: ends within 60 s
# %% softmax
import os
import time

for _ in range(8):
    if os.fork() == 0:
        hoard = b"x" * 160_000_000
        time.sleep(@LINGER@)
time.sleep(@LINGER@)
