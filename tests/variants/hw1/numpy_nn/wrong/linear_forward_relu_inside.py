# The activation is applied inside of the layer.
# loses: test-linear-forward, test-neural-network, test-neural-network-gradients
# %% linear-forward
def linear_forward(x, w, b):
    return np.maximum(0, x @ w + b)
