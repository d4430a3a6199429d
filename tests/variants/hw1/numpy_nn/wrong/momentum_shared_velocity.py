# One velocity for all arrays.
# loses: test-momentum-step
# %% momentum-step
def momentum_step(params, grads, state, lr, beta=0.9):
    v = state.get("v", 0)
    for name in params:
        v = beta * v + np.mean(grads[name])
        params[name] -= lr * (grads[name] + beta * v)
    state["v"] = v

# %% mnist
mnist_net = NeuralNetwork([784, 256, 10], reg=1e-4, seed=0)
mnist_net.params = {name: p.astype(np.float32) for name, p in mnist_net.params.items()}
mnist_history = train(
    mnist_net,
    mnist.x_train,
    mnist.y_train,
    mnist.x_val,
    mnist.y_val,
    epochs=10,
    batch_size=64,
    lr=0.002,
    step=with_state(adam_step),
    patience=4,
    rng=np.random.default_rng(0),
)
