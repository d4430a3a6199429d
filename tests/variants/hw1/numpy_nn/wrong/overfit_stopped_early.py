# Real validation data with little patience: it stops before all 50 are right.
# loses: test-overfit
# %% overfit
x_small, y_small = digits.x_train[:50], digits.y_train[:50]

small_net = NeuralNetwork([64, 64, 10], seed=0)
train(
    small_net,
    x_small,
    y_small,
    digits.x_val,
    digits.y_val,
    epochs=60,
    batch_size=10,
    lr=0.1,
    step=with_state(adam_step),
    patience=1,
    rng=np.random.default_rng(0),
)
