# Stops itself, with SIGSTOP, inside one test only.
# earns: all but test-pairs
# expects: ends within 60 s
# %% pairs
import os
import signal


def pairs(items, window):
    os.kill(os.getpid(), signal.SIGSTOP)
