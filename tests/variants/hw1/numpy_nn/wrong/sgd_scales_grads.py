# lr is multiplied into grads in place.
# loses: test-sgd-step
# %% sgd-step
def sgd_step(params, grads, lr):
    for name in params:
        grads[name] *= lr
        params[name] -= grads[name]
