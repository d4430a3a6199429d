# The variance is given to a function that wants the standard deviation.
# loses: test-init-weights
# %% init-weights
def init_weights(fan_in, fan_out, activation, rng):
    if activation in ("relu", "leaky_relu", "elu"):
        std = 2 / fan_in
    elif activation in ("sigmoid", "tanh"):
        std = 2 / (fan_in + fan_out)
    else:
        raise ValueError(f"unknown activation {activation!r}")
    return rng.normal(scale=std, size=(fan_in, fan_out))
