# Means of the weights instead of sums.
# loses: test-penalties
# %% penalties
def l2_penalty(weights, reg):
    value = reg * sum(np.mean(w**2) for w in weights)
    return value, [2 * reg * w / w.size for w in weights]


def l1_penalty(weights, reg):
    value = reg * sum(np.mean(np.abs(w)) for w in weights)
    return value, [reg * np.sign(w) / w.size for w in weights]
