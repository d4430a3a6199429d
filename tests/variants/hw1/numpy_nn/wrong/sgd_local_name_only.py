# w = w - lr * g gives a new array to a local name; nothing is learned.
# loses: test-sgd-step
# %% sgd-step
def sgd_step(params, grads, lr):
    for name, w in params.items():
        w = w - lr * grads[name]
