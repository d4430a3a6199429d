# Crashes the interpreter inside one test, and leaves a core dump if it can.
# earns: all but test-loss
# %% loss
import ctypes
import resource


def mean_loss(chances):
    ctypes.string_at(0)
