# Only arrays whose name begins with W are changed.
# loses: test-sgd-step
# %% sgd-step
def sgd_step(params, grads, lr):
    for name in params:
        if name.startswith("W"):
            params[name] -= lr * grads[name]
