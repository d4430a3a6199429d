# He with fan_out instead of fan_in.
# loses: test-init-weights
# %% init-weights
def init_weights(fan_in, fan_out, activation, rng):
    if activation in ("relu", "leaky_relu", "elu"):
        std = np.sqrt(2 / fan_out)
    elif activation in ("sigmoid", "tanh"):
        std = np.sqrt(2 / (fan_in + fan_out))
    else:
        raise ValueError(f"unknown activation {activation!r}")
    return rng.normal(scale=std, size=(fan_in, fan_out))
