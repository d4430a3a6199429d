# Makes new arrays: whoever holds the old ones sees no change.
# loses: test-momentum-step
# %% momentum-step
def momentum_step(params, grads, state, lr, beta=0.9):
    for name, grad in grads.items():
        if name not in state:
            state[name] = np.zeros_like(params[name])
        velocity = state[name]
        velocity *= beta
        velocity += grad
        params[name] = params[name] - lr * velocity
