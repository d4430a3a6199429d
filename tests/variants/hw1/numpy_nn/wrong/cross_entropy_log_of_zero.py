# log(softmax): -log 0 is inf for scores in the thousands.
# loses: test-cross-entropy
# %% cross-entropy
def cross_entropy(logits, targets):
    n = len(targets)
    probs = softmax(logits)
    loss = -np.log(probs[np.arange(n), targets]).mean()
    dlogits = probs.copy()
    dlogits[np.arange(n), targets] -= 1
    return loss, dlogits / n
