# Plus instead of minus.
# loses: test-sgd-step
# %% sgd-step
def sgd_step(params, grads, lr):
    for name in params:
        params[name] += lr * grads[name]
