# Returns infinities and NaN in an array.
# earns: 0
# together
# %% softmax
import numpy as np


def softmax(scores):
    return np.array([np.inf, np.nan])
