# Makes new arrays: whoever holds the old ones sees no change.
# loses: test-sgd-step
# %% sgd-step
def sgd_step(params, grads, lr):
    for name in params:
        params[name] = params[name] - lr * grads[name]
