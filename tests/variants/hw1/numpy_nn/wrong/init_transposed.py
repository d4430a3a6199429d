# The shape is (fan_out, fan_in).
# loses: test-init-weights, test-neural-network, test-neural-network-gradients, test-overfit, test-mnist
# %% init-weights
def init_weights(fan_in, fan_out, activation, rng):
    if activation in ("relu", "leaky_relu", "elu"):
        std = np.sqrt(2 / fan_in)
    elif activation in ("sigmoid", "tanh"):
        std = np.sqrt(2 / (fan_in + fan_out))
    else:
        raise ValueError(f"unknown activation {activation!r}")
    return rng.normal(scale=std, size=(fan_out, fan_in))
