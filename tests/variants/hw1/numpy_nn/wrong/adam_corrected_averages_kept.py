# m and v are overwritten by their corrected values.
# loses: test-adam-step
# %% adam-step
def adam_step(params, grads, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    t = state["t"] = state.get("t", 0) + 1
    for name, g in grads.items():
        m, v = state.get(name, (np.zeros_like(g), np.zeros_like(g)))
        m = (beta1 * m + (1 - beta1) * g) / (1 - beta1**t)
        v = (beta2 * v + (1 - beta2) * g**2) / (1 - beta2**t)
        state[name] = m, v
        params[name] -= lr * m / (np.sqrt(v) + eps)

# %% overfit
x_small, y_small = digits.x_train[:50], digits.y_train[:50]

small_net = NeuralNetwork([64, 64, 10], seed=0)
train(
    small_net,
    x_small,
    y_small,
    x_small,
    y_small,
    epochs=60,
    batch_size=10,
    lr=0.05,
    step=with_state(momentum_step),
    patience=60,
    rng=np.random.default_rng(0),
)
