# dw comes out transposed.
# loses: test-linear-backward, test-neural-network-gradients, test-overfit, test-mnist
# %% linear-backward
def linear_backward(grad_out, x, w):
    dx = grad_out @ w.T
    dw = grad_out.T @ x
    db = grad_out.sum(axis=0)
    return dx, dw, db
