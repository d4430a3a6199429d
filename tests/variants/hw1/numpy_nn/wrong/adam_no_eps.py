# eps is forgotten: 0 / 0 for a unit that is off.
# loses: test-adam-step
# %% adam-step
def adam_step(params, grads, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    if not state:
        state["t"] = 0
        state["m"] = {name: np.zeros_like(params[name]) for name in grads}
        state["v"] = {name: np.zeros_like(params[name]) for name in grads}
    state["t"] += 1
    correction1 = 1 - beta1 ** state["t"]
    correction2 = 1 - beta2 ** state["t"]
    for name, grad in grads.items():
        m, v = state["m"][name], state["v"][name]
        m += (1 - beta1) * (grad - m)
        v += (1 - beta2) * (grad * grad - v)
        params[name] -= (lr / correction1) * m / np.sqrt(v / correction2)

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
