# A uniform distribution of the right standard deviation.
# loses: test-init-weights
# %% init-weights
def init_weights(fan_in, fan_out, activation, rng):
    if activation in ("relu", "leaky_relu", "elu"):
        std = np.sqrt(2 / fan_in)
    elif activation in ("sigmoid", "tanh"):
        std = np.sqrt(2 / (fan_in + fan_out))
    else:
        raise ValueError(f"unknown activation {activation!r}")
    a = np.sqrt(3) * std
    return rng.uniform(-a, a, size=(fan_in, fan_out))
