# Divides by eps, not by 2 eps.
# loses: test-numerical-gradient
# %% numerical-gradient
def numerical_gradient(f, w, eps=1e-5):
    grad = np.zeros_like(w)
    for i in np.ndindex(w.shape):
        old = w[i]
        w[i] = old + eps
        above = f(w)
        w[i] = old - eps
        below = f(w)
        w[i] = old
        grad[i] = (above - below) / eps
    return grad
