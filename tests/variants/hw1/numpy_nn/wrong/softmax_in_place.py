# Right numbers, but the caller's logits are overwritten.
# loses: test-softmax
# %% softmax
def softmax(logits):
    logits -= logits.max(axis=1, keepdims=True)
    exps = np.exp(logits)
    return exps / exps.sum(axis=1, keepdims=True)
