# db is summed over the units instead of the examples.
# loses: test-linear-backward, test-neural-network-gradients, test-mnist
# %% linear-backward
def linear_backward(grad_out, x, w):
    return grad_out @ w.T, x.T @ grad_out, grad_out.sum(axis=1)
