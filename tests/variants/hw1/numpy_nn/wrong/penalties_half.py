# L2 with the factor 1/2 of other books: value reg/2 w^2, gradient reg w.
# loses: test-penalties
# %% penalties
def l2_penalty(weights, reg):
    value = 0.5 * reg * sum(np.vdot(w, w) for w in weights)
    return value, [reg * w for w in weights]


def l1_penalty(weights, reg):
    value = reg * sum(np.abs(w).sum() for w in weights)
    return value, [reg * np.sign(w) for w in weights]
