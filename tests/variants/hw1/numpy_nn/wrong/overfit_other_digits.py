# Trained on 50 other digits.
# loses: test-overfit
# %% overfit
x_small, y_small = digits.x_train[-50:], digits.y_train[-50:]

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
