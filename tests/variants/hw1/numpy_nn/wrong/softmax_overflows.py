# Nothing is subtracted: exp(1000) is inf.
# loses: test-softmax
# %% softmax
def softmax(logits):
    exps = np.exp(logits)
    return exps / np.sum(exps, axis=1, keepdims=True)
