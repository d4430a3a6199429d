# An unknown activation is taken for a sigmoid.
# loses: test-init-weights
# %% init-weights
def init_weights(fan_in, fan_out, activation, rng):
    if "elu" in activation:
        std = np.sqrt(2 / fan_in)
    else:
        std = np.sqrt(2 / (fan_in + fan_out))
    return std * rng.standard_normal(size=(fan_in, fan_out))
