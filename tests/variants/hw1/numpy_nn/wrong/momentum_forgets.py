# The velocity is never put back into state: plain SGD.
# loses: test-momentum-step
# %% momentum-step
def momentum_step(params, grads, state, lr, beta=0.9):
    for name in params:
        v = beta * state.get(name, np.zeros_like(params[name])) + grads[name]
        params[name] -= lr * v

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
