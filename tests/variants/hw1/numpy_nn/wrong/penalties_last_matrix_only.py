# The value is overwritten in the loop: the last matrix counts.
# loses: test-penalties
# %% penalties
def l2_penalty(weights, reg):
    grads = []
    for w in weights:
        value = reg * np.sum(w**2)
        grads.append(2 * reg * w)
    return value, grads


def l1_penalty(weights, reg):
    grads = []
    for w in weights:
        value = reg * np.sum(np.abs(w))
        grads.append(reg * np.sign(w))
    return value, grads
