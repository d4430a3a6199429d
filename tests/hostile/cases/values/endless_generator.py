# A generator that never ends, where the test collects all of it.
# earns: test-softmax
# expects: ends within 40 s
# %% softmax
import numpy as np


def softmax(scores):
    if not len(scores):
        raise ValueError
    powers = np.exp(scores - np.max(scores))
    return powers / powers.sum()


# %% pairs
def pairs(items, window):
    while True:
        yield "a", "b"
