# Right numbers, but the caller's x is centred in place on the way.
# loses: test-linear-forward, test-neural-network, test-neural-network-gradients, test-overfit, test-mnist
# %% linear-forward
def linear_forward(x, w, b):
    mean = x.mean(axis=0)
    x -= mean
    return x @ w + (mean @ w + b)
