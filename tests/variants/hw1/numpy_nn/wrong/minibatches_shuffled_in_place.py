# Both arrays are shuffled in place: the caller's data changes.
# loses: test-iterate-minibatches
# %% iterate-minibatches
def iterate_minibatches(x, y, batch_size, rng):
    order = rng.permutation(len(x))
    x[:], y[:] = x[order], y[order]
    for start in range(0, len(x), batch_size):
        yield x[start : start + batch_size], y[start : start + batch_size]

# %% overfit
x_small, y_small = digits.x_train[:50].copy(), digits.y_train[:50].copy()

small_net = NeuralNetwork([64, 64, 10], seed=0)
train(
    small_net,
    x_small,
    y_small,
    x_small,
    y_small,
    epochs=60,
    batch_size=10,
    lr=0.01,
    step=with_state(adam_step),
    patience=60,
    rng=np.random.default_rng(0),
)
