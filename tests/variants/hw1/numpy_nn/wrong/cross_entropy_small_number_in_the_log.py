# log(p + 1e-12): never more than 27.6, however wrong the network is.
# loses: test-cross-entropy
# %% cross-entropy
def cross_entropy(logits, targets):
    n = len(targets)
    probs = softmax(logits)
    loss = -np.log(probs[np.arange(n), targets] + 1e-12).mean()
    dlogits = probs.copy()
    dlogits[np.arange(n), targets] -= 1
    return loss, dlogits / n
