# np.random.randn: the generator that was given is not used.
# loses: test-init-weights, test-neural-network
# %% init-weights
def init_weights(fan_in, fan_out, activation, rng):
    if activation in ("relu", "leaky_relu", "elu"):
        std = np.sqrt(2 / fan_in)
    elif activation in ("sigmoid", "tanh"):
        std = np.sqrt(2 / (fan_in + fan_out))
    else:
        raise ValueError(f"unknown activation {activation!r}")
    return np.random.randn(fan_in, fan_out) * std
