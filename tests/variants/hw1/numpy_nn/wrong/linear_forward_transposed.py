# w is transposed: right only by accident of shape.
# loses: test-linear-forward, test-neural-network, test-neural-network-gradients, test-overfit, test-mnist
# %% linear-forward
def linear_forward(x, w, b):
    return x.dot(w.T) + b
