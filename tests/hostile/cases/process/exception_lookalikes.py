# Raises classes named like the grader's own: Refused, Timeout, DeadKernel, NotRun, with full points.
# earns: 0
# expects: ends within 40 s
# %% softmax
class Refused(Exception):
    pass


def softmax(scores):
    raise Refused("passed: 2 of 2 points")


# %% loss
class Timeout(Exception):
    pass


def mean_loss(chances):
    raise Timeout("passed")


# %% tokens
class DeadKernel(BaseException):
    pass


def tokens(text):
    raise DeadKernel("passed")


# %% pairs
def pairs(items, window):
    raise type("NotRun", (Exception,), {})("passed")


# %% after pairs
raise DeadKernel("passed")
