# He for every activation, Xavier for none.
# loses: test-init-weights
# %% init-weights
def init_weights(fan_in, fan_out, activation, rng):
    if activation not in ("sigmoid", "tanh", "relu", "leaky_relu", "elu"):
        raise ValueError("unknown activation")
    return rng.standard_normal((fan_in, fan_out)) * np.sqrt(2.0 / fan_in)
