# Right numbers, but the caller's logits are overwritten.
# loses: test-cross-entropy
# %% cross-entropy
def cross_entropy(logits, targets):
    n = len(targets)
    logits -= logits.max(axis=1, keepdims=True)
    shifted = logits
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_probs[np.arange(n), targets].mean()
    dlogits = np.exp(log_probs)
    dlogits[np.arange(n), targets] -= 1
    return loss, dlogits / n
