# A new generator with a fixed seed in each call: all layers start alike.
# loses: test-init-weights, test-neural-network
# %% init-weights
def init_weights(fan_in, fan_out, activation, rng):
    if activation in ("relu", "leaky_relu", "elu"):
        std = np.sqrt(2 / fan_in)
    elif activation in ("sigmoid", "tanh"):
        std = np.sqrt(2 / (fan_in + fan_out))
    else:
        raise ValueError(f"unknown activation {activation!r}")
    rng = np.random.default_rng(0)
    return rng.normal(scale=std, size=(fan_in, fan_out))
