# db is a mean over the batch, not a sum: 1/N twice.
# loses: test-linear-backward, test-neural-network-gradients
# %% linear-backward
def linear_backward(grad_out, x, w):
    return grad_out @ w.T, x.T @ grad_out, grad_out.mean(axis=0)
