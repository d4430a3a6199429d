# The velocities live in a global dict, shared by all networks.
# loses: test-momentum-step
# %% momentum-step
velocities = {}


def momentum_step(params, grads, state, lr, beta=0.9):
    for name in params:
        v = velocities.get(name)
        if v is None or v.shape != params[name].shape:
            v = np.zeros_like(params[name])
        velocities[name] = beta * v + grads[name]
        params[name] -= lr * velocities[name]

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
