# Nudges all entries together: a directional derivative, not a gradient.
# loses: test-numerical-gradient
# %% numerical-gradient
def numerical_gradient(f, w, eps=1e-5):
    return (f(w + eps) - f(w - eps)) / (2 * eps) * np.ones_like(w)
