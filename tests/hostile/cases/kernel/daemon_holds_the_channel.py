# A daemon keeps the judge's socket open after the kernel has ended itself in a test.
# earns: all but test-loss
# expects: ends within 60 s
# %% loss
import os
import time


def mean_loss(chances):
    if os.fork() == 0:
        os.setsid()
        time.sleep(@LINGER@)
    os._exit(0)
