# L1: the gradient is reg |w|, not reg sign(w).
# loses: test-penalties
# %% penalties
def l2_penalty(weights, reg):
    value = reg * sum(np.vdot(w, w) for w in weights)
    return value, [(2 * reg) * w for w in weights]


def l1_penalty(weights, reg):
    value = reg * sum(np.abs(w).sum() for w in weights)
    return value, [reg * np.abs(w) for w in weights]
