# A forward difference instead of a central one.
# loses: test-numerical-gradient
# %% numerical-gradient
def numerical_gradient(f, w, eps=1e-5):
    grad = np.zeros_like(w)
    base = f(w)
    for i in np.ndindex(w.shape):
        old = w[i]
        w[i] = old + eps
        grad[i] = (f(w) - base) / eps
        w[i] = old
    return grad
