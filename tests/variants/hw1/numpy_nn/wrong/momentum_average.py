# v = beta v + (1 - beta) g: a running average, ten times too slow.
# loses: test-momentum-step
# %% momentum-step
def momentum_step(params, grads, state, lr, beta=0.9):
    for name, grad in grads.items():
        if name not in state:
            state[name] = np.zeros_like(params[name])
        velocity = state[name]
        velocity *= beta
        velocity += (1 - beta) * grad
        params[name] -= lr * velocity

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
