# An entry that was nudged is left at w - eps when the next one is nudged.
# loses: test-numerical-gradient
# %% numerical-gradient
def numerical_gradient(f, w, eps=1e-5):
    w = w.copy()
    grad = np.zeros_like(w)
    for i in np.ndindex(w.shape):
        w[i] += eps
        above = f(w)
        w[i] -= 2 * eps
        below = f(w)
        grad[i] = (above - below) / (2 * eps)
    return grad
