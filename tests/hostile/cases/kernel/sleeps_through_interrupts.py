# Ignores interrupts and sleeps, in a cell and in a test.
# earns: all but test-integrate
# expects: ends within 60 s
# %% integrate
import signal
import time

signal.signal(signal.SIGINT, signal.SIG_IGN)


def integrate(f, a, b, n):
    while True:
        time.sleep(100)


# %% after integrate
while True:
    time.sleep(100)
