# The first velocity is the array of grads itself, which later steps then overwrite.
# loses: test-momentum-step
# %% momentum-step
def momentum_step(params, grads, state, lr, beta=0.9):
    for name in params:
        if name in state:
            state[name] *= beta
            state[name] += grads[name]
        else:
            state[name] = grads[name]
        params[name] -= lr * state[name]
