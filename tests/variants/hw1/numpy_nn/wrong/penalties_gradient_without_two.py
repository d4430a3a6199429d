# L2: the gradient of reg w^2 is written as reg w.
# loses: test-penalties
# %% penalties
def l2_penalty(weights, reg):
    value = reg * sum(np.vdot(w, w) for w in weights)
    return value, [reg * w for w in weights]


def l1_penalty(weights, reg):
    value = reg * sum(np.abs(w).sum() for w in weights)
    return value, [reg * np.sign(w) for w in weights]
