# The maximum of the whole batch is subtracted: other rows become 0 / 0.
# loses: test-softmax
# %% softmax
def softmax(logits):
    exps = np.exp(logits - np.max(logits))
    return exps / np.sum(exps, axis=1, keepdims=True)
